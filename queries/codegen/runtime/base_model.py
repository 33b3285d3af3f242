"""Stand-in for the module that the generator writes, to type-check the modules beside it."""

from wbtyped_graphql.base_model import UNSET, BaseModel

__all__ = ["UNSET", "BaseModel"]
