"""Responses in the formats that W&B and object store clients expect."""

import json
from collections.abc import Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response


def json_error(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return an error in the API's format."""
    error: dict[str, object] = {"message": message}
    if status == 401:
        error["extensions"] = {"code": "PERMISSION_ERROR"}
    body = json.dumps({"errors": [error], "error": message})
    return Response(body, status, headers, media_type="application/json")


def storage_error(status: int, code: str) -> Response:
    """Return an error in the format of object stores."""
    return Response(f"<Error><Code>{code}</Code></Error>", status, media_type="application/xml")


async def drain(request: Request) -> None:
    """Read and discard a body, so that the client finishes sending and reads the response."""
    try:
        async for _ in request.stream():
            pass
    except ClientDisconnect:
        return
