"""The fast lane: which files take it, and that the others go the usual way."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtyped import Api
from wbtyped.download.disk.folder_tree import FolderTree
from wbtyped.download.disk.safe_names import PLAIN_NAME, SafeNames, checked_parts
from wbtyped.download.disk.verified_writer import MEMORY_LIMIT_BYTES
from wbtyped.download.known_folders import MAX_NAMES, KnownFolders
from wbtyped.download.recorded_reference import Recorded
from wbtyped.download.schedule import Schedule
from wbtyped.download.small_files import is_small
from wbtyped.download.target import Target
from wbtyped.download.transfer import Piece, Transfer
from wbtyped.errors import NotFoundError, UnsafePathError
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
        return known.may_contain(tree, Target(str(tmp_path), folder, name))

    assert not may_contain("missing", "a")
    assert may_contain("sub", "There.txt")
    assert may_contain("sub", "there.TXT"), "the file system may ignore case"
    assert not may_contain("sub", "absent.txt")
    (tmp_path / "sub" / "absent.txt").touch()
    assert not may_contain("sub", "absent.txt"), "the folder is not read again"
    tree.close()


def test_known_folders_full_folder_may_contain_anything(tmp_path: Path) -> None:
    for number in range(MAX_NAMES + 1):
        (tmp_path / str(number)).touch()
    tree = FolderTree(tmp_path)
    assert KnownFolders().may_contain(tree, Target(str(tmp_path), "", "absent"))
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
