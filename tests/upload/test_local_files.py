"""Local files: their digests, and bodies that are what was digested."""

import base64
import hashlib
import os
from concurrent.futures import CancelledError
from pathlib import Path

import pytest
import xxhash
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wbtyped.errors import DiskError, UsageError
from wbtyped.upload import local_digest, part_sizes
from wbtyped.upload.local_body import LocalBody
from wbtyped.upload.local_digest import INLINE_BYTES, DigestRun, digest_file

PART = 40_000


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_sizes, "MULTIPART_BYTES", INLINE_BYTES + 10)
    monkeypatch.setattr(part_sizes, "PART_BYTES", PART)
    monkeypatch.setattr(local_digest, "BLOCK_BYTES", 30_000)


def base64_md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.sampled_from(
        [0, 1, INLINE_BYTES, INLINE_BYTES + 1, INLINE_BYTES + 10, 3 * PART, 3 * PART + 1, 200_000]
    ),
    xxh128=st.booleans(),
)
def test_one_pass_gives_all_digests(tmp_path: Path, size: int, xxh128: bool) -> None:
    path = tmp_path / "file"
    content = os.urandom(size)
    path.write_bytes(content)
    found = digest_file(path, xxh128=xxh128, in_parts=True)
    assert (found.stamp.size, found.md5) == (size, base64_md5(content))
    expected = base64.b64encode(xxhash.xxh3_128(content).digest()).decode() if xxh128 else None
    assert found.xxh128 == expected
    parts = [content[start : start + PART] for start in range(0, size, PART)]
    is_large = size >= INLINE_BYTES + 10
    hexes = [hashlib.md5(part, usedforsecurity=False).hexdigest() for part in parts]
    assert list(found.parts) == (hexes if is_large else [])
    assert found.content == (content if size <= INLINE_BYTES else None)


def test_many_files_are_digested_in_order_and_some_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_digest, "KEPT_BYTES", 25)
    sizes = [10, INLINE_BYTES + 1, 10, 10]
    paths = {f"{number}": tmp_path / f"{number}" for number in range(4)}
    for path, size in zip(paths.values(), sizes, strict=True):
        path.write_bytes(os.urandom(size))
    found = DigestRun().run(paths)
    assert list(found) == list(paths)
    assert [digest.content is not None for digest in found.values()] == [True, False, True, False]


def test_cancelled_run_ends(tmp_path: Path) -> None:
    run = DigestRun()
    run.cancel()
    (tmp_path / "a").write_bytes(b"a")
    with pytest.raises(CancelledError):
        run.run({"a": tmp_path / "a"})


def test_what_is_no_file_cannot_be_digested(tmp_path: Path) -> None:
    with pytest.raises(DiskError, match="cannot be read"):
        digest_file(tmp_path / "absent")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="not a regular file"):
        digest_file(tmp_path / "pipe")


@pytest.mark.parametrize("change", ["shorter", "longer", "gone", "touched"])
def test_body_of_a_file_that_changed_is_never_complete(tmp_path: Path, change: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(3000))
    body = LocalBody.of(path)
    if change == "gone":
        path.unlink()
    elif change == "touched":
        os.utime(path, (0, 0))
    else:
        path.write_bytes(bytes(2999 if change == "shorter" else 3001))
    received = 0
    with pytest.raises(DiskError, match=r"file (was modified|cannot be read)"):
        for block in body.blocks(1000):
            received += len(block)
    assert received < 3000


def test_body_of_a_file_that_changes_while_it_is_read_lacks_its_last_block(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(3000))
    blocks = LocalBody.of(path).blocks(1000)
    assert len(next(blocks)) == 1000
    with path.open("ab") as stream:
        stream.write(b"more")
    assert len(next(blocks)) == 1000
    with pytest.raises(DiskError, match="was modified during the upload"):
        next(blocks)


def test_body_is_the_range_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "file"
    content = os.urandom(5000)
    path.write_bytes(content)
    whole = LocalBody.of(path)
    part = LocalBody(path, whole.stamp, 1000, 2500, base64_md5(content[1000:3500]))
    assert part.read() == content[1000:3500]
    wrong = LocalBody(path, whole.stamp, 1000, 2500, base64_md5(b"other"))
    with pytest.raises(DiskError, match="modified"):
        wrong.read()
