"""Faults of the connection and of the head of a response, for any request."""

from random import Random

from tests.faults.plan import Fault, not_forwarded
from tests.faults.wire import Delivery, Ending, Request, Response, head, status_line

TRANSIENT = (408, 425, 429, 500, 502, 503, 504)
FINAL = (400, 401, 403, 404, 405, 409, 410, 412, 413, 416, 418, 451, 501, 505)
ODD = (199, 204, 205, 207, 226, 300, 304, 305, 399, 499, 599, 600, 999)
RETRY_AFTER = (
    "0", "0.01", "-1", "nan", "inf", "-inf", "1e999", "9" * 400, "", "soon", "0, 0", "0x10",
    "Wed, 21 Oct 2015 07:28:00 GMT", "Fri, 31 Dec 9999 23:59:59 -9999", "31 Dec 99999 00:00 GMT",
    "Mon, 00 Jan 0000 00:00:00 +0000", "Sat, 01 Jan 0001 00:00:00 +2359", "\u0661", "2015-10-21",
    "Wed, 21 Oct 2015 07:28:00 +99999999", f"Wed, 21 Oct 2015 07:28:00 +{'9' * 30}",
    f"Sat, 01 Jan {'9' * 20} 00:00:00 GMT", f"Mon, {'9' * 20} Jan 2015 00:00:00 GMT",
    f"1 Jan 1 {'9' * 20}:00", "Fri, 31 Dec 9999 23:59:59 -2359",
)  # fmt: skip
BODIES = (b"", b"<html>busy</html>", b'{"errors": [{"message": "busy"}]}', b"\xff\xfe\x00", b"[]")
LOCATIONS = (
    "", "/", "//", "?", "http:", "http://", "http://[::1", "http://xn--/", "http://127.0.0.1:99999/",
    "ftp://127.0.0.1/", "file:///etc/passwd", "http://127.0.0.1:1/", "http://a b/",
    "http://user:pw@127.0.0.1:1/", "HTTP://127.0.0.1:1/", "http://127.0.0.1:1/B\u00fccher",
    "http://" + "a" * 300 + "/",
)  # fmt: skip
HEADERS = (
    {"content-length": "-1"}, {"content-length": "9" * 40}, {"content-length": "x"},
    {"content-length": "5, 6"}, {"content-encoding": "br"}, {"content-encoding": "gzip, gzip"},
    {"content-encoding": "\u00e9"}, {"content-range": "bytes " + "9" * 5000 + "-1/2"},
    {"content-range": "bytes 0-" + "9" * 5000 + "/" + "9" * 5000}, {"etag": '"'}, {"etag": "W/"},
    {"etag": "\u00e9\u4e2d"}, {"transfer-encoding": "gzip"}, {"transfer-encoding": "chunked"},
    {"content-type": "\u00e9; charset=\u00e9"}, {"content-type": "text/html; charset=none-such"},
    {"x-long": "x" * 90_000}, {"set-cookie": "=;=;\u00e9"}, {"accept-ranges": "\u00e9"},
    {"bad name": "x"}, {"x": "a\r\n b"}, {"x": "\x01"}, {"connection": "\u00e9"}, {"date": "never"},
)  # fmt: skip


def cut_anywhere(random: Random, _: Request, response: Response) -> Delivery:
    """Close or reset the connection after any number of bytes short of all."""
    raw = response.encoded()
    ending: Ending = random.choice(["close", "reset"])
    return Delivery(raw[: random.randrange(len(raw))], ending)


def cut_in_body(random: Random, _: Request, response: Response) -> Delivery:
    """Close or reset the connection in the middle of the body."""
    start = len(response.head())
    ending: Ending = random.choice(["close", "reset"])
    return Delivery(response.encoded()[: start + random.randint(0, len(response.body))], ending)


def stall(random: Random, _: Request, response: Response) -> Delivery:
    """Send a part, then nothing more on an open connection."""
    raw = response.encoded()
    return Delivery(raw[: random.randrange(len(raw))], "stall")


def trickle(random: Random, _: Request, response: Response) -> Delivery:
    """Send the true response slowly, in parts."""
    return Delivery(response.encoded(), pieces=random.randint(2, 12))


def transient_status(random: Random, _: Request, __: Response) -> Delivery:
    """Send a retryable status, with or without any kind of `Retry-After`."""
    headers: dict[str, str] = {}
    if random.random() < 0.6:
        headers["retry-after"] = random.choice(RETRY_AFTER)
    refusal = Response(random.choice(TRANSIENT), headers, random.choice(BODIES))
    return Delivery(refusal.encoded())


def final_status(random: Random, _: Request, __: Response) -> Delivery:
    """Send a status that is not retryable."""
    return Delivery(Response(random.choice(FINAL), {}, random.choice(BODIES)).encoded())


def odd_status(random: Random, _: Request, response: Response) -> Delivery:
    """Send a meaningless status, with the true body or another one."""
    body = random.choice([*BODIES, response.body])
    return Delivery(Response(random.choice(ODD), response.headers, body).encoded(), "close")


def bad_status_line(random: Random, _: Request, response: Response) -> Delivery:
    """Send an invalid status line."""
    first = random.choice(
        ["HTTP/1.1", "HTTP/1.1 abc OK", "HTTP/9.9 200 OK", "HTTP/1.1 20 OK", "hello", "",
         "HTTP/1.1 \u0662\u0660\u0660 OK", "HTTP/1.1 99999999999999999999 OK", "ICY 200 OK"]
    )  # fmt: skip
    headers = {"content-length": str(len(response.body))}
    return Delivery(head(first, headers) + response.body, "close")


def absurd_header(random: Random, _: Request, response: Response) -> Delivery:
    """Send the true response with one absurd header."""
    replaced = random.choice(HEADERS)
    return Delivery(response.head(**replaced) + response.body, "close")


def redirect(random: Random, request: Request, _: Response) -> Delivery:
    """Redirect in a circle, or to nowhere."""
    location = random.choice([request.target, *LOCATIONS])
    status = random.choice([301, 302, 303, 307, 308])
    return Delivery(Response(status, {"location": location}).encoded())


def informational_first(random: Random, _: Request, response: Response) -> Delivery:
    """Send informational responses before the true one, as servers may."""
    before = b"".join(
        head(status_line(random.choice([100, 102, 103])), {}) for _ in range(random.randint(1, 3))
    )
    return Delivery(before + response.encoded())


def surplus_after_body(random: Random, _: Request, response: Response) -> Delivery:
    """Send more than announced, which could be mistaken for the next response."""
    more = random.choice([b"\r\n", b"x" * 500, Response(200, {}, b"intruder").encoded()])
    return Delivery(response.encoded() + more)


def chunked(random: Random, _: Request, response: Response) -> Delivery:
    """Send the true body in chunks, with a valid or an invalid end."""
    size = random.choice(["", "zz", "-1", "f" * 20, "0"])
    valid = random.random() < 0.5
    chunk = f"{len(response.body):x}\r\n".encode() + response.body + b"\r\n"
    last = b"0\r\n\r\n" if valid else f"{size}\r\n\r\n".encode()
    headers = {n: v for n, v in response.headers.items() if n != "content-length"}
    start = head(status_line(response.status), {**headers, "transfer-encoding": "chunked"})
    return Delivery(start + (chunk if response.body else b"") + last, "close")


def no_length(random: Random, _: Request, response: Response) -> Delivery:
    """Send a body without a length, sometimes cut short."""
    headers = {n: v for n, v in response.headers.items() if n != "content-length"}
    start = head(status_line(response.status), {**headers, "connection": "close"})
    stop = random.choice([len(response.body), random.randint(0, len(response.body))])
    return Delivery(start + response.body[:stop], "close")


def refused_unread(random: Random, _: Request, __: Response) -> Delivery:
    """Refuse or hang up before the server has seen the request."""
    if random.random() < 0.5:
        return Delivery(b"", random.choice(["close", "reset"]))
    return Delivery(Response(random.choice(TRANSIENT)).encoded())


CONNECTION_FAULTS = (
    *(
        Fault(deliver)
        for deliver in (
            cut_anywhere, cut_in_body, trickle, transient_status, final_status, odd_status,
            bad_status_line, absurd_header, redirect, informational_first, surplus_after_body,
            chunked, no_length,
        )
    ),
    Fault(refused_unread, not_forwarded),
)  # fmt: skip
STALL = Fault(stall)
"""Separate from the others: each one costs a timeout."""
