"""What a download reports while it runs, in words and in a notebook, and when interrupted."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import wait_for_part
from tests.fake_clock import fake_clock
from wbtyped import Api, DownloadProgress, DownloadResult, FailedFile
from wbtyped.download.batch import Batch, BatchOptions
from wbtyped.download.disk.folder_tree import FolderTree
from wbtyped.download.options import EngineName
from wbtyped.download.progress import RATE_SECONDS, RateMeter, progress_line
from wbtyped.download.transfer import Transfer
from wbtyped.errors import NotFoundError
from wbtyped.runs import download
from wbtyped.server import Fault, WandbServer

MIB = 1024 * 1024
PATH = "crew/ship/log"
SLOW = Fault(kind="storage-get", path="large", rate=4 * MIB)
SCRIPT = f"from wbtyped import Api; Api().run({PATH!r}).files().download('data')"
ASYNC_SCRIPT = f"""
import asyncio
from wbtyped import Api

async def main():
    await (await Api().arun({PATH!r})).files().adownload('data')

asyncio.run(main())
"""


# The rate.


def test_rate_meter_follows_the_last_seconds_and_keeps_the_mean() -> None:
    with fake_clock() as clock:
        meter, received, rates = RateMeter(), 0, list[float]()
        for per_second in [1000] * 20 + [50] * 20:
            clock.advance(0.5)
            received += per_second // 2
            rates.append(meter.rate(received))
        assert (rates[19], rates[-1]) == (1000, 50)
        clock.advance(RATE_SECONDS * 4)
        assert meter.rate(received) == pytest.approx(0, abs=10)
        assert meter.mean(received) == received / (20 + RATE_SECONDS * 4)


def test_rate_meter_after_a_discarded_file_is_not_negative() -> None:
    meter = RateMeter()
    assert meter.rate(1000) > 0
    assert meter.rate(-1000) == 0
    assert meter.mean(-1000) == 0


# In words.


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (DownloadProgress(0, 0, 0, None, None), "0 files, 0 B, 0 B/s"),
        (
            DownloadProgress(12, 1, 3 * MIB, 40, 64 * MIB, 1.5 * MIB),
            "12 of 40 files, 1 failed, 3.0 MiB of 64.0 MiB, 1.5 MiB/s, 41 s left",
        ),
        (
            DownloadProgress(900, 0, 512, 1000, 2048 * MIB, 1024.0, totals_final=False),
            "900 of 1,000+ files, 512 B of 2.0 GiB+, 1.0 KiB/s",
        ),
        (
            DownloadProgress(1, 0, 0, 2, 4096, 1.0),
            "1 of 2 files, 0 B of 4.0 KiB, 1 B/s, 1 h 8 min left",
        ),
        (
            DownloadProgress(2, 0, 4096, 2, 4096, 1.0, done=True),
            "2 of 2 files, 4.0 KiB of 4.0 KiB, 1 B/s",
        ),
    ],
)
def test_progress_line_has_one_unit_family(progress: DownloadProgress, line: str) -> None:
    assert progress_line(progress) == line


def test_seconds_left_is_none_while_it_cannot_be_told() -> None:
    assert DownloadProgress(0, 0, 10, 1, 100, 9.0).seconds_left == 10
    assert DownloadProgress(0, 0, 110, 1, 100, 9.0).seconds_left == 0
    assert DownloadProgress(0, 0, 10, 1, 100, 0.0).seconds_left is None
    assert DownloadProgress(0, 0, 10, None, None, 9.0).seconds_left is None
    assert DownloadProgress(0, 0, 10, 1, 100, 9.0, totals_final=False).seconds_left is None


# Results.


def test_download_result_prints_counts_and_some_failures() -> None:
    names = [f"{number}.txt" for number in range(9998)]
    failed = [FailedFile(f"lost/{n}", NotFoundError("gone", path="x")) for n in range(12)]
    result = DownloadResult(Path("data"), written=names, failed=failed, size=41_000_000)
    assert repr(result) == "<DownloadResult 9,998 written, 12 failed, 39.1 MiB in data>"
    shown = str(result).splitlines()
    assert shown[0] == repr(result)
    assert shown[1] == "  lost/0: gone"
    assert shown[-1] == "  ... and 2 more in `failed`"
    assert len(shown) == 12
    assert str(DownloadResult(Path("data"))) == "<DownloadResult 0 B in data>"


# While it runs.


def test_progress_counts_inside_a_file_and_knows_the_time_left(
    wandb_server: WandbServer, api: Api, engine: EngineName, tmp_path: Path
) -> None:
    wandb_server.add_run(PATH, {"large.bin": bytes(4 * MIB), "small.txt": b"small"})
    events: list[DownloadProgress] = []
    with wandb_server.fault(SLOW):
        api.run(PATH).files().download(tmp_path, progress=events.append)
    inside = [event for event in events if 5 < event.size < 4 * MIB]
    assert len({event.size for event in inside}) > 2
    assert all(event.files_expected == 2 for event in inside)
    assert all(event.size_expected == 4 * MIB + 5 for event in inside)
    assert all(event.totals_final for event in inside)
    assert 0 < (inside[-1].seconds_left or 0) < 5
    assert events[-1].done
    assert MIB < events[-1].rate < 8 * MIB


def test_progress_of_a_long_list_grows_by_page_until_it_is_known(
    wandb_server: WandbServer, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download.SignedUrls.__init__, "__defaults__", (10,))
    wandb_server.add_run(PATH, {f"{number}.txt": b"text" for number in range(25)})
    events: list[DownloadProgress] = []
    slow_list = Fault(kind="graphql", operation="RunFileAddresses", latency=0.4)
    with wandb_server.fault(slow_list):
        api.run(PATH).files().download(tmp_path, progress=events.append)
    totals = [(e.files_expected, e.size_expected, e.totals_final) for e in events]
    assert list(dict.fromkeys(totals)) == [
        (None, None, False), (10, 40, False), (20, 80, False), (25, 100, True),
    ]  # fmt: skip


def test_progress_rate_leaves_out_what_was_there_already(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    wandb_server.add_run(PATH, {"large.bin": bytes(8 * MIB), "late.txt": b"late"})
    events: list[DownloadProgress] = []
    files = api.run(PATH).files()
    files.download(tmp_path)
    (tmp_path / "late.txt").unlink()
    files.download(tmp_path, progress=events.append)
    assert events[-1].size == 8 * MIB + 4
    assert 0 < events[-1].rate < 4 * MIB


def test_progress_of_a_transfer_that_is_retried_does_not_fall_back(
    wandb_server: WandbServer, api: Api, engine: EngineName, tmp_path: Path
) -> None:
    wandb_server.add_run(PATH, {"large.bin": bytes(4 * MIB)})
    events: list[DownloadProgress] = []
    cut = Fault(kind="storage-get", cut_after=2 * MIB, times=1, rate=8 * MIB)
    with wandb_server.fault(cut), wandb_server.fault(SLOW):
        result = api.run(PATH).files().download(tmp_path, progress=events.append)
    sizes = [event.size for event in events]
    assert sizes == sorted(sizes)
    assert result.resumed == 0, "that is what earlier calls left"


def test_result_counts_the_bytes_of_a_file_whose_size_was_unknown(
    wandb_server: WandbServer, api: Api, engine: EngineName, tmp_path: Path
) -> None:
    wandb_server.add_run(PATH, {"a.txt": b"hello"})
    url = api.run(PATH).files()[0].direct_url
    transfer = Transfer(url=url, target=tmp_path / "a.txt", size=None, md5=None, label="a.txt")
    tree = FolderTree(tmp_path)
    result = Batch(api.client.transport, tree, BatchOptions(), [transfer], "the list").run()
    assert (result.size, result.ok) == (5, True)


# In a notebook.


@pytest.mark.slow
def test_progress_in_a_notebook_without_widgets_is_updated_in_place(
    wandb_server: WandbServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wandb_server.add_run(PATH, {"large.bin": bytes(4 * MIB)})
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.chdir(tmp_path)
    with wandb_server.fault(SLOW):
        messages = run_cells(
            "import sys; sys.modules['ipywidgets'] = None; from wbtyped import Api",
            f"Api().run({PATH!r}).files().download('one', progress=True)",
            f"print(await (await Api().arun({PATH!r})).files().adownload('two', progress=True))",
        )
    shown = [m["content"]["data"] for m in messages if m["msg_type"] == "display_data"]
    updates = [m["content"]["data"] for m in messages if m["msg_type"] == "update_display_data"]
    assert len(shown) == 2, "one bar for each download"
    assert len(updates) >= 4
    assert updates[-1]["text/plain"].startswith("1 of 1 files, 4.0 MiB of 4.0 MiB, ")
    assert updates[-1]["text/html"].startswith('<progress value="4194304" max="4194304">')
    [echoed] = [m["content"]["data"] for m in messages if m["msg_type"] == "execute_result"]
    assert echoed["text/plain"] == "<DownloadResult 1 written, 4.0 MiB in one>"
    streams = [m["content"]["text"] for m in messages if m["msg_type"] == "stream"]
    assert "".join(streams) == "<DownloadResult 1 written, 4.0 MiB in two>\n"


def run_cells(*cells: str) -> list[dict[str, Any]]:
    """Run cells in a real kernel, and return what it sent to the browser."""
    nbformat: Any = pytest.importorskip("nbformat").v4
    nbclient: Any = pytest.importorskip("nbclient")
    notebook: Any = nbformat.new_notebook(cells=[nbformat.new_code_cell(cell) for cell in cells])
    client: Any = nbclient.NotebookClient(notebook, timeout=60)
    messages: list[dict[str, Any]] = []
    process: Any = client.process_message

    def record(message: dict[str, Any], *rest: object) -> object:
        messages.append(message)
        return process(message, *rest)

    client.process_message = record
    client.execute()
    return messages


# Interrupted.


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("script", [SCRIPT, ASYNC_SCRIPT], ids=["sync", "async"])
def test_interrupt_says_what_is_kept_and_the_same_call_resumes(
    wandb_server: WandbServer, tmp_path: Path, script: str
) -> None:
    content = os.urandom(8 * MIB)
    wandb_server.add_run(PATH, {"large.bin": content, "small.txt": b"small"})
    with wandb_server.fault(SLOW):
        process = subprocess.Popen(
            [sys.executable, "-c", script], cwd=tmp_path, stderr=subprocess.PIPE, text=True
        )
        wait_for_part(tmp_path)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "KeyboardInterrupt" in err
    assert "\n1 of 2 files are complete, 1 partial file is kept; call it again to resume\n" in err
    wandb_server.requests.clear()
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)
    (transfer,) = [request for request in wandb_server.requests if request.origin == "storage"]
    first = int(transfer.headers["range"].removeprefix("bytes=").removesuffix("-"))
    assert first > MIB
    assert (tmp_path / "data/large.bin").read_bytes() == content
    assert not list(tmp_path.rglob("*.part"))
