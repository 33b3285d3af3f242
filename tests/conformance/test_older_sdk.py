"""The reading tests with the version of the official client that its documentation describes.

It is installed into its own environment. `pytest -m older_sdk` runs only these tests, `pytest -m
'not older_sdk'` all others.
"""

import re
import subprocess
import sys

import pytest

from .conftest import FOLDER, Scripts, flat, original, shown
from .test_reading import DIFFERENCES as FROM_NEWER

VERSION = "0.21.3"
DIFFERENCES = {
    # Path in the description: why it differs.
    r".*/versions/\d+(/manifest)?/digest": "it takes every digest for MD5; XXH128 came later",
}
MISSING = "AttributeError"
"""What a description contains for an attribute that the client does not have."""

pytestmark = [pytest.mark.older_sdk, pytest.mark.slow]


@pytest.fixture(scope="module")
def older(logged: Scripts, tmp_path_factory: pytest.TempPathFactory) -> Scripts:
    """Run scripts with the older client."""
    home = tmp_path_factory.mktemp("older")
    subprocess.run([sys.executable, "-m", "venv", str(home / "venv")], check=True)
    python = home / "venv" / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", f"wandb=={VERSION}"]
    done = subprocess.run([*map(str, install)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return Scripts(logged.env, home / "scripts", str(python))


def test_older_client_sees_the_same(logged: Scripts, older: Scripts) -> None:
    official = flat(older.official("describe.py", "crew/ship"))
    ours = flat(logged.ours("describe.py", "crew/ship"))
    assert len(official) > 1000
    expected = [*DIFFERENCES, *FROM_NEWER]
    different = {
        path: (official.get(path), ours.get(path))
        for path in official.keys() | ours.keys()
        if official.get(path) not in (MISSING, ours.get(path))
    }
    unexpected = {
        path: values
        for path, values in different.items()
        if not any(re.fullmatch(pattern, path) for pattern in expected)
    }
    assert not unexpected
    assert any(re.fullmatch(pattern, path) for path in different for pattern in DIFFERENCES)


def test_older_client_downloads_the_same(logged: Scripts, older: Scripts) -> None:
    script = ("download.py", "crew/ship", "pointing", "newer")
    assert shown(older.official(*script)) == shown(logged.ours(*script))


EXAMPLES = [
    f"drop_in/{path.name}"
    for path in sorted((FOLDER / "drop_in").glob("*.py"))
    if path.stem != "newer_arguments"  # with arguments that it does not have
]


@pytest.mark.parametrize("name", EXAMPLES)
def test_older_client_prints_the_same(logged: Scripts, older: Scripts, name: str) -> None:
    text = original(name)
    assert older.output(name, text) == logged.output(name, text)
