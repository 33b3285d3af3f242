"""Run what the README shows, and check that what it names exists."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from wbtyped.server import WandbServer

ROOT = Path(__file__).parents[1]
READMES = [
    "README.md",
    *(
        f"{folder}/README.md"
        for folder in (
            "wbtyped/cli",
            "wbtyped/server",
            "wbtyped/drift",
            "wbtyped/download",
            "queries",
            "tests",
        )
        if (ROOT / folder / "README.md").exists()
    ),
    ".github/CONTRIBUTING.md",
]
NAMED_FILE = re.compile(r"`((?:tests|wbtyped|queries|schema)/[\w/.]*)`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"(?:run|entry): (wbtyped schema .+|python queries/codegen .+)")


def read(readme: str) -> str:
    return (ROOT / readme).read_text(encoding="utf-8")


def examples(readme: str = "README.md") -> list[str]:
    return re.findall(r"```python\n(.*?)```", read(readme), re.DOTALL)


def example(containing: str) -> str:
    [found] = [text for text in examples() if containing in text]
    return found


def run_python(code: str, folder: Path, setup: Sequence[str] = ()) -> str:
    command = [sys.executable, "-c", "\n".join([*setup, code])]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_first_example_uploads_and_downloads(wandb_server: WandbServer, tmp_path: Path) -> None:
    code = examples()[0]
    assert len([line for line in code.splitlines() if line.strip()]) <= 12
    assert run_python(code, tmp_path).startswith("downloads/notes.txt 5 XUFAKrxLKna5cZ2REBfFkg== ")
    assert (tmp_path / "downloads" / "notes.txt").read_text() == "hello"


def test_first_example_passes_mypy(tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text(examples()[0])
    command = [sys.executable, "-m", "mypy", "--strict", "example.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Success" in done.stdout, done.stdout


def test_artifact_example_downloads_and_saves(wandb_server: WandbServer, tmp_path: Path) -> None:
    wandb_server.add_artifact("entity/project/collection", "dataset", {"a.txt": b"hello"})
    setup = ["from wbtyped import Api", "api = Api()"]
    assert run_python(example("artifact.verify"), tmp_path, setup).startswith("dataset 5 ")
    assert [path.read_bytes() for path in tmp_path.rglob("a.txt")] == [b"hello"]
    [line] = run_python(
        "print(api.artifact('entity/project/collection:latest').tags)", tmp_path, setup
    ).splitlines()
    assert line == "['checked']"


def test_download_example_reports_outcomes(wandb_server: WandbServer, tmp_path: Path) -> None:
    wandb_server.add_run("entity/project/run", files={"media/a.txt": b"hello", "b.txt": b"x"})
    setup = ["from wbtyped import Api", "run = Api().run('entity/project/run')"]
    printed = run_python(example("on_error="), tmp_path, setup)
    assert printed == "1 fetched, 0 already there\n"
    assert (tmp_path / "downloads" / "media" / "a.txt").read_bytes() == b"hello"


def test_async_example_downloads(wandb_server: WandbServer, tmp_path: Path) -> None:
    wandb_server.add_run("entity/project/run", files={"a.txt": b"hello"})
    body = "\n    ".join(example("async with").splitlines())
    setup = ["import asyncio", "from wbtyped import Api", "async def main():"]
    run_python(f"    {body}\nasyncio.run(main())", tmp_path, setup)
    assert (tmp_path / "downloads" / "a.txt").read_bytes() == b"hello"


def test_fixture_example_passes(tmp_path: Path) -> None:
    (tmp_path / "test_example.py").write_text(example("def test_"))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_example.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 passed" in done.stdout, done.stdout
    assert (tmp_path / "downloads" / "model.pt").read_bytes() == b"..."


@pytest.mark.parametrize(
    "command", [c for readme in READMES for c in COMMAND.findall(read(readme))]
)
def test_command_for_ci_exits_0(wandb_server: WandbServer, command: str) -> None:
    program = ["-m", "wbtyped.cli"] if command.startswith("wbtyped") else []
    arguments = command.removesuffix("`.").split()[1:]
    done = subprocess.run(
        [sys.executable, *program, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("readme", READMES)
def test_named_file_exists(readme: str) -> None:
    missing = [path for path in NAMED_FILE.findall(read(readme)) if not (ROOT / path).exists()]
    assert missing == []


@pytest.mark.parametrize("readme", READMES)
def test_link_target_exists(readme: str) -> None:
    folder = (ROOT / readme).parent
    assert [link for link in LINK.findall(read(readme)) if not (folder / link).exists()] == []
