"""Faults of a content on its way to storage."""

from dataclasses import replace
from random import Random

from tests.faults.plan import Fault, not_at_all
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


def altered(random: Random, request: Request) -> Request:
    """Change one byte of the content, or leave out its end."""
    body = bytearray(request.body)
    if body and random.random() < 0.5:
        body[random.randrange(len(body))] ^= random.randint(1, 255)
    else:
        del body[random.randint(0, len(body)) :]
    headers = {**request.headers, "content-length": str(len(body))}
    return replace(request, headers=headers, body=bytes(body))


def stored_altered(_: Random, __: Request, response: Response) -> Delivery:
    """Store another content than the one that was sent, and say that all is well."""
    return Delivery(response.encoded())




def not_stored(_: Random, __: Request, ___: Response) -> Delivery:
    """Store nothing, and say that all is well."""
    return Delivery(Response(200).encoded())


UPLOAD_FAULTS = (
    Fault(cut_on_its_way, beginning),
    Fault(response_lost),
    Fault(stored_and_refused),
    Fault(stored_altered, altered),
    Fault(not_stored, not_at_all),
)
