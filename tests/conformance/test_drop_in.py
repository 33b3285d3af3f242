"""Scripts for the official public API run with only their import lines changed."""

import pytest

from .conftest import FOLDER, Scripts, original, ported

EXAMPLES = sorted(f"drop_in/{path.name}" for path in (FOLDER / "drop_in").glob("*.py"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_drop_in_script_prints_the_same(logged: Scripts, name: str) -> None:
    official = logged.output(name, original(name))
    ours = logged.output(name, ported(name))
    assert official.count("\n") > 3
    assert ours == official
