"""Unfinished files and their folders: whoever writes, ends or resumes them, in any order."""

import os
import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.download.transfers import files_below, md5, saved
from wbtyped.download.disk import folder_tree, part_files, verified_writer
from wbtyped.download.disk.folder_tree import FolderTree
from wbtyped.download.disk.verified_writer import VerifiedWriter
from wbtyped.errors import ChecksumError, FileExistsError

CONTENT = bytes(range(48, 88))
MEMORY_BYTES = 8
FOLDERS = ["", "a", "a/b", "a/b/c", "d"]


@pytest.fixture(autouse=True)
def _little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verified_writer, "MEMORY_LIMIT_BYTES", MEMORY_BYTES)


class Download:
    """One download of the file, as another process would run it: with a tree of its own."""

    def __init__(self, root: Path, size: int | None = len(CONTENT)) -> None:
        self.tree = FolderTree(root)
        self.writer = VerifiedWriter(
            root / "x", size=size, md5=md5(CONTENT), label="file 'x'", tree=self.tree
        )
        self.is_right = True
        """Whether all that was written is the beginning of the content."""

    def write(self, count: int) -> None:
        self.writer.write(CONTENT[self.writer.written : self.writer.written + count])

    def close(self, *, keep: bool) -> None:
        self.writer.keep_part = keep
        self.writer.close()
        self.tree.close()


class WriterMachine(RuleBasedStateMachine):
    """Several downloads of one file, at the same time and one after the other."""

    @initialize(has_size=st.booleans())
    def begin(self, has_size: bool) -> None:
        self.folder = TemporaryDirectory()
        self.root = Path(self.folder.name)
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(verified_writer, "MEMORY_LIMIT_BYTES", MEMORY_BYTES)
        self.size = len(CONTENT) if has_size else None
        self.downloads: list[Download] = []
        self.committed = False
        self.wrong_was_kept = False

    def pick(self, number: int) -> Download:
        return self.downloads[number % len(self.downloads)]

    @precondition(lambda self: len(self.downloads) < 3)
    @rule()
    def start(self) -> None:
        download = Download(self.root, self.size)
        self.downloads.append(download)
        download.writer.resume()
        assert self.wrong_was_kept or download.writer.written <= len(CONTENT)
        download.is_right = not self.wrong_was_kept

    @precondition(lambda self: self.downloads)
    @rule(number=st.integers(0, 9), count=st.integers(1, 30))
    def write(self, number: int, count: int) -> None:
        self.pick(number).write(count)

    @precondition(lambda self: self.downloads)
    @rule(number=st.integers(0, 9))
    def write_wrong(self, number: int) -> None:
        download = self.pick(number)
        if self.size is None or download.writer.written < self.size:
            download.writer.write(b"!")
            download.is_right = False

    @precondition(lambda self: self.downloads)
    @rule(number=st.integers(0, 9))
    def restart(self, number: int) -> None:
        download = self.pick(number)
        download.writer.restart()
        download.is_right = True

    @precondition(lambda self: self.downloads)
    @rule(number=st.integers(0, 9), replace=st.booleans())
    def commit(self, number: int, replace: bool) -> None:
        download = self.pick(number)
        is_complete = download.is_right and download.writer.written == len(CONTENT)
        try:
            download.writer.commit(replace=replace)
        except ChecksumError:
            assert not is_complete
            return  # as a schedule does, the caller begins again or closes
        except FileExistsError:
            assert self.committed
            assert not replace
        else:
            assert is_complete or self.wrong_was_kept
            self.committed = True
        self.downloads.remove(download)
        download.close(keep=False)

    @precondition(lambda self: self.downloads)
    @rule(number=st.integers(0, 9), keep=st.booleans())
    def close(self, number: int, keep: bool) -> None:
        download = self.pick(number)
        self.downloads.remove(download)
        self.wrong_was_kept |= keep and not download.is_right
        download.close(keep=keep)

    @invariant()
    def file_is_right_or_not_there(self) -> None:
        assert saved(self.root) == ({"x": CONTENT} if self.committed else {})

    def teardown(self) -> None:
        try:
            for download in self.downloads:
                download.close(keep=False)
            # Whatever was left: the next download takes it, and one further finds nothing.
            last = Download(self.root, self.size)
            last.writer.resume()
            if self.wrong_was_kept:
                last.writer.restart()
            last.write(len(CONTENT))
            last.writer.commit(replace=True)
            last.tree.sweep()
            last.close(keep=False)
            assert files_below(self.root) == {"x": CONTENT}
        finally:
            self.patch.undo()
            self.folder.cleanup()


TestWriter = WriterMachine.TestCase
TestWriter.settings = settings(max_examples=25, stateful_step_count=18, deadline=None)


# Which part is resumed.


def left_behind(root: Path, content: bytes, digest: str | None = None) -> Path:
    """Leave a part of `x` as an interrupted download does, and return its path."""
    before = set(files_below(root))
    tree = FolderTree(root)
    writer = VerifiedWriter(
        root / "x", size=None, md5=digest or md5(CONTENT), label="file 'x'", tree=tree
    )
    writer.write(content)
    writer.keep_part = True
    writer.close()
    tree.close()
    [part] = [
        n for n in set(files_below(root)) - before if (root / n).stat().st_size == len(content)
    ]
    return root / part


def resumed(root: Path) -> int:
    """Return how many bytes a new download finds."""
    download = Download(root)
    download.writer.resume()
    found = download.writer.written
    download.close(keep=False)
    return found


def test_resume_takes_the_largest_part_and_removes_the_others(tmp_path: Path) -> None:
    # Of several downloads at the same time each may leave one.
    downloads = [Download(tmp_path) for _ in range(3)]
    for download, count in zip(downloads, (10, 30, 20), strict=True):
        download.write(count)
    for download in downloads:
        download.close(keep=True)
    assert resumed(tmp_path) == 30
    assert files_below(tmp_path) == {}


@pytest.mark.parametrize("idle", [0, 2 * part_files.IDLE_SECONDS])
def test_resume_takes_no_part_that_another_download_writes(tmp_path: Path, idle: float) -> None:
    other = Download(tmp_path)
    other.write(30)
    written = time.time() - idle
    for path in tmp_path.iterdir():
        os.utime(path, (written, written))
    assert resumed(tmp_path) == 0
    other.write(99)
    assert Path(other.writer.commit(replace=False)).read_bytes() == CONTENT
    other.close(keep=False)
    assert files_below(tmp_path) == {"x": CONTENT}


@settings(max_examples=25, deadline=None)
@given(counts=st.lists(st.integers(1, 15), max_size=5), cut=st.integers(0, 30))
def test_resume_after_a_crash_finds_a_prefix(counts: list[int], cut: int) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(verified_writer, "MEMORY_LIMIT_BYTES", MEMORY_BYTES)
        root, crashed = Path(folder, "root"), Path(folder, "crashed")
        download = Download(root)
        for count in counts:
            download.write(count)
        if root.exists():
            # A copy is what a killed process leaves: nothing is closed, and nothing is locked.
            shutil.copytree(root, crashed)
        download.close(keep=False)
        for part in crashed.glob(".wbtyped-*-*.part"):
            # Of the last block, only some may have come to the disk.
            os.truncate(part, max(0, part.stat().st_size - cut))
        later = Download(crashed)
        later.writer.resume()
        came = min(sum(counts), len(CONTENT))
        assert came - MEMORY_BYTES - cut <= later.writer.written <= came
        later.write(len(CONTENT))
        later.writer.commit(replace=False)
        later.close(keep=False)
        assert files_below(crashed) == {"x": CONTENT}


def test_resume_takes_no_part_of_another_content(tmp_path: Path) -> None:
    left_behind(tmp_path, CONTENT[:20], md5(b"other"))
    assert resumed(tmp_path) == 0
    assert files_below(tmp_path) == {}


def test_resume_of_a_part_that_is_too_long_restarts(tmp_path: Path) -> None:
    left_behind(tmp_path, CONTENT + b"!")
    assert resumed(tmp_path) == 0


def test_resume_without_a_digest_takes_nothing(tmp_path: Path) -> None:
    left_behind(tmp_path, CONTENT[:20])
    tree = FolderTree(tmp_path)
    with VerifiedWriter(tmp_path / "x", size=None, md5=None, label="x", tree=tree) as writer:
        writer.resume()
        assert writer.written == 0
    tree.close()
    assert files_below(tmp_path) == {}


@pytest.mark.parametrize(
    ("age", "expected"), [(part_files.STALE_SECONDS - 60, 20), (part_files.STALE_SECONDS + 60, 0)]
)
def test_resume_takes_no_part_that_is_old(tmp_path: Path, age: float, expected: int) -> None:
    part = left_behind(tmp_path, CONTENT[:20])
    written = time.time() - age
    os.utime(part, (written, written))
    assert resumed(tmp_path) == expected
    assert files_below(tmp_path) == {}


def test_sweep_leaves_what_can_be_resumed_and_what_no_journal_names(tmp_path: Path) -> None:
    left_behind(tmp_path, CONTENT[:20])
    theirs = tmp_path / part_files.part_name("0" * 16, 1)
    theirs.write_bytes(b"a file of a user who chose that name")
    tree = FolderTree(tmp_path)
    tree.sweep()
    tree.close()
    assert theirs.exists()
    assert resumed(tmp_path) == 20
    assert list(files_below(tmp_path)) == [theirs.name]


def test_resume_of_a_small_file_ignores_parts(tmp_path: Path) -> None:
    left_behind(tmp_path, CONTENT[:20])
    before = files_below(tmp_path)
    with VerifiedWriter(tmp_path / "x", size=5, md5=md5(CONTENT), label="x") as writer:
        writer.resume()
    assert files_below(tmp_path) == before


@pytest.mark.parametrize(
    ("content", "expected"), [(CONTENT[:MEMORY_BYTES], False), (CONTENT[: MEMORY_BYTES + 1], True)]
)
def test_writer_keeps_only_what_is_too_large_for_memory(
    tmp_path: Path, content: bytes, expected: bool
) -> None:
    download = Download(tmp_path)
    download.writer.write(content)
    assert download.writer.resumable is expected
    download.close(keep=True)
    assert bool(files_below(tmp_path)) is expected
    assert resumed(tmp_path) == (len(content) if expected else 0)


def test_writer_expects_another_size_once_it_is_known(tmp_path: Path) -> None:
    with VerifiedWriter(tmp_path / "x", size=3, md5=None, label="x") as writer:
        writer.expect_size(4)
        writer.write(b"four")
        writer.expect_size(None)
        writer.write(b" and more")
        writer.commit(replace=False)
    assert saved(tmp_path) == {"x": b"four and more"}


# Folders.


def folders_below(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_dir()}


def with_parents(folders: set[str]) -> set[str]:
    """Return folders with all that they are in, without the root."""
    found = set[str]()
    for folder in folders:
        parts = folder.split("/") if folder else []
        found |= {"/".join(parts[: n + 1]) for n in range(len(parts))}
    return found


STEPS = st.lists(
    st.tuples(st.sampled_from(["enter", "leave", "write", "make"]), st.sampled_from(FOLDERS)),
    max_size=15,
)


@settings(max_examples=25, deadline=None)
@given(steps=STEPS, open_limit=st.sampled_from([0, 2, 32]))
def test_tree_removes_the_empty_folders_that_it_made(
    steps: list[tuple[str, str]], open_limit: int
) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(folder_tree, "MAX_OPEN_FOLDERS", open_limit)
        root = Path(folder, "new", "root")
        tree = FolderTree(root)
        entered: list[folder_tree.OpenFolder] = []
        theirs, used = set[str](), set[str]()
        for action, name in steps:
            target = root / name / "x"
            if action == "enter":
                opened = tree.enter(target)
                assert opened.folder.is_current()
                assert target.parent.is_dir()
                entered.append(opened)
            elif action == "leave" and entered:
                tree.leave(entered.pop())
            elif action == "make" and not target.parent.exists():
                target.parent.mkdir(parents=True)
                theirs.add(name)
            elif action == "write" and target.parent.is_dir():
                target.write_bytes(b"x")
                used.add(name)
        for opened in entered:
            tree.leave(opened)
        tree.close()
        if not used and not theirs:
            assert not root.parent.exists(), "nothing is left of what was for nothing"
            return
        assert with_parents(used) <= folders_below(root)
        assert theirs <= folders_below(root) | {""}
        assert folders_below(root) <= with_parents(used | theirs)
        assert set(files_below(root)) == {f"{name}/x".lstrip("/") for name in used}


@settings(deadline=None)
@given(st.sampled_from(FOLDERS), st.sampled_from(["x", "..", "a b"]))
def test_tree_names_folders_by_their_path_below_the_root(folder: str, name: str) -> None:
    tree = FolderTree(Path("root"))
    assert tree.key_of(Path("root", folder, name)) == folder


def test_tree_finds_no_folder_that_does_not_exist_and_makes_none(tmp_path: Path) -> None:
    tree = FolderTree(tmp_path / "root")
    assert tree.find(tmp_path / "root" / "a" / "x") is None
    with pytest.raises(FileNotFoundError):
        tree.read(tmp_path / "root" / "a" / "x")
    tree.close()
    assert list(tmp_path.iterdir()) == []


def test_tree_refuses_a_path_outside_of_its_root(tmp_path: Path) -> None:
    tree = FolderTree(tmp_path / "root")
    with pytest.raises(ValueError, match="not in the subpath"):
        tree.enter(tmp_path / "rooted" / "x")
