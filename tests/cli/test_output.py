"""Escaped strings, readable sizes and counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtyped.cli.output import counted, human_size, printable


@given(st.text())
def test_printable_returns_only_printable_characters(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    shown.encode()


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_printable_keeps_ordinary_text(text: str) -> None:
    if text.isprintable():
        assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a b", "a b"),
        ("ü 図 🚀", "ü 図 🚀"),
        ("\x1b]0;x\x07", r"\x1b]0;x\x07"),
        ("\x9b\r\n\t\x00", r"\x9b\r\n\t\x00"),
        ("\u202e\u2066\ud800", r"\u202e\u2066\ud800"),
    ],
)
def test_printable_escapes_control_characters(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1024**2 - 1, "1.0 MiB"),
        (64 * 1024**2, "64.0 MiB"),
        (1024**3, "1.0 GiB"),
        (5 * 1024**4, "5.0 TiB"),
        (5000 * 1024**4, "5000.0 TiB"),
    ],
)
def test_human_size_picks_unit(size: int, shown: str) -> None:
    assert human_size(size) == shown


def test_counted_agrees_with_number() -> None:
    assert [counted(n) for n in (0, 1, 2, 1000)] == ["0 files", "1 file", "2 files", "1,000 files"]
    assert counted(1, "alias", "aliases") == "1 alias"
    assert counted(2, "alias", "aliases") == "2 aliases"
