"""Report which result models exist, and which are built, after the client is imported."""

import json
import sys

from pydantic import BaseModel

from wbtyped import Api


def subclasses(model: type[BaseModel]) -> list[type[BaseModel]]:
    """Return all subclasses of a model."""
    return [found for child in model.__subclasses__() for found in (child, *subclasses(child))]


ours = [model for model in subclasses(BaseModel) if model.__module__.startswith("wbtyped_graphql.")]
built = [f"{model.__module__}.{model.__name__}" for model in ours if model.__pydantic_complete__]
print(json.dumps({"start": Api.__name__, "defined": len(ours), "built": built}), flush=True)
sys.stdin.read()
