"""A pause between the requests of a flow."""

import time
from typing import NamedTuple

from ..clock import pause
from .flow import Sender


class Pause(NamedTuple):
    """Some seconds without a request, to be yielded by a flow that polls."""

    seconds: float

    def send(self, _: Sender, /) -> None:
        """Wait in the calling thread."""
        time.sleep(self.seconds)

    async def asend(self, _: Sender, /) -> None:
        """Wait while the event loop runs on."""
        await pause(self.seconds)
