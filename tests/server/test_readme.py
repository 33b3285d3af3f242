"""The examples in the README of the server run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import wbtyped.server

README = (Path(wbtyped.server.__file__).parent / "README.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
MODULES = [path.stem for path in Path(wbtyped.server.__file__).parent.glob("[!_]*.py")]


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_readme_example_runs(tmp_path: Path, example: str) -> None:
    (tmp_path / "test_example.py").write_text(example)
    runner = ["-m", "pytest", "-q"] if "def test_" in example else []
    command = [sys.executable, *runner, "test_example.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_readme_map_lists_every_module() -> None:
    listed = re.findall(r"`(\w+)`", README[README.index("## How it is built") :])
    assert set(MODULES) <= set(listed)
