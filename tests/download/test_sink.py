"""A file is there whole and verified, or not at all."""

import base64
import hashlib
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

from wbtyped.download.disk.folder import Folder
from wbtyped.download.disk.folder_tree import FolderTree
from wbtyped.download.disk.verified_writer import VerifiedWriter
from wbtyped.errors import ChecksumError, DiskError, FileExistsError

CONTENT = b"some content"


def md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content).digest()).decode()


def sink_for(target: Path, content: bytes = CONTENT) -> VerifiedWriter:
    return VerifiedWriter(target, size=len(content), md5=md5(content), label="file 'x'")


def names(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


@pytest.fixture(autouse=True, params=["in memory", "on disk", "by path"])
def on_disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Everything holds for a content that waits in memory, and for one that is too large for it.

    And on platforms that cannot name files relative to an open folder.
    """
    if request.param == "by path":
        monkeypatch.setattr("wbtyped.download.disk.folder.HAS_DIR_FD", False)
    if request.param == "on disk":
        monkeypatch.setattr("wbtyped.download.disk.verified_writer.MEMORY_LIMIT_BYTES", 0)
        monkeypatch.setattr("wbtyped.download.disk.verified_writer.THREADED_DIGEST_BYTES", 0)
    return bool(request.param == "on disk")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blocks=st.lists(st.binary(max_size=50), max_size=8))
def test_any_blocks_make_the_file(
    blocks: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("sink")
    content = b"".join(blocks)
    with sink_for(folder / "x", content) as sink:
        for block in blocks:
            sink.write(block)
            assert not (folder / "x").exists()
        assert sink.commit(replace=False) == folder / "x"
    assert (folder / "x").read_bytes() == content
    assert names(folder) == ["x"]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_kind_of_block(
    tmp_path: Path, kind: type[bytes] | type[bytearray] | type[memoryview]
) -> None:
    with sink_for(tmp_path / "x") as sink:
        sink.write(kind(CONTENT))
        sink.commit(replace=False)
    assert (tmp_path / "x").read_bytes() == CONTENT


def test_blocks_are_counted_in_bytes(tmp_path: Path) -> None:
    numbers = array("i", range(10))
    with sink_for(tmp_path / "x", numbers.tobytes()) as sink:
        sink.write(memoryview(numbers))
        sink.commit(replace=False)
    assert (tmp_path / "x").read_bytes() == numbers.tobytes()


def test_neither_size_nor_digest_known(tmp_path: Path) -> None:
    with VerifiedWriter(tmp_path / "x", size=None, md5=None, label="x") as sink:
        sink.write(CONTENT)
        sink.commit(replace=False)
    assert (tmp_path / "x").read_bytes() == CONTENT


def test_the_temporary_file_is_hidden_beside_the_target(tmp_path: Path, on_disk: bool) -> None:
    with sink_for(tmp_path / "x") as sink:
        sink.write(CONTENT)
        found = names(tmp_path)
        assert len(found) == 2 * on_disk, "the content, and the journal that tells of it"
        assert all(name.startswith(".") and name.endswith(".part") for name in found)


def test_restart_forgets_what_came(tmp_path: Path) -> None:
    with sink_for(tmp_path / "x") as sink:
        sink.write(b"wrong start")
        sink.restart()
        sink.write(CONTENT)
        sink.commit(replace=False)
    assert (tmp_path / "x").read_bytes() == CONTENT


@pytest.mark.parametrize("wrong", [b"", b"some", b"some contenT", b"some content and more"])
def test_wrong_content_never_gets_the_name(tmp_path: Path, wrong: bytes) -> None:
    (tmp_path / "x").write_bytes(b"old")
    with pytest.raises(ChecksumError, match="file 'x'") as bad:
        with sink_for(tmp_path / "x") as sink:
            sink.write(wrong)
            sink.commit(replace=True)
    assert bad.value.expected != bad.value.actual
    assert (tmp_path / "x").read_bytes() == b"old"
    assert names(tmp_path) == ["x"]


def test_too_much_is_noticed_before_it_is_written(tmp_path: Path) -> None:
    with sink_for(tmp_path / "x") as sink, pytest.raises(ChecksumError, match="13 bytes came"):
        sink.write(CONTENT + b"!")


@pytest.mark.parametrize("interruption", [RuntimeError, KeyboardInterrupt])
def test_an_interruption_leaves_nothing(tmp_path: Path, interruption: type[BaseException]) -> None:
    with pytest.raises(interruption):
        with sink_for(tmp_path / "made" / "for it" / "x") as sink:
            sink.write(b"some")
            raise interruption
    assert names(tmp_path) == []


def test_folders_with_other_files_stay(tmp_path: Path) -> None:
    (tmp_path / "made" / "other").mkdir(parents=True)
    with pytest.raises(RuntimeError):
        with sink_for(tmp_path / "made" / "for it" / "x") as sink:
            sink.write(CONTENT)
            raise RuntimeError
    assert names(tmp_path) == ["made", "made/other"]


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    with sink_for(tmp_path / "x") as sink:
        sink.write(CONTENT)
        (tmp_path / "x").write_bytes(b"theirs")
        with pytest.raises(FileExistsError, match="appeared"):
            sink.commit(replace=False)
    assert (tmp_path / "x").read_bytes() == b"theirs"
    assert names(tmp_path) == ["x"]


@pytest.mark.parametrize("appears", [True, False])
def test_file_systems_without_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, appears: bool
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    with sink_for(tmp_path / "x") as sink:
        sink.write(CONTENT)
        if appears:
            (tmp_path / "x").write_bytes(b"theirs")
            with pytest.raises(FileExistsError):
                sink.commit(replace=False)
        else:
            sink.commit(replace=False)
    assert (tmp_path / "x").read_bytes() == (b"theirs" if appears else CONTENT)
    assert names(tmp_path) == ["x"]


def test_a_name_reserved_in_vain_is_free_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(DiskError, match="x cannot be written: Operation not permitted"):
        with sink_for(tmp_path / "x") as sink:
            sink.write(CONTENT)
            sink.commit(replace=False)
    assert names(tmp_path) == []


def test_only_one_of_many_at_once_gets_a_free_name(tmp_path: Path) -> None:
    start = Barrier(8)

    def fetch(number: int) -> int | None:
        content = str(number).encode() * 10
        with sink_for(tmp_path / "x", content) as sink:
            sink.write(content)
            start.wait()
            try:
                sink.commit(replace=False)
            except FileExistsError:
                return None
            return number

    with ThreadPoolExecutor(8) as threads:
        winners = [n for n in threads.map(fetch, range(8)) if n is not None]
    assert len(winners) == 1
    assert (tmp_path / "x").read_bytes() == str(winners[0]).encode() * 10
    assert names(tmp_path) == ["x"]


def test_a_folder_that_another_sink_takes_along(
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
    with VerifiedWriter(target, size=len(CONTENT), md5=None, label="x", tree=tree) as sink:
        sink.write(CONTENT)
        sink.commit(replace=False)
    tree.close()
    assert names(tmp_path) == ["new", "new/deep", "new/deep/x"]


def test_two_at_once_on_the_same_target(tmp_path: Path) -> None:
    with sink_for(tmp_path / "x") as first, sink_for(tmp_path / "x") as second:
        first.write(CONTENT)
        second.write(CONTENT)
        first.commit(replace=True)
        second.commit(replace=True)
    assert (tmp_path / "x").read_bytes() == CONTENT
    assert names(tmp_path) == ["x"]


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_permissions_are_those_of_any_new_file(tmp_path: Path, umask: int, mode: int) -> None:
    former = os.umask(umask)
    try:
        with sink_for(tmp_path / "x") as sink:
            sink.write(CONTENT)
            sink.commit(replace=False)
    finally:
        os.umask(former)
    assert (tmp_path / "x").stat().st_mode & 0o777 == mode


def test_long_names(tmp_path: Path) -> None:
    with sink_for(tmp_path / ("n" * 255)) as sink:
        sink.write(CONTENT)
        sink.commit(replace=False)
    assert names(tmp_path) == ["n" * 255]


def test_a_target_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "x" / "inner").mkdir(parents=True)
    with pytest.raises(DiskError, match="x cannot be written"):
        with sink_for(tmp_path / "x") as sink:
            sink.write(CONTENT)
            sink.commit(replace=True)
    assert names(tmp_path) == ["x", "x/inner"]


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(DiskError), sink_for(tmp_path / "a" / "x") as sink:
        sink.write(CONTENT)
        sink.commit(replace=False)
    assert names(tmp_path) == ["a"]


def test_a_disk_that_takes_no_more(tmp_path: Path) -> None:
    script = """
        import resource, signal, sys
        from pathlib import Path
        from wbtyped.download.disk.verified_writer import VerifiedWriter
        from wbtyped.errors import DiskError
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            with VerifiedWriter(Path(sys.argv[1]), size=4000, md5=None, label="x") as sink:
                sink.write(b"x" * 4000)
                sink.commit(replace=False)
        except DiskError as error:
            print(error)
    """
    command = [sys.executable, "-c", dedent(script), str(tmp_path / "x")]
    done = subprocess.run(command, text=True, capture_output=True, check=True)
    assert "x cannot be written: File too large" in done.stdout
    assert names(tmp_path) == []
