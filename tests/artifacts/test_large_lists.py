"""Long lists send one request per page, and no other."""

import pytest

from wbtyped import Api
from wbtyped.server import WandbServer

VERSIONS = 10_000
COLLECTIONS = 1_000


@pytest.fixture
def large(wandb_server: WandbServer) -> WandbServer:
    """Copy one version and one collection many times, directly in the database."""
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a": b"x"}, metadata={"n": 1})
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
    moment = "'2026-01-01T00:00:00Z'"
    columns = "sequence_id, state, digest, digest_algorithm, storage_layout, metadata"
    database = wandb_server._database  # pyright: ignore[reportPrivateUsage] - seeds in bulk
    with database.transaction() as rows:
        rows.execute(
            f"{numbers} INSERT INTO artifacts ({columns}, version_index, created_at, updated_at)"
            f" SELECT {columns}, i, {moment}, {moment} FROM artifacts, n WHERE artifacts.id = 1",
            (VERSIONS - 1,),
        )
        rows.execute(
            "INSERT INTO memberships (collection_id, artifact_id, version_index, created_at)"
            f" SELECT sequence_id, id, version_index, {moment} FROM artifacts WHERE id > 1"
        )
        rows.execute(
            f"{numbers} INSERT INTO collections"
            " (project_id, type_id, kind, name, created_at, updated_at)"
            f" SELECT project_id, type_id, kind, 'c' || i, {moment}, {moment}"
            " FROM collections, n WHERE collections.id = 1",
            (COLLECTIONS - 1,),
        )
    return wandb_server


@pytest.mark.slow
def test_large_lists_send_one_request_per_page(large: WandbServer, api: Api) -> None:
    large.requests.clear()
    collections = api.artifact_collections("crew/ship", "dataset", per_page=100)
    names = [(c.name, c.type, tuple(c.tags), c.description) for c in collections]
    assert len(set(names)) == len(collections) == COLLECTIONS
    assert large.requests.operations() == ["ArtifactCollections"] * 10
    large.requests.clear()
    versions = api.artifacts("dataset", "crew/ship/data", per_page=1000)
    seen = {a.version for a in versions if a.metadata == {"n": 1} and a.tags == []}
    assert len(seen) == len(versions) == VERSIONS
    assert large.requests.operations() == ["Artifacts"] * 10
