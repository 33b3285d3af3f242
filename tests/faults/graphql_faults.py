"""Faults of GraphQL responses: invalid JSON, odd JSON, wrong types and absurd values.

None of them is a plausible response: a missing name or a null digest cannot be distinguished from
the truth, and is not among them.
"""

import gzip
import json
from collections.abc import Callable, Iterator
from random import Random

from pydantic import JsonValue

from tests.faults.connection_faults import FINAL, TRANSIENT
from tests.faults.content_faults import with_body
from tests.faults.plan import Fault
from tests.faults.wire import Delivery, Request, Response

FieldOf = tuple[dict[str, JsonValue], str]
"""An object in a response, and one of its fields."""
URLS = (
    "", "http://", "http://[::1", "http://xn--/", "http://127.0.0.1:99999/x", "ftp://127.0.0.1/x",
    "file:///etc/passwd", "javascript:alert(1)", "http://127.0.0.1:1/x", "//127.0.0.1:1/x", "/none",
    "\x00", "http://user:pw@127.0.0.1:1/x", "http://a b/", "http://" + "a" * 300 + "/", "\ud800",
    "HTTP://127.0.0.1:1/x", "http://127.0.0.1:1/B\u00fccher.txt", "x" * 100_000, "http:///x", "?",
    "http://127.0.0.1:-1/", "http://\u2100.invalid:1/", "http://127.0.0.1:1/%zz", "no url\r\nX: y",
)  # fmt: skip
ABSURD: dict[str, tuple[JsonValue, ...]] = {
    "directUrl": URLS,
    "url": URLS,
    "uploadUrl": URLS,
    "uploadHeaders": (
        ["no colon"], [":"], ["Content-Length: 5"], ["a b: c"], ["X: \u00e9\r\nY: z"], ["\ud800: "],
    ),
    "sizeBytes": (-1, 2**63, 2**70, 10**400, 7, 1e300, 0.5),
    "md5": ("", "none", "====", "A" * 10_000, "\u00e9", "\ud800", "1B2M2Y8AsgTpgAmY7PhCfg=="),
    "digest": ("", "none", "\ud800"),
    "updatedAt": ("", "never", "9999-99-99", "-1", "2024-05-06T07:08:09+99:99"),
    "createdAt": ("", "never", "99999-01-01T00:00:00Z"),
    "metadata": ("", "no json", "[]", "1", '{"a": NaN}', "{" * 5000),
    "endCursor": ("\ud800", "x" * 100_000),
}  # fmt: skip
"""Values of the right type that no server should send, by field."""
DOWNLOAD_OPERATIONS = frozenset({"RunFileAddresses", "ArtifactFileAddresses"})
"""The queries whose file names become paths on disk."""
UNSAFE_NAMES: tuple[JsonValue, ...] = (
    "../../escaped", "/escaped", "a\x00b", "", "x" * 300, "\ud800", "..", "a//b", "a/../b",
)  # fmt: skip
NOT_JSON = (
    b"", b"null", b"[]", b"1", b'"text"', b"<html></html>", b"{", b'{"data": {}}',
    b'{"data": null}', b"{}", b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}", b'{"data": \xff}',
    b"[" * 100_000, b"NaN", b'{"data": {"project": NaN}}',
    b'{"data": "text"}', b'{"data": [1]}', b'{"data":1e999}', b'{"data": ' + b'{"a":' * 50_000,
)  # fmt: skip
ERRORS: tuple[JsonValue, ...] = (
    [{"message": "out of order"}], [{}], [None], [], "text", {"message": "x"}, [[{"message": "x"}]],
    [{"message": 5}], [{"message": None}], [{"message": "x", "path": [1.5, None, {}]}],
    [{"message": "x", "path": "text"}], [{"message": "\ud800"}], [{"message": "x" * 100_000}],
)  # fmt: skip


def fields(value: JsonValue) -> Iterator[FieldOf]:
    """Yield every field of every object in a value."""
    if isinstance(value, list):
        for item in value:
            yield from fields(item)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield value, name
            yield from fields(inner)


def edit_json(response: Response, edit: Callable[[dict[str, JsonValue]], object]) -> Delivery:
    """Edit the JSON of a response; return it unchanged if it has none."""
    try:
        body: JsonValue = json.loads(response.body)
    except ValueError:
        return Delivery(response.encoded())
    if isinstance(body, dict):
        edit(body)
    return with_body(response, json.dumps(body).encode())


def not_json(random: Random, _: Request, response: Response) -> Delivery:
    """Send something other than a GraphQL response."""
    cut = response.body[: random.randrange(max(1, len(response.body)))]
    return with_body(response, random.choice([*NOT_JSON, cut]))


def wrong_type(random: Random, _: Request, response: Response) -> Delivery:
    """Give one field a value of another type."""

    def edit(body: dict[str, JsonValue]) -> None:
        # A server may send edges without a node and files without a digest.
        places = [place for place in fields(body.get("data")) if place[1] not in {"node", "md5"}]
        if places:
            holder, name = random.choice(places)
            holder[name] = wrong_for(random, holder[name])

    return edit_json(response, edit)


def wrong_for(random: Random, value: JsonValue) -> JsonValue:
    """Return a value of another type; only null may be allowed."""
    if isinstance(value, dict | list):
        return random.choice([None, "?", 5])
    others: list[JsonValue] = [None, {}, ["?"], {"a": []}]
    return random.choice(others)


def absurd_value(random: Random, request: Request, response: Response) -> Delivery:
    """Give one or more fields an absurd value."""
    values = ABSURD
    if json.loads(request.body)["operationName"] in DOWNLOAD_OPERATIONS:
        # In a list to look at, any name is fine; in a list to download, it is not.
        values = {**ABSURD, "name": UNSAFE_NAMES}

    def edit(body: dict[str, JsonValue]) -> None:
        places = [place for place in fields(body.get("data")) if place[1] in values]
        for holder, name in random.sample(places, min(len(places), random.randint(1, 3))):
            holder[name] = random.choice(values[name])

    return edit_json(response, edit)


def odd_errors(random: Random, _: Request, response: Response) -> Delivery:
    """Add errors of any form to the data, or send them instead."""

    def edit(body: dict[str, JsonValue]) -> None:
        body["errors"] = random.choice(ERRORS)
        if random.random() < 0.5:
            body["data"] = None

    return edit_json(response, edit)


def errors_with_status(random: Random, _: Request, __: Response) -> Delivery:
    """Send an error status with errors of any form."""
    body = json.dumps({"errors": random.choice(ERRORS)}).encode()
    status = random.choice([*TRANSIENT, *FINAL])
    return Delivery(Response(status, {"content-type": "application/json"}, body).encoded())


def repeated_cursor(random: Random, request: Request, response: Response) -> Delivery:
    """Announce another page at a cursor that was used before."""
    variables = json.loads(request.body)["variables"]
    cursors = [value for name, value in variables.items() if "ursor" in name]
    cursor = random.choice([*cursors, None])

    def edit(body: dict[str, JsonValue]) -> None:
        for holder, name in [*fields(body.get("data"))]:
            if name in {"endCursor", "cursor"} and cursor is not None:
                holder[name] = cursor
            elif name == "hasNextPage" and cursor is not None:
                holder[name] = True

    return edit_json(response, edit)


def gzipped_json(random: Random, _: Request, response: Response) -> Delivery:
    """Send a compressed body: once, twice, cut, or only labelled as such."""
    packed = gzip.compress(response.body)
    encoding, body = random.choice(
        [("gzip", packed), ("gzip, gzip", gzip.compress(packed)), ("gzip", packed[:-9]),
         ("gzip", response.body), ("deflate", packed), ("br", response.body), ("x", response.body)]
    )  # fmt: skip
    headers = {**response.headers, "content-encoding": encoding}
    headers["content-length"] = str(len(body))
    return Delivery(Response(response.status, headers, body).encoded())


GRAPHQL_FAULTS = tuple(
    Fault(deliver)
    for deliver in (
        not_json, not_json, wrong_type, wrong_type, absurd_value, absurd_value, absurd_value,
        absurd_value, odd_errors, errors_with_status, repeated_cursor, gzipped_json,
    )
)  # fmt: skip
