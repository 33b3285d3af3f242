"""A file is in place complete and verified, or not at all."""

import os
import shutil
import subprocess
import sys
from array import array
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import md5
from wbtyped.download.disk.folder import Folder
from wbtyped.download.disk.folder_tree import FolderTree
from wbtyped.download.disk.verified_writer import VerifiedWriter
from wbtyped.errors import ChecksumError, DiskError, FileExistsError

CONTENT = b"some content"


def writer_for(target: Path, content: bytes = CONTENT) -> VerifiedWriter:
    return VerifiedWriter(target, size=len(content), md5=md5(content), label="file 'x'")


def names(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


@pytest.fixture(autouse=True, params=["in memory", "on disk", "by path"])
def on_disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Run each test for files in memory, for larger ones, and without open folders.

    The last are platforms that cannot name files relative to an open folder.
    """
    if request.param == "by path":
        monkeypatch.setattr("wbtyped.download.disk.folder.HAS_DIR_FD", False)
    if request.param == "on disk":
        monkeypatch.setattr("wbtyped.download.disk.verified_writer.MEMORY_LIMIT_BYTES", 0)
        monkeypatch.setattr("wbtyped.download.disk.verified_writer.THREADED_DIGEST_BYTES", 0)
    return bool(request.param == "on disk")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blocks=st.lists(st.binary(max_size=50), max_size=8))
def test_writer_any_blocks_make_the_file(
    blocks: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("sink")
    content = b"".join(blocks)
    with writer_for(folder / "x", content) as writer:
        for block in blocks:
            writer.write(block)
            assert not (folder / "x").exists()
        assert writer.commit(replace=False) == folder / "x"
    assert (folder / "x").read_bytes() == content
    assert names(folder) == ["x"]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_writer_accepts_any_buffer_type(
    tmp_path: Path, kind: type[bytes] | type[bytearray] | type[memoryview]
) -> None:
    with writer_for(tmp_path / "x") as writer:
        writer.write(kind(CONTENT))
        writer.commit(replace=False)
    assert (tmp_path / "x").read_bytes() == CONTENT


def test_writer_counts_bytes_not_items(tmp_path: Path) -> None:
    numbers = array("i", range(10))
    with writer_for(tmp_path / "x", numbers.tobytes()) as writer:
        writer.write(memoryview(numbers))
        writer.commit(replace=False)
    assert (tmp_path / "x").read_bytes() == numbers.tobytes()


def test_writer_without_size_and_digest_commits(tmp_path: Path) -> None:
    with VerifiedWriter(tmp_path / "x", size=None, md5=None, label="x") as writer:
        writer.write(CONTENT)
        writer.commit(replace=False)
    assert (tmp_path / "x").read_bytes() == CONTENT


def test_writer_part_file_is_hidden_beside_target(tmp_path: Path, on_disk: bool) -> None:
    with writer_for(tmp_path / "x") as writer:
        writer.write(CONTENT)
        found = names(tmp_path)
        assert len(found) == 2 * on_disk, "the part file, and the journal that names it"
        assert all(name.startswith(".") and name.endswith(".part") for name in found)


def test_writer_restart_discards_data(tmp_path: Path) -> None:
    with writer_for(tmp_path / "x") as writer:
        writer.write(b"wrong start")
        writer.restart()
        writer.write(CONTENT)
        writer.commit(replace=False)
    assert (tmp_path / "x").read_bytes() == CONTENT


@pytest.mark.parametrize("wrong", [b"", b"some", b"some contenT", b"some content and more"])
def test_writer_wrong_content_is_not_committed(tmp_path: Path, wrong: bytes) -> None:
    (tmp_path / "x").write_bytes(b"old")
    with pytest.raises(ChecksumError, match="file 'x'") as bad:
        with writer_for(tmp_path / "x") as writer:
            writer.write(wrong)
            writer.commit(replace=True)
    assert bad.value.expected != bad.value.actual
    assert (tmp_path / "x").read_bytes() == b"old"
    assert names(tmp_path) == ["x"]


def test_writer_too_many_bytes_fail_on_write(tmp_path: Path) -> None:
    with (
        writer_for(tmp_path / "x") as writer,
        pytest.raises(ChecksumError, match="received 13 bytes"),
    ):
        writer.write(CONTENT + b"!")


@pytest.mark.parametrize("interruption", [RuntimeError, KeyboardInterrupt])
def test_writer_interrupted_leaves_nothing(
    tmp_path: Path, interruption: type[BaseException]
) -> None:
    with pytest.raises(interruption):
        with writer_for(tmp_path / "made" / "for it" / "x") as writer:
            writer.write(b"some")
            raise interruption
    assert names(tmp_path) == []


def test_writer_folder_with_other_files_stays(tmp_path: Path) -> None:
    (tmp_path / "made" / "other").mkdir(parents=True)
    with pytest.raises(RuntimeError):
        with writer_for(tmp_path / "made" / "for it" / "x") as writer:
            writer.write(CONTENT)
            raise RuntimeError
    assert names(tmp_path) == ["made", "made/other"]


def test_commit_target_created_meanwhile_is_kept(tmp_path: Path) -> None:
    with writer_for(tmp_path / "x") as writer:
        writer.write(CONTENT)
        (tmp_path / "x").write_bytes(b"theirs")
        with pytest.raises(FileExistsError, match="appeared"):
            writer.commit(replace=False)
    assert (tmp_path / "x").read_bytes() == b"theirs"
    assert names(tmp_path) == ["x"]


@pytest.mark.parametrize("appears", [True, False])
def test_commit_without_hard_links_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, appears: bool
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    with writer_for(tmp_path / "x") as writer:
        writer.write(CONTENT)
        if appears:
            (tmp_path / "x").write_bytes(b"theirs")
            with pytest.raises(FileExistsError):
                writer.commit(replace=False)
        else:
            writer.commit(replace=False)
    assert (tmp_path / "x").read_bytes() == (b"theirs" if appears else CONTENT)
    assert names(tmp_path) == ["x"]


def test_commit_failed_rename_frees_reserved_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(DiskError, match="x cannot be written: Operation not permitted"):
        with writer_for(tmp_path / "x") as writer:
            writer.write(CONTENT)
            writer.commit(replace=False)
    assert names(tmp_path) == []


def test_commit_concurrent_one_writer_wins(tmp_path: Path) -> None:
    start = Barrier(8)

    def fetch(number: int) -> int | None:
        content = str(number).encode() * 10
        with writer_for(tmp_path / "x", content) as writer:
            writer.write(content)
            start.wait()
            try:
                writer.commit(replace=False)
            except FileExistsError:
                return None
            return number

    with ThreadPoolExecutor(8) as threads:
        winners = [n for n in threads.map(fetch, range(8)) if n is not None]
    assert len(winners) == 1
    assert (tmp_path / "x").read_bytes() == str(winners[0]).encode() * 10
    assert names(tmp_path) == ["x"]


def test_writer_folder_removed_meanwhile_is_created_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = Folder.open

    def leave_first(folder: Folder, name: str, flags: int) -> int:
        if "new" in folder.path:
            monkeypatch.setattr(Folder, "open", usual)
            shutil.rmtree(tmp_path / "new")
        return usual(folder, name, flags)

    tree = FolderTree(tmp_path)
    monkeypatch.setattr(Folder, "open", leave_first)
    target = tmp_path / "new" / "deep" / "x"
    with VerifiedWriter(target, size=len(CONTENT), md5=None, label="x", tree=tree) as writer:
        writer.write(CONTENT)
        writer.commit(replace=False)
    tree.close()
    assert names(tmp_path) == ["new", "new/deep", "new/deep/x"]


def test_commit_two_writers_with_replace_succeed(tmp_path: Path) -> None:
    with writer_for(tmp_path / "x") as first, writer_for(tmp_path / "x") as second:
        first.write(CONTENT)
        second.write(CONTENT)
        first.commit(replace=True)
        second.commit(replace=True)
    assert (tmp_path / "x").read_bytes() == CONTENT
    assert names(tmp_path) == ["x"]


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_commit_permissions_follow_umask(tmp_path: Path, umask: int, mode: int) -> None:
    former = os.umask(umask)
    try:
        with writer_for(tmp_path / "x") as writer:
            writer.write(CONTENT)
            writer.commit(replace=False)
    finally:
        os.umask(former)
    assert (tmp_path / "x").stat().st_mode & 0o777 == mode


def test_writer_longest_name_works(tmp_path: Path) -> None:
    with writer_for(tmp_path / ("n" * 255)) as writer:
        writer.write(CONTENT)
        writer.commit(replace=False)
    assert names(tmp_path) == ["n" * 255]


def test_commit_target_is_folder_fails(tmp_path: Path) -> None:
    (tmp_path / "x" / "inner").mkdir(parents=True)
    with pytest.raises(DiskError, match="x cannot be written"):
        with writer_for(tmp_path / "x") as writer:
            writer.write(CONTENT)
            writer.commit(replace=True)
    assert names(tmp_path) == ["x", "x/inner"]


def test_commit_parent_is_file_fails(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(DiskError), writer_for(tmp_path / "a" / "x") as writer:
        writer.write(CONTENT)
        writer.commit(replace=False)
    assert names(tmp_path) == ["a"]


def test_commit_disk_full_fails(tmp_path: Path) -> None:
    script = """
        import resource, signal, sys
        from pathlib import Path
        from wbtyped.download.disk.verified_writer import VerifiedWriter
        from wbtyped.errors import DiskError
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            with VerifiedWriter(Path(sys.argv[1]), size=4000, md5=None, label="x") as writer:
                writer.write(b"x" * 4000)
                writer.commit(replace=False)
        except DiskError as error:
            print(error)
    """
    command = [sys.executable, "-c", dedent(script), str(tmp_path / "x")]
    done = subprocess.run(command, text=True, capture_output=True, check=True)
    assert "x cannot be written: File too large" in done.stdout
    assert names(tmp_path) == []
