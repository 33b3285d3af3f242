"""What the file system lists, reads and writes."""

import asyncio
import gzip
import os
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fsspec
import pytest

from tests.filesystem.conftest import FILES
from tests.raw_server import raw_server
from wbtyped import Api
from wbtyped.errors import (
    ChecksumError,
    UnsafePathError,
    UnsupportedReferenceError,
    UsageError,
)
from wbtyped.filesystem import WandbFileSystem
from wbtyped.server import Fault, Reference, WandbServer


def test_protocol_is_registered_by_its_entry_point(wandb_server: WandbServer) -> None:
    assert isinstance(fsspec.filesystem("wandb"), WandbFileSystem)


# Lists.


def test_ls_lists_every_level(
    wandb_server: WandbServer, fs: WandbFileSystem, version: str, run: str
) -> None:
    wandb_server.add_artifact("crew/ship/data", "dataset", {"b.txt": "b"})
    lists = {
        "crew": ["crew/ship"],
        "crew/ship": ["crew/ship/artifacts", "crew/ship/runs"],
        "crew/ship/runs": ["crew/ship/runs/log"],
        run: [f"{run}/config.yaml", f"{run}/media"],
        f"{run}/media": [f"{run}/media/a.png"],
        "crew/ship/artifacts": ["crew/ship/artifacts/dataset"],
        "crew/ship/artifacts/dataset": ["crew/ship/artifacts/dataset/data"],
        "crew/ship/artifacts/dataset/data": [
            "crew/ship/artifacts/dataset/data/v1", "crew/ship/artifacts/dataset/data/v0",
        ],
        "crew/ship/artifacts/dataset/data/v0/deep": [
            "crew/ship/artifacts/dataset/data/v0/deep/er",
        ],
        "crew/ship/data:v0/deep": ["crew/ship/data:v0/deep/er"],
        "crew/ship/data:latest": ["crew/ship/data:latest/b.txt"],
    }  # fmt: skip
    for path, names in lists.items():
        assert fs.ls(f"wandb://{path}", detail=False) == names
        assert fs.isdir(path)
        assert all(fs.exists(name) for name in names)
    assert {"me", "crew"} <= set(fs.ls("", detail=False))


def test_ls_of_a_registry_takes_the_name_of_the_organization(
    wandb_server: WandbServer, fs: WandbFileSystem
) -> None:
    wandb_server.add_organization("acme", "acme-org", teams=["crew"])
    wandb_server.add_artifact("crew/ship/net", "model", {"net.bin": b"net"})
    wandb_server.link_artifact("crew/ship/net:v0", "acme-org/wandb-registry-model/net", ["best"])
    for owner in ("acme", "acme-org"):
        path = f"{owner}/wandb-registry-model"
        assert fs.cat_file(f"{path}/net:best/net.bin") == b"net"
        assert fs.ls(f"{path}/artifacts/model/net", detail=False) == [
            f"{path}/artifacts/model/net/v0"
        ]


def test_ls_of_a_file_is_the_file(fs: WandbFileSystem, version: str) -> None:
    assert fs.ls(f"{version}/part-0.csv", detail=False) == [f"{version}/part-0.csv"]


@pytest.mark.parametrize(
    "path",
    [
        "crew/absent", "crew/absent/runs", "crew/ship/runs/absent", "crew/ship/absent:latest",
        "crew/ship/data:v9", "crew/ship/data:latest/absent", "crew/ship/data",
        "crew/ship/artifacts/absent", "crew/ship/artifacts/dataset/absent",
        "crew/ship/artifacts/model/data/v0", "crew/ship/runs/log/absent", "crew/ship/x/y",
    ],
)  # fmt: skip
def test_what_is_missing_is_file_not_found(
    fs: WandbFileSystem, version: str, run: str, path: str
) -> None:
    assert not fs.exists(path)
    for ask in (fs.ls, fs.info, fs.cat_file):
        with pytest.raises((FileNotFoundError, IsADirectoryError)):
            ask(path)


def test_info_tells_size_digest_and_time(
    fs: WandbFileSystem, api: Api, version: str, run: str
) -> None:
    info = fs.info(f"{version}/part-0.csv")
    entry = api.artifact(version).get_entry("part-0.csv")
    assert (info["name"], info["type"]) == (f"{version}/part-0.csv", "file")
    assert (info["size"], info["digest"], info["algorithm"]) == (9, entry.digest, "MD5")
    created = datetime.fromisoformat(api.artifact(version).attrs.created_at.isoformat())
    assert fs.modified(f"{version}/part-0.csv") == fs.created(version) == created
    of_run = fs.info(f"{run}/config.yaml")
    assert (of_run["size"], of_run["digest"]) == (7, api.run("crew/ship/log").files()[0].md5)
    assert fs.modified(f"{run}/config.yaml").tzinfo is UTC
    assert fs.info(f"{version}/deep") == {
        "name": f"{version}/deep", "type": "directory", "size": 0, "mtime": created.timestamp(),
    }  # fmt: skip


def test_find_glob_walk_and_du_agree(fs: WandbFileSystem, version: str) -> None:
    names = [f"{version}/deep/er/x.bin", *(f"{version}/{name}" for name in FILES)]
    assert fs.find(version) == names
    assert fs.find(version, detail=True)[names[1]]["size"] == 9
    assert fs.find(f"{version}/part-0.csv") == [f"{version}/part-0.csv"]
    assert fs.find(version, maxdepth=1) == names[1:]
    assert fs.glob(f"{version}/part-[12].csv") == names[2:4]
    assert fs.glob(f"{version}/**/*.bin") == names[:1]
    assert fs.glob(f"wandb://{version}/deep/*") == [f"{version}/deep/er"]
    walked = [f"{path}/{name}" for path, _, files in fs.walk(version) for name in files]
    assert sorted(walked) == names
    assert fs.du(version) == 1000 + sum(len(content) for content in FILES.values())


def test_ukey_and_checksum_change_with_the_content(
    wandb_server: WandbServer, fs: WandbFileSystem, version: str
) -> None:
    wandb_server.add_artifact("crew/ship/data", "dataset", {**FILES, "part-0.csv": "new"})
    before, after = (version.replace("latest", each) for each in ("v0", "v1"))
    for ask in (fs.ukey, fs.checksum):
        assert ask(f"{before}/part-0.csv") != ask(f"{after}/part-0.csv")
        assert ask(f"{before}/part-1.csv") == ask(f"{after}/part-1.csv")


def test_sign_returns_a_url_that_needs_no_key(fs: WandbFileSystem, version: str) -> None:
    with urllib.request.urlopen(fs.sign(f"wandb://{version}/part-0.csv")) as response:
        assert response.read() == b"number\n0\n"
    with pytest.raises(UsageError, match="the server decides"):
        fs.sign(f"{version}/part-0.csv", expiration=5)


# Reading.


def test_cat_reads_ranges_as_slices(fs: WandbFileSystem, version: str) -> None:
    path, content = f"{version}/deep/er/x.bin", b"x" * 1000
    for start, end in ((None, None), (0, 5), (-5, None), (10, -10), (990, 2000), (5, 2)):
        assert fs.cat_file(path, start, end) == content[start:end]


def test_cat_of_a_folder_is_an_error(fs: WandbFileSystem, version: str) -> None:
    for path in (version, f"{version}/deep", "crew"):
        with pytest.raises(IsADirectoryError):
            fs.cat_file(path)


def test_cat_corrupt_content_is_a_checksum_error(
    wandb_server: WandbServer, fs: WandbFileSystem, version: str
) -> None:
    fs.info(f"{version}/part-0.csv")
    with wandb_server.fault(Fault(kind="storage-get", corrupt=True)):
        with pytest.raises(ChecksumError, match="part-0.csv"):
            fs.cat_file(f"{version}/part-0.csv")


def test_cat_ranges_joins_those_that_are_near(
    wandb_server: WandbServer, fs: WandbFileSystem
) -> None:
    content = bytes(range(256)) * 4000
    wandb_server.add_artifact("crew/ship/wide", "dataset", {"a": content, "b": content})
    a, b = "crew/ship/wide:v0/a", "crew/ship/wide:v0/b"
    fs.info(a)
    wandb_server.requests.clear()
    paths = [a, b, a, a, a, "crew/ship/wide:v0/absent"]
    starts, ends = [0, 10, 500, 900_000, -3, 0], [100, 20, 600, 900_001, None, 5]
    found = fs.cat_ranges(paths, starts, ends)
    assert found[:5] == [
        content[start:end] for start, end in zip(starts[:5], ends[:5], strict=True)
    ]
    assert isinstance(found[5], FileNotFoundError)
    ranges = [each.headers["range"] for each in wandb_server.requests if not each.operation_name]
    last = len(content) - 1
    assert sorted(ranges) == sorted(
        ["bytes=0-599", "bytes=10-19", "bytes=900000-900000", f"bytes={last - 2}-{last}"]
    )
    with pytest.raises(FileNotFoundError):
        fs.cat_ranges(paths, starts, ends, on_error="raise")
    assert fs.cat_ranges([a, b], 0, 3) == [content[:3]] * 2


def test_cat_ranges_reports_the_error_of_each(
    wandb_server: WandbServer, fs: WandbFileSystem, version: str
) -> None:
    paths = [f"{version}/part-{number}.csv" for number in range(3)]
    fs.cat(paths)
    with wandb_server.fault(Fault(kind="storage-get", status=404, times=1)):
        found = fs.cat_ranges(paths, 0, 3)
    assert sorted(isinstance(each, Exception) for each in found) == [False, False, True]


def test_open_reads_text_lines_and_compressed_files(
    wandb_server: WandbServer, fs: WandbFileSystem
) -> None:
    text = "".join(f"line {number}\n" for number in range(10_000))
    files: dict[str, bytes | str] = {"a.txt": text, "a.txt.gz": gzip.compress(text.encode())}
    wandb_server.add_artifact("crew/ship/text", "dataset", files)
    root = "wandb://crew/ship/text:latest"
    with fsspec.open(f"{root}/a.txt", "rt") as file:
        assert file.readlines() == text.splitlines(keepends=True)
    with fsspec.open(f"{root}/a.txt.gz", "rt", compression="infer") as file:
        assert file.read() == text
    wandb_server.requests.clear()
    with fs.open(f"{root}/a.txt") as file:
        assert [line.decode() for line in file] == text.splitlines(keepends=True)
    assert len(wandb_server.requests) < 12


@pytest.mark.parametrize("cache_type", ["none", "readahead", "all", "blockcache", "bytes"])
def test_open_takes_the_caches_of_fsspec(
    fs: WandbFileSystem, version: str, cache_type: str
) -> None:
    with fs.open(f"{version}/deep/er/x.bin", cache_type=cache_type, block_size=100) as file:
        file.seek(500)
        assert file.read(300) == b"x" * 300


def test_open_file_stays_with_its_version(wandb_server: WandbServer, version: str) -> None:
    always = WandbFileSystem(alias_seconds=0)
    with always.open(f"{version}/part-0.csv") as file:
        assert file.read(2) == b"nu"
        wandb_server.add_artifact("crew/ship/data", "dataset", {"part-0.csv": "different"})
        assert file.read() == b"mber\n0\n"


def test_open_reference_reads_what_it_leads_to(
    wandb_server: WandbServer, fs: WandbFileSystem, api: Api, version: str
) -> None:
    entry = api.artifact(version).get_entry("part-0.csv")
    answer = (
        b'HTTP/1.1 200 OK\r\nETag: "one"\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello'
    )
    with raw_server(lambda _: answer) as web:
        references = {
            "link": Reference(entry.ref_url(), digest=entry.digest),
            "web": Reference(web.url, digest='"one"'),
            "s3": Reference("s3://bucket/key", digest="one", size=3),
        }
        wandb_server.add_artifact("crew/ship/links", "dataset", {}, references)
        root = "crew/ship/links:latest"
        assert fs.open(f"{root}/link").read() == fs.cat_file(f"{root}/link") == b"number\n0\n"
        assert fs.open(f"{root}/web").read() == b"hello"
        assert fs.info(f"{root}/s3")["ref"] == "s3://bucket/key"
        with pytest.raises(UnsupportedReferenceError, match="cannot read s3://bucket/key"):
            fs.open(f"{root}/s3")


async def test_asynchronous_instance_is_awaited(wandb_server: WandbServer, version: str) -> None:
    found = WandbFileSystem(asynchronous=True, skip_instance_cache=True)
    names = await found._ls(version, detail=False)  # pyright: ignore[reportPrivateUsage]
    contents = await asyncio.gather(
        *(found._cat_file(f"{version}/{name}") for name in FILES)  # pyright: ignore[reportPrivateUsage]
    )
    assert (len(names), contents) == (6, [text.encode() for text in FILES.values()])
    async with await found.open_async(f"{version}/deep/er/x.bin") as file:
        assert (len(await file.read(300)), len(await file.read())) == (300, 700)
    await found.api.aclose()


# Downloads.


def test_get_folder_writes_verified_files_and_no_others(
    wandb_server: WandbServer, fs: WandbFileSystem, version: str, tmp_path: Path
) -> None:
    fs.info(f"{version}/part-0.csv")
    with wandb_server.fault(Fault(kind="storage-get", corrupt=True, times=2)):
        fs.get(version, str(tmp_path / "data"), recursive=True)
    written = {
        path.relative_to(tmp_path / "data").as_posix(): path.read_text()
        for path in (tmp_path / "data").rglob("*")
        if path.is_file()
    }
    assert written == {**FILES, "deep/er/x.bin": "x" * 1000}


def test_get_file_replaces_an_existing_one(
    fs: WandbFileSystem, version: str, run: str, tmp_path: Path
) -> None:
    for path, content in (
        (f"{version}/part-0.csv", FILES["part-0.csv"]),
        (f"{run}/config.yaml", "lr: 0.1"),
    ):
        target = tmp_path / "target"
        target.write_text("before")
        fs.get(path, str(target))
        assert target.read_text() == content
        fs.download(path, str(tmp_path / "new" / "target"))
        assert (tmp_path / "new" / "target").read_text() == content
    with (tmp_path / "open").open("wb") as file:
        fs.get_file(f"{version}/part-0.csv", file)
    assert (tmp_path / "open").read_text() == FILES["part-0.csv"]


def test_get_to_several_places_writes_each(
    fs: WandbFileSystem, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    targets = ["./one", str(tmp_path / "a" / "two"), str(tmp_path / "a" / "b" / "three")]
    fs.get([f"{version}/part-{number}.csv" for number in range(3)], targets)
    assert [Path(target).read_text() for target in targets] == [*FILES.values()][:3]


def test_get_missing_file_is_file_not_found(
    wandb_server: WandbServer, fs: WandbFileSystem, version: str, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError):
        fs.get(f"{version}/absent", str(tmp_path / "absent"))
    fs.info(f"{version}/part-0.csv")
    with wandb_server.fault(Fault(kind="storage-get", status=404)):
        with pytest.raises(FileNotFoundError, match="does not exist in storage"):
            fs.get(f"{version}/part-0.csv", str(tmp_path / "part"))
    assert list(tmp_path.iterdir()) == []


def test_get_never_leaves_its_folder(
    wandb_server: WandbServer, fs: WandbFileSystem, tmp_path: Path
) -> None:
    wandb_server.add_artifact("crew/ship/evil", "dataset", {"a/../../../b": "evil", "c": "good"})
    with pytest.raises((UnsafePathError, ValueError)):
        fs.get("crew/ship/evil:latest", str(tmp_path / "deep" / "data"), recursive=True)
    assert not (tmp_path / "b").exists()


# Writing.


def test_open_for_writing_takes_effect_when_it_is_closed(
    wandb_server: WandbServer, fs: WandbFileSystem, run: str
) -> None:
    path = f"{run}/logs/out.txt"
    with fs.open(path, "wb") as file:
        for _ in range(3):
            file.write(b"line\n" * 300_000)
        assert not fs.exists(path)
    assert fs.cat_file(path) == b"line\n" * 900_000
    assert fs.ls(f"{run}/logs", detail=False) == [path]
    with fsspec.open(f"wandb://{path}", "w", encoding="utf-8") as file:
        file.write("ünï")
    assert fs.cat_file(path).decode() == "ünï"


def test_open_for_writing_that_fails_changes_nothing(
    fs: WandbFileSystem, run: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(ZeroDivisionError):
        with fs.open(f"{run}/config.yaml", "wb") as file:
            file.write(b"x" * 3_000_000)
            raise ZeroDivisionError
    assert fs.cat_file(f"{run}/config.yaml") == b"lr: 0.1"
    assert list(tmp_path.iterdir()) == []


def test_transaction_uploads_at_its_end(fs: WandbFileSystem, run: str) -> None:
    with fs.transaction:
        with fs.open(f"{run}/new", "wb") as file:
            file.write(b"new")
        assert not fs.exists(f"{run}/new")
    assert fs.cat_file(f"{run}/new") == b"new"


def test_put_uploads_files_and_folders(fs: WandbFileSystem, run: str, tmp_path: Path) -> None:
    (tmp_path / "out" / "deep").mkdir(parents=True)
    (tmp_path / "out" / "a.txt").write_text("a")
    (tmp_path / "out" / "deep" / "b.txt").write_text("b")
    fs.put(str(tmp_path / "out"), f"wandb://{run}/out", recursive=True)
    assert fs.cat(f"{run}/out", recursive=True) == {
        f"{run}/out/a.txt": b"a", f"{run}/out/deep/b.txt": b"b",
    }  # fmt: skip
    fs.rm(f"{run}/out", recursive=True)
    assert fs.find(run) == [f"{run}/config.yaml", f"{run}/media/a.png"]


def test_rm_of_a_folder_needs_recursive(fs: WandbFileSystem, run: str) -> None:
    with pytest.raises(IsADirectoryError):
        fs.rm(f"{run}/media")
    fs.rm_file(f"{run}/media/a.png")
    assert not fs.exists(f"{run}/media")


WRITES: list[Callable[[WandbFileSystem, str], object]] = [
    lambda fs, path: fs.pipe_file(path, b"x"),
    lambda fs, path: fs.open(path, "wb"),
    lambda fs, path: fs.rm(path),
    lambda fs, path: fs.put_file(os.devnull, path),
]


@pytest.mark.parametrize("write", WRITES)
def test_versions_are_read_only(
    wandb_server: WandbServer, fs: WandbFileSystem, version: str,
    write: Callable[[WandbFileSystem, str], object],
) -> None:  # fmt: skip
    fs.info(f"{version}/part-0.csv")
    wandb_server.requests.clear()
    with pytest.raises(OSError, match="read-only; only files of runs can be written"):
        write(fs, f"{version}/part-0.csv")
    assert len(wandb_server.requests) == 0


@pytest.mark.parametrize("name", ["", "../a", "a//b", "./a"])
def test_writing_under_no_name_is_refused(fs: WandbFileSystem, run: str, name: str) -> None:
    with pytest.raises(OSError, match=r"is a folder|no file of a run"):
        fs.pipe_file(f"{run}/{name}", b"x")


def test_opening_to_append_is_refused(fs: WandbFileSystem, run: str) -> None:
    with pytest.raises(ValueError, match="use rb, wb or xb"):
        fs.open(f"{run}/config.yaml", "ab")


# Options.


def test_other_server_in_the_environment_is_another_instance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in tests, each of which has a server of its own."""
    seen: list[bytes] = []
    for content in (b"one", b"two"):
        with WandbServer() as server:
            for name, value in server.env.items():
                monkeypatch.setenv(name, value)
            server.add_run("crew/ship/log", {"a.txt": content})
            fs = fsspec.filesystem("wandb")
            assert fs is fsspec.filesystem("wandb")
            seen.append(fs.cat("crew/ship/runs/log/a.txt"))
    assert seen == [b"one", b"two"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"basurl": "http://localhost"}, r"unknown options of wandb:// \['basurl'\]"),
        ({"jobs": 0}, "jobs must be a whole number"),
        ({"alias_seconds": -1.0}, "alias_seconds must be a number above 0"),
        ({"pinned": ["a"]}, "pinned must be a mapping"),
        ({"api_key": 5}, "api_key must be a string"),
    ],
)
def test_wrong_option_is_a_usage_error(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        WandbFileSystem(**options)


def test_pin_that_was_not_pickled_is_a_usage_error(wandb_server: WandbServer) -> None:
    pinned = WandbFileSystem(pinned={"crew/ship/data:latest": "v3"})
    with pytest.raises(UsageError, match="pinned must be what a pickled file system contains"):
        pinned.ls("crew/ship/data:latest")
