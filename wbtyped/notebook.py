"""Tables of plain values, and the HTML that notebooks show for them.

Names and messages come from servers and may contain anything: every value is escaped and cut, and
only URLs of web pages become links. The HTML has no colours of its own, so that it can be read in
light and dark notebooks, and it refers to nothing that would have to be loaded.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from pydantic import JsonValue

from .errors import WbtypedError
from .units import human_size

MAX_ROWS = 20
MAX_LENGTH = 200
"""Characters shown of one value, such as the notes of a run."""
JOINERS = "\u200c\u200d"
"""Characters that Python does not call printable, but some scripts and emoji are written with."""
LEFT = ' style="text-align: left"'
"""Notebooks align tables to the right."""


class Record:
    """An object that can be a row of a table, and that a notebook shows as a table of its values.

    `__columns__` are the values that a notebook shows of each object in a list.
    """

    __slots__ = ()

    __columns__: ClassVar[tuple[str, ...]] = ()

    def to_dict(self) -> dict[str, JsonValue]:
        """Return plain values, for a row of a table. Sends nothing."""
        raise NotImplementedError

    def __page__(self) -> str | None:
        """Return the URL of its web page, if no request is needed to know it."""
        return None

    def _repr_html_(self) -> str | None:
        """Show the values in a notebook; None if they cannot be read."""
        try:
            return object_html(repr(self), self.to_dict(), self.__page__())
        except WbtypedError:
            return None


def records_html(title: str, records: Sequence[Record]) -> str:
    """Return a table of the first records of a list."""
    columns = records[0].__columns__ if records else ()
    return table_html(escaped(title), columns, map(record_html, records[:MAX_ROWS]))


def record_html(record: Record) -> str:
    """Return the row of a record; its first value leads to its web page."""
    values = record.to_dict()
    name, *others = (shown(column, values[column]) for column in record.__columns__)
    return row_html([linked(name, record.__page__()), *others])


def dicts_html(title: str, columns: Sequence[str], rows: Sequence[Mapping[str, JsonValue]]) -> str:
    """Return a table of the first rows of plain values."""
    cells = ([shown(column, row[column]) for column in columns] for row in rows[:MAX_ROWS])
    return table_html(escaped(title), columns if rows else (), map(row_html, cells))


def object_html(title: str, values: Mapping[str, JsonValue], page: str | None = None) -> str:
    """Return a table with one row per value; empty ones are left out."""
    rows = (
        f"<tr><th{LEFT}>{escaped(name)}</th><td{LEFT}>{shown(name, value)}</td></tr>"
        for name, value in values.items()
        if value not in (None, "", [], {})
    )
    return table_html(linked(escaped(title), page), (), rows)


def table_html(caption: str, columns: Iterable[str], rows: Iterable[str]) -> str:
    """Return a table; the caption and the rows are HTML already."""
    headings = "".join(f"<th{LEFT}>{escaped(column)}</th>" for column in columns)
    head = f"<thead><tr>{headings}</tr></thead>" if headings else ""
    body = "".join(rows)
    return f"<table><caption{LEFT}>{caption}</caption>{head}<tbody>{body}</tbody></table>"


def row_html(cells: Iterable[str]) -> str:
    """Return a row; the cells are HTML already."""
    return f"<tr>{''.join(f'<td{LEFT}>{cell}</td>' for cell in cells)}</tr>"


def linked(content: str, page: str | None) -> str:
    """Return HTML as a link to a web page; as it is, without one."""
    if page is None or not page.startswith(("http://", "https://")):
        return content
    from html import escape

    return f'<a href="{escape(page)}" target="_blank" rel="noopener noreferrer">{content}</a>'


def shown(column: str, value: JsonValue) -> str:
    """Return a value as HTML: sizes with their unit, lists as one line, objects as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return human_size(value) if column == "size" else f"{value:,}"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return escaped(", ".join(map(str, value)))
    return escaped(json.dumps(value, ensure_ascii=False, default=str))


def escaped(text: str) -> str:
    """Return text as HTML, cut, without characters that hide or reorder what is shown."""
    from html import escape  # late: it imports the names of all entities

    cut = f"{text[:MAX_LENGTH]}…" if len(text) > MAX_LENGTH else text
    return escape("".join(map(visible, cut)))


def visible(character: str) -> str:
    """Return a character, or the escape of one that cannot be seen."""
    if character.isprintable() or character in JOINERS:
        return character
    return " " if character.isspace() else character.encode("unicode_escape").decode("ascii")
