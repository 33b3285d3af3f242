"""Run what the README shows, and check that what it names exists."""

import ast
import asyncio
import doctest
import inspect
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.example_server import fill
from wbtyped import Api, errors
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
            "wbtyped/artifacts/publishing",
            "wbtyped/upload",
            "queries",
            "tests",
        )
        if (ROOT / folder / "README.md").exists()
    ),
    ".github/CONTRIBUTING.md",
]
PAGES = sorted(
    path.relative_to(ROOT).as_posix() for path in (ROOT / ".github/docs/pages").rglob("*.md")
)
"""The hand-written pages of the documentation."""
GENERATED_PAGE = re.compile(r"(?:\.\./)*(?:reference/\w+|queries|schema)\.md")
BLOCK = re.compile(r"```(python|pycon|console|yaml|toml)\n(.*?)```", re.DOTALL)
RUN_LINE = re.compile(r"^(?:\$| *- run:) (wbtyped .+)$", re.MULTILINE)
NOT_RUN = ("wbtyped demo", "wbtyped serve", "wbtyped login", "wbtyped open")
"""Commands of the pages that wait, ask, or open a window; they have tests of their own."""
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


@pytest.mark.parametrize("page", PAGES)
def test_blocks_of_page_run_in_order(
    wandb_server: WandbServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    fill(wandb_server)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for language, text in BLOCK.findall(read(page)):
        if language == "pycon":
            run_session(text, names)
        elif language == "python" and "def test_" in text:
            run_tests(text, tmp_path)
        elif language == "python":
            run_block(text, names)
        elif language == "toml" and "[[rule]]" in text:
            (tmp_path / "retention.toml").write_text(text)
        else:
            for command in RUN_LINE.findall(text):
                if not command.startswith(NOT_RUN):
                    run_command(shlex.split(command)[1:], tmp_path)
    for client in {id(value): value for value in names.values() if isinstance(value, Api)}.values():
        client.close()


def test_page_of_errors_lists_every_error() -> None:
    kinds = [kind for kind in vars(errors).values() if inspect.isclass(kind)]
    names = [kind.__name__ for kind in kinds if issubclass(kind, errors.WbtypedError)]
    listed = re.findall(
        r"^\| `(\w+)` \|", read(".github/docs/pages/how-to/errors.md"), re.MULTILINE
    )
    assert sorted(listed) == sorted({*names} - {"WbtypedError"})


def run_session(text: str, names: dict[str, object]) -> None:
    """Run an interactive session, and compare what it prints."""
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    session = doctest.DocTestParser().get_doctest(text, names, "page", None, None)
    printed: list[str] = []
    doctest.DocTestRunner(optionflags=options).run(session, out=printed.append, clear_globs=False)
    names |= session.globs
    assert not "".join(printed)


def run_block(text: str, names: dict[str, object]) -> None:
    """Run a block of code, which may wait outside of a function, as in a notebook."""
    code = compile(text, "page", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    result: object = eval(code, names)
    if inspect.iscoroutine(result):
        asyncio.run(result)


def run_tests(text: str, folder: Path) -> None:
    (folder / "test_page.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_page.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def run_command(arguments: Sequence[str], folder: Path) -> None:
    command = [sys.executable, "-m", "wbtyped.cli", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"


@pytest.mark.parametrize("readme", [*READMES, *PAGES])
def test_named_file_exists(readme: str) -> None:
    missing = [path for path in NAMED_FILE.findall(read(readme)) if not (ROOT / path).exists()]
    assert missing == []


@pytest.mark.parametrize("readme", [*READMES, *PAGES])
def test_link_target_exists(readme: str) -> None:
    folder = (ROOT / readme).parent
    links = LINK.findall(read(readme))
    if readme in PAGES:  # the strict build of the site follows links to generated pages
        links = [link for link in links if not GENERATED_PAGE.fullmatch(link)]
    assert [link for link in links if not (folder / link).exists()] == []
