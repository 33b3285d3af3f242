"""Choose the engine of downloads or uploads."""

import importlib.util
import logging
import os
from functools import cache
from typing import NamedTuple, get_args

from ... import arguments
from ...config.proxies import Proxies
from ...errors import UsageError
from ...transport.tls import KEY_LOG
from ..options import EngineName

LOGGER_NAME = "wbtyped.download"
MANY_FILES = 1000
"""Files from which the engine matters."""
ENGINE_VARIABLE = "WBTYPED_ENGINE"
MAX_JOBS = 128
DEFAULT_JOBS = 32
"""Concurrent transfers by default."""
DEFAULT_SMALL_JOBS = MAX_JOBS
"""The same for small files, where no thread waits for each. Measured with 30 ms to the server."""


_logger = logging.getLogger(LOGGER_NAME)


class EngineConfig(NamedTuple):
    """An engine by name, with its number of concurrent transfers, and of small ones."""

    name: EngineName
    jobs: int
    small_jobs: int
    has_fast_lane: bool
    """Whether it takes small files by `Schedule.take_small`."""


@cache
def suggest_libcurl() -> None:
    """Say once in a process that libcurl would be faster, unless it is there or not wanted."""
    if importlib.util.find_spec("pycurl") is None and not os.environ.get(ENGINE_VARIABLE):
        _logger.log(
            logging.WARNING,
            "downloading more than %d files; with libcurl that takes less time over TLS: pip"
            " install 'wbtyped[fast]'",
            MANY_FILES,
        )


def choose_engine(name: EngineName | None = None, jobs: int | None = None) -> EngineConfig:
    """Return the engine to use: by default `curl` if its extra is installed, else `httpx`.

    Without a name, the environment variable WBTYPED_ENGINE decides.
    """
    given = name if name is not None else os.environ.get(ENGINE_VARIABLE) or None
    installed = importlib.util.find_spec("pycurl") is not None
    if given is not None:
        arguments.one_of(
            "engine" if name is not None else ENGINE_VARIABLE, given, get_args(EngineName)
        )
    if given == "curl" and not installed:
        raise UsageError("engine 'curl' needs the extra: pip install 'wbtyped[fast]'")
    chosen: EngineName = "curl" if installed and given != "httpx" else "httpx"
    if os.environ.get(KEY_LOG):
        # libcurl opens that file once per process, so it may miss a later change of its path.
        chosen = "httpx"
    if jobs is not None:
        arguments.whole_number("jobs", jobs, 1, MAX_JOBS)
    has_lane = has_fast_lane(chosen, jobs)
    small_jobs = DEFAULT_SMALL_JOBS if has_lane or chosen == "curl" else DEFAULT_JOBS
    return EngineConfig(chosen, jobs or DEFAULT_JOBS, jobs or small_jobs, has_lane)


def has_fast_lane(name: EngineName, jobs: int | None) -> bool:
    """Return True if an engine has a fast lane: not behind a proxy, and httpx not for one job."""
    if Proxies.of_environment().settings:
        return False
    return name == "curl" or (jobs != 1 and importlib.util.find_spec("httptools") is not None)
