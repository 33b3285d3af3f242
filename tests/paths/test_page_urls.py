"""Pasted URLs: what they name, and that they belong to the server of the client."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtyped import Api
from wbtyped.config.page_hosts import PageHosts
from wbtyped.config.settings import find_settings
from wbtyped.errors import UsageError
from wbtyped.paths import (
    ArtifactIdPath,
    ArtifactPath,
    CollectionPath,
    NamePath,
    ObjectPath,
    ProjectPath,
    RunPath,
    TypePath,
    parse_artifact_path,
    parse_collection_path,
    parse_project_path,
    parse_run_path,
    quoted_parts,
    read_path,
)

LOCAL = PageHosts("http://127.0.0.1:8080", "http://127.0.0.1:8080")
PUBLIC = PageHosts("https://api.forge.coreweave.com", "https://forge.coreweave.com/wandb")
OWN = PageHosts("https://api.ml.example.com", "https://app.ml.example.com")
PREFIXED = PageHosts("https://host.example/wandb", "https://host.example/wandb")
RUN = RunPath("me", "tour", "r1")
VERSION = ArtifactPath("me", "tour", "digits:v3", "dataset")
SELECTED = "selectionPath=acme-owner%2Fwandb-registry-model%2Fnet"

PAGES: dict[str, ObjectPath] = {
    "/me/tour": ProjectPath("me", "tour"),
    "/me/tour/": ProjectPath("me", "tour"),
    "/me/tour/workspace?nw=nwuserme": ProjectPath("me", "tour"),
    "/me/tour/runs": ProjectPath("me", "tour"),
    "/me/tour/table#top": ProjectPath("me", "tour"),
    "/me/tour/artifacts": ProjectPath("me", "tour"),
    "/me/to%20ur/overview": ProjectPath("me", "to ur"),
    "/me/tour/runs/r1": RUN,
    "/me/tour/runs/r1/": RUN,
    "/me/tour/runs/r1/overview": RUN,
    "/me/tour/runs/r1/logs?nw=x#y": RUN,
    "/me/tour/runs/r1?nw=nwuserme": RUN,
    "/me/tour/runs/r1#top": RUN,
    "/me/tour/runs/r1/files": RUN,
    "/me/tour/runs/r1/files/media/a%20b.png?nw=1": RUN._replace(file="media/a b.png"),
    "/me/tour/artifacts/dataset": TypePath("me", "tour", "dataset"),
    "/me/tour/artifacts/dataset/digits": CollectionPath("me", "tour", "digits", "dataset"),
    "/me/tour/artifacts/dataset/digits/v3": VERSION,
    "/me/tour/artifacts/dataset/digits/v3/metadata": VERSION,
    "/me/tour/artifacts/dataset/digits/v3/lineage?x=y": VERSION,
    "/me/tour/artifacts/dataset/digits/v3/files/a/b.csv": VERSION._replace(file="a/b.csv"),
    f"/orgs/acme/registry/model?{SELECTED}&view=membership&version=v2": ArtifactPath(
        "acme-owner", "wandb-registry-model", "net:v2"
    ),
    f"/registry/model?{SELECTED}": NamePath("acme-owner", "wandb-registry-model", "net", False),
    "/me/registry/model?selectionPath=me%2Fmodel-registry%2Fnet&version=v0": ArtifactPath(
        "me", "model-registry", "net:v0"
    ),
    "/orgs/acme/registry/model": ProjectPath("acme", "wandb-registry-model"),
    "/registry/model": ProjectPath(None, "wandb-registry-model"),
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("server", "root"),
    [
        (LOCAL, "http://127.0.0.1:8080"),
        (LOCAL, "http://localhost:8080"),
        (LOCAL, " localhost:8080"),
        (PUBLIC, "https://forge.coreweave.com/wandb"),
        (PUBLIC, "https://wandb.ai"),
        (PUBLIC, "wandb.ai"),
        (PUBLIC, "HTTPS://WANDB.AI"),
        (OWN, "https://app.ml.example.com"),
        (OWN, "https://api.ml.example.com:443"),
        (PREFIXED, "https://host.example/wandb"),
        (PREFIXED, "https:/host.example/wandb"),
        (None, "https://forge.coreweave.com/wandb"),
        (None, "https://any.example"),
    ],
)
def test_page_url_names_its_object(page: str, server: PageHosts | None, root: str) -> None:
    assert read_path(root + page, None, server) == [PAGES[page]]


@pytest.mark.parametrize(
    ("server", "page", "other"),
    [
        (LOCAL, "https://wandb.ai/me/tour/runs/r1", "https://api.forge.coreweave.com"),
        (LOCAL, "http://127.0.0.1:8081/me/tour", "http://127.0.0.1:8081"),
        (PUBLIC, "http://localhost:8080/me/tour", "http://localhost:8080"),
        (PUBLIC, "https://app.ml.example.com/me/tour", "https://api.ml.example.com"),
        (OWN, "https://user:secret@forge.coreweave.com/wandb/me/tour?k=secret",
         "https://api.forge.coreweave.com"),
    ],
)  # fmt: skip
def test_page_of_another_server_is_refused_with_a_base_url_that_works(
    server: PageHosts, page: str, other: str
) -> None:
    for parse in (read_path, parse_run_path, parse_project_path, parse_artifact_path):
        with pytest.raises(UsageError, match="is not on") as refused:
            parse(page, server=server)
        message = str(refused.value)
        assert server.base_url in message
        assert message.endswith(f"with Api(base_url={other!r}), or --base-url {other}")
        assert "secret" not in message
    settings = find_settings(base_url=other, api_key="k" * 40, environ={})
    assert read_path(page, None, settings.pages) == read_path(page)


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("wandb://me/tour", [ProjectPath("me", "tour"), NamePath(None, "me", "tour")]),
        ("wandb://me/tour/runs", [ProjectPath("me", "tour")]),
        ("wandb://me/tour/runs/r1", [RUN]),
        ("wandb:/me/tour/runs/r1", [RUN]),
        ("wandb://me/tour/runs/r1/media/50%25.png", [RUN._replace(file="media/50%25.png")]),
        ("wandb://me/tour/digits:v3/a/b", [ArtifactPath("me", "tour", "digits:v3", None, "a/b")]),
        ("wandb://me/tour/digits", [NamePath("me", "tour", "digits", False)]),
        (
            "wandb://acme/wandb-registry-model/net:prod",
            [ArtifactPath("acme", "wandb-registry-model", "net:prod")],
        ),
        ("wandb-artifact://me/tour/digits:v3", [ArtifactPath("me", "tour", "digits:v3")]),
        (
            "wandb-artifact://me/tour/digits:v3/a/b",
            [ArtifactPath("me", "tour", "digits:v3", None, "a/b")],
        ),
        (
            "wandb-artifact://41727469666163743a37/a/b",
            [ArtifactIdPath("QXJ0aWZhY3Q6Nw==", "a/b")],
        ),
        ("wandb-artifact://cafe/tour/digits:v3", [ArtifactPath("cafe", "tour", "digits:v3")]),
    ],
)
def test_url_of_own_scheme_names_its_object(url: str, named: list[ObjectPath]) -> None:
    assert read_path(url, None, LOCAL) == named


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080", "http://127.0.0.1:8080/me", "http://127.0.0.1:8080/settings/x",
        "http://127.0.0.1:8080/orgs/acme/teams", "http://127.0.0.1:8080/registry",
        "http://127.0.0.1:8080/me/tour/sweeps/s1", "http://127.0.0.1:8080/me/tour/reports/A--x",
        "http://127.0.0.1:8080/me/tour/runs/%00", "http://127.0.0.1:8080/me/a%2Fb/runs/x",
        "http://[::1/me/tour", "s3://bucket/key", "wandb-artifact://me/tour",
    ],
)  # fmt: skip
def test_url_of_nothing_known_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="invalid path"):
        read_path(url, None, LOCAL)


def test_page_of_another_kind_says_what_it_is() -> None:
    root = LOCAL.app_url
    with pytest.raises(UsageError, match="it names the project me/tour, not a run; write entity/"):
        parse_run_path(f"{root}/me/tour", LOCAL)
    with pytest.raises(UsageError, match="it names the run me/tour/r1, not a project") as refused:
        parse_project_path(f"{root}/me/tour/runs/r1", LOCAL)
    written = str(refused.value).rpartition("write ")[2].strip("'")
    assert parse_project_path(written) == ProjectPath("me", "tour")
    with pytest.raises(UsageError, match="it names the run me/tour/r1, not a version"):
        parse_artifact_path(f"{root}/me/tour/runs/r1", LOCAL)
    with pytest.raises(UsageError, match="names a version or an alias, not a collection"):
        parse_collection_path(f"{root}/me/tour/artifacts/dataset/digits/v3", LOCAL)


TEXTS = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=12)
NAMES = TEXTS.map(str.strip).filter(lambda name: name and name not in {".", ".."})
PROJECTS = NAMES.filter(lambda name: not set(name) & set("/\\#?%:") and name != "registry")
IDS = NAMES.filter(lambda name: "/" not in name)


@given(IDS.filter(lambda name: name not in {"orgs", "registry", "settings", "home"}), PROJECTS, IDS)
def test_quoted_page_of_any_run_names_it(entity: str, project: str, run: str) -> None:
    entity_part, project_part, run_part = quoted_parts(entity, project, run)
    url = f"{LOCAL.app_url}/{entity_part}/{project_part}/runs/{run_part}/overview?nw=x"
    assert parse_run_path(url, LOCAL) == RunPath(entity, project, run)


@given(st.text())
def test_any_string_is_read_or_a_usage_error(text: str) -> None:
    for prefix in ("", "http://127.0.0.1:8080/", "wandb://", "wandb-artifact://", "https://"):
        try:
            readings = read_path(prefix + text, None, LOCAL)
        except UsageError:
            continue
        assert readings


def test_settings_know_the_pages_of_their_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_APP_URL", "https://ml.example/w")
    with Api(base_url="https://ml-api.example", offline=True) as api:
        pages = api.settings.pages
    assert parse_run_path("https://ml.example/w/me/tour/runs/r1", pages) == RUN
    assert parse_run_path("https://ml-api.example/me/tour/runs/r1", pages) == RUN
