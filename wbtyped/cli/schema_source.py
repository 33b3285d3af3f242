"""Where a schema comes from, as the subcommands of `wbtyped schema` are told."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ..api import Api
from ..errors import AuthenticationError, SchemaSourceError
from .connection import connect
from .output import print_err

UNREADABLE = 3
"""Exit code for a source that is no schema or cannot be reached."""


def as_url(source: str) -> str | None:
    """Return the address of a server, also for that of its GraphQL endpoint; None for a path."""
    if not source.lower().startswith(("http://", "https://")):
        return None
    return source.rstrip("/").removesuffix("/graphql")


@contextmanager
def opened(source: str | None) -> Generator[Api | Path]:
    """Give a client of the server that is meant, the configured one for None, or a path."""
    url = as_url(source) if source else None
    if source and url is None:
        yield Path(source)
        return
    try:
        api = connect(url)
    except AuthenticationError as error:
        raise SchemaSourceError(str(error), reason="no permission") from error
    with api:
        yield api


def unreadable(error: SchemaSourceError) -> int:
    """Say why there is no schema, and return the exit code."""
    print_err(f"wbtyped: {error.reason}: {error}")
    return UNREADABLE
