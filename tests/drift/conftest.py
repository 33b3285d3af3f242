"""A server whose schema differs from the pinned one."""

from collections.abc import Callable, Iterator

import pytest
from graphql import GraphQLSchema

from wbtyped.config.settings import Settings
from wbtyped.server import WandbServer
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
    own = execution._schema  # pyright: ignore[reportPrivateUsage]

    def exchange(schema: GraphQLSchema) -> WandbServer:
        execution._schema = schema  # pyright: ignore[reportPrivateUsage]
        execution._prepared.cache_clear()  # pyright: ignore[reportPrivateUsage]
        return moving_server

    yield exchange
    exchange(own).introspection = True


def client_of(server: WandbServer, *, timeout: float = 19.0) -> Client:
    settings = Settings(base_url=server.url, api_key=server.api_key, timeout=timeout)
    return Client(settings)
