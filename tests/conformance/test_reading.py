"""Both clients show the same of what the official client logged, value by value."""

import re

from pydantic import JsonValue

from .conftest import Scripts, flat, shown

DIFFERENCES = {
    # Path in the description: why ours differs.
    r"/(by path|link)/(name|qualified_name|source_artifact)": (
        "the official client repeats the requested alias; ours names the version, as documented"
    ),
    r"/shelf/.*/linked_at": "the official client loses it in a listing",
    r".*/entries/\d+/ref_target": (
        "the official client returns a path in its cache, the bare name, or an error for a"
        " reference to an artifact; ours returns the URI"
    ),
}


def test_both_clients_see_the_same(logged: Scripts) -> None:
    official = flat(logged.official("describe.py", "crew/ship"))
    ours = flat(logged.ours("describe.py", "crew/ship"))
    assert len(official) > 1000
    different = {
        path: (official.get(path), ours.get(path))
        for path in official.keys() | ours.keys()
        if (path in official, official.get(path)) != (path in ours, ours.get(path))
    }
    unexpected = {p: v for p, v in different.items() if not any(fits(d, p) for d in DIFFERENCES)}
    assert not unexpected
    for pattern, reason in DIFFERENCES.items():
        assert any(fits(pattern, path) for path in different), f"no longer different: {reason}"


def fits(pattern: str, path: str) -> bool:
    return re.fullmatch(pattern, path) is not None


def test_both_clients_download_the_same(logged: Scripts) -> None:
    # `pointing` refers to a local file of the process that logged it, and to nothing.
    script = ("download.py", "crew/ship", "pointing")
    official, ours = logged.official(*script), logged.ours(*script)
    assert isinstance(official, dict)
    assert sum(map(count, official.values())) > 30
    assert shown(official) == shown(ours)


def count(tree: JsonValue) -> int:
    return len(tree) if isinstance(tree, dict | list) else 0
