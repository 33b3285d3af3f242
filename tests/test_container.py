"""The image of the embedded server, without Docker: its parts, and its command as it is written."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.test_packaging import ROOT, install
from wbtyped import Api

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the image is for Linux")
FOLDER = ROOT / ".github" / "docker"
KEY = "local-" + "k" * 40
USER = 10001


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile, with their arguments."""
    text = re.sub(r"^#.*\n", "", (FOLDER / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines if line)]


def last(name: str) -> str:
    """Return the argument of the last instruction of a kind, which is in the final stage."""
    return [rest for found, rest in instructions() if found == name][-1]


def exec_form(argument: str) -> list[str]:
    """Return a command that is written as a JSON list: no shell swallows its signals."""
    command: list[str] = json.loads(argument)
    return command


def environment() -> dict[str, str]:
    """Return what the final stage sets, without the path."""
    pairs = (pair.split("=", 1) for pair in last("ENV").split())
    return {name: value for name, value in pairs if name != "PATH"}


def context_files() -> Iterator[str]:
    """Return what `docker build` sends: files that no pattern of the ignore file excludes."""
    patterns = (FOLDER / "Dockerfile.dockerignore").read_text().splitlines()
    rules = [line for line in patterns if line and not line.startswith("#")]
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True, capture_output=True,
        check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("no clone")
    for name in listed.stdout.splitlines():
        included = True
        for rule in rules:
            pattern = rule.removeprefix("!")
            parts = [name, *map(str, list(Path(name).parents)[:-1])]
            if any(fnmatch(part, pattern) for part in parts):
                included = rule.startswith("!")
        if included:
            yield name


@pytest.fixture(scope="module")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel that the first stage builds from what is sent."""
    source = tmp_path_factory.mktemp("source")
    for name in context_files():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    built = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(built)]
    subprocess.run([*command, str(source)], capture_output=True, check=True)
    return install(next(built.glob("*.whl")), tmp_path_factory.mktemp("installed") / "venv")


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Container:
    """The command of the image, with its folder and its ports replaced by free ones."""

    def __init__(self, interpreter: Path, data: Path, user: Sequence[str] = ()) -> None:
        self.api, self.storage = free_ports(2)
        self._interpreter, self._user = interpreter, user
        self._replaced = {"/data": str(data), "8080": str(self.api), "8081": str(self.storage)}

    def command(self, written: Sequence[str]) -> list[str]:
        program, *rest = [self._replaced.get(part, part) for part in written]
        start = {"wbtyped": [str(self._interpreter), "-m", "wbtyped"]}.get(
            program, [str(self._interpreter)]
        )
        return [*self._user, *start, *(re.sub("8080", str(self.api), part) for part in rest)]

    @contextmanager
    def running(self) -> Generator[str]:
        """Run the entry point in a clean environment; stop it as the image says."""
        process = subprocess.Popen(
            self.command(exec_form(last("ENTRYPOINT"))),
            env={**environment(), "PATH": os.defpath, "WBTYPED_SERVER_API_KEY": KEY},
            cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        try:
            while self.check_health():
                assert process.poll() is None, process.communicate()[0]
                time.sleep(0.2)
            yield f"http://127.0.0.1:{self.api}"
            process.send_signal(getattr(signal, last("STOPSIGNAL")))
            output, _ = process.communicate(timeout=60)
            assert process.returncode == 0, output
        finally:
            process.kill()
            process.communicate()

    def check_health(self) -> int:
        """Return the exit code of the health check."""
        command = self.command(exec_form(last("HEALTHCHECK").partition("CMD ")[2]))
        return subprocess.run(command, capture_output=True, check=False).returncode


def upload(url: str, folder: Path) -> None:
    (folder / "a.txt").write_text("hello")
    with Api({"base_url": url}, api_key=KEY) as api:
        api.create_run("r", project="ci").upload_file(folder / "a.txt", root=folder)


@pytest.mark.slow
def test_image_runs_as_written_and_keeps_its_data(interpreter: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    container = Container(interpreter, data)
    with container.running() as url:
        upload(url, tmp_path)
        assert container.check_health() == 0
        # As another container of the network does, by a name without a dot.
        page = httpx.get(f"{url}/me/ci", headers={"Host": f"wandb:{container.api}"}, auth=("", KEY))
        assert (page.status_code, "runs/r" in page.text) == (200, True)
    assert container.check_health() != 0
    with Container(interpreter, data).running() as url, Api({"base_url": url}, api_key=KEY) as api:
        assert api.run("me/ci/r").file("a.txt").size == 5


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="only root can become another user",
)
def test_image_runs_as_its_user(interpreter: Path, tmp_path: Path) -> None:
    # Reading is allowed everywhere, since the interpreter may be in a home; writing is not.
    user = [
        "setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups",
        "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "--",
    ]  # fmt: skip
    data = Path("/tmp") / f"wbtyped-volume-{os.getpid()}"  # where the other user can go
    data.mkdir(mode=0o700)
    try:
        os.chown(data, USER, USER)
        with Container(interpreter, data, user).running() as url:
            upload(url, tmp_path)
        owners = {path.stat().st_uid for path in data.rglob("*")}
        assert owners == {USER}
    finally:
        shutil.rmtree(data)


def test_image_has_one_user_who_is_not_root_and_owns_the_volume() -> None:
    assert last("USER") == f"{USER}:{USER}"
    assert last("VOLUME") == exec_form(last("ENTRYPOINT"))[2] == "/data"
    created = [rest for name, rest in instructions() if name == "RUN" and "useradd" in rest]
    assert len(created) == 1
    assert f"--uid {USER}" in created[0]
    assert re.search(r"install .*--owner=wbtyped .*--mode=0700 /data$", created[0])


def test_image_exposes_the_ports_that_it_listens_on() -> None:
    command = exec_form(last("ENTRYPOINT"))
    ports = [command[command.index(option) + 1] for option in ("--port", "--storage-port")]
    assert last("EXPOSE").split() == ports
    assert f"127.0.0.1:{ports[0]}/" in last("HEALTHCHECK")


def test_image_is_built_from_the_package_alone_and_has_no_secret() -> None:
    sent = set(context_files())
    assert {"pyproject.toml", "README.md", "wbtyped/server/server.py"} <= sent
    assert not any(name.startswith(("tests/", ".")) for name in sent)
    extras = re.search(r"'\.\[([\w,]+)\]'", (FOLDER / "Dockerfile").read_text())
    assert extras
    assert extras[1] == "cli,server"
    assert not [rest for name, rest in instructions() if name == "ARG" or "KEY" in rest]


def test_compose_example_fits_the_image() -> None:
    yaml: Any = import_module("yaml")
    example = yaml.safe_load((FOLDER / "compose.yml").read_text())
    server, tests = example["services"]["wandb"], example["services"]["tests"]
    ports = last("EXPOSE").split()
    assert server["ports"] == [f"127.0.0.1:{port}:{port}" for port in ports]
    assert [each.partition(":")[2] for each in server["volumes"]] == [last("VOLUME")]
    context = FOLDER / server["build"]["context"]
    assert (context / server["build"]["dockerfile"]).samefile(FOLDER / "Dockerfile")
    assert tests["environment"]["WANDB_BASE_URL"] == f"http://wandb:{ports[0]}"
    keys = {server["environment"]["WBTYPED_SERVER_API_KEY"], tests["environment"]["WANDB_API_KEY"]}
    assert len(keys) == 1
    assert tests["depends_on"] == {"wandb": {"condition": "service_healthy"}}


@pytest.mark.slow
def test_tests_of_the_compose_example_pass(interpreter: Path, tmp_path: Path) -> None:
    yaml: Any = import_module("yaml")
    example = yaml.safe_load((FOLDER / "compose.yml").read_text())
    program, *arguments = example["services"]["tests"]["entrypoint"]
    assert program == "python"
    (tmp_path / "pyvenv.cfg").write_text("home = /usr")
    code = arguments[-1].replace("/opt/wbtyped", str(tmp_path))
    with Container(interpreter, tmp_path / "data").running() as url:
        env = {"WANDB_BASE_URL": url, "WANDB_API_KEY": KEY, "HOME": str(tmp_path)}
        command = [str(interpreter), *arguments[:-1], code]
        done = subprocess.run(command, env=env, text=True, capture_output=True, check=False)
    assert re.fullmatch(r"me/ci/\w+ 11\n", done.stdout), done.stderr


def test_workflow_builds_and_runs_the_image() -> None:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    assert "docker compose -f .github/docker/compose.yml up --build" in text
