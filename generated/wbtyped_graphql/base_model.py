# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import ClassVar

from pydantic import BaseModel as PydanticBaseModel
from pydantic import ConfigDict
from pydantic.alias_generators import to_camel


class UnsetType:
    def __bool__(self) -> bool:
        return False


UNSET = UnsetType()


class BaseModel(PydanticBaseModel, frozen=True):
    """Base of every generated model: immutable, and built on first use."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        alias_generator=to_camel,
        defer_build=True,
        populate_by_name=True,
        protected_namespaces=(),
    )
