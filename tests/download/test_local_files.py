"""Which existing files count as downloaded."""

import os
import socket
import threading
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path

import pytest

from wbtyped.download import local_files
from wbtyped.download.disk.digests import Algorithm, digest_of
from wbtyped.download.disk.folder_tree import FolderTree
from wbtyped.download.local_files import (
    CHUNK_FILES,
    LARGE_BYTES,
    THREAD_FILES,
    FileSpec,
    LocalFiles,
    Outcome,
    SkippedFile,
)
from wbtyped.download.target import Target

CONTENT = b"what was logged"


def spec(root: Path, name: str, content: bytes = CONTENT, algorithm: Algorithm = "MD5") -> FileSpec:
    """Return what is wanted: a file of this content."""
    folder, _, file = name.rpartition("/")
    digest = digest_of(content, algorithm)
    return FileSpec(name, Target(str(root), folder, file), len(content), digest, algorithm)


def check(root: Path, specs: list[FileSpec]) -> dict[str, Outcome]:
    """Return the outcomes by name."""
    tree = FolderTree(root)
    try:
        found = LocalFiles(tree).check(specs, attrgetter("target"), lambda spec: spec)
        return {spec.name: outcome for spec, outcome in found}
    finally:
        tree.close()


@pytest.mark.parametrize("algorithm", ["MD5", "XXH128"])
@pytest.mark.parametrize("content", [b"", CONTENT, bytes(LARGE_BYTES - 1), bytes(LARGE_BYTES)])
def test_check_file_with_its_content_is_kept(
    content: bytes, algorithm: Algorithm, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(content)
    wanted = spec(tmp_path, "file", content, algorithm)
    assert check(tmp_path, [wanted]) == {"file": SkippedFile("file", len(content))}


def make_longer(path: Path) -> None:
    path.write_bytes(CONTENT + b"!")


def make_shorter(path: Path) -> None:
    path.write_bytes(CONTENT[:-1])


def make_modified(path: Path) -> None:
    path.write_bytes(CONTENT.upper())


def make_link(path: Path) -> None:
    elsewhere = path.with_name("elsewhere")
    elsewhere.write_bytes(CONTENT)
    path.symlink_to(elsewhere)


def make_broken_link(path: Path) -> None:
    path.symlink_to("nowhere")


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))


ON_POSIX = () if os.name == "nt" else (make_link, make_broken_link, make_pipe, make_socket)


@pytest.mark.parametrize("content", [CONTENT, b""], ids=["content", "empty"])
@pytest.mark.parametrize("make", [make_longer, make_shorter, make_modified, Path.mkdir, *ON_POSIX])
def test_check_anything_else_is_to_be_downloaded(
    make: Callable[[Path], None],
    content: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    make(Path("file"))
    assert check(tmp_path, [spec(tmp_path, "file", content)]) == {"file": None}


def test_check_hard_link_is_kept(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(CONTENT)
    os.link(tmp_path / "other", tmp_path / "file")
    assert check(tmp_path, [spec(tmp_path, "file")]) == {"file": SkippedFile("file", len(CONTENT))}


@pytest.mark.parametrize("tiny_bytes", [0, 100], ids=["threads", "no threads"])
def test_check_many_files_in_many_folders_each_has_its_outcome(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_bytes: int
) -> None:
    """More than one chunk is checked; every file gets the outcome of its own."""
    monkeypatch.setattr(local_files, "TINY_BYTES", tiny_bytes)
    wanted: list[FileSpec] = []
    kept: set[str] = set()
    for folder, count in (("full", 2 * CHUNK_FILES + 5), ("half", THREAD_FILES), ("few", 3)):
        (tmp_path / folder).mkdir()
        for number in range(count):
            content = b"%d" % number
            wanted.append(spec(tmp_path, f"{folder}/{number}", content))
            if number % 3:
                (tmp_path / folder / str(number)).write_bytes(content)
                kept.add(f"{folder}/{number}")
    wanted.append(spec(tmp_path, "missing/file"))
    found = check(tmp_path, wanted)
    assert found.keys() == {spec.name for spec in wanted}
    assert {name for name, outcome in found.items() if outcome is not None} == kept


def test_check_abandoned_ends_its_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that is closed must not be read any more: its descriptor may be another file's."""
    monkeypatch.setattr(local_files, "CHUNK_FILES", THREAD_FILES)
    monkeypatch.setattr(local_files, "TINY_BYTES", 0)
    wanted: list[FileSpec] = []
    for number in range(20 * THREAD_FILES):
        (tmp_path / str(number)).write_bytes(CONTENT)
        wanted.append(spec(tmp_path, str(number)))
    tree = FolderTree(tmp_path)
    threads = threading.active_count()
    outcomes = LocalFiles(tree).check(wanted, attrgetter("target"), lambda spec: spec)
    assert next(outcomes)[1] == SkippedFile("0", len(CONTENT))
    assert threading.active_count() > threads
    del outcomes
    assert threading.active_count() == threads
    tree.close()
