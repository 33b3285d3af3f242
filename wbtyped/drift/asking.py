"""Ask a server about its schema, and take any answer that is GraphQL."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError
from pydantic_core import to_json
from wbtyped_graphql.operation import Answer, ErrorEntry

from ..errors import SchemaSourceError, TransportError
from ..transport.client import Client
from ..transport.retries import is_retryable

if TYPE_CHECKING:
    import httpx

NOT_ALLOWED = re.compile(
    r"(?i)permission|unauthori[sz]ed|unauthenticated|forbidden|not logged in|access denied"
)
FAILING = re.compile(
    r"(?i)internal (server )?error|internal_server_error|time(d )?out|rate limit|too many requests"
    r"|unavailable"
)


class OpenAnswer(Answer, frozen=True):
    """An answer to a question whose shape is not known."""

    data: dict[str, object] | None = None


@dataclass(frozen=True)
class Reply:
    """What a server answered, in GraphQL."""

    status: int
    data: Mapping[str, object] | None
    errors: tuple[ErrorEntry, ...]

    @property
    def messages(self) -> list[str]:
        """What the server says is wrong."""
        return [entry.message for entry in self.errors]

    def mentions(self, word: str) -> bool:
        """Tell whether an error has a word anywhere: servers put names into different parts."""
        return any(word in entry.model_dump_json() for entry in self.errors)

    @property
    def not_allowed(self) -> bool:
        """Whether the key may not do what was asked."""
        return self.status == 403 or any(map(NOT_ALLOWED.search, self._texts))

    @property
    def failing(self) -> bool:
        """Whether the server failed, which says nothing of what was asked."""
        return any(map(FAILING.search, self._texts))

    @property
    def _texts(self) -> list[str]:
        return [f"{e.message} {(e.extensions or {}).get('code', '')}" for e in self.errors]


def ask(client: Client, query: str, name: str | None) -> Reply:
    """Send a query without variables; `name` is that of its operation, if it has one.

    Raises SchemaSourceError when the server is not reachable, does not take the key, or answers
    what is no GraphQL.
    """
    named = {"operationName": name} if name else {}
    body = to_json({"query": query, **named, "variables": {}})
    server = client.settings.base_url
    try:
        response = client.transport.post(name or "query", body, repeatable=True)
    except TransportError as error:
        raise SchemaSourceError(f"{server}: {error}", reason="not reachable") from error
    if response.status_code == 401:
        raise SchemaSourceError(
            f"{server} refuses the API key; check WANDB_API_KEY and netrc", reason="no permission"
        )
    try:
        answer = OpenAnswer.model_validate_json(response.content)
    except ValidationError as error:
        raise _not_graphql(server, response) from error
    if answer.data is None and not answer.errors:
        raise _not_graphql(server, response)
    if is_retryable(response.status_code) or response.status_code >= 500:
        said = "; ".join(entry.message for entry in answer.errors or ())
        raise SchemaSourceError(
            f"{server}: HTTP {response.status_code} ({said})", reason="not reachable"
        )
    return Reply(response.status_code, answer.data, tuple(answer.errors or ()))


def _not_graphql(server: str, response: "httpx.Response") -> SchemaSourceError:
    status = response.status_code
    if is_retryable(status) or status >= 500:
        reason = response.reason_phrase
        return SchemaSourceError(f"{server}: HTTP {status} {reason}", reason="not reachable")
    if status == 403:
        return SchemaSourceError(f"{server}: HTTP 403", reason="no permission")
    kind = response.headers.get("content-type", "").partition(";")[0] or "something"
    found = "redirects, perhaps to a login page" if response.is_redirect else f"answers {kind}"
    return SchemaSourceError(
        f"{server} {found} (HTTP {status}) where GraphQL is wanted; is it the address of a W&B "
        "server's API, and is no login page before it?"
    )
