"""Files of runs and versions, read in ranges or whole, without a copy on disk."""

import asyncio
import io
import pickle
import threading
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.raw_server import raw_server
from wbtyped import Api, Artifact, File, Run
from wbtyped.download import stored_content
from wbtyped.errors import (
    ChecksumError,
    EntryNotFoundError,
    NotFoundError,
    TransportError,
    UnsupportedReferenceError,
    UsageError,
)
from wbtyped.server import Fault, Reference, WandbServer

CONTENT = bytes(range(256)) * 400


@pytest.fixture
def file(wandb_server: WandbServer, api: Api) -> File:
    wandb_server.add_run("crew/ship/log", {"data.bin": CONTENT, "empty": b""})
    found = api.run("crew/ship/log").file("data.bin")
    wandb_server.requests.clear()
    return found


@pytest.fixture
def version(wandb_server: WandbServer, api: Api) -> Artifact:
    files = {f"part/{number}": f"content {number}" for number in range(5)}
    wandb_server.add_artifact("crew/ship/data", "dataset", {**files, "data.bin": CONTENT})
    found = api.artifact("crew/ship/data:latest")
    found.manifest.size()
    wandb_server.requests.clear()
    return found


def ranges(server: WandbServer) -> list[str | None]:
    """Return the ranges that were requested from storage; None for a whole file."""
    return [each.headers.get("range") for each in server.requests if each.origin == "storage"]


# Ranges.


@settings(max_examples=25)
@given(
    start=st.integers(-2 * len(CONTENT), 2 * len(CONTENT)),
    end=st.none() | st.integers(-2 * len(CONTENT), 2 * len(CONTENT)),
)
def test_read_any_range_is_the_slice_of_the_content(
    shared_server: WandbServer, shared_api: Api, start: int, end: int | None
) -> None:
    shared_server.add_run("crew/ship/slices", {"data.bin": CONTENT})
    found = shared_api.run("crew/ship/slices").file("data.bin")
    assert found.read(start, end) == CONTENT[start:end]


def test_read_range_requests_only_these_bytes(wandb_server: WandbServer, file: File) -> None:
    assert file.read(10, 20) == CONTENT[10:20]
    assert asyncio.run(file.aread(-5)) == CONTENT[-5:]
    assert file.read(7, 7) == b""
    assert ranges(wandb_server) == ["bytes=10-19", "bytes=102395-102399"]
    assert wandb_server.requests.operations() == []


def test_read_whole_file_is_one_request_without_range(
    wandb_server: WandbServer, file: File
) -> None:
    assert file.read() == CONTENT
    assert ranges(wandb_server) == [None]


def test_read_large_file_comes_in_pieces(
    wandb_server: WandbServer, file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_content, "PIECE_BYTES", 50_000)
    assert file.read() == CONTENT
    assert ranges(wandb_server) == ["bytes=0-49999", "bytes=50000-99999", "bytes=100000-102399"]


def test_read_empty_file_sends_nothing(wandb_server: WandbServer, file: File) -> None:
    assert file.run is not None
    empty = file.run.file("empty")
    wandb_server.requests.clear()
    assert (empty.read(), empty.open().read()) == (b"", b"")
    assert len(wandb_server.requests) == 0


def test_read_missing_file_is_not_found(file: File) -> None:
    assert file.run is not None
    with pytest.raises(NotFoundError, match="file 'absent' of crew/ship/log does not exist"):
        file.run.file("absent").read()


# What can go wrong on the wire.


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="storage-get", status=503, times=2),
        Fault(kind="storage-get", cut_before_headers=True, times=1),
        Fault(kind="storage-get", cut_after=5000, times=2),
        Fault(kind="storage-get", expired=True, times=1),
        Fault(kind="storage-get", corrupt=True, times=1),
    ],
    ids=["unavailable", "cut before headers", "cut in the body", "expired", "corrupt"],
)
@pytest.mark.parametrize("is_async", [False, True])
def test_read_whole_file_survives(
    wandb_server: WandbServer, file: File, fault: Fault, is_async: bool
) -> None:
    with wandb_server.fault(fault):
        assert (asyncio.run(file.aread()) if is_async else file.read()) == CONTENT


@pytest.mark.parametrize("is_async", [False, True])
def test_read_range_that_is_cut_off_continues_where_it_stopped(
    wandb_server: WandbServer, file: File, is_async: bool
) -> None:
    with wandb_server.fault(Fault(kind="storage-get", cut_after=30_000, times=1)):
        read = asyncio.run(file.aread(100, 90_000)) if is_async else file.read(100, 90_000)
    assert read == CONTENT[100:90_000]
    first, second = ranges(wandb_server)
    assert first == "bytes=100-89999"
    assert second is not None
    assert int(second.removeprefix("bytes=").partition("-")[0]) > 100


def test_read_corrupt_file_is_a_checksum_error(wandb_server: WandbServer, file: File) -> None:
    with wandb_server.fault(Fault(kind="storage-get", corrupt=True)):
        with pytest.raises(ChecksumError, match="storage sent content with the MD5"):
            file.read()


def test_read_expired_url_is_renewed_by_one_query(wandb_server: WandbServer, file: File) -> None:
    with wandb_server.fault(Fault(kind="storage-get", expired=True, times=1)):
        assert file.read(0, 5) == CONTENT[:5]
    assert wandb_server.requests.operations() == ["RunFileAddresses"]


def test_read_url_that_is_always_refused_ends(wandb_server: WandbServer, file: File) -> None:
    with wandb_server.fault(Fault(kind="storage-get", expired=True)):
        with pytest.raises(TransportError, match="storage refuses every URL"):
            file.read(0, 5)


def test_read_file_replaced_meanwhile_is_a_checksum_error(
    wandb_server: WandbServer, api: Api
) -> None:
    wandb_server.add_run("crew/ship/log", {"data.bin": CONTENT})
    with api.run("crew/ship/log").file("data.bin").open(buffer_size=10) as opened:
        assert opened.read(5) == CONTENT[:5]
        wandb_server.add_run("crew/ship/log", {"data.bin": CONTENT[::-1]})
        opened.seek(5000)
        with wandb_server.fault(Fault(kind="storage-get", expired=True, times=1)):
            with pytest.raises(ChecksumError, match="has changed while it was being read"):
                opened.read(5)


def test_read_file_of_another_size_than_listed_is_a_checksum_error(
    wandb_server: WandbServer, file: File
) -> None:
    wandb_server.add_run("crew/ship/log", {"data.bin": CONTENT[:50]})
    with wandb_server.fault(Fault(kind="storage-get", expired=True, times=1)):
        with pytest.raises(ChecksumError, match="another size in storage"):
            file.read(20, 30)


def answered_with(answer: bytes, read: Callable[[File], bytes], file: File) -> bytes:
    """Read a file whose URL leads to a server that answers everything alike."""
    with raw_server(lambda _: answer) as server:
        node = file.attrs.model_copy(update={"direct_url": server.url})
        return read(File(file.client, node, file.run))


@pytest.mark.parametrize(
    "head",
    [
        "206 Partial Content\r\nContent-Range: bytes 1-5/102400",
        "206 Partial Content\r\nContent-Range: bytes 0-4/102399",
        "206 Partial Content\r\nContent-Range: bytes 0-9/102400",
        "206 Partial Content",
        "206 Partial Content\r\nContent-Range: bytes 0-4/102400\r\nContent-Encoding: gzip",
        "200 OK",
        "416 Range Not Satisfiable\r\nContent-Range: bytes */3",
    ],
)
def test_read_range_that_was_not_requested_is_refused(file: File, head: str) -> None:
    answer = f"HTTP/1.1 {head}\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello".encode()
    with pytest.raises((TransportError, ChecksumError)):
        answered_with(answer, lambda found: found.read(0, 5), file)


# Open files.


def test_open_file_is_buffered_and_seekable(wandb_server: WandbServer, file: File) -> None:
    with file.open(buffer_size=1000) as opened:
        assert opened.seek(-10, io.SEEK_END) == len(CONTENT) - 10
        assert opened.read() == CONTENT[-10:]
        assert (opened.seek(0), opened.read(3), opened.read(3)) == (0, CONTENT[:3], CONTENT[3:6])
        assert (opened.seek(4, io.SEEK_CUR), opened.tell()) == (10, 10)
    assert ranges(wandb_server) == ["bytes=102390-102399", "bytes=0-999"]
    with pytest.raises(ValueError, match="closed"):
        opened.read(1)


def test_open_file_read_to_the_end_is_verified(wandb_server: WandbServer, file: File) -> None:
    with wandb_server.fault(Fault(kind="storage-get", corrupt=True)):
        with pytest.raises(ChecksumError), file.open() as opened:
            opened.read()


def test_open_file_reads_text_by_lines(wandb_server: WandbServer, api: Api) -> None:
    lines = [f"line {number}\n" for number in range(1000)]
    wandb_server.add_run("crew/ship/log", {"a.txt": "".join(lines)})
    with io.TextIOWrapper(api.run("crew/ship/log").file("a.txt").open()) as text:
        assert list(text) == lines


async def test_aopen_file_reads_and_seeks(api: Api, wandb_server: WandbServer) -> None:
    wandb_server.add_run("crew/ship/log", {"data.bin": CONTENT})
    run = await api.arun("crew/ship/log")
    async with await (await run.afile("data.bin")).aopen() as opened:
        assert await opened.seek(-10, io.SEEK_END) == len(CONTENT) - 10
        assert await opened.read(4) == CONTENT[-10:-6]
        assert (await opened.read(), await opened.read(), opened.tell()) == (
            CONTENT[-6:], b"", len(CONTENT),
        )  # fmt: skip
        with pytest.raises(UsageError, match="must not be negative"):
            await opened.seek(-1)
    await api.aclose()


@pytest.mark.parametrize("wrong", [{"start": "1"}, {"start": True}, {"start": None}, {"end": 1.5}])
def test_read_wrong_position_is_a_usage_error(
    wandb_server: WandbServer, file: File, wrong: dict[str, int]
) -> None:
    with pytest.raises(UsageError, match="must be a whole number"):
        file.read(**wrong)
    assert len(wandb_server.requests) == 0


# Files of versions.


def test_entries_share_one_request_for_their_urls(
    wandb_server: WandbServer, version: Artifact
) -> None:
    for entry in version.manifest:
        assert len(entry.read(0, 3)) == 3
    assert wandb_server.requests.operations() == ["ArtifactFileAddresses"]


def test_entries_read_in_threads_share_one_request_for_their_urls(
    wandb_server: WandbServer, version: Artifact
) -> None:
    with wandb_server.fault(Fault(kind="graphql", latency=0.2)):
        threads = [threading.Thread(target=entry.read) for entry in version.manifest]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wandb_server.requests.operations() == ["ArtifactFileAddresses"]
    assert len(ranges(wandb_server)) == len(version.manifest)


async def test_entries_read_in_tasks_share_one_request_for_their_urls(
    wandb_server: WandbServer, api: Api
) -> None:
    wandb_server.add_artifact("crew/ship/data", "dataset", {f"{n}": f"{n}" * 9 for n in range(20)})
    version = await api.aartifact("crew/ship/data:latest")
    manifest = await version.amanifest()
    wandb_server.requests.clear()
    contents = await asyncio.gather(*(entry.aread() for entry in manifest))
    assert contents == [entry.path.encode() * 9 for entry in manifest]
    assert wandb_server.requests.operations() == ["ArtifactFileAddresses"]
    await api.aclose()


def test_entry_expired_urls_are_renewed_together(
    wandb_server: WandbServer, version: Artifact
) -> None:
    for entry in version.manifest:
        entry.read(0, 1)
    with wandb_server.fault(Fault(kind="storage-get", expired=True, times=1)):
        for entry in version.manifest:
            entry.read(0, 1)
    assert wandb_server.requests.operations() == ["ArtifactFileAddresses"] * 2


def test_entry_of_a_large_version_requests_the_page_around_it(
    wandb_server: WandbServer, api: Api
) -> None:
    files = {f"{number:04}": f"{number}" for number in range(2500)}
    wandb_server.add_artifact("crew/ship/many", "dataset", files)
    version = api.artifact("crew/ship/many:latest")
    version.manifest.size()
    wandb_server.requests.clear()
    for path in ("1500", "1000", "1999", "0000"):
        assert version.get_entry(path).read() == str(int(path)).encode()
    pages = [each.variables for each in wandb_server.requests if each.operation_name]
    assert [variables and variables["fileNames"] for variables in pages] == [
        [f"{number:04}" for number in range(1000, 2000)],
        [f"{number:04}" for number in range(1000)],
    ]


def test_entry_corrupt_is_a_checksum_error(wandb_server: WandbServer, version: Artifact) -> None:
    entry = version.get_entry("data.bin")
    with wandb_server.fault(Fault(kind="storage-get", corrupt=True)):
        with pytest.raises(ChecksumError, match=r"file 'data.bin' of artifact crew/ship/data:v0"):
            entry.read()
    assert entry.open().read(5) == CONTENT[:5]


def test_entry_reference_to_another_version_is_followed(
    wandb_server: WandbServer, api: Api, version: Artifact
) -> None:
    target = version.get_entry("data.bin").ref_url()
    wandb_server.add_artifact(
        "crew/ship/links", "dataset", {},
        {"link": Reference(target, digest=version.get_entry("data.bin").digest)},
    )  # fmt: skip
    entry = api.artifact("crew/ship/links:latest").get_entry("link")
    assert (entry.read(), entry.read(-3)) == (CONTENT, CONTENT[-3:])


def test_entry_reference_to_s3_is_refused(wandb_server: WandbServer, api: Api) -> None:
    reference = Reference("s3://bucket/key", digest="etag", size=3)
    wandb_server.add_artifact("crew/ship/s3", "dataset", {}, {"key": reference})
    with pytest.raises(UnsupportedReferenceError, match="wbtyped cannot read s3://bucket/key"):
        api.artifact("crew/ship/s3:latest").get_entry("key").read()


def test_entry_reference_over_http_is_verified_by_its_etag(
    wandb_server: WandbServer, api: Api
) -> None:
    answer = b'HTTP/1.1 200 OK\r\nETag: "one"\r\nContent-Length: 5\r\n\r\nhello'
    with raw_server(lambda _: answer) as web:
        for name, etag in (("same", '"one"'), ("other", '"two"')):
            wandb_server.add_artifact(
                f"crew/ship/{name}", "dataset", {}, {"key": Reference(web.url, digest=etag)}
            )
        same = api.artifact("crew/ship/same:latest").get_entry("key")
        assert (same.read(), same.read(1, 3), same.open().read()) == (b"hello", b"el", b"hello")
        with pytest.raises(ChecksumError, match="has changed since the reference was recorded"):
            api.artifact("crew/ship/other:latest").get_entry("key").read()


def test_file_of_a_version_reads_its_content(wandb_server: WandbServer, version: Artifact) -> None:
    [found] = version.files(["data.bin"])
    assert found.read(5, 9) == CONTENT[5:9]
    with wandb_server.fault(Fault(kind="storage-get", expired=True, times=1)):
        assert found.read() == CONTENT


def test_pickled_version_contains_no_signed_url(version: Artifact) -> None:
    version.get_entry("data.bin").read(0, 1)
    pickled = pickle.dumps(version)
    assert b"ignature" not in pickled
    back: Artifact = pickle.loads(pickled)
    assert back.get_entry("data.bin").read(0, 3) == CONTENT[:3]


def test_entry_of_no_version_cannot_be_read(version: Artifact) -> None:
    manifest = type(version.manifest).from_manifest_json(version.manifest.to_manifest_json())
    with pytest.raises(UsageError, match="belongs to no artifact"):
        manifest.entries["data.bin"].read()
    with pytest.raises(EntryNotFoundError):
        version.get_entry("absent")


def test_read_of_a_run_that_is_gone_is_not_found(
    wandb_server: WandbServer, api: Api, file: File
) -> None:
    run: Run = api.run("crew/ship/log")
    file.delete()
    with wandb_server.fault(Fault(kind="storage-get", expired=True, times=1)):
        with pytest.raises(NotFoundError, match="no longer exists"):
            file.read(0, 1)
    assert run.file("data.bin").updated_at is None
