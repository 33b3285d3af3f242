"""Opaque node ids: base64 of `Kind:row`, as W&B servers give them out."""

import base64

MAX_ROW_ID = 2**63 - 1
"""The largest integer that SQLite stores."""


def node_id(kind: str, row_id: int | str) -> str:
    """Return the opaque id of an object."""
    return base64.b64encode(f"{kind}:{row_id}".encode()).decode()


def decode_opaque(opaque: str) -> tuple[str, str]:
    """Return the parts before and after the first colon; both empty if it cannot be decoded."""
    try:
        before, _, after = base64.b64decode(opaque, validate=True).decode().partition(":")
    except ValueError:  # not base64, not ASCII or not UTF-8
        return "", ""
    return before, after


def parse_node_id(kind: str, opaque: str) -> int | None:
    """Return the row id in an opaque id, or None if it is not an id of this kind."""
    found_kind, digits = decode_opaque(opaque)
    return parse_row_id(digits) if found_kind == kind else None


def parse_row_id(digits: str) -> int | None:
    """Return a row id, or None; Python refuses to parse more than 4,300 digits."""
    if not digits.isdecimal() or len(digits) > 19 or int(digits) > MAX_ROW_ID:
        return None
    return int(digits)
