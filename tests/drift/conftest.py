"""A server whose schema differs from the pinned one."""

from collections.abc import Callable, Iterator

import pytest
from graphql import GraphQLSchema

from wbtyped.config.settings import Settings
from wbtyped.server import WandbServer
from wbtyped.server.execution import PreparedDocuments
from wbtyped.transport.client import Client

Drift = Callable[[GraphQLSchema], WandbServer]


@pytest.fixture(scope="module")
def moving_server() -> Iterator[WandbServer]:
    with WandbServer() as server:
        yield server


@pytest.fixture
def drift(moving_server: WandbServer) -> Iterator[Drift]:
    """Replace the schema of the module's server until the end of the test."""
    execution = moving_server._execution  # pyright: ignore[reportPrivateUsage]
    own = execution._documents  # pyright: ignore[reportPrivateUsage]

    def exchange(schema: GraphQLSchema) -> WandbServer:
        documents = PreparedDocuments(schema)
        execution._documents = documents  # pyright: ignore[reportPrivateUsage]
        return moving_server

    yield exchange
    execution._documents = own  # pyright: ignore[reportPrivateUsage]
    execution.introspection = True


def client_of(server: WandbServer, *, timeout: float = 19.0) -> Client:
    settings = Settings(base_url=server.url, api_key=server.api_key, timeout=timeout)
    return Client(settings)
