"""Connect the subcommands to a server."""

import logging

from stamina.instrumentation import set_on_retry_hooks

from ..api import Api
from ..config.cache import CacheOption
from ..transport.retry_notices import LOGGER_NAME
from .output import print_err


class RetryHandler(logging.Handler):
    """Prints on stderr why the command is waiting, for how long, and what would make it faster."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one line."""
        print_err(f"wbtyped: {record.getMessage()}")


retry_handler: RetryHandler = RetryHandler()


def connect(
    base_url: str | None = None, *, cache: CacheOption = None, offline: bool | None = None
) -> Api:
    """Return a client for the server at `base_url`, or for the one in the user's settings."""
    for name in (LOGGER_NAME, "wbtyped.download"):
        logging.getLogger(name).addHandler(retry_handler)
    # Else stamina reports each retry, in terms that mean nothing to the user of a command.
    set_on_retry_hooks([])
    overrides = {"base_url": base_url} if base_url else None
    return Api(overrides, cache=cache, offline=offline)
