"""Connect the subcommands to a server."""

import logging
from importlib.util import find_spec

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


def silence_stamina() -> None:
    """Keep stamina from reporting each retry, in terms that mean nothing to users of a command."""
    logging.getLogger("stamina").disabled = True
    # It logs through structlog instead where that is installed. Elsewhere it stays unimported until
    # a request fails: with asyncio, it takes as much CPU time as listing thousands of files.
    if find_spec("structlog"):
        from stamina.instrumentation import set_on_retry_hooks

        set_on_retry_hooks([])


def connect(
    base_url: str | None = None, *, cache: CacheOption = None, offline: bool | None = None
) -> Api:
    """Return a client for the server at `base_url`, or for the one in the user's settings."""
    for name in (LOGGER_NAME, "wbtyped.download"):
        logging.getLogger(name).addHandler(retry_handler)
    silence_stamina()
    overrides = {"base_url": base_url} if base_url else None
    return Api(overrides, cache=cache, offline=offline)
