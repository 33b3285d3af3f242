# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from ..base_model import BaseModel


class Creator(BaseModel, frozen=True):
    """The account that created a run.

    Used by: Run.user"""

    name: str
    "Name as the person writes it, may contain spaces. Not unique."
    username: str | None
    "Unique short name, as in paths and URLs."
