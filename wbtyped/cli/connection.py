"""How the subcommands reach a server."""

import sys

from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from ..api import Api
from ..config.cache import CacheOption
from .output import print_err


def connect(
    base_url: str | None = None, *, cache: CacheOption = None, offline: bool | None = None
) -> Api:
    """Return a client of the server at `base_url`, or of the one in the user's settings."""
    # stamina would log each retry on stderr, in words that say nothing to the user of a command.
    set_on_retry_hooks([announce])
    overrides = {"base_url": base_url} if base_url else None
    return Api(overrides, cache=cache, offline=offline)


def announce(details: RetryDetails) -> None:
    """Tell a person who waits why nothing happens."""
    if sys.stderr.isatty():
        print_err(f"{details.caused_by}; trying again in {details.wait_for:.1f} s")
