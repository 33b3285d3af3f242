"""Large files in parts, on the embedded server over a socket; what is large is lowered."""

import json
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from wbtyped import Api
from wbtyped.artifacts.publishing.content_uploads import ContentUploads
from wbtyped.download.options import EngineName
from wbtyped.errors import DiskError, GraphQLError, TransportError
from wbtyped.publish import Draft
from wbtyped.server import Fault, WandbServer
from wbtyped.upload import part_sizes
from wbtyped.upload.saved_parts import SavedParts

PATH = "crew/ship/data"
PART = 100_000
SIZE = 10 * PART + 1


@pytest.fixture
def api(wandb_server: WandbServer) -> Iterator[Api]:
    with Api() as api:
        yield api


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_sizes, "MULTIPART_BYTES", 3 * PART)
    monkeypatch.setattr(part_sizes, "PART_BYTES", PART)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "large.bin"
    path.write_bytes(os.urandom(SIZE))
    return path


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of what uploads remember."""
    monkeypatch.setenv("WANDB_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache/wbtyped/uploads"


@pytest.fixture(params=["httpx", "curl"])
def engine(request: pytest.FixtureRequest) -> EngineName:
    if request.param == "curl":
        pytest.importorskip("pycurl")
        return "curl"
    return "httpx"


def parts_sent(server: WandbServer) -> list[int]:
    paths = [r.path for r in server.requests if r.method == "PUT" and "/artifact-files/" in r.path]
    return sorted(int(path.split("/artifact-files/")[1].split("/")[1]) for path in paths)


def test_publish_large_file_in_parts(
    api: Api, wandb_server: WandbServer, file: Path, saved: Path, engine: EngineName, tmp_path: Path
) -> None:
    artifact = api.publish(file, PATH, "dataset", engine=engine)
    assert parts_sent(wandb_server) == list(range(1, 12))
    artifact.verify(artifact.download(tmp_path / "out"))
    assert (tmp_path / "out/large.bin").read_bytes() == file.read_bytes()
    assert list(saved.iterdir()) == []


def test_publish_after_an_interruption_sends_the_missing_parts(
    api: Api, wandb_server: WandbServer, file: Path, saved: Path, engine: EngineName
) -> None:
    with (
        wandb_server.fault(Fault(kind="storage-put", skip=6, status=400)),
        pytest.raises(TransportError, match=r"upload of 'large\.bin' to .*, part \d+: .*HTTP 400"),
    ):
        api.publish(file, PATH, "dataset", engine=engine, jobs=1)
    assert not api.artifact_exists(PATH)
    [remembered] = saved.iterdir()
    assert stat.S_IMODE(remembered.stat().st_mode) == 0o600
    done = len(json.loads(remembered.read_text())["etags"])
    assert done == 6
    wandb_server.requests.clear()
    api.publish(file, PATH, "dataset", engine=engine)
    assert len(parts_sent(wandb_server)) == 11 - done
    assert list(saved.iterdir()) == []


def interrupt(api: Api, server: WandbServer, file: Path) -> None:
    with (
        server.fault(Fault(kind="storage-put", skip=6, status=400)),
        pytest.raises(TransportError),
    ):
        api.publish(file, PATH, "dataset", jobs=1)
    server.requests.clear()


def test_publish_forgets_parts_that_storage_had_joined(api: Api, file: Path, saved: Path) -> None:
    """A call may be killed after storage joined the parts, and before it forgot them."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(SavedParts, "remove", SavedParts.__repr__)
        draft = Draft("data", "dataset")
        draft.add_file(file)
        (file.parent / "later").write_bytes(b"1")
        draft.add_file(file.parent / "later")
        api.publish(file, PATH, "dataset")
    assert len(list(saved.iterdir())) == 1
    draft.publish(PATH, api=api)
    assert list(saved.iterdir()) == []


@pytest.mark.parametrize("skip", [3, 6, 9, 14, 17, 21])
def test_publish_of_one_content_under_two_names_resumes(
    api: Api, wandb_server: WandbServer, file: Path, saved: Path, tmp_path: Path, skip: int
) -> None:
    folder = tmp_path / "twice"
    folder.mkdir()
    for name in ("a.bin", "b.bin"):
        (folder / name).write_bytes(file.read_bytes())
    for jobs in (1, 4):
        # The second call may have too little left to fail.
        with (
            wandb_server.fault(Fault(kind="storage-put", skip=skip, status=400)),
            suppress(TransportError),
        ):
            api.publish(folder, PATH, "dataset", jobs=jobs)
    artifact = api.publish(folder, PATH, "dataset")
    artifact.verify(artifact.download(tmp_path / "out"))
    assert (tmp_path / "out/b.bin").read_bytes() == file.read_bytes()
    assert list(saved.iterdir()) == []


def forget_upload_id(saved: Path) -> None:
    """Let it look as if the server had begun another upload since, as object stores do."""
    [remembered] = saved.iterdir()
    upload = json.loads(remembered.read_text())
    remembered.write_text(json.dumps({**upload, "upload_id": f"{upload['upload_id']}="}))


def test_publish_resumes_its_own_upload_beside_a_new_one_of_the_server(
    api: Api, wandb_server: WandbServer, file: Path, saved: Path
) -> None:
    interrupt(api, wandb_server, file)
    forget_upload_id(saved)
    api.publish(file, PATH, "dataset")
    # The embedded server does not know that other upload, which got the parts that were missing.
    assert len(parts_sent(wandb_server)) == 5 + 11


def test_publish_starts_again_if_storage_forgot_the_upload(
    api: Api, wandb_server: WandbServer, file: Path, saved: Path
) -> None:
    interrupt(api, wandb_server, file)
    forget_upload_id(saved)
    with wandb_server.fault(Fault(kind="storage-put", status=404, times=5)):
        assert api.publish(file, PATH, "dataset").name == "data:v0"


def test_publish_of_a_part_modified_after_its_digest_fails(
    api: Api, wandb_server: WandbServer, file: Path, engine: EngineName,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    request = ContentUploads._request  # pyright: ignore[reportPrivateUsage]

    def modify(self: ContentUploads, *arguments: object) -> object:
        before = file.stat()
        with file.open("r+b") as stream:
            stream.seek(5 * PART)
            stream.write(b"other")
        # Even if whoever changed it has set the time back.
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        return request(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(ContentUploads, "_request", modify)
    with pytest.raises(DiskError, match="was modified during the upload"):
        api.publish(file, PATH, "dataset", engine=engine)
    assert not api.artifact_exists(PATH)


def test_publish_to_a_server_without_parts_sends_the_whole(
    api: Api, wandb_server: WandbServer, file: Path, engine: EngineName,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip

    def no_parts(*_: object) -> None:
        return None

    monkeypatch.setattr(ContentUploads, "_parts", no_parts)
    artifact = api.publish(file, PATH, "dataset", engine=engine)
    assert (artifact.size, artifact.state) == (SIZE, "COMMITTED")


def test_publish_with_expired_urls_of_parts_asks_for_new_ones(
    api: Api, wandb_server: WandbServer, file: Path, engine: EngineName
) -> None:
    fault = Fault(kind="storage-put", skip=3, times=4, expired=True)
    with wandb_server.fault(fault):
        assert api.publish(file, PATH, "dataset", engine=engine).size == SIZE
    assert fault.hits == 4


def test_publish_whose_parts_cannot_be_joined_starts_again_next_time(
    api: Api, wandb_server: WandbServer, file: Path, saved: Path
) -> None:
    wrong = Fault(
        kind="graphql", operation="CompleteMultipartUploadArtifact", status=400,
        body=b'{"errors": [{"message": "InvalidPart"}]}', content_type="application/json",
    )  # fmt: skip
    with wandb_server.fault(wrong), pytest.raises(GraphQLError, match="InvalidPart"):
        api.publish(file, PATH, "dataset")
    assert list(saved.iterdir()) == []
    assert api.publish(file, PATH, "dataset").size == SIZE


async def test_apublish_sends_parts(api: Api, file: Path, engine: EngineName) -> None:
    draft = Draft("data", "dataset")
    draft.add_file(file, "a/large.bin")
    artifact = await draft.apublish(PATH, api=api, engine=engine)
    assert artifact.size == SIZE
    await api.client.aclose()


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (3 * PART - 1, 0),
        (3 * PART, PART),
        (10_000 * PART, PART),
        (10_000 * PART + 1, 102_400),
        (5 * 2**40, 549_756_928),
    ],
)
def test_part_bytes_keep_the_number_of_parts_within_limits(size: int, expected: int) -> None:
    found = part_sizes.part_bytes_of(size)
    assert found == expected
    assert not found or -(-size // found) <= part_sizes.MAX_PARTS
