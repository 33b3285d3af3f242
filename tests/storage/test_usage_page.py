"""The page of a usage report: in a real browser, without a network, whatever names it shows."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.cli.conftest import Command, command
from wbtyped import Api
from wbtyped.extras import import_optional
from wbtyped.server import WandbServer

pytest.importorskip("plotly")
__all__ = ["command"]
HOSTILE = "</script><script>document.title='broken'</script><b>\"&amp;"
BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


@pytest.fixture
def page(wandb_server: WandbServer, api: Api, tmp_path: Path) -> Path:
    wandb_server.add_run("me/one/run-1", {f"{HOSTILE}.pt": b"1" * 3000, "media/a.png": b"2"})
    for number in range(3):
        files = {"same": b"s" * 2000, "own": b"%d" % number * 100}
        wandb_server.add_artifact("me/one/digits", "dataset", files, logged_by="me/one/run-1")
    wandb_server.add_artifact("me/one/net <b>", "model", {"weights": b"w" * 5000})
    wandb_server.add_artifact("me/two/faces", "dataset", {"face": b"f" * 4000})
    api.usage("me").save_html(tmp_path / "usage.html")
    return tmp_path / "usage.html"


class Tags(HTMLParser):
    """Collects the tags of a page, and the URLs in them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.urls: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.urls += [value or "" for name, value in attrs if name in {"src", "href"}]


def test_page_loads_nothing(page: Path) -> None:
    found = Tags(page.read_text())
    assert found.urls == []
    assert {"link", "img", "iframe", "b"} & {*found.tags} == set()
    assert found.tags.count("script") == 2, "the library and the figures"
    assert "default-src 'none'" in page.read_text()


def browse(page: Path, *options: str) -> str:
    """Open a page in a browser without a window and without a network; return what it prints."""
    if BROWSER is None:
        pytest.skip("no Chromium on this machine")
    command = [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1200,2600",
        "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={page.parent / 'profile'}",
        *options, page.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout


@pytest.mark.slow
def test_browser_shows_treemap_and_bars(page: Path) -> None:
    document = browse(page, "--dump-dom", "--virtual-time-budget=5000")
    assert "<title>Storage of me</title>" in document
    drawn = document.partition("<script>")[0]
    texts = re.findall(r"<text[^>]*>(.*?)</text>", drawn, re.DOTALL)
    shown = " ".join(re.sub(r"<[^>]+>", " ", text) for text in texts)
    for name in ("digits", "faces", "dataset", "files of runs", "distinct", "freed", "6.2 KiB"):
        assert name in shown, name
    assert "net &lt;b&gt;" in shown, "names are shown as they are"
    assert drawn.count('class="trace bars"') == 3 * 4 + 2, "four kinds of groups, two of files"
    assert drawn.count("treemaplayer") >= 1
    picture = page.with_suffix(".png")
    browse(page, f"--screenshot={picture}", "--virtual-time-budget=5000")
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 20_000, "something is drawn"


def test_usage_writes_the_page(wandb_server: WandbServer, command: Command, tmp_path: Path) -> None:
    wandb_server.add_artifact("me/one/digits", "dataset", {"a": b"1"})
    outcome = command("usage", "me/one", "--html", tmp_path / "usage.html")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert "Storage of me/one" in (tmp_path / "usage.html").read_text()
    failed = command("usage", "me/one", "--html", tmp_path / "absent" / "usage.html")
    assert (failed.code, "cannot write the report" in failed.err) == (1, True)


def test_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: str) -> list[str]:
        return ["plotly"]

    monkeypatch.setattr("wbtyped.extras.missing_modules", missing)
    with pytest.raises(ImportError, match=r"pip install 'wbtyped\[report\]'"):
        import_optional("wbtyped.storage", "absent_module", "report")
