"""`python queries/codegen [--check]`: compile the queries, or tell what is stale."""

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
# The settings of the project itself must not change what is generated.
RUFF_OPTIONS = ["--isolated", "--quiet", "--target-version", "py311", "--line-length", "100"]


def run(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> None:
    """Run a tool, and show its output only when it fails."""
    done = subprocess.run(  # noqa: S603
        command, cwd=folder, env=environment, text=True, capture_output=True, check=False
    )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def compile_into(scratch: Path) -> Path:
    """Compile copies of the sources in `scratch` and return the folder of the new package."""
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


def contents(package: Path) -> dict[str, bytes]:
    """Return every file of a package by its path in there; none when there is no such folder."""
    files = (path for path in package.rglob("*") if path.is_file())
    return {
        path.relative_to(package).as_posix(): path.read_bytes()
        for path in files
        if "__pycache__" not in path.parts
    }


def differing(fresh: Path, committed: Path) -> list[str]:
    """Return the names of files that are missing, left over, or not the same."""
    new, old = contents(fresh), contents(committed)
    return sorted(name for name in new.keys() | old.keys() if new.get(name) != old.get(name))


def main() -> int:
    """Write the package, or with `--check` only compare it."""
    parser = argparse.ArgumentParser(prog="python queries/codegen", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when stale")
    check: bool = parser.parse_args().check
    with tempfile.TemporaryDirectory() as scratch:
        fresh = compile_into(Path(scratch))
        stale = differing(fresh, ROOT / PACKAGE)
        if stale and not check:
            shutil.rmtree(ROOT / PACKAGE, ignore_errors=True)
            shutil.copytree(fresh, ROOT / PACKAGE)
    for name in stale:
        print(f"{PACKAGE / name} {'is out of date' if check else 'written'}")
    if stale and check:
        print("run: python queries/codegen")
    return int(bool(stale) and check)


if __name__ == "__main__":
    sys.exit(main())
