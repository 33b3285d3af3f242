"""What of a file fits on a page: text, the first rows of a table, or an image."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pydantic import BaseModel, JsonValue, ValidationError

from .page import cell

TEXT_BYTES = 64 * 1024
TABLE_BYTES = 8 * 1024 * 1024
TABLE_ROWS = 50
IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")
SEPARATORS = {".csv": ",", ".tsv": "\t"}


@dataclass(frozen=True, slots=True)
class Preview:
    """What to show of a file; of the fields at most one is set."""

    text: str | None = None
    columns: Sequence[str] | None = None
    rows: Sequence[Sequence[object]] = ()
    is_image: bool = False
    is_cut: bool = False
    """True if there is more than is shown."""


class TableFile(BaseModel):
    """A table as W&B clients log it."""

    columns: list[JsonValue]
    data: list[list[JsonValue]]


def preview(name: str, path: Path, size: int) -> Preview:
    """Return what to show of a file with this name."""
    lowered = name.lower()
    if lowered.endswith(IMAGES):
        return Preview(is_image=True)
    if lowered.endswith(".table.json") and size <= TABLE_BYTES:
        return logged_table(path) or text_preview(path, size)
    for suffix, separator in SEPARATORS.items():
        if lowered.endswith(suffix):
            return separated_table(path, size, separator) or text_preview(path, size)
    found = text_preview(path, size)
    return indented(found) if lowered.endswith(".json") else found


def indented(found: Preview) -> Preview:
    """Return JSON of one line on several, which people can read."""
    if found.text is None or found.is_cut or "\n" in found.text.strip():
        return found
    try:
        return Preview(text=json.dumps(json.loads(found.text), indent=2, ensure_ascii=False))
    except (ValueError, RecursionError):
        return found


def text_preview(path: Path, size: int) -> Preview:
    """Return the beginning of a text file; nothing of one that is not UTF-8."""
    with path.open("rb") as stream:
        content = stream.read(TEXT_BYTES)
    is_cut = size > len(content)
    try:
        # The cut may be inside a character.
        text = content.decode("utf-8", "ignore" if is_cut else "strict")
    except UnicodeDecodeError:
        return Preview()
    return Preview() if "\0" in text else Preview(text=text, is_cut=is_cut)


def logged_table(path: Path) -> Preview | None:
    """Return the first rows of a table that a client logged; None if it is not one."""
    try:
        found = TableFile.model_validate_json(path.read_bytes())
    except ValidationError:
        return None
    shown = [[cell(value) for value in row] for row in found.data[:TABLE_ROWS]]
    return Preview(
        columns=[cell(name) for name in found.columns],
        rows=shown,
        is_cut=len(found.data) > TABLE_ROWS,
    )


def separated_table(path: Path, size: int, separator: str) -> Preview | None:
    """Return the first rows of a file of separated values; None if it cannot be read."""
    with path.open("rb") as stream:
        text = stream.read(TEXT_BYTES).decode("utf-8", "replace")
    lines = text.splitlines()
    if size > TEXT_BYTES:
        lines = lines[:-1]
    try:
        header, *rows = islice(csv.reader(lines, delimiter=separator), TABLE_ROWS + 2)
    except (csv.Error, ValueError):
        return None
    is_cut = size > TEXT_BYTES or len(rows) > TABLE_ROWS
    return Preview(columns=header, rows=rows[:TABLE_ROWS], is_cut=is_cut)
