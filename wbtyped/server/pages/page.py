"""What a page function returns, and how it is rendered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, select_autoescape
from pydantic import JsonValue
from pydantic_core import to_json


@dataclass(frozen=True, slots=True)
class Page:
    """A template with its values."""

    template: str
    title: str
    values: Mapping[str, object] = field(default_factory=dict[str, object])
    trail: Sequence[tuple[str, str]] = ()
    """The pages above this one: titles and URL paths."""


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
    return made


def render(page: Page, **more: object) -> str:
    """Return the HTML of a page."""
    template = environment().get_template(page.template)
    return template.render(title=page.title, trail=page.trail, **page.values, **more)


def link(parts: Sequence[object]) -> str:
    """Return the URL path of some names."""
    return "/" + "/".join(quote(str(part), safe="") for part in parts)


def query(given: Mapping[str, object], **changes: object) -> str:
    """Return a query string; parameters without a value are left out."""
    return "?" + urlencode({name: value for name, value in {**given, **changes}.items() if value})


def cell(value: JsonValue) -> str:
    """Return a value of a table: strings themselves, others as JSON."""
    return value if isinstance(value, str) else to_json(value).decode()


def minute(moment: object) -> str:
    """Return a time as it is stored, in UTC to the minute."""
    return "" if moment is None else f"{str(moment)[:16].replace('T', ' ')} UTC"
