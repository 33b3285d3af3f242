"""Stands for the module that the generator writes, so that those beside it can be type-checked."""

from wbtyped_graphql.base_model import UNSET, BaseModel

__all__ = ["UNSET", "BaseModel"]
