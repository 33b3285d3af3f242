"""How many requests it takes, counted where they arrive."""

import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.filesystem.conftest import FILES
from wbtyped.errors import OfflineError
from wbtyped.filesystem import WandbFileSystem
from wbtyped.server import Fault, WandbServer

COLD = ["ArtifactByPath", "ArtifactManifest", "ArtifactFileAddresses"]


def storage_requests(server: WandbServer) -> int:
    return sum(each.origin == "storage" for each in server.requests)


def fresh(**options: Any) -> WandbFileSystem:
    """Return a file system for which nothing is known, as in a new process."""
    found = WandbFileSystem(skip_instance_cache=True, **options)
    found.invalidate_cache()
    return found


# Versions.


def test_cold_version_costs_three_queries_and_its_manifest(
    wandb_server: WandbServer, fs: WandbFileSystem, version: str
) -> None:
    assert fs.cat_file(f"{version}/part-0.csv") == b"number\n0\n"
    assert wandb_server.requests.operations() == COLD
    assert storage_requests(wandb_server) == 2


def test_further_files_of_a_version_cost_their_content_alone(
    wandb_server: WandbServer, fs: WandbFileSystem, version: str
) -> None:
    fs.cat_file(f"{version}/part-0.csv")
    wandb_server.requests.clear()
    for name in FILES:
        assert fs.info(f"{version}/{name}")["size"] == len(FILES[name])
        assert fs.cat_file(f"{version}/{name}") == FILES[name].encode()
    assert fs.find(version) == [f"{version}/deep/er/x.bin", *(f"{version}/{n}" for n in FILES)]
    assert wandb_server.requests.operations() == []
    assert storage_requests(wandb_server) == len(FILES)


def test_large_version_costs_a_query_per_thousand_files(
    wandb_server: WandbServer, fs: WandbFileSystem
) -> None:
    files = {f"{number:04}": f"{number}" for number in range(2500)}
    wandb_server.add_artifact("crew/ship/many", "dataset", files)
    wandb_server.requests.clear()
    paths = [f"crew/ship/many:v0/{number:04}" for number in (0, 1, 999, 1000, 2000, 2499)]
    assert list(fs.cat(paths).values()) == [b"0", b"1", b"999", b"1000", b"2000", b"2499"]
    assert wandb_server.requests.operations() == [*COLD, *["ArtifactFileAddresses"] * 2]


def test_files_read_at_once_share_the_requests_of_a_version(
    wandb_server: WandbServer, fs: WandbFileSystem, version: str
) -> None:
    with wandb_server.fault(Fault(kind="graphql", latency=0.1)):
        assert len(fs.cat(version, recursive=True)) == len(FILES) + 1
    assert wandb_server.requests.operations() == COLD


def test_threads_share_the_requests_of_a_version(
    wandb_server: WandbServer, fs: WandbFileSystem, version: str
) -> None:
    def read() -> None:
        for name in FILES:
            assert fs.cat_file(f"{version}/{name}") == FILES[name].encode()

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wandb_server.requests.operations() == COLD


def test_instances_with_other_options_share_what_is_known(
    wandb_server: WandbServer, fs: WandbFileSystem, version: str
) -> None:
    fs.cat_file(f"{version}/part-0.csv")
    wandb_server.requests.clear()
    others: list[dict[str, Any]] = [{"jobs": 3}, {"alias_seconds": 5.0}, {"timeout": 7.0}]
    for options in others:
        other = WandbFileSystem(**options)
        assert other is not fs
        assert other.cat_file(f"{version}/part-1.csv") == b"number\n1\n"
    assert wandb_server.requests.operations() == []


def test_instances_with_other_keys_share_nothing(
    wandb_server: WandbServer, fs: WandbFileSystem, version: str
) -> None:
    fs.cat_file(f"{version}/part-0.csv")
    other = WandbFileSystem(api_key="0" * 40)
    with pytest.raises(Exception, match="refuses the API key"):
        other.cat_file(f"{version}/part-0.csv")


def test_expired_urls_cost_one_query_per_page(
    wandb_server: WandbServer, fs: WandbFileSystem, version: str
) -> None:
    fs.cat(version, recursive=True)
    wandb_server.requests.clear()
    expired = Fault(kind="storage-get", expired=True, times=len(FILES) + 1)
    # So late that each file has met its expired URL before.
    late = Fault(kind="graphql", latency=0.3)
    with wandb_server.fault(expired), wandb_server.fault(late):
        assert len(fs.cat(version, recursive=True)) == len(FILES) + 1
    assert wandb_server.requests.operations() == ["ArtifactFileAddresses"]


def test_alias_is_resolved_again_after_its_time(wandb_server: WandbServer, version: str) -> None:
    always, later = fresh(alias_seconds=0), fresh(alias_seconds=1000.0)
    assert later.cat_file(f"{version}/part-0.csv") == b"number\n0\n"
    wandb_server.add_artifact("crew/ship/data", "dataset", {"part-0.csv": "new"})
    assert later.cat_file(f"{version}/part-0.csv") == b"number\n0\n"
    assert always.cat_file(f"{version}/part-0.csv") == b"new"
    wandb_server.requests.clear()
    always.cat_file(f"{version}/part-0.csv")
    assert wandb_server.requests.operations() == ["ArtifactByPath"]


def test_version_number_is_never_resolved_again(wandb_server: WandbServer, version: str) -> None:
    exact = version.replace("latest", "v0")
    always = fresh(alias_seconds=0)
    always.cat_file(f"{exact}/part-0.csv")
    wandb_server.requests.clear()
    always.cat_file(f"{exact}/part-1.csv")
    assert wandb_server.requests.operations() == []


def test_invalidate_cache_resolves_an_alias_again(
    wandb_server: WandbServer, fs: WandbFileSystem, version: str
) -> None:
    fs.cat_file(f"{version}/part-0.csv")
    wandb_server.add_artifact("crew/ship/data", "dataset", {"part-0.csv": "new"})
    fs.invalidate_cache(version)
    assert fs.cat_file(f"{version}/part-0.csv") == b"new"


def test_get_folder_costs_no_query_more_than_a_cold_version(
    wandb_server: WandbServer, fs: WandbFileSystem, version: str, tmp_path: Path
) -> None:
    fs.get(version, str(tmp_path / "data"), recursive=True)
    assert wandb_server.requests.operations() == COLD
    names = sorted(path.name for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert names == [*FILES, "x.bin"]


# Pickles.


def in_another_process(packed: bytes, code: str) -> str:
    """Run code that has the unpickled file system as `fs`; return what it prints."""
    program = f"import pickle, sys; fs = pickle.load(sys.stdin.buffer); {code}"
    done = subprocess.run(
        [sys.executable, "-c", program], input=packed, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_pickle_contains_neither_key_nor_signature(wandb_server: WandbServer, version: str) -> None:
    found = fresh(api_key=wandb_server.api_key)
    found.cat(version, recursive=True)
    opened = found.open(f"{version}/part-0.csv")
    for packed in (pickle.dumps(found), pickle.dumps(opened), found.to_json().encode()):
        assert wandb_server.api_key.encode() not in packed
        assert b"ignature" not in packed


def test_pickled_instance_reads_the_version_that_was_resolved_by_one_query(
    wandb_server: WandbServer, version: str
) -> None:
    found = fresh()
    found.cat_file(f"{version}/part-0.csv")
    packed = pickle.dumps(found)
    wandb_server.add_artifact("crew/ship/data", "dataset", {"part-0.csv": "new"})
    wandb_server.requests.clear()
    code = f"[print(fs.cat_file(f'{version}/part-{{n}}.csv')) for n in range(3)]"
    assert in_another_process(packed, code) == (
        "b'number\\n0\\n'\nb'number\\n1\\n'\nb'number\\n2\\n'\n"
    )
    assert wandb_server.requests.operations() == ["ArtifactFilesById"]
    assert storage_requests(wandb_server) == 3


def test_pickled_instance_of_a_large_version_asks_for_one_file(wandb_server: WandbServer) -> None:
    files = {f"{number:04}": f"{number}" for number in range(1500)}
    wandb_server.add_artifact("crew/ship/many", "dataset", files)
    found = fresh()
    found.cat_file("crew/ship/many:latest/0000")
    packed = pickle.dumps(found)
    wandb_server.requests.clear()
    code = "print(fs.cat_file('crew/ship/many:latest/0007'))"
    assert in_another_process(packed, code) == "b'7'\n"
    assert wandb_server.requests.operations() == ["ArtifactFilesById"]
    wandb_server.requests.clear()
    code = "print(fs.cat(['crew/ship/many:latest/0007', 'crew/ship/many:latest/1400']))"
    assert "b'1400'" in in_another_process(packed, code)
    # Who reads a second file may read all: so it loads the manifest, and the URLs of a page.
    assert len(wandb_server.requests.operations()) <= 4


def test_pickled_open_file_continues_where_it_was(wandb_server: WandbServer, version: str) -> None:
    found = fresh()
    with found.open(f"{version}/part-3.csv") as opened:
        assert opened.readline() == b"number\n"
        packed = pickle.dumps(opened)
    wandb_server.add_artifact("crew/ship/data", "dataset", {"part-3.csv": "other"})
    assert in_another_process(packed, "print(fs.read())") == "b'3\\n'\n"


def test_pickled_instances_with_the_same_pins_are_one_instance(version: str) -> None:
    found = fresh()
    found.cat_file(f"{version}/part-0.csv")
    packed = pickle.dumps(found)
    assert pickle.loads(packed) is pickle.loads(packed)


def test_pickled_instance_without_a_key_can_be_unpickled(
    version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = pickle.dumps(fresh())
    monkeypatch.delenv("WANDB_API_KEY")
    WandbFileSystem.clear_instance_cache()
    with pytest.raises(Exception, match="WANDB_API_KEY"):
        pickle.loads(packed).ls(version)


# The cache on this machine.


def test_warm_cache_costs_one_query(
    wandb_server: WandbServer, version: str, tmp_path: Path
) -> None:
    for _ in range(2):
        wandb_server.requests.clear()
        found = fresh(cache=str(tmp_path))
        assert found.cat_file(f"{version}/part-0.csv") == b"number\n0\n"
    assert wandb_server.requests.operations() == ["ArtifactByPath"]
    assert storage_requests(wandb_server) == 0


def test_cache_has_what_get_downloaded(
    wandb_server: WandbServer, version: str, tmp_path: Path
) -> None:
    fresh(cache=str(tmp_path / "cache")).get(version, str(tmp_path / "data"), recursive=True)
    found = fresh(cache=str(tmp_path / "cache"))
    wandb_server.requests.clear()
    with found.open(f"{version}/deep/er/x.bin") as opened:
        opened.seek(990)
        assert opened.read() == b"x" * 10
    assert storage_requests(wandb_server) == 0


def test_cached_content_that_was_changed_is_read_from_the_server(
    wandb_server: WandbServer, version: str, tmp_path: Path
) -> None:
    found = fresh(cache=str(tmp_path))
    found.cat_file(f"{version}/part-0.csv")
    [cached] = (path for path in (tmp_path / "objects").rglob("*") if path.is_file())
    cached.chmod(0o600)
    cached.write_bytes(b"number\n9\n")
    assert found.cat_file(f"{version}/part-0.csv") == b"number\n0\n"
    assert found.cat_file(f"{version}/part-0.csv", 7, 8) == b"0"


def test_offline_reads_what_the_cache_has(
    wandb_server: WandbServer, version: str, tmp_path: Path
) -> None:
    fresh(cache=str(tmp_path)).cat_file(f"{version}/part-0.csv")
    wandb_server.requests.clear()
    offline = fresh(cache=str(tmp_path), offline=True)
    assert offline.cat_file(f"{version}/part-0.csv") == b"number\n0\n"
    with pytest.raises(OfflineError):
        offline.cat_file(f"{version}/part-1.csv")
    assert len(wandb_server.requests) == 0


# Runs.


def test_file_of_a_run_costs_one_query(
    wandb_server: WandbServer, fs: WandbFileSystem, run: str
) -> None:
    assert fs.cat_file(f"{run}/config.yaml") == b"lr: 0.1"
    assert fs.info(f"{run}/config.yaml")["size"] == 7
    assert wandb_server.requests.operations() == ["RunFileAddresses"]


def test_expired_urls_of_a_run_cost_one_query(
    wandb_server: WandbServer, fs: WandbFileSystem, run: str
) -> None:
    fs.cat(run, recursive=True)
    wandb_server.requests.clear()
    expired = Fault(kind="storage-get", expired=True, times=2)
    with wandb_server.fault(expired), wandb_server.fault(Fault(kind="graphql", latency=0.3)):
        assert list(fs.cat(run, recursive=True).values()) == [b"lr: 0.1", b"png"]
    assert wandb_server.requests.operations() == ["RunFileAddresses"]
