"""Metadata and configs as types of users."""

import pickle
from dataclasses import dataclass
from typing import assert_type, cast

import pytest
from pydantic import BaseModel
from typing_extensions import TypedDict

from wbtyped import Api, Artifact, TypedArtifacts
from wbtyped.errors import UsageError, ValuesMismatchError
from wbtyped.server import WandbServer


class Model(BaseModel):
    rows: int


@dataclass
class Data:
    rows: int


class Keys(TypedDict):
    rows: int


def test_metadata_as_reads_models_dataclasses_and_typed_dicts(
    wandb_server: WandbServer, api: Api
) -> None:
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a": b"1"}, metadata={"rows": 2})
    artifact = api.artifact("crew/ship/data:v0")
    model = artifact.metadata_as(Model)
    assert_type(model, Model)
    assert (model, artifact.metadata_as(Data)) == (Model(rows=2), Data(2))
    assert artifact.metadata_as(Keys)["rows"] == 2


def test_metadata_that_does_not_fit_names_version_and_field(
    wandb_server: WandbServer, api: Api
) -> None:
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a": b"1"}, metadata={"rows": "x"})
    with pytest.raises(ValuesMismatchError, match=r"crew/ship/data:v0 .* Model at rows") as raised:
        api.artifact("crew/ship/data:v0").metadata_as(Model)
    assert raised.value.path == ("rows",)


def test_metadata_as_something_that_is_no_class_is_refused(
    wandb_server: WandbServer, api: Api
) -> None:
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a": b"1"})
    with pytest.raises(UsageError, match="model must be"):
        api.artifact("crew/ship/data:v0").metadata_as(3)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def add_versions(server: WandbServer, *rows: object) -> None:
    for number in rows:
        server.add_artifact(
            "crew/ship/data", "dataset", {"a": str(number)}, metadata={"rows": number}
        )


@pytest.mark.parametrize("model", [Model, Data, Keys])
def test_artifacts_with_metadata_have_it_typed(
    wandb_server: WandbServer, api: Api, model: type[object]
) -> None:
    add_versions(wandb_server, 1, 2)
    listed = api.artifacts("dataset", "crew/ship/data", per_page=1, metadata=model)
    plain = api.artifacts("dataset", "crew/ship/data", per_page=1)
    expected = [version.metadata_as(model) for version in plain]
    assert [version.typed_metadata for version in listed] == expected
    assert [version.qualified_name for version in listed] == [v.qualified_name for v in plain]
    assert isinstance(listed[0], Artifact)


def test_typed_metadata_follows_edits(wandb_server: WandbServer, api: Api) -> None:
    add_versions(wandb_server, 1)
    version = api.artifacts("dataset", "crew/ship/data", metadata=Model)[0]
    version.metadata["rows"] = 5
    assert version.typed_metadata == Model(rows=5)


async def test_aartifacts_takes_filters_and_metadata(wandb_server: WandbServer, api: Api) -> None:
    add_versions(wandb_server, 1, 2)
    wanted = {"metadata.rows": 1}
    listed = await api.aartifacts("dataset", "crew/ship/data", filters=wanted, metadata=Data)
    assert_type(listed, TypedArtifacts[Data])
    assert [version.typed_metadata async for version in listed] == [Data(1)]
    start = await api.aartifacts("dataset", "crew/ship/data", 1, metadata=Data)
    await start.aget(0)
    rest = await api.aartifacts("dataset", "crew/ship/data", start=start.cursor, metadata=Data)
    assert [version.typed_metadata async for version in rest] == [Data(1)]
    await api.aclose()


def test_version_that_does_not_fit_stays_listed_and_names_its_field(
    wandb_server: WandbServer, api: Api
) -> None:
    add_versions(wandb_server, 1, "many")
    newest, oldest = api.artifacts("dataset", "crew/ship/data", metadata=Model)
    assert oldest.typed_metadata.rows == 1
    with pytest.raises(ValuesMismatchError, match=r"crew/ship/data:v1 .* Model at rows") as raised:
        _ = newest.typed_metadata
    assert raised.value.path == ("rows",)


def test_typed_versions_and_lists_pickle(wandb_server: WandbServer, api: Api) -> None:
    add_versions(wandb_server, 1)
    listed = api.artifacts("dataset", "crew/ship/data", metadata=Model)
    assert listed[0].typed_metadata == Model(rows=1)
    copy: TypedArtifacts[Model] = pickle.loads(pickle.dumps(listed))
    assert [version.typed_metadata for version in copy] == [Model(rows=1)]


class Unread(BaseModel):
    rows: "Undefined"  # type: ignore[name-defined] # noqa: F821 # pyright: ignore


def test_metadata_that_is_no_class_is_refused_before_a_request(
    wandb_server: WandbServer, api: Api
) -> None:
    with pytest.raises(UsageError, match="metadata must be a pydantic model"):
        api.artifacts("dataset", "data", metadata=cast("type[Model]", "Model"))
    assert len(wandb_server.requests) == 0


def test_class_that_names_an_unknown_type_is_a_usage_error(
    wandb_server: WandbServer, api: Api
) -> None:
    add_versions(wandb_server, 1)
    with pytest.raises(UsageError, match="Unread cannot be read from JSON: "):
        _ = api.artifacts("dataset", "crew/ship/data", metadata=Unread)[0].typed_metadata


async def test_config_as_reads_a_model_in_both_forms(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_run("crew/ship/log", config={"rows": 3})
    run = api.run("crew/ship/log")
    assert run.config_as(Model) == await run.aconfig_as(Model) == Model(rows=3)
    await api.aclose()


def test_config_that_does_not_fit_names_the_run(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_run("crew/ship/log", config={})
    with pytest.raises(ValuesMismatchError, match=r"run crew/ship/log .* at rows: field required"):
        api.run("crew/ship/log").config_as(Model)
