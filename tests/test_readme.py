"""What the README shows, works."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from wbtyped.server import WandbServer

README = (Path(__file__).parents[1] / "README.md").read_text()
NAMED = re.findall(r"`((?:tests|wbtyped|queries|schema)/[\w/.]*)`", README)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_first_example_runs_and_is_as_long_as_it_says(
    wandb_server: WandbServer, tmp_path: Path
) -> None:
    example = blocks("python")[0]
    lines = [line for line in example.splitlines() if line.strip()]
    assert len(lines) <= 12
    command = [sys.executable, "-c", example]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("downloads/notes.txt 5 XUFAKrxLKna5cZ2REBfFkg== ")
    assert (tmp_path / "downloads" / "notes.txt").read_text() == "hello"


def test_the_first_example_passes_mypy(tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text(blocks("python")[0])
    command = [sys.executable, "-m", "mypy", "--strict", "example.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Success" in done.stdout, done.stdout


def test_the_example_for_coroutines_runs(wandb_server: WandbServer, tmp_path: Path) -> None:
    wandb_server.add_run("entity/project/run", files={"a.txt": b"hello"})
    body = "\n    ".join(blocks("python")[1].splitlines())
    example = f"import asyncio\nfrom wbtyped import Api\nasync def main():\n    {body}\n"
    command = [sys.executable, "-c", f"{example}\nasyncio.run(main())"]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert (tmp_path / "downloads" / "a.txt").read_bytes() == b"hello"


@pytest.mark.parametrize(
    "line", re.findall(r"(?:run|entry): (wbtyped schema .+|python queries/codegen .+)", README)
)
def test_the_commands_for_ci_run(wandb_server: WandbServer, line: str) -> None:
    command = [sys.executable, "-m", "wbtyped.cli", *line.split()[1:]]
    if line.startswith("python"):
        command = [sys.executable, *line.removesuffix("`.").split()[1:]]
    root = Path(__file__).parents[1]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "path", re.findall(r"`((?:tests|wbtyped|queries|schema)/[\w/.]*)`", README)
)
def test_files_that_it_names_exist(path: str) -> None:
    assert (Path(__file__).parents[1] / path).exists()
