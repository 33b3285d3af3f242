# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from ..base_model import BaseModel


class PageInfo(BaseModel, frozen=True):
    """The end of a page and whether another follows. Every paged query selects it.

    Used by: every paginator"""

    end_cursor: str | None
    "Opaque cursor of the last entry, to be sent as `after` for the next page. Null on an empty page."
    has_next_page: bool
    "Whether there are entries after `endCursor`."
