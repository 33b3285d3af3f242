"""The targets of references: resources whose content may change while they are downloaded."""

import re
from dataclasses import dataclass

from tests.faults.wire import Headers, Request, Response

CHANGED = "x-changed"
"""Request header with which a fault selects the later content: `heed` evaluates conditions,
`ignore` does not, and `afterwards` is `ignore` from the next request on."""
RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass(slots=True)
class Resource:
    """Content on the web with its validators, and the content that may replace it."""

    content: bytes
    validators: Headers
    """`etag`, `last-modified`, or neither."""
    later: bytes
    later_validators: Headers
    is_changed: bool = False

    def response(self, request: Request) -> Response:
        """Return the content or the requested range as RFC 9110 says.

        With `ignore`, return a range even if the client has a part of different content, as some
        caches do.
        """
        mode = request.headers.get(CHANGED) or ("ignore" if self.is_changed else None)
        if mode == "afterwards":
            mode, self.is_changed = None, True
        content = self.later if mode else self.content
        validators = self.later_validators if mode else self.validators
        headers = {"accept-ranges": "bytes", **validators}
        requested = RANGE.fullmatch(request.headers.get("range", ""))
        condition_holds = request.headers.get("if-range") in {None, *validators.values()}
        if requested is None or not (condition_holds or mode == "ignore"):
            return Response(200, headers, content)
        start, size = int(requested[1]), len(content)
        stop = min(int(requested[2]) + 1, size) if requested[2] else size
        if start >= size:
            return Response(416, {**headers, "content-range": f"bytes */{size}"})
        headers["content-range"] = f"bytes {start}-{stop - 1}/{size}"
        return Response(206, headers, content[start:stop])
