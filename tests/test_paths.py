"""The grammar of paths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtyped.errors import UsageError
from wbtyped.paths import (
    check_project_name,
    parse_artifact_path,
    parse_project_path,
    parse_run_path,
    quoted_parts,
)

# Letters of any script; the words in the URLs of pages are not names.
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


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://host.test/a/b/runs/c", "a/b/runs/c"),
        ("http://localhost:8080/a/b/runs/c?nw=x#top", "a/b/runs/c"),
        ("https://forge.coreweave.com/wandb/a/b/runs/c/", "a/b/runs/c"),
        ("https://wandb.ai/wandb/b/runs/c", "wandb/b/runs/c"),
    ],
)
def test_url_as_path_is_refused_with_the_path_to_use(url: str, path: str) -> None:
    with pytest.raises(UsageError, match="leave out https?:// and the host") as bad:
        parse_run_path(url)
    assert str(bad.value).endswith(f"as in {path!r}")
    assert parse_run_path(path).run == "c"
    for parse in (parse_project_path, parse_artifact_path):
        with pytest.raises(UsageError, match="leave out"):
            parse(url)


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
    assert ways == {(entity, project, run)}
    assert parse_run_path(f"{project}/{run}") == (None, project, run)
    assert parse_run_path(run) == (None, None, run)


@given(st.text())
def test_any_string_is_a_run_path_or_a_usage_error(text: str) -> None:
    try:
        parts = parse_run_path(text)
    except UsageError:
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
    assert parse_artifact_path(path) == parts


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
