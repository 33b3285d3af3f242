"""What a page function returns, and how it is rendered."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, select_autoescape
from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class Page:
    """A template with its values."""

    template: str
    title: str
    values: Mapping[str, object] = field(default_factory=dict[str, object])
    trail: Sequence[tuple[str, str]] = ()
    """The pages above this one: titles and URL paths."""


class Redirect(NamedTuple):
    """The URL path of the page that has what was asked for."""

    location: str


@cache
def environment() -> Environment:
    """Return the templates; every value is escaped."""
    made = Environment(
        loader=PackageLoader("wbtyped.server.pages"), autoescape=select_autoescape(default=True),
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters["link"] = link
    made.filters["minute"] = minute
    made.filters["cell"] = cell
    made.filters["query"] = query
    made.filters["excerpt"] = excerpt
    made.filters["short"] = short
    made.filters["duration"] = duration
    return made


def render(page: Page, **more: object) -> str:
    """Return the HTML of a page."""
    template = environment().get_template(page.template)
    return template.render(title=page.title, trail=page.trail, **page.values, **more)


def link(parts: Sequence[object]) -> str:
    """Return the URL path of some names."""
    return "/" + "/".join(quote(str(part), safe="", errors="replace") for part in parts)


def query(given: Mapping[str, object], **changes: object) -> str:
    """Return a query string; parameters without a value are left out, lists are repeated."""
    found = {name: value for name, value in {**given, **changes}.items() if value}
    return "?" + urlencode(found, doseq=True, errors="replace")


def cell(value: JsonValue) -> str:
    """Return a value of a table: strings themselves, others as JSON, NaN as clients write it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def short(value: JsonValue) -> str:
    """Return a value of a table where there is little room: numbers to five digits."""
    is_long = isinstance(value, float) and math.isfinite(value)
    return f"{value:.5g}" if is_long else cell(value)


def duration(seconds: float) -> str:
    """Return a duration in its two largest units."""
    rest = max(int(seconds), 0)
    parts: list[str] = []
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        if rest >= length:
            parts.append(f"{rest // length} {unit}")
        rest %= length
    return " ".join(parts[:2]) or "0 s"


def excerpt(value: JsonValue, most: int = 10_000) -> str:
    """Return a value of a table, or its beginning if it is long."""
    found = cell(value)
    return found if len(found) <= most else f"{found[:most]}… ({len(found):,} characters)"


def minute(moment: object) -> str:
    """Return a time as it is stored, in UTC to the minute."""
    return "" if moment is None else f"{str(moment)[:16].replace('T', ' ')} UTC"
