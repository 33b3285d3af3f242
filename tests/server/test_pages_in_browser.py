"""The pages in a real browser: charts, more files, no request elsewhere, no script of others."""

import json
import re
import shutil
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page, sync_playwright

from wbtyped.server import WandbServer

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]
one_scheme = pytest.mark.parametrize("page", ["light"], indirect=True)
"""For what has nothing to do with colors, to save time."""
SCRIPT = '<script>document.title = "stolen"</script><img src=x onerror="document.title=\'stolen\'">'


def chunk(kind: bytes, body: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + check


def picture() -> bytes:
    """Return a PNG of one green pixel."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\0\xff\0")
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    many = {f"f{number:06}.txt": b"x" for number in range(1_000)}
    wandb_server.add_run(
        "crew/ship/log",
        {
            "media/dot.png": picture(), f"{SCRIPT.replace('/', '')}.txt": SCRIPT,
            "media/t.table.json": json.dumps({"columns": [SCRIPT], "data": [[SCRIPT]]}),
        },
        config={SCRIPT: SCRIPT}, history=[{"loss": 1 / (step + 1)} for step in range(50)],
        tags=[SCRIPT], display_name=SCRIPT,
    )  # fmt: skip
    wandb_server.add_run("crew/ship/many", many)
    wandb_server.add_run("crew/ship/two", history=[{SCRIPT: step} for step in range(9)])
    for content in (SCRIPT, f"{SCRIPT} again"):
        wandb_server.add_artifact(
            "crew/ship/data", "dataset", {"a.txt": content, f"{SCRIPT}.txt": content},
            metadata={"note": SCRIPT}, description=SCRIPT, logged_by="crew/ship/log",
            used_by=["crew/ship/many"], tags=[SCRIPT],
        )  # fmt: skip
    return wandb_server


@pytest.fixture(params=["light", "dark"])
def page(server: WandbServer, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that is signed in by the form; every error of scripts and policies fails the test."""
    context = chromium.new_context(color_scheme=request.param)
    page, errors = context.new_page(), list[str]()
    own = (server.url, server.storage_url)
    page.goto(f"{server.url}/crew/ship/runs/log")
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda sent: None if sent.url.startswith(own) else errors.append(sent.url))
    page.wait_for_function("document.activeElement.id === 'key'")
    page.keyboard.insert_text(server.api_key)
    page.keyboard.press("Enter")
    page.wait_for_selector("figure canvas")
    yield page
    assert errors == []
    context.close()


def test_run_page_draws_its_metrics(page: Page, tmp_path: Path) -> None:
    assert page.title().startswith(SCRIPT)
    assert page.locator("figure.chart").count() == 1
    assert page.locator("figure canvas").evaluate(
        "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v)"
    )
    assert len(page.screenshot(path=tmp_path / "run.png")) > 10_000


PAGES = (
    "", "crew", "crew/ship", "crew/ship?order=-config.x&name=x", f"crew/ship?tag={quote(SCRIPT)}",
    "crew/ship/runs/log", "crew/ship/storage", "crew/ship/artifacts", "crew/ship/artifacts/dataset",
    "crew/ship/artifacts/dataset/data", "crew/ship/artifacts/dataset/data/v1?compare=v0",
    f"crew/ship/artifacts/dataset/data/v1?compare={quote(SCRIPT)}",
    "crew/ship/artifacts/dataset/data/v0/files/a.txt", "crew/ship/charts", "crew/ship/compare",
    "crew/ship/compare?all=1", "crew/ship/charts?run=log&run=two&axis=runtime&metric=l",
    f"crew/ship/charts?metric={quote(SCRIPT)}", "crew/ship?where=config.x&is=gt&value=1",
    f"crew/ship/sweeps/{quote(SCRIPT, safe='')}", "authorize",
    "crew/ship/runs/log/files/media/t.table.json",
)  # fmt: skip


def test_names_and_values_run_no_script(page: Page, server: WandbServer) -> None:
    for path in PAGES:
        page.goto(f"{server.url}/{path}")
        assert page.title() != "stolen", path
        assert page.locator("main img, main script").count() == 0, path


CHECK = Path(__file__).with_name("check_page.js").read_text()


def test_pages_are_labelled_readable_and_fit(page: Page, server: WandbServer) -> None:
    for path in PAGES:
        page.goto(f"{server.url}/{path}")
        for width in (1280, 400):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(CHECK) == [], (path, width)


def test_pages_have_no_violations_of_accessibility_rules(page: Page, server: WandbServer) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    # A phone at night, a desk by day, to save time.
    is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    page.set_viewport_size({"width": 320 if is_dark else 1280, "height": 800})
    for path in PAGES:
        page.goto(f"{server.url}/{path}")
        page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
        found = axe.run(page)
        assert found.violations_count == 0, (path, found.generate_report())


@one_scheme
def test_runs_are_sorted_and_filtered_by_keyboard(page: Page, server: WandbServer) -> None:
    for number in range(3):
        server.add_run(
            f"crew/few/r{number}", summary={"loss": number}, display_name=f"name{number}"
        )
    page.goto(f"{server.url}/crew/few")
    rows = page.locator("tbody th a")
    assert rows.all_inner_texts() == ["name2", "name1", "name0"]
    page.get_by_role("link", name="loss").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**order=-summary_metrics.loss")
    page.get_by_role("link", name="loss").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**order=%2Bsummary_metrics.loss")
    assert rows.all_inner_texts() == ["name0", "name1", "name2"]
    assert page.get_by_role("columnheader", name="loss").get_attribute("aria-sort") == "ascending"
    page.get_by_label("Name contains").fill("NAME1")
    page.keyboard.press("Enter")
    page.wait_for_url("**name=NAME1**")
    assert rows.all_inner_texts() == ["name1"]


@one_scheme
def test_lineage_leads_to_its_nodes_by_keyboard(page: Page, server: WandbServer) -> None:
    page.goto(f"{server.url}/crew/ship/artifacts/dataset/data/v1")
    page.locator("svg a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/runs/log")


def test_chart_shows_the_value_under_the_pointer(page: Page, server: WandbServer) -> None:
    page.goto(f"{server.url}/crew/ship/runs/log")
    page.locator("figure .u-over").hover()
    assert re.search(r"at step \d+$", page.locator("figcaption .shown").inner_text())


@one_scheme
def test_charts_of_ticked_runs_can_be_hidden_and_smoothed(page: Page, server: WandbServer) -> None:
    for number in range(3):
        history = [{"loss": (step % 2) * 10 + number} for step in range(50)]
        server.add_run(f"crew/few/r{number}", history=history, display_name=f"name{number}")
    page.goto(f"{server.url}/crew/few")
    for name in ("name2", "name0"):
        page.get_by_label(f"Choose {name}").focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Charts").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("figure canvas")
    legend = page.locator(".legend label")
    assert [text.split() for text in legend.all_inner_texts()] == [
        ["Show", "name2"], ["Show", "name0"],
    ]  # fmt: skip
    picture = "canvas => canvas.toDataURL()"
    seen = {page.locator("canvas").evaluate(picture)}
    page.get_by_label("Show name2").focus()
    page.keyboard.press("Space")
    seen.add(page.locator("canvas").evaluate(picture))
    page.get_by_label("Smoothing").focus()
    page.keyboard.press("End")
    page.wait_for_timeout(300)
    seen.add(page.locator("canvas").evaluate(picture))
    page.get_by_label("Logarithmic").check()
    seen.add(page.locator("canvas").evaluate(picture))
    assert len(seen) == 4
    page.locator("figure .u-over").hover()
    assert re.search(r" at step \d+$", page.locator("figcaption .shown").inner_text())
    page.locator("summary").last.click()
    assert page.get_by_role("table", name="Values of loss").get_by_role("row").count() == 3


@one_scheme
def test_chart_tells_whose_line_is_under_the_pointer(page: Page, server: WandbServer) -> None:
    for number in range(2):
        server.add_run(
            f"crew/few/r{number}", history=[{"loss": number}] * 50, display_name=f"name{number}"
        )
    page.goto(f"{server.url}/crew/few/charts")
    over = page.locator("figure .u-over")
    box = over.bounding_box()
    assert box
    over.hover(position={"x": box["width"] / 2, "y": 3})
    told = page.locator("figcaption .shown").inner_text()
    assert re.fullmatch(r"name1: 1 at step 2\d", told)


@one_scheme
def test_configurations_are_compared_by_keyboard(page: Page, server: WandbServer) -> None:
    for number in range(2):
        server.add_run(f"crew/few/r{number}", config={"lr": number, "same": 1})
    page.goto(f"{server.url}/crew/few")
    page.get_by_role("button", name="Compare configurations").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare?**")
    table = page.get_by_role("table", name="Configuration")
    assert table.get_by_role("rowheader").all_inner_texts() == ["lr"]
    page.get_by_role("link", name="Show all values").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**all=1**")
    assert table.get_by_role("rowheader").count() == 2


def test_focus_is_visible_and_pages_work_when_enlarged(page: Page, server: WandbServer) -> None:
    page.goto(f"{server.url}/crew/ship")
    for _ in range(12):
        page.keyboard.press("Tab")
        style = "getComputedStyle(document.activeElement)"
        assert page.evaluate(f"{style}.outlineStyle") != "none"
        assert page.evaluate(f"parseFloat({style}.outlineWidth)") >= 2
    page.set_viewport_size({"width": 640, "height": 400})  # 1280 pixels at 200 %
    for path in PAGES:
        page.goto(f"{server.url}/{path}")
        width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(width) <= 0, path


def test_values_are_there_without_scripts(server: WandbServer, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.url}/crew/ship/charts")
    page.fill("#key", server.api_key)
    page.keyboard.press("Enter")
    page.wait_for_selector("figure.chart")
    assert not page.get_by_label("Smoothing").is_visible()
    page.locator("summary").first.click()
    assert page.locator("figure table").first.is_visible()
    context.close()


@one_scheme
def test_image_of_storage_is_shown(page: Page, server: WandbServer) -> None:
    page.goto(f"{server.url}/crew/ship/runs/log/files/media/dot.png")
    assert page.locator("main img").evaluate("image => image.naturalWidth") == 1


@one_scheme
def test_more_files_are_loaded_by_keyboard(page: Page, server: WandbServer) -> None:
    page.goto(f"{server.url}/crew/ship/runs/many")
    rows = page.locator("th[scope=row] a", has_text=".txt")
    assert rows.count() == 100
    page.get_by_role("button", name="Show more files").focus()
    page.keyboard.press("Enter")
    assert rows.nth(199).inner_text() == "f000199.txt"
    assert rows.count() == 200


@one_scheme
def test_run_of_100_000_files_is_usable(page: Page, server: WandbServer) -> None:
    server.add_run("crew/large/log", {f"f{number:06}.txt": b"x" for number in range(100_000)})
    page.goto(f"{server.url}/crew/large/runs/log")
    rows = page.locator("th[scope=row] a", has_text=".txt")
    assert rows.count() == 100
    assert "100,000 files" in page.locator("main").inner_text()
    page.get_by_role("button", name="Show more files").click()
    assert rows.nth(199).inner_text() == "f000199.txt"
    page.goto(f"{server.url}/crew/large/runs/log/files/f099999.txt")
    assert "f099999.txt" in page.locator("h1").inner_text()
    page.goto(f"{server.url}/crew/large/storage")
    assert page.evaluate(CHECK) == []


@one_scheme
def test_skip_link_comes_first_and_tables_have_captions(page: Page, server: WandbServer) -> None:
    page.goto(f"{server.url}/crew/ship")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    assert page.locator("table").count() == page.locator("table > caption").count() > 0
    assert page.locator("h1").count() == 1
