"""What each paginator sends, recorded on the wire: document once, variables of every page."""

from collections.abc import Iterable

from syrupy.assertion import SnapshotAssertion

from wbtyped import Api
from wbtyped.server import WandbServer

RUN = "crew/ship/log"


def sent(server: WandbServer, operation: str) -> dict[str, object]:
    """Return what was sent for an operation since the log was last emptied."""
    requests = [r for r in server.requests if r.operation_name == operation]
    documents = {request.document for request in requests}
    assert len(documents) == 1, "every page asks with the same document"
    return {"document": documents.pop(), "variables": [r.variables for r in requests]}


def names(files: Iterable[object]) -> int:
    return sum(1 for _ in files)


async def test_files(wandb_server: WandbServer, snapshot: SnapshotAssertion) -> None:
    wandb_server.add_run(RUN, files={f"page/{i}.txt": b"x" for i in range(5)})
    with Api() as api:
        run = api.run(RUN)
        wandb_server.requests.clear()
        assert names(run.files(pattern="page/%", per_page=2)) == 5
        synchronous = sent(wandb_server, "RunFiles")

        wandb_server.requests.clear()
        found = [file async for file in run.files(pattern="page/%", per_page=2)]
        assert len(found) == 5
        await api.aclose()
    assert sent(wandb_server, "RunFiles") == synchronous
    assert synchronous == snapshot


async def test_one_file_by_name(wandb_server: WandbServer, snapshot: SnapshotAssertion) -> None:
    wandb_server.add_run(RUN, files={"a.txt": b"x"})
    with Api() as api:
        run = api.run(RUN)
        wandb_server.requests.clear()
        run.file("a.txt")
        assert sent(wandb_server, "RunFiles")["variables"] == snapshot
