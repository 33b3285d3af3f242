"""Several publishers of one collection at once, and uploads that nobody ends."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from wbtyped_graphql.operation import Operation, ResultT

from wbtyped import Api
from wbtyped.errors import TransportError
from wbtyped.publish import Draft
from wbtyped.server import Fault, WandbServer
from wbtyped.transport.client import Client

PATH = "crew/ship/data"
PUBLISH = """
import json, sys
from wbtyped import Api
from wbtyped.publish import Draft
me, *rounds = sys.argv[1:]
sys.stdin.readline()
found = []
with Api() as api:
    for number in rounds:
        draft = Draft("data", "dataset")
        for name, content in {"same": number, "both": "x" * 70_000, me: me + number}.items():
            with draft.new_file(name if me != "equal" else "equal") as file:
                file.write(content)
        version = draft.publish("crew/ship/data", aliases=[f"{me}-{number}"], api=api)
        found.append([version.name, version.id, version.digest])
print(json.dumps(found))
"""


@pytest.fixture
def api(wandb_server: WandbServer) -> Iterator[Api]:
    with Api() as api:
        yield api


def run_together(env: Mapping[str, str], names: list[str], rounds: int) -> list[list[list[str]]]:
    """Publish from several processes at the same time; return what each has published."""
    arguments = [str(number) for number in range(rounds)]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PUBLISH, name, *arguments], env=dict(env), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for name in names
    ]  # fmt: skip
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    found: list[list[list[str]]] = []
    for process in running:
        output, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        found.append(json.loads(output))
    return found


@pytest.mark.slow
def test_two_processes_with_different_contents_both_commit_every_version(
    api: Api, wandb_server: WandbServer, environment: Mapping[str, str]
) -> None:
    published = run_together(environment, ["a", "b"], 6)
    versions = {version.name: version for version in api.artifacts("dataset", PATH)}
    assert sorted(versions) == sorted(f"data:v{number}" for number in range(12))
    for name, id_, digest in [one for process in published for one in process]:
        assert (versions[name].id, versions[name].digest) == (id_, digest)
        assert versions[name].manifest.digest() == digest
    holders = [v.name for v in versions.values() if "latest" in v.aliases]
    assert holders == ["data:v11"], "the one that was committed last"
    aliases = sorted(a for v in versions.values() for a in v.aliases if a != "latest")
    assert aliases == sorted(f"{me}-{number}" for me in "ab" for number in range(6))


@pytest.mark.slow
def test_two_processes_with_the_same_contents_share_every_version(
    api: Api, wandb_server: WandbServer, environment: Mapping[str, str]
) -> None:
    first, second = run_together(environment, ["equal", "equal"], 6)
    assert first == second
    assert len(list(api.artifacts("dataset", PATH))) == 6


def test_threads_that_publish_parts_of_one_collection_all_commit(api: Api, tmp_path: Path) -> None:
    """As incremental versions, each of which keeps the files of the version that it extends."""
    paths = [tmp_path / f"{number}.txt" for number in range(6)]
    for path in paths:
        path.write_text(path.name)
    with ThreadPoolExecutor(6) as threads:
        done = [
            threads.submit(api.publish, path, PATH, "dataset", incremental=True) for path in paths
        ]
        assert sorted(one.result().name for one in done) == [f"data:v{n}" for n in range(6)]
    for one, path in zip(done, paths, strict=True):
        assert one.result().get_entry(path.name).read() == path.name.encode()


# Uploads that nobody ends.


def interrupt(api: Api, server: WandbServer, **files: str) -> None:
    draft = Draft("data", "dataset")
    for name, content in files.items():
        with draft.new_file(name) as file:
            file.write(content)
    with server.faults.active(Fault(kind="graphql", operation="CommitArtifact", status=400)):
        with pytest.raises(TransportError):
            draft.publish(PATH, api=api)


def test_uploads_that_nobody_continues_are_collected_with_their_contents(tmp_path: Path) -> None:
    (tmp_path / "shared").write_text("shared")
    with WandbServer(draft_lifetime=0.2) as server:
        with Api({"base_url": server.url}, api_key=server.api_key) as api:
            kept = api.publish(tmp_path, PATH, "dataset")
            size = server.stored_size()
            interrupt(api, server, shared="shared", big="b" * 100_000)
            assert server.stored_size() > size + 100_000
            server.collect_garbage()
            time.sleep(0.3)
            assert server.collect_garbage() > 100_000
            assert server.stored_size() == size, "what the version has stays"
            kept.verify(kept.download(tmp_path / "out", skip_cache=True))
            interrupt(api, server, big="b" * 100_000)
            time.sleep(0.3)
            interrupt(api, server, other="x")
            assert server.stored_size() < size + 100_000, "a new upload collects old ones"


def test_upload_that_is_continued_is_not_collected(tmp_path: Path) -> None:
    with WandbServer(draft_lifetime=2) as server:
        with Api({"base_url": server.url}, api_key=server.api_key) as api:
            interrupt(api, server, big="b" * 100_000)
            server.collect_garbage()
            server.requests.clear()
            (tmp_path / "big").write_text("b" * 100_000)
            assert api.publish(tmp_path, PATH, "dataset").name == "data:v0"
            sent = [r.path for r in server.requests if r.method == "PUT"]
            assert not any("artifact-files" in path for path in sent)


def test_upload_that_was_collected_is_sent_again_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    with WandbServer(draft_lifetime=0.001) as server:
        with Api({"base_url": server.url}, api_key=server.api_key) as api:
            interrupt(api, server, a="a")
            time.sleep(0.1)
            assert server.collect_garbage() > 0
            server.requests.clear()
            assert api.publish(tmp_path, PATH, "dataset").name == "data:v0"
            assert sum(r.method == "PUT" for r in server.requests) == 2


@pytest.fixture
def environment(wandb_server: WandbServer, tmp_path: Path) -> Mapping[str, str]:
    """The environment of a process that uses the server."""
    return {**wandb_server.env, "HOME": str(tmp_path), "PATH": "", "WANDB_DIR": str(tmp_path)}


def test_version_committed_meanwhile_keeps_latest(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the commit of a version and the look at its aliases, another may be committed."""
    (tmp_path / "older").write_text("1")
    (tmp_path / "newer").write_text("2")
    send, sent = Client.send, list[str]()

    def overtaken(client: Client, operation: Operation[ResultT]) -> ResultT:
        sent.append(operation.name)
        if operation.name == "ArtifactById" and sent.count("CommitArtifact") == 1:
            api.publish(tmp_path / "newer", PATH, "dataset")
        return send(client, operation)

    monkeypatch.setattr(Client, "send", overtaken)
    older = api.publish(tmp_path / "older", PATH, "dataset", aliases=["first"])
    assert (older.version, older.aliases) == ("v0", ["first"])
    assert api.artifact(f"{PATH}:latest").version == "v1"
