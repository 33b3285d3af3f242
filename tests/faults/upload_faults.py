"""Faults of a content on its way to storage.

Storage that confirms what it has not stored is not among them: a run's list of files may lag behind
uploads, so nothing that a client could ask would tell.
"""

from random import Random

from tests.faults.plan import Fault
from tests.faults.wire import Delivery, Request, Response


def beginning(random: Random, request: Request) -> bytes:
    """Forward a part of the request, down to no more than its head."""
    raw = request.encoded()
    start = len(raw) - len(request.body)
    return raw[: random.randint(start, max(start, len(raw) - 1))]


def cut_on_its_way(random: Random, _: Request, __: Response) -> Delivery:
    """Hang up after a part of the content has reached storage."""
    return Delivery(b"", random.choice(["close", "reset"]))


def response_lost(random: Random, _: Request, response: Response) -> Delivery:
    """Store the content, and hang up before saying so."""
    return Delivery(response.encoded()[: random.randint(0, 8)], random.choice(["close", "reset"]))


def stored_and_refused(random: Random, _: Request, __: Response) -> Delivery:
    """Store the content, and say that it was refused."""
    return Delivery(Response(random.choice([403, 409, 500, 503])).encoded())


UPLOAD_FAULTS = (
    Fault(cut_on_its_way, beginning),
    Fault(response_lost),
    Fault(stored_and_refused),
)
