"""A usage report as one page with pictures, which needs no network."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple, TypeAlias

from pydantic import JsonValue

from ..extras import import_optional
from ..units import counted, human_size
from .usage_values import FileGroup, UsageGroup

Groups: TypeAlias = Mapping[str, Sequence[UsageGroup]]
SHOWN = 25
"""How many bars a picture has at most."""
MOST_TILES = 2000
COLOURS = {"size": "#9aa5b1", "distinct": "#4c78a8", "freed": "#e45756"}
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none';
  script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:">
<title>{title}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem }}
h1 {{ font-size: 1.4rem }}
h2 {{ font-size: 1.1rem; margin: 2rem 0 0 }}
</style>
<h1>{title}</h1>
<p>{summary}</p>
{sections}
<script>{library}</script>
<script>
for (const [id, figure] of Object.entries({figures}))
  Plotly.newPlot(id, figure.data, figure.layout, {{responsive: true, displayModeBar: false}});
</script>
</html>
"""


def usage_page(
    path: str, total: UsageGroup, groups: Groups, files: Mapping[str, Sequence[FileGroup]]
) -> str:
    """Return a report as HTML with everything inlined; raises ImportError without the extra."""
    library = plotting_library()
    figures: dict[str, JsonValue] = {
        "By project, type and collection": treemap(path, total, groups)
    }
    figures |= {kind.capitalize(): bars(members) for kind, members in groups.items() if members}
    figures |= {heading: file_bars(members) for heading, members in files.items() if members}
    numbered = {f"figure-{number}": figure for number, figure in enumerate(figures.values())}
    sections = [
        f'<h2>{escape(heading)}</h2><div id="{key}"></div>'
        for heading, key in zip(figures, numbered, strict=True)
    ]
    return PAGE.format(
        title=escape(f"Storage of {path}"),
        summary=escape(summary(total)),
        sections="\n".join(sections),
        library=library,
        figures=script_json(numbered),
    )


def plotting_library() -> str:
    """Return plotly.js as a script; raises ImportError that says what to install."""
    offline = import_optional("wbtyped.storage", "plotly.offline", "report")
    return str(offline.get_plotlyjs())


def summary(total: UsageGroup) -> str:
    """Return the totals in a sentence."""
    return (
        f"{human_size(total.size)} by the books, {human_size(total.distinct_size)} distinct, in"
        f" {counted(total.version_count, 'version')}; {human_size(total.run_files_size)} in files"
        f" of runs, {human_size(total.reference_size)} stored elsewhere."
    )


def script_json(value: JsonValue) -> str:
    """Return JSON for a script, which no name in it can end."""
    return json.dumps(value).replace("<", "\\u003c").replace("\u2028", "\\u2028")


def plain(text: str) -> str:
    """Return text that Plotly shows as it is: it reads some HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Tile(NamedTuple):
    """A rectangle of a treemap."""

    key: str
    parent: str
    label: str
    size: int
    text: str


def treemap(path: str, total: UsageGroup, groups: Groups) -> JsonValue:
    """Return a treemap by size: in projects types, and in these collections."""
    tiles = [Tile("/", "", path, total.size, sizes_text(total))]
    for project in groups["projects"]:
        key = f"/{project.path}"
        tiles.append(Tile(key, "/", project.name, project.size, sizes_text(project)))
        if size := project.run_files_size:
            tiles.append(Tile(f"{key}/run files", key, "files of runs", size, human_size(size)))
    for group in groups["types"]:
        parent = f"/{group.path.rpartition('/')[0]}"
        key = f"{parent}/type {group.type}"
        tiles.append(Tile(key, parent, group.name, group.size, sizes_text(group)))
    for group in groups["collections"][:MOST_TILES]:
        parent = f"/{group.path.rpartition('/')[0]}/type {group.type}"
        tiles.append(Tile(f"/{group.path}", parent, group.name, group.size, sizes_text(group)))
    columns: dict[str, list[JsonValue]] = {
        "ids": [tile.key for tile in tiles],
        "parents": [tile.parent for tile in tiles],
        "labels": [plain(tile.label) for tile in tiles],
        "values": [tile.size for tile in tiles],
        "text": [tile.text for tile in tiles],
    }
    trace: dict[str, JsonValue] = {
        "type": "treemap", "branchvalues": "total", "textinfo": "label+text",
        "hoverinfo": "label+text", **columns,
    }  # fmt: skip
    return {
        "data": [trace],
        "layout": {"height": 560, "margin": {"t": 10, "l": 0, "r": 0, "b": 10}},
    }


def sizes_text(group: UsageGroup) -> str:
    """Return the sizes of a group in words."""
    return (
        f"{human_size(group.size)}<br>{human_size(group.distinct_size)} distinct<br>"
        f"{human_size(group.freed_size)} freed"
    )


def bars(groups: Sequence[UsageGroup]) -> JsonValue:
    """Return bars of the largest groups: by the books, distinct, freed."""
    shown = list(reversed(groups[:SHOWN]))
    names: list[JsonValue] = [plain(group.path) for group in shown]
    values: dict[str, list[JsonValue]] = {
        "freed": [group.freed_size for group in shown],
        "distinct": [group.distinct_size for group in shown],
        "size": [group.size for group in shown],
    }
    data: list[JsonValue] = [
        bar(name, names, sizes, COLOURS[name]) for name, sizes in values.items()
    ]
    return {"data": data, "layout": bar_layout(len(shown) * 3)}


def file_bars(groups: Sequence[FileGroup]) -> JsonValue:
    """Return a bar for each of the largest groups of files."""
    shown = list(reversed(groups[:SHOWN]))
    names: list[JsonValue] = [plain(group.name) for group in shown]
    data = [bar("size", names, [group.size for group in shown], COLOURS["distinct"])]
    return {"data": data, "layout": bar_layout(len(shown) * 2)}


def bar(
    name: str, names: Sequence[JsonValue], sizes: Sequence[JsonValue], colour: str
) -> JsonValue:
    """Return one series of horizontal bars."""
    texts: list[JsonValue] = [human_size(size) if isinstance(size, int) else "" for size in sizes]
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": [*names],
        "x": [*sizes],
        "text": texts,
        "hovertemplate": "%{y}: %{text}",
        "marker": {"color": colour},
    }


def bar_layout(bars: int) -> JsonValue:
    """Return the layout of a picture with so many bars."""
    return {
        "height": 120 + 16 * bars,
        "barmode": "group",
        "margin": {"t": 10, "l": 10, "r": 10, "b": 40},
        "xaxis": {"title": {"text": "bytes"}, "exponentformat": "SI"},
        "yaxis": {"automargin": True, "type": "category"},
        "legend": {"traceorder": "reversed"},
    }
