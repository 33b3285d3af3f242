"""Answers in the shapes that clients of W&B and of object stores expect."""

import json
from collections.abc import Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response


def json_error(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return an error in the shape that the API uses."""
    error: dict[str, object] = {"message": message}
    if status == 401:
        error["extensions"] = {"code": "PERMISSION_ERROR"}
    body = json.dumps({"errors": [error], "error": message})
    return Response(body, status, headers, media_type="application/json")


def storage_error(status: int, code: str) -> Response:
    """Return an error in the shape that object stores use."""
    return Response(f"<Error><Code>{code}</Code></Error>", status, media_type="application/xml")


async def drain(request: Request) -> None:
    """Read a body that nobody needs, so that the client can finish sending and read the answer."""
    try:
        async for _ in request.stream():
            pass
    except ClientDisconnect:
        return
