"""What the official client logged looks the same through both clients, value by value."""

import re

from pydantic import JsonValue

from .conftest import Scripts, flat, shown

DIFFERENCES = {
    # Place in the answer: why ours differs.
    r"/(by path|link)/(name|qualified_name|source_artifact)": (
        "theirs repeats the alias that was asked for; ours names the version, as documented"
    ),
    r"/shelf/.*/linked_at": "theirs forgets it in a listing",
    r".*/entries/\d+/ref_target": (
        "theirs is a place in its cache, or the bare name, or an error for a reference to an"
        " artifact; ours is the address that is referred to"
    ),
}


def test_both_clients_see_the_same(logged: Scripts) -> None:
    theirs = flat(logged.official("describe.py", "crew/ship"))
    ours = flat(logged.ours("describe.py", "crew/ship"))
    assert len(theirs) > 1000
    different = {
        path: (theirs.get(path), ours.get(path))
        for path in theirs.keys() | ours.keys()
        if (path in theirs, theirs.get(path)) != (path in ours, ours.get(path))
    }
    unexpected = {p: v for p, v in different.items() if not any(fits(d, p) for d in DIFFERENCES)}
    assert not unexpected
    for wanted, reason in DIFFERENCES.items():
        assert any(fits(wanted, path) for path in different), f"no longer different: {reason}"


def fits(pattern: str, path: str) -> bool:
    return re.fullmatch(pattern, path) is not None


def test_both_clients_download_the_same(logged: Scripts) -> None:
    # What `pointing` refers to is on the disk of the one who logged it, or nowhere.
    given = ("download.py", "crew/ship", "pointing")
    theirs, ours = logged.official(*given), logged.ours(*given)
    assert isinstance(theirs, dict)
    assert sum(map(count, theirs.values())) > 30
    assert shown(theirs) == shown(ours)


def count(tree: JsonValue) -> int:
    return len(tree) if isinstance(tree, dict | list) else 0
