"""Scripts for the official public API run with nothing but their import lines changed."""

import pytest

from .conftest import FOLDER, Scripts, original, ported

EXAMPLES = sorted(f"drop_in/{path.name}" for path in (FOLDER / "drop_in").glob("*.py"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_drop_in_script_prints_the_same(logged: Scripts, name: str) -> None:
    theirs = logged.output(name, original(name))
    ours = logged.output(name, ported(name))
    assert theirs.count("\n") > 3
    assert ours == theirs
