"""How two versions differ: files, bytes to transfer, metadata."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtyped import Api
from wbtyped.artifacts.contents.entry import ArtifactManifestEntry
from wbtyped.artifacts.contents.version_diff import (
    MetadataChange,
    compare_entries,
    compare_metadata,
    transfer_size,
)
from wbtyped.errors import UsageError
from wbtyped.server import Reference, WandbServer

FILES = st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 3))


def entries(files: dict[str, int]) -> dict[str, ArtifactManifestEntry]:
    return {path: ArtifactManifestEntry(path, f"d{n}", 10**n) for path, n in files.items()}


@given(FILES, FILES)
def test_diff_turns_the_old_files_into_the_new_ones(
    old: dict[str, int], new: dict[str, int]
) -> None:
    added, removed, changed, renamed = compare_entries(entries(old), entries(new))
    made = dict(old)
    moved = {path: made.pop(source) for path, source in renamed.items()}
    for path in removed:
        del made[path]
    made |= moved | {path: new[path] for path in (*added, *changed)}
    assert made == new
    assert all(old[path] != new[path] for path in changed)
    leftover = {old[path] for path in removed} & {new[path] for path in added}
    assert not leftover, "what could be a renaming is one"
    fresh = set(new.values()) - set(old.values())
    assert transfer_size(entries(old).values(), entries(new)) == sum(10**n for n in fresh)


def test_diff_of_versions(wandb_server: WandbServer, api: Api) -> None:
    first = {"same": b"1", "old/name": b"22", "edited": b"333", "gone": b"4444"}
    second = {"same": b"1", "new/name": b"22", "edited": b"55555", "added": b"666666", "copy": b"1"}
    wandb_server.add_artifact(
        "me/p/data", "dataset", first, {"ref": Reference("s3://b/k", "etag-1", 7)},
        metadata={"rows": 1, "kept": [1], "dropped": None},
    )  # fmt: skip
    wandb_server.add_artifact(
        "me/p/data", "dataset", second, {"ref": Reference("s3://b/k", "etag-2", 8)},
        metadata={"rows": 2, "kept": [1], "fresh": {"a": 1}},
    )  # fmt: skip
    diff = api.artifact("me/p/data:v0").diff(api.artifact("me/p/data:v1"))
    assert diff.to_dict() == {
        "old": "me/p/data:v0",
        "new": "me/p/data:v1",
        "added": ["added", "copy"],
        "removed": ["gone"],
        "changed": ["edited", "ref"],
        "renamed": ["new/name"],
        "renamed_from": {"new/name": "old/name"},
        "transfer_size": 5 + 6 + 8,
        "metadata": {
            "dropped": {"old": None, "new": None},
            "fresh": {"old": None, "new": {"a": 1}},
            "rows": {"old": 1, "new": 2},
        },
    }
    assert diff
    assert not api.artifact("me/p/data:v0").diff(api.artifact("me/p/data:v0"))


async def test_both_loops_find_the_same_differences(wandb_server: WandbServer) -> None:
    for content in (b"1", b"2"):
        wandb_server.add_artifact("me/p/data", "dataset", {"a": content})
    async with Api() as api:
        old, new = await api.aartifact("me/p/data:v0"), await api.aartifact("me/p/data:v1")
        assert await old.adiff(new) == old.diff(new)


def test_metadata_compares_keys() -> None:
    assert compare_metadata({"a": 1, "b": 2}, {"b": 2.0, "c": None}) == {
        "a": MetadataChange(1, None),
        "c": MetadataChange(None, None),
    }


def test_diff_with_something_else_is_refused(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_artifact("me/p/data", "dataset", {"a": b"1"})
    artifact = api.artifact("me/p/data:v0")
    with pytest.raises(UsageError, match="other must be an artifact version"):
        artifact.diff("me/p/data:v0")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
