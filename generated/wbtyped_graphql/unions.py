# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

"""Unions of models that accept types which a server adds later."""

from collections.abc import Mapping
from typing import Literal, cast

from pydantic import Discriminator, Field, Tag

from .base_model import BaseModel

OTHER = "(other)"
"""The tag of the class that takes objects of unknown types; no GraphQL type can have this name."""


class OtherType(BaseModel, frozen=True):
    """An object of a type that the schema did not have when the query was compiled."""

    typename__: Literal["(other)"] = Field(default="(other)", validation_alias="(other)")
    "Tells type checkers apart what is known; the name of the type is `other_typename`."
    other_typename: str = Field(validation_alias="__typename", serialization_alias="__typename")
    "The name of the type."


def by_typename(*known: str) -> Discriminator:
    """Choose the class of an object by its `__typename`; types not in `known` share one."""

    def tag(value: object) -> str:
        if isinstance(value, Mapping):
            values = cast("Mapping[str, object]", value)
            name = values.get("__typename", values.get("typename__"))
        else:
            name = getattr(value, "typename__", None)  # "(other)" for an `OtherType`
        return name if isinstance(name, str) and name in known else OTHER

    return Discriminator(tag)


def named(type_name: str) -> Tag:
    """Mark the class of the objects of a type."""
    return Tag(type_name)
