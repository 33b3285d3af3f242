"""Files of a run: properties, listing, download, upload and deletion."""

import builtins
import os
import pickle
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

import pytest

from wbtyped import Api, File, Files, Run
from wbtyped.errors import (
    AuthenticationError,
    ChecksumError,
    DiskError,
    FileExistsError,
    NotFoundError,
    TransportError,
    UnsafePathError,
    UsageError,
)
from wbtyped.runs.s3_uri import s3_uri
from wbtyped.server import Fault, WandbServer

PATH = "crew/ship/log"
CONTENT = bytes(range(256)) * 1024


@pytest.fixture
def run(wandb_server: WandbServer, api: Api) -> Run:
    wandb_server.add_run(PATH, files={"model.bin": CONTENT, "notes/a b.txt": b"hello"})
    return api.run(PATH)


def listing(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


# Listing.


def test_file_properties_match_the_node(wandb_server: WandbServer, run: Run) -> None:
    file = run.file("notes/a b.txt")
    assert (file.name, file.size, file.sizeBytes, file.mimetype) == (
        "notes/a b.txt",
        5,
        5,
        "text/plain",
    )
    assert file.md5 == "XUFAKrxLKna5cZ2REBfFkg=="
    assert file.url == f"{wandb_server.url}/files/crew/ship/log/notes/a%20b.txt"
    assert file.direct_url.startswith(wandb_server.storage_url)
    assert (file.directUrl, file.updatedAt) == (file.direct_url, file.updated_at)
    assert file.updated_at is not None
    assert datetime.fromisoformat(file.updated_at) == file.attrs.updated_at
    assert file.id == file.attrs.id
    assert file.run is run


def test_repr_shows_no_signed_url(run: Run) -> None:
    assert (
        repr(run.file("model.bin")) == "<File model.bin (application/octet-stream) 262,144 bytes>"
    )
    assert repr(run.files()) == "<Files crew/ship/log>"


def test_files_selected_by_names_or_pattern(run: Run) -> None:
    assert [f.name for f in run.files(["model.bin", "absent"])] == ["absent", "model.bin"]
    assert [f.name for f in run.files(pattern="notes/%")] == ["notes/a b.txt"]
    assert [f.name for f in run.files(pattern="MODEL.bi_")] == ["model.bin"]
    assert [f.name for f in Files(run.client, run, [], pattern="%.txt")] == ["notes/a b.txt"]
    assert len(run.files(pattern="nothing")) == 0


async def test_files_length_with_names_counts_the_named_files(run: Run) -> None:
    assert len(run.files(["model.bin"])) == 1
    assert len(run.files(["model.bin", "absent"], per_page=1)) == 2
    assert await run.files(["model.bin"]).alength() == 1
    await run.client.aclose()
    assert run.files(["model.bin"]).length == 1
    assert len(run.files()) == len(run.files([])) == 2


@pytest.mark.parametrize("error", [UsageError, ValueError])
def test_files_with_names_and_pattern_send_nothing(
    wandb_server: WandbServer, run: Run, error: type[Exception]
) -> None:
    wandb_server.requests.clear()
    with pytest.raises(error, match="names and pattern"):
        Files(run.client, run, names=["a"], pattern="b")
    with pytest.raises(error, match="names and pattern"):
        run.files(["a"], "b")
    with pytest.raises(error, match="list of file names"):
        run.files("model.bin")
    with pytest.raises(error, match="contains an empty string"):
        run.files(["model.bin", ""])
    assert len(wandb_server.requests) == 0


def test_file_missing_raises_not_found_on_save(run: Run, tmp_path: Path) -> None:
    file = run.file("absent")
    assert (file.size, file.updated_at, file.md5) == (0, None, None)
    with pytest.raises(NotFoundError, match="'absent' of crew/ship/log does not exist") as missing:
        file.save(tmp_path)
    assert missing.value.missing == "file"
    assert listing(tmp_path) == []


def test_file_from_a_mapping_of_wire_names(run: Run) -> None:
    node = run.file("model.bin").attrs
    wire = node.model_dump(by_alias=True)
    assert wire["sizeBytes"] == len(CONTENT)
    assert File(run.client, wire, run).attrs == node
    with pytest.raises(UsageError, match="directUrl, sizeBytes"):
        File(run.client, {k: v for k, v in wire.items() if k not in {"directUrl", "sizeBytes"}})


@pytest.mark.parametrize(
    ("url", "uri"),
    [
        ("https://bkt.s3.us-east-1.amazonaws.com/a/b%20c.txt?X=1", "s3://bkt/a/b%20c.txt"),
        ("https://bkt.s3.amazonaws.com/k", "s3://bkt/k"),
        ("http://bkt.s3-accelerate.amazonaws.com/k#frag", "s3://bkt/k"),
        ("https://s3.us-west-2.amazonaws.com/bkt/a/k", "s3://bkt/a/k"),
        ("https://s3-us-west-2.amazonaws.com/bkt/k", "s3://bkt/k"),
        ("https://my.bkt.s3.us-east-1.amazonaws.com/k", "s3://my.bkt/k"),
        ("https://s3.bucket.s3.eu-west-1.amazonaws.com/k", "s3://s3.bucket/k"),
        ("https://storage.googleapis.com/b/k", None),
        ("https://s3.amazonaws.com.evil.test/b/k", None),
        ("ftp://bkt.s3.amazonaws.com/k", None),
        ("http://[", None),
    ],
)
def test_s3_uri_of_urls(url: str, uri: str | None) -> None:
    assert s3_uri(url) == uri


def test_path_uri_of_storages(run: Run) -> None:
    wire = run.file("model.bin").attrs.model_dump(by_alias=True)

    def uri(url: str, direct: str) -> str:
        return File(run.client, {**wire, "url": url, "directUrl": direct}, run).path_uri

    assert uri("gs://x/y", "gs://x/y") == "gs://x/y"
    assert uri("https://api.test/f", "https://bkt.s3.amazonaws.com/k") == "s3://bkt/k"
    with pytest.warns(UserWarning, match="S3"):
        assert uri("https://api.test/f", "https://storage.googleapis.com/b/k") == ""
    with pytest.warns(UserWarning, match="direct_url"):
        assert uri("https://api.test/f", "") == ""


# Downloading.


def test_download_returns_an_open_text_file(run: Run, tmp_path: Path) -> None:
    with run.file("notes/a b.txt").download(str(tmp_path)) as text:
        assert text.read() == "hello"
        assert Path(text.name) == tmp_path / "notes" / "a b.txt"


def test_save_returns_the_path(run: Run, tmp_path: Path) -> None:
    path = run.file("model.bin").save(tmp_path)
    assert path == tmp_path / "model.bin"
    assert path.read_bytes() == CONTENT
    assert listing(tmp_path) == ["model.bin"]


async def test_asave_and_adownload_write_the_file(run: Run, tmp_path: Path) -> None:
    file = await run.afile("model.bin")
    assert (await file.asave(tmp_path)).read_bytes() == CONTENT
    with await file.adownload(tmp_path, replace=True) as text:
        assert Path(text.name).name == "model.bin"
    await run.client.aclose()


@pytest.mark.parametrize("error", [FileExistsError, ValueError, builtins.FileExistsError])
def test_download_of_an_existing_file_needs_replace(
    wandb_server: WandbServer, run: Run, tmp_path: Path, error: type[Exception]
) -> None:
    (tmp_path / "model.bin").write_bytes(b"mine")
    file = run.file("model.bin")
    wandb_server.requests.clear()
    with pytest.raises(error, match="replace=True"):
        file.download(tmp_path)
    with file.download(tmp_path, exist_ok=True) as text:
        assert text.read() == "mine"
    assert len(wandb_server.requests) == 0
    assert file.save(tmp_path, replace=True).read_bytes() == CONTENT
    (tmp_path / "model.bin").write_bytes(b"mine")
    assert file.save(tmp_path, replace=True, exist_ok=True).read_bytes() == CONTENT


def test_save_uses_the_given_api(wandb_server: WandbServer, run: Run, tmp_path: Path) -> None:
    file = run.file("model.bin")
    run.client.close()
    with Api(timeout=5) as other:
        assert file.save(tmp_path, api=other).read_bytes() == CONTENT


def test_redirect_to_storage_gets_no_key(
    wandb_server: WandbServer, run: Run, tmp_path: Path
) -> None:
    file = run.file("model.bin")
    wandb_server.requests.clear()
    file.save(tmp_path)
    assert [(r.origin, r.authorized) for r in wandb_server.requests] == [
        ("api", True),
        ("storage", False),
    ]


def test_redirect_to_another_server_gets_no_key(
    wandb_server: WandbServer, run: Run, tmp_path: Path
) -> None:
    with WandbServer() as other:
        away = Fault(kind="file", redirect=f"{other.url}/files/crew/ship/log/model.bin")
        with wandb_server.fault(away), pytest.raises(AuthenticationError):
            run.file("model.bin").save(tmp_path)
        assert [r.authorized for r in other.requests] == [False]
    assert listing(tmp_path) == []


def test_files_listed_for_upload_can_be_downloaded(run: Run, tmp_path: Path) -> None:
    [file] = run.files(["model.bin"], upload=True)
    assert file.url is not None
    assert "/uploads/" in file.url
    assert file.save(tmp_path).read_bytes() == CONTENT


TRANSIENT_FAULTS = [
    Fault(kind="file", status=503, times=2),
    Fault(kind="storage-get", status=500, times=2),
    Fault(kind="storage-get", status=429, times=2),
    Fault(kind="storage-get", expired=True, times=2),
    Fault(kind="storage-get", cut_before_headers=True, times=2),
    Fault(kind="storage-get", cut_after=0, times=2),
    Fault(kind="storage-get", cut_after=1, times=2),
    Fault(kind="storage-get", cut_after=len(CONTENT) // 2, times=2),
    Fault(kind="storage-get", cut_after=len(CONTENT) - 1, times=2),
    Fault(kind="storage-get", corrupt=True, times=1),
    Fault(kind="storage-get", shorten=1, times=1),
]


@pytest.mark.parametrize(
    "fault", TRANSIENT_FAULTS, ids=lambda f: f"{f.kind} {f.status} {f.cut_after}"
)
def test_save_retries_a_transient_failure(
    wandb_server: WandbServer, run: Run, tmp_path: Path, fault: Fault
) -> None:
    with wandb_server.fault(fault):
        path = run.file("model.bin").save(tmp_path)
    assert fault.hits == fault.times
    assert path.read_bytes() == CONTENT
    assert listing(tmp_path) == ["model.bin"]


PERMANENT_FAULTS = [
    (Fault(kind="storage-get", corrupt=True), ChecksumError, "MD5"),
    (Fault(kind="storage-get", shorten=1), ChecksumError, "received 262143 bytes, expected 262144"),
    (Fault(kind="storage-get", cut_after=0), TransportError, "4 attempts in"),
    (Fault(kind="storage-get", expired=True), TransportError, "signed URL"),
    (Fault(kind="storage-get", status=404), NotFoundError, "storage"),
    (Fault(kind="storage-get", status=410), TransportError, "HTTP 410"),
    (Fault(kind="file", status=403), AuthenticationError, "HTTP 403"),
    (
        Fault(kind="file", redirect="/files/crew/ship/log/model.bin"),
        TransportError,
        "redirected more than",
    ),
    (Fault(kind="file", redirect="javascript:alert(1)"), TransportError, "cannot be fetched"),
]


@pytest.mark.parametrize(("fault", "error", "says"), PERMANENT_FAULTS, ids=lambda v: str(v)[:40])
def test_save_that_fails_leaves_no_files(
    wandb_server: WandbServer,
    run: Run,
    tmp_path: Path,
    fault: Fault,
    error: type[Exception],
    says: str,
) -> None:
    file = run.file("model.bin")
    with wandb_server.fault(fault), pytest.raises(error, match=says) as failed:
        file.save(tmp_path / "made" / "for it")
    assert "model.bin" in str(failed.value)
    assert wandb_server.api_key not in str(failed.value)
    assert listing(tmp_path) == []


def test_save_that_fails_keeps_the_old_file(
    wandb_server: WandbServer, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "model.bin").write_bytes(b"old")
    with wandb_server.fault(Fault(kind="storage-get", corrupt=True)):
        with pytest.raises(ChecksumError):
            run.file("model.bin").save(tmp_path, replace=True)
    assert (tmp_path / "model.bin").read_bytes() == b"old"
    assert listing(tmp_path) == ["model.bin"]


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", "a/../../evil", "C:\\evil", "a\x00b", "a//b"]
)
def test_download_of_an_unsafe_name_sends_nothing(
    wandb_server: WandbServer, api: Api, tmp_path: Path, name: str
) -> None:
    wandb_server.add_run(PATH, files={name: b"evil"})
    [file] = api.run(PATH).files()
    assert file.name == name
    wandb_server.requests.clear()
    root = tmp_path / "root"
    with pytest.raises(UnsafePathError):
        file.download(root)
    assert len(wandb_server.requests) == 0
    assert listing(tmp_path) == []


def test_save_onto_a_folder_is_a_disk_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "model.bin").mkdir()
    with pytest.raises(DiskError, match="model.bin"):
        run.file("model.bin").save(tmp_path, replace=True)
    assert listing(tmp_path) == ["model.bin"]


def test_save_of_an_empty_file(wandb_server: WandbServer, api: Api, tmp_path: Path) -> None:
    wandb_server.add_run(PATH, files={"empty": b""})
    assert api.run(PATH).file("empty").save(tmp_path).read_bytes() == b""


# Uploading.


def test_upload_file_sends_queries_and_content(
    wandb_server: WandbServer, run: Run, tmp_path: Path
) -> None:
    source = tmp_path / "out" / "ünï codé.txt"
    source.parent.mkdir()
    source.write_bytes(CONTENT)
    wandb_server.requests.clear()
    file = run.upload_file(source, root=tmp_path)
    assert (file.name, file.size) == ("out/ünï codé.txt", len(CONTENT))
    assert wandb_server.requests.operations() == [
        "CreateRunFiles",
        "ServerFeatures",
        "MarkRunFilesUploaded",
        "RunFiles",
    ]
    assert [r.authorized for r in wandb_server.requests if r.origin == "storage"] == [False]
    assert file.save(tmp_path / "back").read_bytes() == CONTENT
    source.write_bytes(b"second")
    assert run.upload_file(source, root=tmp_path).size == 6
    assert len(run.files()) == 3


def test_upload_file_is_named_relative_to_the_working_folder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("sub").mkdir()
    Path("sub/a.txt").write_text("x")
    assert run.upload_file("sub/a.txt").name == "sub/a.txt"


async def test_aupload_file_sends_the_content(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    file = await run.aupload_file(tmp_path / "a.txt", root=tmp_path)
    assert file.size == 1
    await file.adelete()
    assert len(run.files()) == 2
    await run.client.aclose()


def test_upload_file_to_an_old_server_needs_no_confirmation(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with WandbServer(features=[]) as server:
        server.add_run(PATH)
        with Api({"base_url": server.url}, api_key=server.api_key) as api:
            assert api.run(PATH).upload_file(tmp_path / "a.txt", root=tmp_path).size == 1
        assert "MarkRunFilesUploaded" not in server.requests.operations()


@pytest.mark.parametrize("name", ["absent.txt", "folder", "../outside.txt"])
def test_upload_file_of_an_invalid_path_sends_nothing(
    wandb_server: WandbServer, run: Run, tmp_path: Path, name: str
) -> None:
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    (tmp_path / "outside.txt").write_text("x")
    wandb_server.requests.clear()
    with pytest.raises(UsageError):
        run.upload_file(root / name, root=root)
    assert len(wandb_server.requests) == 0


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="storage-put", status=503, times=2),
        Fault(kind="storage-put", cut_before_headers=True, times=2),
        Fault(kind="graphql", operation="CreateRunFiles", status=500, times=1),
    ],
    ids=["status", "cut", "query"],
)
def test_upload_file_retries_a_transient_failure(
    wandb_server: WandbServer, run: Run, tmp_path: Path, fault: Fault
) -> None:
    (tmp_path / "a.bin").write_bytes(CONTENT)
    with wandb_server.fault(fault):
        assert run.upload_file(tmp_path / "a.bin", root=tmp_path).size == len(CONTENT)
    assert fault.hits == fault.times


def test_upload_file_refused_by_storage_creates_no_file(
    wandb_server: WandbServer, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "a.bin").write_bytes(CONTENT)
    with wandb_server.fault(Fault(kind="storage-put", expired=True)):
        with pytest.raises(TransportError, match=r"upload of 'a.bin'.*HTTP 403"):
            run.upload_file(tmp_path / "a.bin", root=tmp_path)
    assert run.file("a.bin").updated_at is None


def test_upload_file_to_a_missing_run_is_not_found(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"x")
    gone = Run(run.client, "crew", "ship", "gone", run.attrs)
    with pytest.raises(NotFoundError, match="run crew/ship/gone"):
        gone.upload_file(tmp_path / "a.bin", root=tmp_path)


# Deleting.


def test_delete_removes_the_file(run: Run) -> None:
    file = run.file("model.bin")
    file.delete()
    assert [f.name for f in run.files()] == ["notes/a b.txt"]
    with pytest.raises(NotFoundError):
        file.delete()


def test_delete_of_a_file_without_a_run_sends_nothing(wandb_server: WandbServer, run: Run) -> None:
    file = run.file("model.bin")
    wandb_server.requests.clear()
    with pytest.raises(UsageError, match="files of a run"):
        File(file.client, file.attrs).delete()
    assert len(wandb_server.requests) == 0


# Other processes.


def saved_size(file: File, root: str) -> tuple[int, int]:
    return os.getpid(), file.save(root).stat().st_size


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_files_work_in_a_process_pool(run: Run, tmp_path: Path, method: str) -> None:
    files = list(run.files())
    roots = [str(tmp_path / str(i)) for i in range(len(files))]
    with ProcessPoolExecutor(1, mp_context=get_context(method)) as pool:
        results = list(pool.map(saved_size, files, roots))
    assert [size for _, size in results] == [file.size for file in files]
    assert os.getpid() not in {pid for pid, _ in results}


def test_file_survives_pickling(run: Run) -> None:
    original = run.file("model.bin")
    file = pickle.loads(pickle.dumps(original))
    assert file.attrs == original.attrs
    assert file.run.full_path == run.full_path
    assert file.run.file("model.bin").size == len(CONTENT)
