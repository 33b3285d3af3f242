"""Both clients make the same changes, and each reads what the other changed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import JsonValue

from wbtyped.server import WandbServer

from .conftest import Scripts, flat, original, ported

VARYING = re.compile(r".*/(created_at|updated_at|linked_at|url|direct_url|ref_target)")
"""Times and URLs, which differ between servers."""


def seed(server: WandbServer) -> None:
    server.add_run("crew/ship/maker", {"old.txt": b"old", "notes.txt": b"notes"})
    server.add_run("crew/ship/user", {"notes.txt": b"notes", "output.log": b"log"})
    for number in range(3):
        server.add_artifact(
            "crew/ship/data", "dataset", {"a.txt": b"%d" % number}, aliases=[f"x{number}"],
            tags=["kept", "taken"], description="d", metadata={"rows": 3},
            logged_by="crew/ship/maker", used_by=["crew/ship/user"],
        )  # fmt: skip
    server.add_artifact("crew/ship/other", "dataset", {"a.txt": b"other"})
    server.add_artifact("crew/ship/doomed", "dataset", {"a.txt": b"doomed"})
    server.add_artifact("crew/ship/model", "model", {"weights.bin": b"w"})
    server.link_artifact("crew/ship/data:v0", "crew/shelf/best")
    server.link_artifact("crew/ship/data:v1", "crew/shelf/best", ["old"])
    server.link_artifact("crew/ship/model:v0", "crew/shelf/best-models", ["prod"])


@pytest.fixture
def other_server() -> Iterator[WandbServer]:
    with WandbServer() as server:
        yield server


def comparable(description: JsonValue) -> dict[str, JsonValue]:
    """Return the values of a description that can be compared between servers."""
    return {path: value for path, value in flat(description).items() if not VARYING.fullmatch(path)}


@pytest.mark.slow
def test_edits_of_both_clients_are_equal(
    wandb_server: WandbServer, scripts: Scripts, other_server: WandbServer, tmp_path: Path
) -> None:
    other_scripts = Scripts(other_server.env, tmp_path / "other")
    for server in (wandb_server, other_server):
        seed(server)
    text = original("edit.py")
    official = scripts.output("edit.py", text, "crew/ship")
    ours = other_scripts.output("edit.py", ported("edit.py"), "crew/ship")
    assert official == ours
    assert "refused: True" in ours
    # Each client reads what the other one wrote.
    read_by_ours = comparable(scripts.ours("describe.py", "crew/ship"))
    read_by_official = comparable(other_scripts.official("describe.py", "crew/ship"))
    names = re.compile(r"/(by path|link)/(name|qualified_name|source_artifact)")
    different = {
        path: (read_by_ours.get(path), read_by_official.get(path))
        for path in read_by_ours.keys() | read_by_official.keys()
        if read_by_ours.get(path) != read_by_official.get(path) and not names.fullmatch(path)
    }
    assert not different
    assert len(read_by_official) > 200
