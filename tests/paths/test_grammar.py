"""The grammar of paths."""

import os
from pathlib import PurePosixPath, PureWindowsPath
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtyped.errors import UsageError
from wbtyped.paths import (
    ArtifactPath,
    CollectionPath,
    RunPath,
    check_project_name,
    parse_artifact_path,
    parse_collection_path,
    parse_project_path,
    parse_run_path,
    quoted_parts,
)

# Letters of any script; the words in the URLs of pages are not names.
WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)
NAMES = WORDS.filter(lambda word: word not in {"runs", "sweeps"})


class Spot:
    """A path object of another library."""

    def __init__(self, path: str | bytes) -> None:
        self.path = path

    def __fspath__(self) -> str:
        return cast("str", self.path)


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("entity/project/run", ("entity", "project", "run")),
        ("/entity/project/run/", ("entity", "project", "run")),
        (" entity/project/runs/run ", ("entity", "project", "run")),
        ("entity/project/sweeps/run", ("entity", "project", "run")),
        ("entity/project:run", ("entity", "project", "run")),
        ("project/run", (None, "project", "run")),
        ("project:run", (None, "project", "run")),
        ("project:run:1", (None, "project", "run:1")),
        ("entity/project/run:1", ("entity", "project", "run:1")),
        ("entity / project / run", ("entity", "project", "run")),
        ("/runs/run", (None, None, "run")),
        ("entity/project/runs/", (None, "entity", "project")),
        ("run", (None, None, "run")),
        ("p" * 128 + "/run", (None, "p" * 128, "run")),
    ],
)
def test_run_path_forms(path: str, parts: tuple[str | None, str | None, str]) -> None:
    assert parse_run_path(path)[:3] == parts


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("", "missing run id"),
        ("/", "missing run id"),
        ("a/b/c/d", "too many parts"),
        ("a/b/c/d/e", "too many parts"),
        ("a//c", "missing project"),
        (":run", "missing project"),
        ("project:", "missing run id"),
        ("a/ /c", "missing project"),
        ("a/pro?ject/c", "project name contains"),
        ("a/pro\nject/c", "control characters in the project"),
        ("a\x00b/project/c", "control characters in the entity"),
        ("a/project/c\x9bd", "control characters in the run id"),
        ("a/project/\ud800", "control characters in the run id"),
        ("a/" + "p" * 129 + "/c", "longer than 128"),
    ],
)
def test_run_path_invalid(path: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint) as bad:
        parse_run_path(path)
    assert repr(path) in str(bad.value)
    assert "entity/project/run, entity/project:run" in str(bad.value)


@given(NAMES, NAMES, NAMES)
def test_run_path_forms_are_equivalent(entity: str, project: str, run: str) -> None:
    ways = {
        parse_run_path(path)
        for path in (
            f"{entity}/{project}/{run}",
            f"/{entity}/{project}/runs/{run}/",
            f"{entity}/{project}:{run}",
        )
    }
    assert ways == {RunPath(entity, project, run)}
    assert parse_run_path(f"{project}/{run}") == RunPath(None, project, run)
    assert parse_run_path(run) == RunPath(None, None, run)


@given(st.text())
def test_any_string_is_a_run_path_or_a_usage_error(text: str) -> None:
    try:
        parts = parse_run_path(text)
    except UsageError:
        return
    if "://" in text:
        return
    assert all(part is None or (part and part == part.strip()) for part in parts)
    if "runs" not in parts and "sweeps" not in parts:
        assert parse_run_path("/".join(part for part in parts if part is not None)) == parts


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        (None, (None, None)),
        ("project", (None, "project")),
        ("entity/project", ("entity", "project")),
        (" /entity / project/ ", ("entity", "project")),
        ("a/", (None, "a")),
    ],
)
def test_project_path_forms(path: str | None, parts: tuple[str | None, str | None]) -> None:
    assert parse_project_path(path) == parts


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("", "missing project"),
        ("/", "missing project"),
        ("\t/b", "missing entity"),
        ("a/b/c", "project name contains"),
        ("a\x00a/b", "control characters in the entity"),
        ("p%", "project name contains"),
    ],
)
def test_project_path_invalid(path: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint) as bad:
        parse_project_path(path)
    assert repr(path) in str(bad.value)
    assert "entity/project or project" in str(bad.value)


@pytest.mark.parametrize("name", ["", " ", "p" * 129, "a/b", "a\\b", "a:b", "a\rb", "a\x7fb"])
def test_project_name_invalid(name: str) -> None:
    with pytest.raises(UsageError, match="invalid project") as bad:
        check_project_name(name)
    assert repr(name) in str(bad.value)


def test_project_name_in_any_script() -> None:
    check_project_name("größe\u00a0ü 👩\u200d🔬")


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("name", (None, None, "name")),
        ("name:v1", (None, None, "name:v1")),
        ("project/name:latest", (None, "project", "name:latest")),
        ("entity/project/name:a/b", ("entity", "project", "name:a/b")),
        ("org/wandb-registry-model/name:v0", ("org", "wandb-registry-model", "name:v0")),
        ("name:a://b", (None, None, "name:a://b")),
    ],
)
def test_artifact_path_forms(path: str, parts: tuple[str | None, str | None, str]) -> None:
    assert parse_artifact_path(path) == ArtifactPath(*parts)


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("", "missing name"),
        ("a/b/c/d", "too many parts"),
        ("a//c", "missing project"),
        ("/b/c", "missing entity"),
        ("name:", "missing version or alias"),
        (":v1", "missing name"),
        ("a/b?/c", "project name contains"),
        ("na\nme", "control characters in the name"),
        ("name:v\n1", "control characters in the alias"),
    ],
)
def test_artifact_path_invalid(path: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint) as bad:
        parse_artifact_path(path)
    assert repr(path) in str(bad.value)
    assert "entity/project/name:alias" in str(bad.value)


def test_quoted_parts_are_percent_encoded() -> None:
    assert quoted_parts("a b", "c/d", "ü") == ["a%20b", "c%2Fd", "%C3%BC"]


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("name", (None, None, "name")),
        ("project/name", (None, "project", "name")),
        (PurePosixPath("entity/project/name"), ("entity", "project", "name")),
        (PureWindowsPath("entity", "project", "name"), ("entity", "project", "name")),
        (Spot("entity/project/name"), ("entity", "project", "name")),
    ],
)
def test_collection_path_forms(
    path: str | os.PathLike[str], parts: tuple[str | None, str | None, str]
) -> None:
    assert parse_collection_path(path) == CollectionPath(*parts)


@pytest.mark.parametrize("path", ["a/b/c:v1", "b/c:latest", "c:v0"])
def test_collection_path_with_version_names_the_path_to_write(path: str) -> None:
    with pytest.raises(
        UsageError, match="names a version or an alias, not a collection; write"
    ) as bad:
        parse_collection_path(path)
    written = str(bad.value).rpartition("write ")[2].strip("'")
    assert written == path.partition(":")[0]
    assert parse_collection_path(written).collection == "c"


@pytest.mark.parametrize("path", [b"a/b/c", 3, Spot(b"a/b/c")])
def test_path_of_wrong_type_is_refused(path: object) -> None:
    for parse in (parse_run_path, parse_project_path, parse_artifact_path, parse_collection_path):
        with pytest.raises(UsageError, match="path must be a string or a Path"):
            parse(cast("str", path))
