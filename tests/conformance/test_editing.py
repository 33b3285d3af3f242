"""What one client changes, the other reads; and both change the same."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import JsonValue

from wbtyped.server import WandbServer

from .conftest import Scripts, flat, original, ported

UNEQUAL = re.compile(r".*/(created_at|updated_at|linked_at|url|direct_url|ref_target)")
"""Moments and addresses, which no two servers have in common."""


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


def seen(answer: JsonValue) -> dict[str, JsonValue]:
    """Return what can be compared between servers."""
    return {path: value for path, value in flat(answer).items() if not UNEQUAL.fullmatch(path)}


@pytest.mark.slow
def test_edits(
    wandb_server: WandbServer, scripts: Scripts, other_server: WandbServer, tmp_path: Path
) -> None:
    other_scripts = Scripts(other_server.env, tmp_path / "other")
    for server in (wandb_server, other_server):
        seed(server)
    text = original("edit.py")
    theirs = scripts.output("edit.py", text, "crew/ship")
    ours = other_scripts.output("edit.py", ported("edit.py"), "crew/ship")
    assert theirs == ours
    assert "refused: True" in ours
    # Each is read by the client that did not write it.
    theirs_read = seen(scripts.ours("describe.py", "crew/ship"))
    ours_read = seen(other_scripts.official("describe.py", "crew/ship"))
    names = re.compile(r"/(by path|link)/(name|qualified_name|source_artifact)")
    different = {
        path: (theirs_read.get(path), ours_read.get(path))
        for path in theirs_read.keys() | ours_read.keys()
        if theirs_read.get(path) != ours_read.get(path) and not names.fullmatch(path)
    }
    assert not different
    assert len(ours_read) > 200
