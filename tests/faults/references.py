"""What references lead to: a content that may become another one while it is being fetched."""

import re
from dataclasses import dataclass

from tests.faults.wire import Headers, Request, Response

CHANGED = "x-changed"
"""Header by which a fault asks for the later content, to `heed` or to `ignore` conditions; or has
all responses but this one ignore them and be of the later content: `afterwards`."""
REST = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass(slots=True)
class Resource:
    """A content on the web with its validators, and the one that may take its place."""

    content: bytes
    validators: Headers
    """`etag`, `last-modified`, or neither."""
    later: bytes
    later_validators: Headers
    is_changed: bool = False

    def response(self, request: Request) -> Response:
        """Return the content or the part that is asked for, as RFC 9110 says.

        Or, to `ignore` conditions, a part although it is of another content than the client has,
        as some caches do.
        """
        how = request.headers.get(CHANGED) or ("ignore" if self.is_changed else None)
        if how == "afterwards":
            how, self.is_changed = None, True
        content = self.later if how else self.content
        validators = self.later_validators if how else self.validators
        headers = {"accept-ranges": "bytes", **validators}
        asked = REST.fullmatch(request.headers.get("range", ""))
        fits = request.headers.get("if-range") in {None, *validators.values()}
        if asked is None or not (fits or how == "ignore"):
            return Response(200, headers, content)
        start, size = int(asked[1]), len(content)
        stop = min(int(asked[2]) + 1, size) if asked[2] else size
        if start >= size:
            return Response(416, {**headers, "content-range": f"bytes */{size}"})
        headers["content-range"] = f"bytes {start}-{stop - 1}/{size}"
        return Response(206, headers, content[start:stop])
