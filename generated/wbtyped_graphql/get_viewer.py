# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import User


class GetViewer(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    viewer: Optional["GetViewerViewer"]
    "The account that the API key belongs to. Null if the server does not know the key, without an error."


GetViewerViewer = User
