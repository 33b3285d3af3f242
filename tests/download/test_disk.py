"""Files of users are never touched, and nothing is written outside the download root."""

import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.conftest import files_in
from wbtyped import Api
from wbtyped.download.cache import maintenance
from wbtyped.download.cache.store import Cache
from wbtyped.download.disk.folder import Folder
from wbtyped.download.disk.folder_tree import FolderTree
from wbtyped.download.disk.part_files import (
    STALE_SECONDS,
    journal_entry,
    journal_header,
    journal_name,
    new_owner_id,
    part_name,
)
from wbtyped.download.disk.verified_writer import VerifiedWriter
from wbtyped.download.options import EngineName
from wbtyped.download.progress import DownloadProgress
from wbtyped.errors import UnsafePathError, WbtypedError
from wbtyped.server import Fault, WandbServer

LARGE = bytes(range(256)) * 12_000
FILES = {"large.bin": LARGE, "sub/a.txt": b"alpha", "sub/b.txt": b"beta"}
OLD = 400 * 24 * 3600.0


def leave(root: Path, folder: str, *names: str, age: float = 0.0) -> str:
    """Leave a journal and files of its owner `{}`, as a killed download would."""
    owner = new_owner_id()
    (root / folder).mkdir(parents=True, exist_ok=True)
    (root / journal_name(owner)).write_bytes(journal_header(owner) + journal_entry(folder))
    for name in names:
        path = root / folder / name.format(owner)
        path.write_bytes(LARGE[:1000])
        os.utime(path, (then := time.time() - age, then))
    return owner


# Files of users.

HEX = st.text("0123456789abcdef", min_size=16, max_size=16)
PLAIN = st.from_regex(r"[a-zA-Z0-9_.-]{1,20}(\.part|\.tmp|\.json|)", fullmatch=True)
NAMES = st.one_of(
    PLAIN,
    st.from_regex(r"\.?[a-z0-9]{1,8}-[0-9a-z]{1,8}-[0-9a-f]{1,16}\.part", fullmatch=True),
    st.from_regex(r"\.whole-0-[0-9a-f]{16}\.part", fullmatch=True),
    st.builds(".wbtyped-{}.part".format, HEX),
    st.builds(".wbtyped-{}-{}.part".format, HEX, st.integers(0, 9)),
    st.builds(part_name, HEX, st.integers(0, 9), st.just("large.bin"), st.just("digest")),
).filter(lambda name: name not in {".", ".."} and name not in FILES)
USERS = st.dictionaries(
    st.tuples(st.sampled_from(["", "sub", "other", ".wbtyped-0123456789abcdef.part"]), NAMES),
    st.tuples(st.binary(max_size=20) | st.just(LARGE[:99]), st.sampled_from([0.0, 3700.0, OLD])),
    max_size=12,
)
KINDS = ["run", "version", "one file of a run", "one entry", "with a cache", "from the cache"]


def put(root: Path, users: dict[tuple[str, str], tuple[bytes, float]]) -> dict[str, bytes]:
    """Write the files of a user into a folder and return them by path."""
    for (folder, name), (content, age) in users.items():
        path = root / folder / name
        if f"{folder}/{name}" in FILES or path.is_dir() or path.parent.is_file():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (then := time.time() - age, then))
    return files_in(root)


def fetch(api: Api, kind: str, root: Path, cache: Path) -> None:
    if kind == "run":
        api.run("crew/ship/log").files().download(root)
    elif kind == "version":
        api.artifact("crew/ship/data").download(root)
    elif kind == "one file of a run":
        for name in FILES:
            api.run("crew/ship/log").file(name).save(root)
    elif kind == "one entry":
        for name in FILES:
            api.artifact("crew/ship/data").get_entry(name).download(root)
    else:
        api.artifact("crew/ship/data").download(root, cache=cache)


@pytest.fixture(scope="module")
def server() -> Iterator[WandbServer]:
    with WandbServer() as server:
        server.add_run("crew/ship/log", FILES)
        server.add_artifact("crew/ship/data", "dataset", FILES)
        yield server


@pytest.fixture(scope="module")
def reader(server: WandbServer) -> Iterator[Api]:
    with Api({"base_url": server.url}, api_key=server.api_key) as api:
        yield api


@pytest.mark.parametrize("kind", KINDS)
@settings(
    deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(users={("", "train-2024-01.part"): (b"mine", OLD), ("", "a-b-c.part"): (b"", OLD)})
@example(
    users={
        ("", f".wbtyped-{'0' * 16}.part"): (b"", OLD),
        ("", f".wbtyped-{'0' * 16}-0.part"): (b"", OLD),
    }
)
@given(users=USERS)
def test_download_files_of_users_survive(
    users: dict[tuple[str, str], tuple[bytes, float]], reader: Api, kind: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, cache = Path(folder, "root"), Path(folder, "cache")
        root.mkdir()
        if kind == "from the cache":
            reader.artifact("crew/ship/data").download(Path(folder, "first"), cache=cache)
        theirs = put(root, users)
        fetch(reader, kind, root, cache)
        assert files_in(root) == {**theirs, **FILES}


@settings(deadline=None, max_examples=100)
@given(content=st.binary(max_size=99), cut=st.integers(0, 99), name=NAMES)
def test_sweep_forged_journal_removes_nothing(content: bytes, cut: int, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        owner = leave(root, "", ".wbtyped-{}-0.part", age=OLD)
        line = journal_header(owner)
        forged = line[: cut % len(line)] + content
        if not forged.startswith(line):
            (root / journal_name(owner)).write_bytes(forged)
            before = files_in(root)
            tree = FolderTree(root)
            tree.sweep()
            tree.close()
            assert files_in(root) == before


# Part files.


def test_sweep_abandoned_parts_are_removed(
    server: WandbServer, reader: Api, tmp_path: Path
) -> None:
    stale = part_name("{}", 1, "gone", "d")
    leave(tmp_path, "sub/deep", ".wbtyped-{}-0.part", stale, age=STALE_SECONDS + 60)
    leave(tmp_path, "", ".wbtyped-{}-7.part")
    reader.run("crew/ship/log").files().download(tmp_path)
    assert files_in(tmp_path) == FILES


def test_sweep_resumable_part_stays_with_its_journal(reader: Api, tmp_path: Path) -> None:
    part = part_name("{}", 1, "another", "d")
    owner = leave(tmp_path, "sub", part)
    reader.run("crew/ship/log").files().download(tmp_path)
    assert files_in(tmp_path).keys() - FILES == {journal_name(owner), f"sub/{part.format(owner)}"}


def test_sweep_parts_of_a_running_download_stay(reader: Api, tmp_path: Path) -> None:
    with VerifiedWriter(tmp_path / "x", size=9, md5="d", label="x") as writer:
        part = Path(writer.sibling())
        part.write_bytes(b"being written")
        os.utime(part, (1, 1))
        reader.run("crew/ship/log").files().download(tmp_path)
        assert part.read_bytes() == b"being written"


def test_sweep_link_is_not_followed(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    owner = leave(root, "sub", ".wbtyped-{}-0.part", age=OLD)
    (root / "sub").rename(outside)
    (root / "sub").symlink_to(outside)
    tree = FolderTree(root)
    tree.sweep()
    tree.close()
    assert files_in(outside).keys() == {f".wbtyped-{owner}-0.part"}


def test_sweep_without_locks_removes_only_idle_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(_: object) -> None:
        return None

    monkeypatch.setattr("wbtyped.download.disk.part_files.try_lock", unknown)
    fresh = leave(tmp_path, "", ".wbtyped-{}-0.part")
    old = leave(tmp_path, "", ".wbtyped-{}-0.part", age=3700)
    os.utime(tmp_path / journal_name(old), (1, 1))
    tree = FolderTree(tmp_path)
    tree.sweep()
    tree.close()
    assert files_in(tmp_path).keys() == {journal_name(fresh), f".wbtyped-{fresh}-0.part"}


# Folders that are replaced by links.


def swap(folder: Path, outside: Path) -> None:
    """Replace a folder by a link to another."""
    folder.rename(folder.with_name("moved"))
    folder.symlink_to(outside)


@pytest.mark.parametrize("name", ["sub/large.bin", "sub/small.txt"])
@pytest.mark.parametrize("cached", [False, True])
def test_download_folder_becomes_a_link_fails(
    wandb_server: WandbServer, api: Api, engine: EngineName, tmp_path: Path, name: str, cached: bool
) -> None:
    wandb_server.add_run("crew/ship/log", {"sub/large.bin": LARGE, "sub/small.txt": b"small"})
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "sub").mkdir(parents=True)
    outside.mkdir()
    (outside / "mine").write_bytes(b"mine")
    (outside / Path(name).name).write_bytes(b"mine")
    files = api.run("crew/ship/log").files([name])
    swapped = threading.Event()

    def when_under_way(_: DownloadProgress) -> None:
        if not swapped.is_set() and any(r.origin == "storage" for r in wandb_server.requests):
            swapped.set()
            swap(root / "sub", outside)

    with wandb_server.fault(Fault(kind="storage-get", latency=0.7)):
        result = files.download(
            root, replace=True, on_error="collect", progress=when_under_way,
            cache=tmp_path / "cache" if cached else False,
        )  # fmt: skip
    assert swapped.is_set()
    assert files_in(outside) == {"mine": b"mine", Path(name).name: b"mine"}
    assert [type(failed.error) for failed in result.failed] == [UnsafePathError]


@pytest.mark.parametrize("in_memory", [True, False])
def test_writer_folder_becomes_a_link_commit_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: bool
) -> None:
    monkeypatch.setattr(
        "wbtyped.download.disk.verified_writer.MEMORY_LIMIT_BYTES", 99 if in_memory else 0
    )
    root, outside = tmp_path / "root", tmp_path / "outside"
    outside.mkdir()
    tree = FolderTree(root)
    tree.leave(tree.enter(root / "sub" / "x"))
    with VerifiedWriter(root / "sub" / "x", size=3, md5=None, label="x", tree=tree) as writer:
        writer.write(b"abc")
        swap(root / "sub", outside)
        with pytest.raises(UnsafePathError):
            writer.commit(replace=True)
    tree.close()
    assert (files_in(outside), files_in(root / "moved")) == ({}, {})


@pytest.mark.parametrize("by_path", [False, True])
def test_tree_links_and_files_in_the_path_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_path: bool
) -> None:
    if by_path:
        monkeypatch.setattr("wbtyped.download.disk.folder.HAS_DIR_FD", False)
    root, outside = tmp_path / "root", tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    root.mkdir()
    (root / "link").symlink_to(outside)
    (root / "file").write_bytes(b"")
    tree = FolderTree(root)
    for name in ("link/x", "link/deep/x", "file/x"):
        for enter in (tree.enter, tree.find):
            with pytest.raises(UnsafePathError):
                enter(root / name)
    assert tree.find(root / "missing" / "deep" / "x") is None
    tree.close()
    (tmp_path / "alias").symlink_to(root)
    aliased = FolderTree(tmp_path / "alias")
    aliased.leave(aliased.enter(tmp_path / "alias" / "new" / "x"))
    aliased.close()
    assert files_in(outside) == {}
    assert not (root / "new").exists(), "created in vain"


def test_tree_keeps_few_folders_open(tmp_path: Path) -> None:
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        pytest.skip("this platform does not list open files")
    tree = FolderTree(tmp_path)
    before = len(list(descriptors.iterdir()))
    for number in range(200):
        with VerifiedWriter(
            tmp_path / str(number) / "x", size=1, md5=None, label="x", tree=tree
        ) as writer:
            writer.write(b"x")
            writer.commit(replace=False)
    assert len(list(descriptors.iterdir())) - before < 50
    tree.close()
    assert len(list(descriptors.iterdir())) == before
    assert len(files_in(tmp_path)) == 200


# A shared cache.


def test_cache_writing_to_one_download_changes_no_other(reader: Api, tmp_path: Path) -> None:
    cache, found = tmp_path / "cache", reader.artifact("crew/ship/data")
    for name in ("one", "two", "three"):
        found.download(tmp_path / name, cache=cache)
    for name in FILES:
        with (tmp_path / "one" / name).open("ab") as stream:  # also as root, whom no mode stops
            stream.write(b"more")
        with (tmp_path / "two" / name).open("r+b") as stream:
            stream.write(b"X")
    assert files_in(tmp_path / "three") == FILES
    assert maintenance.verify(Cache(cache)) == []
    assert sorted(found.compare(tmp_path / "one").altered) == sorted(FILES)
    result = found.files().download(tmp_path / "four", cache=cache)
    assert (sorted(result.cached), files_in(tmp_path / "four")) == (sorted(FILES), FILES)


def test_cache_links_changed_by_root_are_noticed(
    reader: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WBTYPED_CACHE_LINKS", "1")
    cache, found = tmp_path / "cache", reader.artifact("crew/ship/data")
    for name in ("one", "two"):
        found.download(tmp_path / name, cache=cache)
    for name in FILES:
        one, two = (tmp_path / folder / name for folder in ("one", "two"))
        assert (one.stat().st_ino, one.stat().st_nlink) == (two.stat().st_ino, 3)
        assert one.stat().st_mode & 0o222 == 0
        one.chmod(0o600)
        with one.open("r+b") as stream:
            stream.write(b"X")
    with pytest.raises(WbtypedError, match="modified"):
        found.verify(tmp_path / "two")
    result = found.files().download(tmp_path / "three", cache=cache)
    assert (result.cached, files_in(tmp_path / "three")) == ([], FILES)
    found.download(tmp_path / "two", cache=cache)
    assert files_in(tmp_path / "two") == FILES
    assert maintenance.verify(Cache(cache)) == []


def test_prune_other_files_in_the_folder_stay(reader: Api, tmp_path: Path) -> None:
    mine = {
        "train.part": b"mine",
        "objects/md5/ab/" + "0" * 30: b"in no cache",
        "versions/" + "0" * 32 + ".json": b"mine",
    }
    folder = tmp_path / "folder"
    for name, content in mine.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        os.utime(folder / name, (1, 1))
    maintenance.prune(Cache(folder), max_size=0, unused_for=0)
    assert maintenance.verify(Cache(folder)) == []
    assert files_in(folder) == mine
    shutil.rmtree(folder / "objects")
    reader.artifact("crew/ship/data").download(tmp_path / "one", cache=folder)
    more = {"objects/notes.txt": b"x", "objects/md5/ab/notes": b"x", "manifests/x.part": b"x"}
    for name, content in more.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        os.utime(folder / name, (1, 1))
    assert maintenance.verify(Cache(folder)) == []
    assert maintenance.prune(Cache(folder), max_size=0, unused_for=0).files == len(FILES)
    assert files_in(folder).keys() == {"train.part", "CACHEDIR.TAG", *more}


# Checkout.


def test_checkout_removes_listed_files_only(reader: Api, tmp_path: Path) -> None:
    found, root = reader.artifact("crew/ship/data"), tmp_path / "root"
    (root / "old").mkdir(parents=True)
    for name in ("stray", "old/x"):
        (root / name).write_bytes(b"x")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "mine").write_bytes(b"mine")
    (root / "link").symlink_to(tmp_path / "outside")
    listed = found.unexpected_files(root)
    assert listed == ["link", "old/x", "stray"]
    assert (root / "stray").exists()
    assert found.unexpected_files(tmp_path / "none") == []

    def add(_: DownloadProgress) -> None:
        (root / "meanwhile").write_bytes(b"mine")

    found.checkout(root, progress=add)
    assert files_in(root) == {**FILES, "meanwhile": b"mine"}
    assert not (root / "old").exists()
    assert files_in(tmp_path / "outside") == {"mine": b"mine"}


def test_checkout_link_that_appears_is_not_followed(reader: Api, tmp_path: Path) -> None:
    found, root, outside = (
        reader.artifact("crew/ship/data"),
        tmp_path / "root",
        tmp_path / "outside",
    )
    for folder in (root / "old", outside):
        folder.mkdir(parents=True)
        (folder / "x").write_bytes(b"x")

    def change(_: DownloadProgress) -> None:
        if not (root / "old").is_symlink():
            swap(root / "old", outside)

    found.checkout(root, progress=change)
    assert files_in(outside) == {"x": b"x"}


# Forked processes.


def in_child(work: Callable[[], None]) -> int:
    """Run a function in a forked process that then ends like any program; return its status."""
    number = os.fork()
    if number == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            # As at the end of a program, but without the exit handlers of the test runner.
            sys.stdout.flush()
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform does not fork")
def test_fork_child_closes_parent_parts_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wbtyped.download.disk.verified_writer.MEMORY_LIMIT_BYTES", 0)
    tree = FolderTree(tmp_path / "root")
    with VerifiedWriter(
        tmp_path / "root" / "sub" / "x", size=6, md5=None, label="x", tree=tree
    ) as writer:
        writer.write(b"abc")
        before = files_in(tmp_path)

        def leave_all() -> None:
            writer.close()
            tree.close()
            # A download of the child must not take over part files of its parent either.
            own = FolderTree(tmp_path / "root")
            own.sweep()
            own.close()

        assert in_child(leave_all) == 0
        assert files_in(tmp_path) == before
        writer.write(b"def")
        writer.commit(replace=False)
    tree.close()
    assert files_in(tmp_path) == {"root/sub/x": b"abcdef"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform does not fork")
def test_fork_in_callback_download_continues(
    wandb_server: WandbServer, api: Api, engine: EngineName, tmp_path: Path
) -> None:
    wandb_server.add_run("crew/ship/log", FILES)
    children: list[int] = []

    def fork_once(_: DownloadProgress) -> None:
        if not children and any(r.origin == "storage" for r in wandb_server.requests):
            children.append(os.fork())
            if children == [0]:
                raise SystemExit

    stalled = Fault(kind="storage-get", path="large", latency=0.7)
    with wandb_server.fault(stalled):
        parent = os.getpid()
        try:
            result = api.run("crew/ship/log").files().download(tmp_path, progress=fork_once)
        finally:
            if os.getpid() != parent:
                os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(children[0], 0)[1]) == 7
    assert (result.ok, files_in(tmp_path)) == (True, FILES)
    assert len([r for r in wandb_server.requests if "large" in r.path]) == 1, (
        "no transfer was interrupted"
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform does not fork")
def test_fork_child_lives_on_holds_no_lock(tmp_path: Path) -> None:
    tree = FolderTree(tmp_path)
    with VerifiedWriter(tmp_path / "x", size=2**21, md5="d", label="x", tree=tree) as writer:
        writer.write(b"x" * (2**20 + 1))
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(write)
            os.read(read, 1)
            os._exit(0)
        writer.keep_part = True
    tree.close()
    try:
        again = FolderTree(tmp_path)
        with VerifiedWriter(tmp_path / "x", size=2**21, md5="d", label="x", tree=again) as writer:
            writer.resume()
            assert writer.written == 2**20 + 1
        again.close()
    finally:
        os.close(write)
        os.waitpid(child, 0)
        os.close(read)
    assert files_in(tmp_path) == {}


def test_folder_made_for_removed_file_is_removed_on_close(tmp_path: Path) -> None:
    tree, target = FolderTree(tmp_path), tmp_path / "new" / "piece"
    with VerifiedWriter(target, size=None, md5=None, label="piece", tree=tree) as writer:
        writer.write(b"x")
        writer.commit(replace=True)
    tree.remove(target)
    tree.close()
    assert list(tmp_path.iterdir()) == []


def test_folder_names_in_threads_are_complete(tmp_path: Path) -> None:
    for number in range(200):
        (tmp_path / str(number)).touch()
    folder = Folder(str(tmp_path))

    def count(_: int) -> int:
        return len(folder.names())

    with ThreadPoolExecutor(4) as threads:
        listings = list(threads.map(count, range(400)))
    folder.close()
    assert set(listings) == {200}
