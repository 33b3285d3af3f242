"""Connect the subcommands to a server."""

import sys

from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from ..api import Api
from ..config.cache import CacheOption
from .output import print_err


def connect(
    base_url: str | None = None, *, cache: CacheOption = None, offline: bool | None = None
) -> Api:
    """Return a client for the server at `base_url`, or for the one in the user's settings."""
    # By default stamina logs each retry on stderr, in terms that mean nothing to the user of a CLI.
    set_on_retry_hooks([announce_retry])
    overrides = {"base_url": base_url} if base_url else None
    return Api(overrides, cache=cache, offline=offline)


def announce_retry(details: RetryDetails) -> None:
    """Print on a terminal why the command is waiting."""
    if sys.stderr.isatty():
        print_err(f"{details.caused_by}; retrying in {details.wait_for:.1f} s")
