"""Metadata and configs as types of users."""

from dataclasses import dataclass
from typing import assert_type

import pytest
from pydantic import BaseModel
from typing_extensions import TypedDict

from wbtyped import Api
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


async def test_config_as_reads_a_model_in_both_forms(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_run("crew/ship/log", config={"rows": 3})
    run = api.run("crew/ship/log")
    assert run.config_as(Model) == await run.aconfig_as(Model) == Model(rows=3)
    await api.aclose()


def test_config_that_does_not_fit_names_the_run(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_run("crew/ship/log", config={})
    with pytest.raises(ValuesMismatchError, match=r"run crew/ship/log .* at rows: field required"):
        api.run("crew/ship/log").config_as(Model)
