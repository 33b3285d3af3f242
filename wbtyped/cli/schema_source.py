"""Open the schema that a subcommand of `wbtyped schema` is pointed at."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ..api import Api
from ..errors import AuthenticationError, SchemaSourceError
from .connection import connect
from .output import print_err

NO_SCHEMA = 3
"""Exit code if the source cannot be reached or is not a schema."""


def server_url(source: str) -> str | None:
    """Return the URL of a server, given that URL or its GraphQL endpoint; None for a path."""
    if not source.lower().startswith(("http://", "https://")):
        return None
    return source.rstrip("/").removesuffix("/graphql")


@contextmanager
def open_source(source: str | None) -> Generator[Api | Path]:
    """Yield a path, or a client for the server at a URL; None is the configured server."""
    url = server_url(source) if source else None
    if source and url is None:
        yield Path(source)
        return
    try:
        api = connect(url)
    except AuthenticationError as error:
        raise SchemaSourceError(str(error), reason="no permission") from error
    with api:
        yield api


def report_no_schema(error: SchemaSourceError) -> int:
    """Print why there is no schema, and return the exit code."""
    print_err(f"wbtyped: {error.reason}: {error}")
    return NO_SCHEMA
