"""The event loop of a server, and what of it a forked child must not keep.

A child inherits every descriptor: while it lives, ports stay taken after its parent has closed
them, clients wait for the end of connections that are over, and what it takes off the shared epoll
object is gone for its parent. So it replaces its copies at once.
"""

import asyncio
import os
import selectors
import sys
import weakref
from contextlib import suppress

_selectors: weakref.WeakSet[selectors.BaseSelector] = weakref.WeakSet()


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Return an event loop whose descriptors forked children let go of."""
    if sys.platform == "win32":  # which does not fork
        return asyncio.new_event_loop()
    selector = selectors.DefaultSelector()
    _selectors.add(selector)
    return asyncio.SelectorEventLoop(selector)


def _let_go() -> None:
    """Put nothing in the place of what the parent's loops watch; the numbers stay taken.

    Objects of the child still know the numbers, and would close what else got them.
    """
    nothing = os.open(os.devnull, os.O_RDWR)
    for selector in list(_selectors):
        watched = selector.get_map()
        # A loop that has ended has none any more.
        if watched:
            numbers = [key.fd for key in watched.values()]
            with suppress(ValueError):  # it is ending at this moment
                if sys.platform == "linux" and isinstance(selector, selectors.EpollSelector):
                    numbers.append(selector.fileno())
            for number in numbers:
                os.dup2(nothing, number, inheritable=False)
    os.close(nothing)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)
