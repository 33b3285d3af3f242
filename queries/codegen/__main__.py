"""`python queries/codegen [--check]`: compile the queries, or list what is out of date."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path("generated") / "wbtyped_graphql"
SOURCES = ["schema", "queries"]
RUFF = [sys.executable, "-m", "ruff"]
# The settings of the project must not change the generated code.
RUFF_OPTIONS = ["--isolated", "--quiet", "--target-version", "py311", "--line-length", "100"]


def run(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> None:
    """Run a tool, and print its output only if it fails."""
    done = subprocess.run(  # noqa: S603
        command, cwd=folder, env=environment, text=True, capture_output=True, check=False
    )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def compile_into(scratch: Path) -> Path:
    """Compile copies of the sources in `scratch` and return the folder of the package."""
    for folder in SOURCES:
        shutil.copytree(ROOT / folder, scratch / folder)
    shutil.copy(ROOT / "pyproject.toml", scratch)
    package = scratch / PACKAGE
    package.parent.mkdir()
    plugins = {**os.environ, "PYTHONPATH": str(scratch / "queries" / "codegen")}
    run([sys.executable, "-m", "ariadne_codegen"], scratch, plugins)
    run([*RUFF, "check", *RUFF_OPTIONS, "--fix", "--select", "UP,F,I", str(package)], scratch)
    run([*RUFF, "format", *RUFF_OPTIONS, str(package)], scratch)
    (package / "py.typed").touch()
    return package


def read_files(package: Path) -> dict[str, bytes]:
    """Return the content of every file of a package by path; empty if the folder is missing."""
    files = (path for path in package.rglob("*") if path.is_file())
    return {
        path.relative_to(package).as_posix(): path.read_bytes()
        for path in files
        if "__pycache__" not in path.parts
    }


def out_of_date(compiled: Path, committed: Path) -> dict[str, str]:
    """Return the files that differ, by name, with what writing the package does to each."""
    new, old = read_files(compiled), read_files(committed)
    names = sorted(name for name in new.keys() | old.keys() if new.get(name) != old.get(name))
    return {name: "written" if name in new else "removed" for name in names}


def main() -> int:
    """Write the package, or only compare it with `--check`."""
    parser = argparse.ArgumentParser(prog="python queries/codegen", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if out of date")
    check: bool = parser.parse_args().check
    with tempfile.TemporaryDirectory() as scratch:
        compiled = compile_into(Path(scratch))
        changes = out_of_date(compiled, ROOT / PACKAGE)
        if changes and not check:
            shutil.rmtree(ROOT / PACKAGE, ignore_errors=True)
            shutil.copytree(compiled, ROOT / PACKAGE)
    for name, change in changes.items():
        print(f"{PACKAGE / name} {'is out of date' if check else change}")
    if changes and check:
        print("run: python queries/codegen")
    return int(bool(changes) and check)


if __name__ == "__main__":
    sys.exit(main())
