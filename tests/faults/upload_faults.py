"""Faults of uploads to storage.

Storage that confirms what it has not stored is not among them: the list of files of a run may lag
behind uploads, so no request of a client could reveal it.
"""

from random import Random

from tests.faults.plan import Fault
from tests.faults.wire import Delivery, Request, Response


def incomplete(random: Random, request: Request) -> bytes:
    """Forward a part of the request, at least its head."""
    raw = request.encoded()
    start = len(raw) - len(request.body)
    return raw[: random.randint(start, max(start, len(raw) - 1))]


def cut_upload(random: Random, _: Request, __: Response) -> Delivery:
    """Hang up after a part of the file has reached storage."""
    return Delivery(b"", random.choice(["close", "reset"]))


def response_lost(random: Random, _: Request, response: Response) -> Delivery:
    """Store the file, and hang up before confirming it."""
    return Delivery(response.encoded()[: random.randint(0, 8)], random.choice(["close", "reset"]))


def stored_and_refused(random: Random, _: Request, __: Response) -> Delivery:
    """Store the file, but report that it was refused."""
    return Delivery(Response(random.choice([403, 409, 500, 503])).encoded())


UPLOAD_FAULTS = (
    Fault(cut_upload, incomplete),
    Fault(response_lost),
    Fault(stored_and_refused),
)
