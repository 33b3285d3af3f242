"""Send a query as text and accept any GraphQL response, whatever its shape."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError
from pydantic_core import to_json
from wbtyped_graphql.operation import ErrorEntry, GraphQLResponse

from ..config.api_key import another_key
from ..errors import SchemaSourceError, TransportError
from ..transport.client import Client
from ..transport.retries import is_retryable

if TYPE_CHECKING:
    from ..transport.api_requests import ApiResponse

PERMISSION_DENIED = re.compile(
    r"(?i)permission|unauthori[sz]ed|unauthenticated|forbidden|not logged in|access denied"
)
SERVER_FAILURE = re.compile(
    r"(?i)internal (server )?error|internal_server_error|time(d )?out|rate limit|too many requests"
    r"|unavailable"
)


class _UntypedResponse(GraphQLResponse, frozen=True):
    """A response to a query whose result type is unknown."""

    data: dict[str, object] | None = None


@dataclass(frozen=True)
class RawResponse:
    """A GraphQL response of unknown shape."""

    status: int
    data: Mapping[str, object] | None
    errors: tuple[ErrorEntry, ...]

    @property
    def messages(self) -> list[str]:
        """Error messages of the server."""
        return [entry.message for entry in self.errors]

    def mentions(self, name: str) -> bool:
        """Return True if an error contains a name anywhere: servers put names in various fields."""
        return any(name in entry.model_dump_json() for entry in self.errors)

    @property
    def is_permission_denied(self) -> bool:
        """True if the API key does not have permission."""
        return self.status == 403 or any(map(PERMISSION_DENIED.search, self._messages_and_codes))

    @property
    def is_server_failure(self) -> bool:
        """True if the server failed, which says nothing about the query."""
        return any(map(SERVER_FAILURE.search, self._messages_and_codes))

    @property
    def _messages_and_codes(self) -> list[str]:
        return [f"{e.message} {(e.extensions or {}).get('code', '')}" for e in self.errors]


def send_query(client: Client, query: str, name: str | None) -> RawResponse:
    """Send a query without variables; `name` is its operation name, if it has one.

    Raises SchemaSourceError if the server is not reachable, rejects the API key, or does not
    respond with GraphQL.
    """
    operation_name = {"operationName": name} if name else {}
    body = to_json({"query": query, **operation_name, "variables": {}})
    server = client.settings.base_url
    try:
        response = client.transport.post(name or "query", body, repeatable=True)
    except TransportError as error:
        raise SchemaSourceError(f"{server}: {error}", reason="not reachable") from error
    if response.status_code == 401:
        source = client.settings.key_source
        raise SchemaSourceError(
            f"{server} rejects the API key from {source}; {another_key(source)}",
            reason="no permission",
        )
    return _parse(server, response)


def _parse(server: str, response: "ApiResponse") -> RawResponse:
    try:
        body = _UntypedResponse.model_validate_json(response.content)
    except ValidationError as error:
        raise _not_graphql(server, response) from error
    if body.data is None and not body.errors:
        raise _not_graphql(server, response)
    if _is_failure(response.status_code):
        messages = "; ".join(entry.message for entry in body.errors or ())
        raise SchemaSourceError(
            f"{server}: HTTP {response.status_code} ({messages})", reason="not reachable"
        )
    return RawResponse(response.status_code, body.data, tuple(body.errors or ()))


def _is_failure(status: int) -> bool:
    return is_retryable(status) or status >= 500


def _not_graphql(server: str, response: "ApiResponse") -> SchemaSourceError:
    status = response.status_code
    if _is_failure(status):
        reason = response.reason_phrase
        return SchemaSourceError(f"{server}: HTTP {status} {reason}", reason="not reachable")
    if status == 403:
        return SchemaSourceError(f"{server}: HTTP 403", reason="no permission")
    kind = response.headers.get("content-type", "").partition(";")[0] or "something else"
    found = "redirects, perhaps to a login page" if 300 <= status < 400 else f"responds with {kind}"
    return SchemaSourceError(
        f"{server} {found} (HTTP {status}) where GraphQL is expected; check that it is the URL of "
        "a W&B server's API and that no login page is in front of it"
    )
