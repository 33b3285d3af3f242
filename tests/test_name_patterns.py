"""Shell patterns select names as users expect, and their LIKE pattern never leaves one out."""

import re
from fnmatch import fnmatchcase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wbtyped.errors import UsageError
from wbtyped.name_patterns import like_of_glob, looks_like_glob, matches_glob

NAMES = [
    "a.png", "b.txt", ".hidden", "media/a.png", "media/c.txt", "media/images/a.png",
    "media/images/deep/d.png", "x/media/e.png", "A.PNG", "a*b", "a[1].pt", "epoch-1.pt",
    "epoch-12.pt",
]  # fmt: skip
SELECTED = {
    "*.png": ["a.png", "media/a.png", "media/images/a.png", "media/images/deep/d.png",
              "x/media/e.png"],
    "/*.png": ["a.png"],
    "a.png": ["a.png", "media/a.png", "media/images/a.png"],
    "/a.png": ["a.png"],
    "media/*.png": ["media/a.png"],
    "media/*": ["media/a.png", "media/c.txt"],
    "media/**": ["media/a.png", "media/c.txt", "media/images/a.png", "media/images/deep/d.png"],
    "media/": ["media/a.png", "media/c.txt", "media/images/a.png", "media/images/deep/d.png"],
    "media/**/a.png": ["media/a.png", "media/images/a.png"],
    "**/images/*.png": ["media/images/a.png"],
    "**/media/*": ["media/a.png", "media/c.txt", "x/media/e.png"],
    "*/*/*.png": ["media/images/a.png", "x/media/e.png"],
    "**": NAMES,
    "*": NAMES,
    "?.png": ["a.png", "media/a.png", "media/images/a.png", "media/images/deep/d.png",
              "x/media/e.png"],
    "/[a-c].*": ["a.png", "b.txt"],
    "/[!a].*": ["b.txt", "A.PNG"],
    "/[^a].*": ["b.txt", "A.PNG"],
    "[!--]*.png": ["a.png", "media/a.png", "media/images/a.png", "media/images/deep/d.png",
                   "x/media/e.png"],
    ".*": [".hidden"],
    "epoch-[0-9].pt": ["epoch-1.pt"],
    "epoch-?.pt": ["epoch-1.pt"],
    "a[*]b": ["a*b"],
    "a[[]1].pt": ["a[1].pt"],
    "*.PNG": ["A.PNG"],
    "none*": [],
    "[": [],
}  # fmt: skip


@pytest.mark.parametrize("glob", SELECTED)
def test_glob_selects_names(glob: str) -> None:
    assert [name for name in NAMES if matches_glob(name, glob)] == SELECTED[glob]


@pytest.mark.parametrize("glob", ["", "/", "//", "[z-a]", "a[9-0]", "[?--]"])
def test_glob_of_no_name_is_refused(glob: str) -> None:
    with pytest.raises(UsageError, match="glob"):
        matches_glob("a", glob)


@pytest.mark.parametrize(
    ("glob", "like"),
    [
        ("*.png", "%.png"), ("/*.png", "%.png"), ("media/*.png", "media/%.png"),
        ("model.pt", "%model.pt"), ("/model.pt", "model.pt"), ("media/**/x", "media/%x"),
        ("**/x/*.csv", "%x/%.csv"), ("a[0-9]?.pt", "%a__.pt"), ("media/", "media/%"),
        ("a\\b", "%a_b"), ("*", None), ("**", None), ("**/*", None),
    ],
)  # fmt: skip
def test_glob_becomes_a_tight_like_pattern(glob: str, like: str | None) -> None:
    assert like_of_glob(glob) == like


ALPHABET = "aB./*?[]!-_%\\"


def like(pattern: str, name: str) -> bool:
    """Match without escapes, as the strictest server does."""
    rule = "".join({"%": ".*", "_": "."}.get(c) or re.escape(c) for c in pattern)
    return re.fullmatch(rule, name, re.DOTALL | re.IGNORECASE) is not None


@settings(max_examples=1000)
@given(st.text(ALPHABET, max_size=8), st.text(ALPHABET, min_size=1, max_size=8))
def test_like_pattern_leaves_out_nothing_that_the_glob_selects(glob: str, name: str) -> None:
    try:
        selected = matches_glob(name, glob)
    except UsageError:
        return
    pattern = like_of_glob(glob)
    assert not selected or pattern is None or like(pattern, name)


@given(st.text("ab.*?[]!", min_size=1, max_size=6), st.text("ab.*]!", min_size=1, max_size=5))
def test_glob_without_slash_is_fnmatch_of_the_last_part(glob: str, last: str) -> None:
    assert matches_glob(last, glob) == fnmatchcase(last, glob)
    assert matches_glob(f"x/y/{last}", glob) == fnmatchcase(last, glob)


def test_like_pattern_that_was_meant_as_glob_is_recognized() -> None:
    assert all(map(looks_like_glob, ["*.png", "a?", "[ab]"]))
    assert not any(map(looks_like_glob, ["%.png", "a_b", "plain"]))
