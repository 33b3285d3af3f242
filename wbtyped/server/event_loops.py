"""The event loop of a server, and what forked children must not inherit from it.

A child inherits every file descriptor: while it lives, ports stay taken after the parent has closed
them, clients keep waiting on connections that are over, and events that the child takes from the
shared epoll object are lost to the parent. So each child replaces its copies right after the fork.
"""

import asyncio
import os
import selectors
import sys
import weakref
from contextlib import suppress

_selectors: weakref.WeakSet[selectors.BaseSelector] = weakref.WeakSet()


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Return an event loop whose descriptors forked children release."""
    if sys.platform == "win32":  # does not fork
        return asyncio.new_event_loop()
    selector = selectors.DefaultSelector()
    _selectors.add(selector)
    return asyncio.SelectorEventLoop(selector)


def _release_descriptors() -> None:
    """Replace what the parent's loops watch by /dev/null; the numbers stay in use.

    Objects of the child still hold the numbers, and would close whatever else got them.
    """
    dev_null = os.open(os.devnull, os.O_RDWR)
    for selector in list(_selectors):
        watched = selector.get_map()
        # A closed loop has no map.
        if watched:
            numbers = [key.fd for key in watched.values()]
            with suppress(ValueError):  # closed a moment ago
                if sys.platform == "linux" and isinstance(selector, selectors.EpollSelector):
                    numbers.append(selector.fileno())
            for number in numbers:
                os.dup2(dev_null, number, inheritable=False)
    os.close(dev_null)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_release_descriptors)
