"""What the READMEs of drift and of the queries show works."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from wbtyped.drift import check_file
from wbtyped.drift.schema_files import pinned_sdl
from wbtyped.drift.text_report import text_report
from wbtyped.server import WandbServer

ROOT = Path(__file__).parents[2]
DRIFT = (ROOT / "wbtyped" / "drift" / "README.md").read_text()
QUERIES = (ROOT / "queries" / "README.md").read_text()
CLI = [sys.executable, "-m", "wbtyped.cli"]


def run(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def python_blocks(readme: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", readme, re.DOTALL)


def test_readme_shows_the_report_of_a_check(tmp_path: Path) -> None:
    schema = tmp_path / "schema.graphql"
    schema.write_text(pinned_sdl().replace("  sizeBytes: Int64!", "  sizeBytes: Int64"))
    *lines, summary = text_report(check_file(schema))
    assert "\n".join(lines) in DRIFT
    assert summary.rpartition(":")[2] in DRIFT


def test_readme_lists_every_option_of_check() -> None:
    listed = set(re.findall(r"^\| `(--[\w-]+)", DRIFT, re.MULTILINE))
    offered = set(re.findall(r"(--[\w-]+)", run(*CLI, "schema", "check", "--help")))
    assert listed == offered - {"--help", "--base-url"}


def test_readme_command_for_ci_runs(wandb_server: WandbServer) -> None:
    [arguments] = re.findall(r"run: wbtyped (.+)", DRIFT)
    run(*CLI, *arguments.split())


def test_readme_pre_commit_hook_runs() -> None:
    [name] = re.findall(r"- id: (\S+)", DRIFT)
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text()
    [entry] = re.findall(rf"- id: {name}\n(?:.*\n)*?  entry: wbtyped (.+)", hooks)
    [arguments] = re.findall(r"args: \[(.+)\]", DRIFT)
    run(*CLI, *entry.split(), *arguments.split(", "))


@pytest.mark.parametrize("example", [*python_blocks(DRIFT), *python_blocks(QUERIES)])
def test_readme_python_example_runs(wandb_server: WandbServer, example: str) -> None:
    run(sys.executable, "-c", example)


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        *(("wbtyped/drift", name) for name in re.findall(r"`(\w+\.py)`", DRIFT)),
        *(("queries", name) for name in re.findall(r"`(codegen/\w+(?:\.py|/))`", QUERIES)),
    ],
)
def test_readme_names_files_that_exist(folder: str, name: str) -> None:
    assert (ROOT / folder / name).exists()
