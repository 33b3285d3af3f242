"""The time to live of many versions at once."""

from datetime import timedelta

import pytest

from tests.storage.changed_rows import age_versions
from wbtyped import Api
from wbtyped.artifacts import ArtifactTTL
from wbtyped.errors import UsageError
from wbtyped.server import Fault, WandbServer
from wbtyped.storage.ttl import TtlOption

DAY = timedelta(days=1)


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    for number in range(3):
        wandb_server.add_artifact("me/p/data", "dataset", {"a": b"%d" % number})
    wandb_server.add_artifact("me/p/net", "model", {"a": b"net"})
    wandb_server.link_artifact("me/p/net:v0", "me/p/shelf")
    return wandb_server


def lifetimes(api: Api, path: str, kind: str) -> list[tuple[timedelta | None, bool]]:
    return [(v.ttl, v.attrs.ttl_is_inherited) for v in api.artifacts(kind, path)]


@pytest.mark.parametrize(
    ("ttl", "expected"),
    [
        ("30d", (30 * DAY, False)),
        (12 * DAY, (12 * DAY, False)),
        (None, (None, False)),
        ("none", (None, False)),
        ("inherit", (None, True)),
        (ArtifactTTL.INHERIT, (None, True)),
    ],
)
def test_ttl_is_set_for_all_versions_of_a_path(
    server: WandbServer, api: Api, ttl: TtlOption, expected: tuple[timedelta | None, bool]
) -> None:
    api.set_ttl("me/p/data", "5d")
    result = api.set_ttl("me/p/data", ttl)
    assert sorted(result.changed) == [f"me/p/data:v{number}" for number in range(3)]
    assert lifetimes(api, "me/p/data", "dataset") == [expected] * 3
    server.requests.clear()
    assert len(api.set_ttl("me/p/data", ttl).unchanged) == 3
    assert "UpdateArtifact" not in server.requests.operations()


def test_ttl_of_a_project_a_type_and_one_version(server: WandbServer, api: Api) -> None:
    assert len(api.set_ttl("me/p", "30d").changed) == 4
    assert api.set_ttl("me/p", "31d", "model").changed == ["me/p/net:v0"]
    assert api.set_ttl("me/p/data:v1", "32d").changed == ["me/p/data:v1"]
    assert len(api.set_ttl("me", "33d").changed) == 4
    assert "is a link" in api.set_ttl("me/p/shelf:v0", "34d").refused["me/p/shelf:v0"]


def test_version_that_would_be_deleted_at_once_is_refused(server: WandbServer, api: Api) -> None:
    age_versions(server, "2020-01-01T00:00:00Z")
    result = api.set_ttl("me/p/data", "30d")
    assert result.changed == []
    reason = "it is older than 30d, so the server would delete it"
    assert result.refused == {f"me/p/data:v{number}": reason for number in range(3)}
    assert lifetimes(api, "me/p/data", "dataset")[0][0] is None
    assert len(api.set_ttl("me/p/data", "30d", include_expired=True).changed) == 3


def test_failure_is_named_and_the_rest_is_done(server: WandbServer, api: Api) -> None:
    broken = Fault(kind="graphql", operation="UpdateArtifact", status=400, times=1)
    with server.fault(broken):
        result = api.set_ttl("me/p/data", "30d")
    assert (len(result.changed), len(result.failed), result.complete) == (2, 1, False)


async def test_both_loops_set_the_same(server: WandbServer) -> None:
    async with Api() as api:
        result = await api.aset_ttl("me/p/data", "30d")
    assert len(result.changed) == 3


@pytest.mark.parametrize("ttl", ["", "30", "soon", "0d", timedelta(0), -DAY, 30])
def test_wrong_ttl_is_found_before_a_request(server: WandbServer, api: Api, ttl: TtlOption) -> None:
    server.requests.clear()
    with pytest.raises(UsageError, match="ttl must be"):
        api.set_ttl("me/p/data", ttl)
    assert len(server.requests) == 0
