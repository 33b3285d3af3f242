"""The fast lane: which files take it, and that the others go the usual way."""

import os
import threading
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.download.transfers import md5
from tests.raw_server import raw_server, response
from wbtyped import Api, DownloadProgress, DownloadResult
from wbtyped.download import known_folders
from wbtyped.download.batch import Batch, BatchOptions
from wbtyped.download.disk.folder_tree import FolderTree
from wbtyped.download.disk.safe_names import PLAIN_NAME, SafeNames, checked_parts
from wbtyped.download.disk.verified_writer import MEMORY_LIMIT_BYTES
from wbtyped.download.known_folders import KnownFolders
from wbtyped.download.options import EngineName
from wbtyped.download.recorded_reference import Recorded
from wbtyped.download.schedule import Schedule
from wbtyped.download.small_files import is_small
from wbtyped.download.target import Target
from wbtyped.download.transfer import Piece, Transfer
from wbtyped.errors import NotFoundError, TransportError, UnsafePathError
from wbtyped.server import Fault, WandbServer

FILES = {f"{number % 7}/{number:03}.bin": bytes([number]) * number * 40 for number in range(200)}
NAMES = st.text("aZ09_-. /:\\\x01é", max_size=12) | st.text(max_size=6)


@pytest.fixture
def reader(wandb_server: WandbServer) -> Api:
    wandb_server.add_run("crew/ship/log", FILES)
    return Api()


def small(changes: Mapping[str, object]) -> Transfer:
    """Return a transfer that the lane takes, with some fields changed."""
    url = "https://store.test/a/b.bin?X-Sig=a%2Fb"
    transfer = Transfer(url, Target("/root", "a", "b.bin"), 4, "digest", "file")
    for name, value in changes.items():
        setattr(transfer, name, value)
    return transfer


@pytest.mark.parametrize("changes", [{}, {"md5": None, "xxh128": "digest"}, {"size": 0}])
def test_is_small_plain_file_is(changes: Mapping[str, object]) -> None:
    assert is_small(small(changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"size": None}, {"md5": None}, {"size": MEMORY_LIMIT_BYTES}, {"piece": Piece(0, 4, 9)},
        {"recorded": Recorded("etag", 4)}, {"headers": {"Authorization": "Basic secret"}},
    ],
)  # fmt: skip
def test_is_small_other_files_are_not(changes: Mapping[str, object]) -> None:
    assert not is_small(small(changes))


@pytest.mark.parametrize(
    "url",
    [
        "http://user:password@store.test/a", "http://store.test/a%2fb", "http://store.test/a b",
        "HTTP://store.test/", "http://STORE.test/", "http://store.test", "file:///etc/passwd",
        "http://store.test/ä", "http://[::1]/a", "http://store.test/a#b", "http://a.test\\@b.test/",
    ],
)  # fmt: skip
def test_is_small_odd_url_is_not(url: str) -> None:
    assert not is_small(small({"url": url}))


@given(NAMES)
def test_plain_name_passes_every_check(name: str) -> None:
    if PLAIN_NAME.fullmatch(name):
        assert "/".join(checked_parts(name, windows=False)) == name


@given(NAMES)
def test_safe_names_target_is_the_path_of_the_checked_parts(name: str) -> None:
    names = SafeNames(Path("/nowhere"), windows=False, fold=False)
    try:
        expected = Path("/nowhere", *checked_parts(name, windows=False))
    except UnsafePathError:
        with pytest.raises(UnsafePathError):
            names.target(name)
    else:
        assert Path(names.target(name)) == expected


def test_known_folders_remember_how_a_folder_was(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "There.txt").touch()
    tree, known = FolderTree(tmp_path), KnownFolders()

    def may_contain(folder: str, name: str) -> bool:
        names = known.names_beside(tree, Target(str(tmp_path), folder, "any"))
        return names is not None and names.may_have(name)

    assert not may_contain("missing", "a")
    assert may_contain("sub", "There.txt")
    assert may_contain("sub", "there.TXT"), "the file system may ignore case"
    assert not may_contain("sub", "absent.txt")
    (tmp_path / "sub" / "absent.txt").touch()
    assert not may_contain("sub", "absent.txt"), "the folder is not read again"
    tree.close()


def test_known_folders_full_folder_may_contain_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_folders, "MAX_NAMES", 3)
    for number in range(4):
        (tmp_path / str(number)).touch()
    tree = FolderTree(tmp_path)
    assert KnownFolders().names_beside(tree, Target(str(tmp_path), "", "absent")) is None
    tree.close()


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("replace", [False, True])
def test_lane_small_files_make_no_attempt(
    reader: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replace: bool
) -> None:
    def attempt(*_: object) -> None:
        raise AssertionError("a small file went the usual way")

    monkeypatch.setattr(Schedule, "attempt", attempt)
    result = reader.run("crew/ship/log").files().download(tmp_path, replace=replace)
    assert sorted(result.written) == sorted(FILES)
    assert {name: (tmp_path / name).read_bytes() for name in FILES} == FILES


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(
    "effect",
    [
        {"status": 429}, {"status": 503, "retry_after": "1"}, {"corrupt": True}, {"cut_after": 10},
        {"gzip": True}, {"expired": True}, {"lengthen": 9}, {"shorten": 9},
    ],
    ids=str,
)  # fmt: skip
def test_lane_odd_responses_go_the_usual_way(
    wandb_server: WandbServer, reader: Api, tmp_path: Path, effect: dict[str, Any]
) -> None:
    with wandb_server.fault(Fault(kind="storage-get", path="03", times=20, **effect)):
        result = reader.run("crew/ship/log").files().download(tmp_path)
    assert result.ok
    assert {name: (tmp_path / name).read_bytes() for name in FILES} == FILES


@pytest.mark.usefixtures("engine")
def test_lane_missing_file_is_requested_and_reported_once(
    wandb_server: WandbServer, reader: Api, tmp_path: Path
) -> None:
    with wandb_server.fault(Fault(kind="storage-get", path="003.bin", status=404)):
        wandb_server.requests.clear()
        files = reader.run("crew/ship/log").files()
        result = files.download(tmp_path, on_error="collect")
    assert [type(failed.error) for failed in result.failed] == [NotFoundError]
    assert len([r for r in wandb_server.requests if r.origin == "storage"]) == len(FILES)


@pytest.mark.usefixtures("engine")
def test_lane_existing_file_is_refused_without_replace(reader: Api, tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "1/001.bin").write_bytes(b"of the user")
    files = reader.run("crew/ship/log").files()
    result = files.download(tmp_path, on_error="collect")
    assert [failed.name for failed in result.failed] == ["1/001.bin"]
    assert (tmp_path / "1/001.bin").read_bytes() == b"of the user"


def download(transfers: Sequence[Transfer], root: Path, **options: Any) -> DownloadResult:
    """Run a batch of transfers, without a list."""
    batch_options = BatchOptions(on_error="collect", engine=engine_of_test(), **options)
    api = Api(base_url="http://unused.test", api_key="k" * 40)
    return Batch(api.client.transport, FolderTree(root), batch_options, transfers, "list").run()


def engine_of_test() -> EngineName:
    """Return the engine that the fixture has set."""
    return "curl" if os.environ["WBTYPED_ENGINE"] == "curl" else "httpx"


def transfer_of(content: bytes, url: str, root: Path, name: str) -> Transfer:
    """Return the transfer of a small file."""
    return Transfer(
        url, Target(str(root), "", name), len(content), md5(content), f"file {name!r}", name
    )


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("host", ["127.0.0.1:99999", "a..b", ".", "-", "127.0.0.1:0", "a" * 70])
def test_lane_host_that_cannot_be_reached_fails_that_file_alone(host: str, tmp_path: Path) -> None:
    with raw_server(lambda _: response(b"right")) as server:
        urls = {"good": f"{server.url}/x", "bad": f"http://{host}/x"}
        result = download(
            [transfer_of(b"right", url, tmp_path, n) for n, url in urls.items()], tmp_path
        )
    assert (result.written, [failed.name for failed in result.failed]) == (["good"], ["bad"])
    assert isinstance(result.failed[0].error, TransportError)


def test_lane_endless_header_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where libcurl has no message."""
    pytest.importorskip("pycurl")
    monkeypatch.setenv("WBTYPED_ENGINE", "curl")
    endless = [b"HTTP/1.1 200 OK\r\nX: ", b"y" * 2**20]
    with raw_server(lambda _: endless) as server:
        result = download([transfer_of(b"right", f"{server.url}/x", tmp_path, "x")], tmp_path)
    assert "response headers are too large" in str(result.failed[0].error)


class BrokenObserver:
    """Fails as a closed pipe does."""

    def tick(self, _: DownloadProgress, /) -> None:
        """Do nothing."""

    def interrupted(self, _: str, /) -> None:
        """Do nothing."""

    def finish(self, status: str, name: str, size: int, /) -> None:
        raise BrokenPipeError

    def fail(self, name: str, reason: object, /) -> None:
        raise BrokenPipeError


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("content", [b"right", b"right" * 40_000], ids=["small", "larger"])
def test_lane_observer_that_fails_ends_the_batch(content: bytes, tmp_path: Path) -> None:
    with raw_server(lambda _: response(content)) as server, pytest.raises(BrokenPipeError):
        download(
            [transfer_of(content, f"{server.url}/x", tmp_path, "x")],
            tmp_path,
            observer=BrokenObserver(),
        )


class OpenConnections(BaseHTTPRequestHandler):
    """Keeps connections alive, and counts those that are open."""

    protocol_version = "HTTP/1.1"
    now = most = 0
    guard = threading.Lock()

    def setup(self) -> None:
        with self.guard:
            OpenConnections.now += 1
            OpenConnections.most = max(OpenConnections.most, OpenConnections.now)
        super().setup()

    def finish(self) -> None:
        super().finish()
        with self.guard:
            OpenConnections.now -= 1

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"right")

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002
        pass


@pytest.mark.usefixtures("engine")
def test_lane_many_servers_leave_few_connections_open(tmp_path: Path) -> None:
    OpenConnections.now = OpenConnections.most = 0
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), OpenConnections) for _ in range(24)]
    for server in servers:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    ports = [server.server_address[1] for server in servers]
    plan = [transfer_of(b"right", f"http://127.0.0.1:{n}/", tmp_path, str(n)) for n in ports]
    result = download(plan, tmp_path, jobs=4)
    for server in servers:
        server.shutdown()
        server.server_close()
    assert len(result.written) == len(servers)
    assert OpenConnections.most <= 12, "a few more than 4: servers see a closed one a little later"
