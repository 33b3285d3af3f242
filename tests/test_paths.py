"""The grammar of paths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtyped.errors import UsageError
from wbtyped.paths import (
    parse_artifact_path,
    parse_project_path,
    parse_run_path,
    quoted_parts,
)

# Letters of any script; the words that stand in addresses of pages are no names.
WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)
NAMES = WORDS.filter(lambda word: word not in {"runs", "sweeps"})


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
        ("run", (None, None, "run")),
    ],
)
def test_run_paths(path: str, parts: tuple[str | None, str | None, str]) -> None:
    assert parse_run_path(path) == parts


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
        ("a/pro?ject/c", "project name"),
        ("a/" + "p" * 129 + "/c", "longer than 128"),
        ("https://host.test/a/b/runs/c", "leave out https://.*'a/b/runs/c'"),
    ],
)
def test_bad_run_paths(path: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        parse_run_path(path)


@given(NAMES, NAMES, NAMES)
def test_all_ways_to_write_a_run_mean_the_same(entity: str, project: str, run: str) -> None:
    ways = {
        parse_run_path(path)
        for path in (
            f"{entity}/{project}/{run}",
            f"/{entity}/{project}/runs/{run}/",
            f"{entity}/{project}:{run}",
        )
    }
    assert ways == {(entity, project, run)}
    assert parse_run_path(f"{project}/{run}") == (None, project, run)
    assert parse_run_path(run) == (None, None, run)


@given(st.text())
def test_any_text_is_a_run_path_or_a_usage_error(text: str) -> None:
    try:
        parts = parse_run_path(text)
    except UsageError:
        return
    assert parts.run
    assert all(part is None or (part and "/" not in part) for part in parts)


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        (None, (None, None)),
        ("project", (None, "project")),
        ("entity/project", ("entity", "project")),
    ],
)
def test_project_paths(path: str | None, parts: tuple[str | None, str | None]) -> None:
    assert parse_project_path(path) == parts


@pytest.mark.parametrize("path", ["", "/", "a/b/c", "a/", "http://x/y/z"])
def test_bad_project_paths(path: str) -> None:
    if path == "a/":
        assert parse_project_path(path) == (None, "a")
        return
    with pytest.raises(UsageError):
        parse_project_path(path)


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("name", (None, None, "name")),
        ("name:v1", (None, None, "name:v1")),
        ("project/name:latest", (None, "project", "name:latest")),
        ("entity/project/name:a/b", ("entity", "project", "name:a/b")),
        ("org/wandb-registry-model/name:v0", ("org", "wandb-registry-model", "name:v0")),
    ],
)
def test_artifact_paths(path: str, parts: tuple[str | None, str | None, str]) -> None:
    assert parse_artifact_path(path) == parts


@pytest.mark.parametrize("path", ["", "a/b/c/d", "a//c", "name:", ":v1", "a/b?/c"])
def test_bad_artifact_paths(path: str) -> None:
    with pytest.raises(UsageError):
        parse_artifact_path(path)


def test_parts_are_encoded_for_addresses() -> None:
    assert quoted_parts("a b", "c/d", "ü") == ["a%20b", "c%2Fd", "%C3%BC"]
