"""Which request is struck by which fault: worked out from the seed of a case, and nothing else."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from tests.faults.wire import Delivery, Request, Response

Kind = Literal["graphql", "file", "storage", "reference", "upload"]
"""`file` is the API's own URL of a file, which redirects; `upload` sends a content to storage."""
Deliver = Callable[[Random, Request, Response], Delivery]
"""From a request and its true response to what the client gets."""
Forward = Callable[[Random, Request], Request | bytes | None]
"""From a request to what the server gets: bytes break off, None is nothing at all."""


def as_it_is(_: Random, request: Request) -> Request:
    """Forward a request unchanged."""
    return request


def not_at_all(_: Random, __: Request) -> None:
    """Forward nothing."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a response, or a request on its way to the server, goes wrong."""

    deliver: Deliver
    forward: Forward = as_it_is

    @property
    def name(self) -> str:
        """What the fault is called."""
        return self.deliver.__name__


class Plan:
    """The faults of one case.

    Whether and how the n-th request for a thing is struck follows from the seed, the thing, and n;
    so it does not matter which of several threads asks first.
    """

    def __init__(
        self, seed: str, rates: Mapping[Kind, float], faults: Mapping[Kind, Sequence[Fault]]
    ) -> None:
        self._seed = seed
        self._rates = rates
        self._faults = faults
        self._asked: Counter[tuple[Kind, str]] = Counter()
        self.calm: bool = False
        """Whether no more faults are wanted."""
        self.struck: list[str] = []
        """The faults so far, with what they struck."""

    def strike(self, kind: Kind, key: str) -> tuple[Fault, Random] | None:
        """Return the fault that strikes a request, and what its details follow from."""
        if self.calm:
            return None
        self._asked[kind, key] += 1
        random = Random(f"{self._seed}|{kind}|{key}|{self._asked[kind, key]}")
        if random.random() >= self._rates[kind]:
            return None
        fault = random.choice(self._faults[kind])
        self.struck.append(f"{kind} {key}: {fault.name}")
        return fault, random
