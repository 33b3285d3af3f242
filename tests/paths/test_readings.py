"""What a path can mean, and in which order that is tried."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtyped.errors import UsageError
from wbtyped.paths import (
    ArtifactPath,
    CollectionPath,
    NamePath,
    ObjectPath,
    ProjectPath,
    RunPath,
    TypePath,
    parse_artifact_path,
    parse_run_path,
    read_path,
)

READINGS: dict[str, list[ObjectPath]] = {
    "a": [ProjectPath(None, "a"), NamePath(None, None, "a")],
    "a/b": [ProjectPath("a", "b"), NamePath(None, "a", "b")],
    "/a/b/": [ProjectPath("a", "b"), NamePath(None, "a", "b")],
    "a/b/c": [NamePath("a", "b", "c")],
    "a/b/runs": [ProjectPath("a", "b")],
    "b/runs/c": [RunPath(None, "b", "c")],
    "a/b/runs/c": [RunPath("a", "b", "c")],
    "a/b/runs/c:d/e/f": [RunPath("a", "b", "c:d", "e/f")],
    "a/b/sweeps/c": [RunPath("a", "b", "c")],
    "c:v1": [ArtifactPath(None, None, "c:v1"), RunPath(None, "c", "v1")],
    "b/c:best": [ArtifactPath(None, "b", "c:best"), RunPath("b", "c", "best")],
    "a/b/c:latest": [ArtifactPath("a", "b", "c:latest"), RunPath("a", "b", "c:latest")],
    "a/b/c:v1/d/e.csv": [ArtifactPath("a", "b", "c:v1", None, "d/e.csv")],
    "a/b/dataset/c": [CollectionPath("a", "b", "c", "dataset")],
    "a/b/dataset/c/v1": [ArtifactPath("a", "b", "c:v1", "dataset")],
    "a/b/dataset/c:v1": [ArtifactPath("a", "b", "c:v1", "dataset")],
    "a/b/artifacts": [ProjectPath("a", "b")],
    "a/b/artifacts/dataset": [
        TypePath("a", "b", "dataset"), CollectionPath("a", "b", "dataset", "artifacts"),
    ],
    "a/b/artifacts/dataset/c": [CollectionPath("a", "b", "c", "dataset")],
    "a/b/artifacts/dataset/c/v1": [ArtifactPath("a", "b", "c:v1", "dataset")],
    "wandb-registry-m": [ProjectPath(None, "wandb-registry-m")],
    "wandb-registry-m/c": [NamePath(None, "wandb-registry-m", "c", False)],
    "wandb-registry-m/c:v1": [ArtifactPath(None, "wandb-registry-m", "c:v1")],
    "org/wandb-registry-m": [ProjectPath("org", "wandb-registry-m")],
    "org/wandb-registry-m/c": [NamePath("org", "wandb-registry-m", "c", False)],
    "org/wandb-registry-m/c:v1": [ArtifactPath("org", "wandb-registry-m", "c:v1")],
}  # fmt: skip
OF_TYPE: dict[str, list[ObjectPath]] = {
    "b": [TypePath(None, "b", "t"), CollectionPath(None, None, "b", "t")],
    "a/b": [TypePath("a", "b", "t"), CollectionPath(None, "a", "b", "t")],
    "a/b/c": [CollectionPath("a", "b", "c", "t")],
    "a/b/t/c": [CollectionPath("a", "b", "c", "t")],
    "a/b/t/c/v1": [ArtifactPath("a", "b", "c:v1", "t")],
    "a/b/c:v1": [ArtifactPath("a", "b", "c:v1", "t")],
    "a/b/artifacts/t": [TypePath("a", "b", "t")],
}


@pytest.mark.parametrize("path", READINGS)
def test_path_has_readings_in_order(path: str) -> None:
    assert read_path(path) == READINGS[path]


@pytest.mark.parametrize("path", OF_TYPE)
def test_type_restricts_readings(path: str) -> None:
    assert read_path(path, "t") == OF_TYPE[path]


@pytest.mark.parametrize("path", ["a/b/runs/c", "a/b/other/c", "a/b/other/c/v1"])
def test_path_of_another_type_is_refused(path: str) -> None:
    with pytest.raises(UsageError, match="which is not of type 't'"):
        read_path(path, "t")


@pytest.mark.parametrize(
    "path",
    ["", "/", "a//b", "a/ /c", ":", "a:", ":a", "a/b/c:", "a/b/t/c/v1/x", "a\0", "a/b?/c"],
)  # fmt: skip
def test_what_is_no_path_is_refused_with_the_forms(path: str) -> None:
    with pytest.raises(UsageError, match="invalid path") as refused:
        read_path(path)
    assert "entity/project/type/collection" in str(refused.value)


WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
WORD = WORDS.filter(lambda word: word not in {"runs", "sweeps", "artifacts"})


@given(st.lists(WORD, min_size=1, max_size=3), st.booleans())
def test_every_run_and_artifact_path_is_among_the_readings(parts: list[str], colon: bool) -> None:
    path = "/".join(parts) + (":v1" if colon else "")
    readings = read_path(path)
    if colon:
        assert parse_artifact_path(path) == readings[0]
    run = parse_run_path(path)
    as_name = NamePath(run.entity, run.project, run.run)
    assert run in readings or as_name in readings
