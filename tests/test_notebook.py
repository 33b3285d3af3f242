"""What notebooks show, and the plain values of lists."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

import wbtyped
from tests.run_logging import log_run
from wbtyped import Api, DownloadResult, FailedFile, Paginator
from wbtyped.errors import NotFoundError
from wbtyped.notebook import MAX_LENGTH, MAX_ROWS, dicts_html, linked, object_html
from wbtyped.server import WandbServer

HOSTILE = '</td><script>document.title="broken"</script><img src=x onerror="document.title=1">'
ALLOWED = {"table", "caption", "thead", "tbody", "tr", "th", "td", "a"}
ATTRIBUTES = {"style", "href", "target", "rel"}
RUN = "me/tables/run-1"


class Shown(HTMLParser):
    """Read a table as a browser does; fails at everything that a table of ours has not."""

    def __init__(self, page: str | None) -> None:
        super().__init__()
        assert page is not None
        self.cells: list[str] = []
        self.links: list[str] = []
        self.rows = 0
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED
        assert {name for name, _ in attrs} <= ATTRIBUTES
        self.open.append(tag)
        self.rows += tag == "tr"
        if tag in {"caption", "th", "td"}:
            self.cells.append("")
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.cells[-1] += data


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
LISTS_OR_OBJECTS = st.lists(SCALARS) | st.dictionaries(st.text(), SCALARS)


@given(st.text(), st.dictionaries(st.text(), SCALARS | LISTS_OR_OBJECTS, max_size=5))
def test_table_of_any_values_is_well_formed(title: str, values: dict[str, JsonValue]) -> None:
    page = object_html(title, values)
    Shown(page)
    page.encode()  # raises for half a surrogate pair, which the notebook could not send
    assert all(character.isprintable() or character in "\u200c\u200d" for character in page)


@given(st.text(alphabet="<>&\"'ab é/=", max_size=MAX_LENGTH))
def test_text_is_shown_as_it_is(text: str) -> None:
    shown = Shown(dicts_html(text, ["name"], [{"name": text}]))
    assert shown.cells == [text, "name", text]


def test_long_value_is_cut() -> None:
    [_, _, value] = Shown(object_html("title", {"notes": "é" * 5000})).cells
    assert value == "é" * MAX_LENGTH + "…"


def test_direction_marks_and_control_characters_are_escaped() -> None:
    [_, _, value] = Shown(
        object_html("title", {"name": "a\u202egpj.exe\x1b[0m\nb 👩\u200d💻"})
    ).cells
    assert value == "a\\u202egpj.exe\\x1b[0m b 👩\u200d💻"


@pytest.mark.parametrize(
    "page", ["javascript:alert(1)", "data:text/html,x", "//host/x", "ftp://h/x", " javascript:x"]
)
def test_only_web_pages_become_links(page: str) -> None:
    assert linked("name", page) == linked("name", None) == "name"
    assert Shown(f"<table><caption>{linked('n', 'https://h/?a=1&b=%22')}</caption></table>").links


@pytest.fixture
def api(wandb_server: WandbServer) -> Api:
    files = {f"{number:03}-{HOSTILE}": b"hello" for number in range(30)}
    log_run(
        wandb_server, RUN, config={"lr": 0.1}, summary={"loss": 0.5}, displayName=HOSTILE,
        notes=HOSTILE, tags=["best"],
    )  # fmt: skip
    wandb_server.add_run(RUN, files)
    for rows in (1, 2):
        wandb_server.add_artifact(
            "me/tables/data", "dataset", {f"{HOSTILE}.csv": f"{rows}"},
            metadata={"rows": rows, "note": HOSTILE}, logged_by=RUN,
        )  # fmt: skip
    wandb_server.add_organization("acme", "acme-org", teams=["me"])
    wandb_server.link_artifact("me/tables/data:v1", "acme-org/wandb-registry-shelf/kept")
    wandb_server.requests.clear()
    return Api()


@dataclass
class DataMetadata:
    """The metadata of the versions."""

    rows: int
    note: str


T = TypeVar("T")
OBJECTS: list[tuple[str, Callable[[Api], object], list[str]]] = [
    ("file", lambda api: api.run(RUN).files(per_page=1)[0], ["5 B"]),
    ("run", lambda api: api.run(RUN), ["me", "run-1", "finished", '{"lr": 0.1}']),
    ("artifact", lambda api: api.artifact("me/tables/data:v1"), ["data:v1", "1 B", "latest"]),
    ("collection", lambda api: api.artifact_collection("dataset", "me/tables/data"), ["dataset"]),
    ("type", lambda api: api.artifact_type("dataset", "me/tables"), ["dataset"]),
    ("project", lambda api: api.project("tables", "me"), ["tables"]),
    ("registry", lambda api: api.registry("shelf", "acme"), ["acme", "shelf"]),
]
LISTS: list[tuple[str, Callable[[Api], object], str, list[str]]] = [
    ("files", lambda api: api.run(RUN).files(), ", first 20 of 30", []),
    ("files by page", lambda api: api.run(RUN).files(per_page=25), ", first 20 of 30", []),
    ("runs", lambda api: api.runs("me/tables"), ", 1 item", ["run-1", "finished", "best"]),
    ("collections", lambda api: api.artifact_collections("me/tables", "dataset"), "", ["data"]),
    ("artifacts", lambda api: api.artifacts("dataset", "me/tables/data"), ", 2 items", ["data:v1"]),
    (
        "typed artifacts",
        lambda api: api.artifacts("dataset", "me/tables/data", metadata=DataMetadata),
        ", 2 items",
        ["data:v1"],
    ),
    ("run artifacts", lambda api: api.run(RUN).logged_artifacts(), ", 2 items", ["data:v0"]),
    ("artifact files", lambda api: api.artifact("me/tables/data").files(), ", 1 item", ["1 B"]),
    ("types", lambda api: api.artifact_types("me/tables"), ", 1 item", ["dataset"]),
    ("projects", lambda api: api.projects("me"), "", ["tables"]),
    ("registries", lambda api: api.registries("acme"), ", 1 item", ["shelf"]),
    ("in registries", lambda api: api.registries("acme").collections(), "", ["kept"]),
    ("versions in registries", lambda api: api.registries("acme").versions(), "", ["kept:v0"]),
    ("all collections", lambda api: api.project("tables", "me").collections(), "", ["data"]),
]  # fmt: skip


def shown(value: object) -> Shown:
    """Return the table that a notebook shows for a value."""
    page = getattr(value, "_repr_html_")()  # noqa: B009
    assert "signature" not in page.lower()
    return Shown(page)


@pytest.mark.parametrize(
    ("find", "values"), [row[1:] for row in OBJECTS], ids=[row[0] for row in OBJECTS]
)
def test_object_shows_its_values_without_a_request(
    api: Api, wandb_server: WandbServer, find: Callable[[Api], object], values: list[str]
) -> None:
    found = find(api)
    wandb_server.requests.clear()
    assert set(values) <= set(shown(found).cells)
    assert not wandb_server.requests.operations()


@pytest.mark.parametrize(
    ("find", "count", "values"), [row[1:] for row in LISTS], ids=[row[0] for row in LISTS]
)
def test_list_shows_its_first_page(
    api: Api, wandb_server: WandbServer, find: Callable[[Api], object], count: str,
    values: list[str],
) -> None:  # fmt: skip
    found = find(api)
    wandb_server.requests.clear()
    table = shown(found)
    assert table.cells[0] == f"{found!r}{count}" or not count
    assert set(values) <= set(table.cells)
    assert table.rows <= 1 + MAX_ROWS
    assert shown(found).cells == table.cells
    sent = [name for name in wandb_server.requests.operations() if name != "ServerFeatures"]
    assert len(sent) == 1


def test_list_that_is_filtered_here_does_not_claim_a_total(api: Api) -> None:
    versions = api.artifacts("dataset", "me/tables/data", per_page=1, tags="none")
    assert shown(versions).cells == [f"{versions!r}, first 0, and there are more"]


def test_list_that_cannot_be_fetched_shows_its_plain_form(
    api: Api, wandb_server: WandbServer
) -> None:
    files, missing = api.run(RUN).files(), api.runs("me/nothing")
    wandb_server.close()
    assert getattr(files, "_repr_html_")() is None  # noqa: B009
    assert getattr(missing, "_repr_html_")() is None  # noqa: B009


def test_links_lead_to_pages(api: Api) -> None:
    run = api.run(RUN)
    assert shown(run).links == shown(api.runs("me/tables")).links == [run.url]
    artifact = api.artifact("me/tables/data:v1")
    assert shown(artifact).links == [artifact.url]


def test_download_result_shows_failures_alone() -> None:
    error = NotFoundError("a.txt does not exist", path="a.txt", missing="file")
    written = [f"{number}.txt" for number in range(1000)]
    result = DownloadResult(
        Path("to"), written, failed=[FailedFile(HOSTILE, error)],
        unverified={"0.txt": "no digest"}, size=7,
    )  # fmt: skip
    table = shown(result)
    assert table.cells[0] == "<DownloadResult 1,000 written, 1 failed, 1 unverified, 7 B in to>"
    assert table.cells[4:10] == [
        HOSTILE, "failed", "a.txt does not exist", "0.txt", "written", "no digest",
    ]  # fmt: skip
    assert table.rows == 3
    assert result.to_dicts()[2] == {"name": "1.txt", "outcome": "written", "reason": None}


async def test_to_dicts_reads_the_whole_list(api: Api) -> None:
    run = api.run(RUN)
    rows = run.files(per_page=7).to_dicts()
    assert len(rows) == 30
    assert rows == await run.files(per_page=7).ato_dicts()
    assert rows[0] == {
        "name": f"000-{HOSTILE}", "size": 5, "mimetype": rows[0]["mimetype"],
        "md5": "XUFAKrxLKna5cZ2REBfFkg==", "digest": None, "updated_at": run.files()[0].updated_at,
    }  # fmt: skip
    await api.aclose()


def test_to_dicts_of_runs_has_their_config_if_it_came_with_them(api: Api) -> None:
    [lazy] = api.runs("me/tables").to_dicts()
    [row] = api.runs("me/tables", lazy=False).to_dicts()
    assert row == {**lazy, "config": {"lr": 0.1}, "summary": {"loss": 0.5}}
    assert (row["id"], row["name"], row["tags"]) == ("run-1", HOSTILE, ["best"])
    assert api.run(RUN).to_dict() == row


def test_to_dict_of_a_version_has_its_unsaved_edits_as_plain_values(api: Api) -> None:
    artifact = api.artifact("me/tables/data:v1")
    artifact.metadata["pair"] = (1, float("nan"))
    row = artifact.to_dict()
    assert row["metadata"] == {"rows": 2, "note": HOSTILE, "pair": [1, None]}
    assert json.loads(json.dumps(row)) == row


def test_columns_are_those_of_the_documentation(api: Api) -> None:
    page = Path(__file__).parents[1] / ".github/docs/pages/how-to/tables.md"
    documented: dict[str, list[str]] = {}
    for kinds, columns in re.findall(r"^\| (`\w+`.*) \| (`.*)", page.read_text(), re.MULTILINE):
        for kind in re.findall(r"`(\w+)`", kinds):
            documented[kind] = re.findall(r"`(\w+)`", re.sub(r"\(.*\)|`lazy=False`", "", columns))
    lists = [find(api) for _, find, _, _ in LISTS] + [api.runs("me/tables", lazy=False)]
    public: list[type[object]] = [getattr(wbtyped, name) for name in wbtyped.__all__]
    kinds = {kind.__name__ for kind in public if issubclass(kind, Paginator)}
    assert {type(one).__name__ for one in lists} == kinds - {"Paginator", "SizedPaginator"}
    for one in lists:
        [row, *_] = getattr(one, "to_dicts")()  # noqa: B009
        kind = type(one).__name__
        lazy = {"config", "summary"} - row.keys() if kind == "Runs" else set[str]()
        assert list(row) == [name for name in documented[kind] if name not in lazy]


def test_rows_are_plain_json(api: Api) -> None:
    for _, find, _, _ in LISTS:
        rows = getattr(find(api), "to_dicts")()  # noqa: B009
        assert json.loads(json.dumps(rows)) == rows != []


NOTEBOOK = f"""
from wbtyped import Api
api = Api()
run = api.run({RUN!r})
---
run
---
run.files()
---
api.runs("me/tables")
---
api.artifact("me/tables/data:v1")
---
api.artifacts("dataset", "me/tables/data")
---
run.files(["000-absent"]).download("out", on_error="collect")
---
api.runs("me/absent")
"""


def run_cells(folder: Path) -> list[Mapping[str, str]]:
    """Run the notebook in a kernel; return what each cell that shows something would display."""
    program = """
import json, nbclient, nbformat, sys
cells = [nbformat.v4.new_code_cell(cell) for cell in sys.argv[1].split("---\\n")]
book = nbformat.v4.new_notebook(cells=cells)
nbclient.NotebookClient(book, timeout=120).execute()
print(json.dumps([output["data"] for cell in book.cells for output in cell["outputs"]]))
"""
    command = [sys.executable, "-W", "ignore", "-c", program, NOTEBOOK]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    displays: list[Mapping[str, str]] = json.loads(done.stdout.splitlines()[-1])
    return displays


BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


def browse(page: Path, *options: str) -> str:
    """Open a page in a browser without a window; return what it prints."""
    assert BROWSER is not None
    command = [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1000,2400",
        f"--user-data-dir={page.parent / 'profile'}", *options, page.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout


@pytest.mark.slow
def test_kernel_displays_tables_that_a_browser_renders_as_text(
    api: Api, wandb_server: WandbServer, tmp_path: Path
) -> None:
    displays = run_cells(tmp_path)
    tables = [display["text/html"] for display in displays[:-1]]
    assert [Shown(table).cells[0].split()[0] for table in tables] == [
        "<Run", "<Files", "<Runs", "<Artifact", "<Artifacts", "<DownloadResult",
    ]  # fmt: skip
    assert displays[-1] == {"text/plain": "<Runs me/absent>"}, "it could not be fetched"
    if BROWSER is None:
        pytest.skip("no Chromium on this machine, to render them with")
    body = "\n".join(tables)
    page = tmp_path / "page.html"
    page.write_text(
        '<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        f"<title>intact</title>{body}",
        encoding="utf-8",
    )
    document = browse(page, "--dump-dom", "--virtual-time-budget=2000")
    assert "<title>intact</title>" in document
    assert not {"<script", "<img"} & {tag for tag in ("<script", "<img") if tag in document}
    picture = tmp_path / "page.png"
    browse(page, f"--screenshot={picture}")
    assert picture.read_bytes().startswith(b"\x89PNG")
