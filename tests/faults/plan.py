"""Which request gets which fault: derived from the seed of a case, and from nothing else."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from tests.faults.wire import Delivery, Request, Response

Kind = Literal["graphql", "file", "storage", "reference", "upload"]
"""`file` is the API's own URL of a file, which redirects; `upload` sends a file to storage."""
Deliver = Callable[[Random, Request, Response], Delivery]
"""From a request and its true response to what the client receives."""
Forward = Callable[[Random, Request], Request | bytes | None]
"""From a request to what the server receives: bytes are an incomplete request, None is nothing."""


def unchanged(_: Random, request: Request) -> Request:
    """Forward a request unchanged."""
    return request


def not_forwarded(_: Random, __: Request) -> None:
    """Forward nothing."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a response, or a request on its way to the server, goes wrong."""

    deliver: Deliver
    forward: Forward = unchanged

    @property
    def name(self) -> str:
        """The name of the function that delivers the response."""
        return self.deliver.__name__


class Plan:
    """The faults of one case.

    The fault of the n-th request for a resource depends on the seed, the resource and n only, and
    not on which of several threads sends its request first.
    """

    def __init__(
        self, seed: str, rates: Mapping[Kind, float], catalogue: Mapping[Kind, Sequence[Fault]]
    ) -> None:
        self._seed = seed
        self._rates = rates
        self._catalogue = catalogue
        self._requests: Counter[tuple[Kind, str]] = Counter()
        self.enabled: bool = True
        """Whether further requests may be faulty."""
        self.injected: list[str] = []
        """The faults so far, each with its request."""

    def inject(self, kind: Kind, key: str) -> tuple[Fault, Random] | None:
        """Return the fault for a request and the source of its details, or None for no fault."""
        if not self.enabled:
            return None
        self._requests[kind, key] += 1
        random = Random(f"{self._seed}|{kind}|{key}|{self._requests[kind, key]}")
        if random.random() >= self._rates[kind]:
            return None
        fault = random.choice(self._catalogue[kind])
        self.injected.append(f"{kind} {key}: {fault.name}")
        return fault, random
