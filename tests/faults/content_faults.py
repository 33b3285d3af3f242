"""Faults of file content: in storage, where digests detect them, and of references with ETags."""

import gzip
from dataclasses import replace
from random import Random

from tests.faults.connection_faults import cut_in_body
from tests.faults.plan import Fault
from tests.faults.references import CHANGED
from tests.faults.wire import Delivery, Request, Response

RANGES = (
    "bytes 0-0/1", "bytes 1-2/3", "bytes */5", "bytes 5-4/9", "bytes -1-5/9", "items 0-1/2",
    "bytes", "bytes 0-99/*", "", "bytes \u0661-2/3",
    "bytes 0-18446744073709551616/18446744073709551617", f"bytes {'9' * 5000}-1/2",
    f"bytes 0-1/{'9' * 5000}",
)  # fmt: skip


def with_body(response: Response, body: bytes) -> Delivery:
    """Return a response with another body and its length."""
    headers = {n: v for n, v in response.headers.items() if n != "content-length"}
    return Delivery(Response(response.status, headers, body).encoded())


def flipped_byte(random: Random, _: Request, response: Response) -> Delivery:
    """Change one byte."""
    body = bytearray(response.body)
    if body:
        body[random.randrange(len(body))] ^= random.randint(1, 255)
    return with_body(response, bytes(body))


def too_short(random: Random, _: Request, response: Response) -> Delivery:
    """Drop the end, and announce the shorter length."""
    return with_body(response, response.body[: random.randint(0, len(response.body))])


def too_long(random: Random, _: Request, response: Response) -> Delivery:
    """Append bytes, and announce the greater length."""
    return with_body(response, response.body + bytes(random.choice([1, 700, 40_000])))


def sent_twice(_: Random, __: Request, response: Response) -> Delivery:
    """Send the content twice."""
    return with_body(response, response.body * 2)


def repeated_block(random: Random, _: Request, response: Response) -> Delivery:
    """Send a block of the content twice, and cut the end to keep the size."""
    body, size = response.body, len(response.body)
    start = random.randint(0, size)
    stop = random.randint(start, size)
    return with_body(response, (body[:stop] + body[start:])[:size])


def other_content(random: Random, _: Request, response: Response) -> Delivery:
    """Send different content, of the same or another length."""
    size = random.choice([len(response.body), 0, 40])
    return with_body(response, random.randbytes(size))


def unasked_part(random: Random, _: Request, response: Response) -> Delivery:
    """Send a 206 with any `Content-Range`, whatever was requested."""
    stop = random.randint(0, len(response.body))
    headers = {**response.headers, "content-range": random.choice(RANGES)}
    headers["content-length"] = str(stop)
    return Delivery(Response(206, headers, response.body[:stop]).encoded())


def wrong_part(random: Random, _: Request, response: Response) -> Delivery:
    """Send another range than the requested one, labelled correctly."""
    size, body = len(response.body), response.body
    start = random.randint(0, size)
    total = random.choice([size, size + 1, "*"])
    headers = {**response.headers, "content-range": f"bytes {start}-{max(start, size - 1)}/{total}"}
    headers["content-length"] = str(size - start)
    return Delivery(Response(206, headers, body[start:]).encoded())


def mislabelled_part(random: Random, request: Request, response: Response) -> Delivery:
    """Send incorrect bytes, labelled as the requested range."""
    size = len(response.body)
    if "range" not in request.headers or not size:
        return flipped_byte(random, request, response)
    return with_body(response, response.body[::-1])


def other_etag(random: Random, _: Request, response: Response) -> Delivery:
    """Send the true content with another ETag."""
    etag = random.choice(['"other"', 'W/"other"', "other", '""', ""])
    return Delivery(response.head(etag=etag) + response.body)


def gzipped(random: Random, _: Request, response: Response) -> Delivery:
    """Send a compressed body unasked: valid, sent twice, or broken."""
    packed = gzip.compress(response.body)
    return _labelled_gzip(random.choice([packed + packed, *_gzip_forms(random, packed)]), response)


def gzipped_once(random: Random, _: Request, response: Response) -> Delivery:
    """Send a compressed body: valid or broken; with the right ETag, nothing tells it sent twice."""
    return _labelled_gzip(
        random.choice(_gzip_forms(random, gzip.compress(response.body))), response
    )


def _gzip_forms(random: Random, packed: bytes) -> list[bytes]:
    """Return a body valid, cut, not compressed, and with a trailer."""
    cut = packed[: random.randint(0, len(packed) - 1)]
    return [packed, cut, gzip.decompress(packed), packed + b"x"]


def _labelled_gzip(body: bytes, response: Response) -> Delivery:
    headers = {**response.headers, "content-encoding": "gzip", "content-length": str(len(body))}
    return Delivery(Response(response.status, headers, body).encoded())


def expired(_: Random, __: Request, ___: Response) -> Delivery:
    """Report that the signed URL has expired."""
    body = b"<Error><Code>ExpiredToken</Code></Error>"
    return Delivery(Response(403, {"content-type": "application/xml"}, body).encoded())


# For references only.


def request_later_content(random: Random, request: Request) -> Request:
    """Request the later content, with or without evaluating conditions."""
    mode = random.choice(["heed", "ignore"])
    return replace(request, headers={**request.headers, CHANGED: mode})


def changed(_: Random, __: Request, response: Response) -> Delivery:
    """Send the later content, or its range from where the earlier transfer stopped."""
    return Delivery(response.encoded())


def changed_and_cut(random: Random, request: Request, response: Response) -> Delivery:
    """Send a part of the later content."""
    return cut_in_body(random, request, response)


def change_afterwards(_: Random, request: Request) -> Request:
    """Change the content for good after this response."""
    return replace(request, headers={**request.headers, CHANGED: "afterwards"})


def cut_and_changed(random: Random, request: Request, response: Response) -> Delivery:
    """Send a part of the content, which then changes."""
    return cut_in_body(random, request, response)


def request_other_range(random: Random, request: Request) -> Request:
    """Request a range that the client did not request."""
    headers = {n: v for n, v in request.headers.items() if n != "if-range"}
    return replace(request, headers={**headers, "range": f"bytes={random.randint(0, 30_000)}-"})


def another_part(_: Random, __: Request, response: Response) -> Delivery:
    """Send another range, labelled correctly."""
    return Delivery(response.encoded())


STORAGE_FAULTS = tuple(
    Fault(deliver)
    for deliver in (
        flipped_byte, too_short, too_long, sent_twice, repeated_block, other_content, unasked_part,
        wrong_part, mislabelled_part, other_etag, gzipped, expired, expired,
    )
)  # fmt: skip
"""What a digest can detect."""
REFERENCE_FAULTS = (
    *(Fault(deliver) for deliver in (too_short, too_long, other_etag, gzipped_once, expired)),
    Fault(cut_in_body),
    Fault(changed, request_later_content),
    *(Fault(cut_and_changed, change_afterwards),) * 3,
    Fault(changed_and_cut, request_later_content),
    Fault(another_part, request_other_range),
)
"""What size and ETag can detect; a server that lies about both cannot be caught. Content that
changes during a download is more frequent than the rest."""
