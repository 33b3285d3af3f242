"""Plain HTTP requests to the server, as any client might send them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import httpx
import pytest

from wbtyped.server import WandbServer

FILES = """
query Files($names: [String], $pattern: String, $after: String, $first: Int, $upload: Boolean) {
  project(name: "ship", entityName: "crew") {
    internalId
    run(name: "log") {
      projectId
      fileCount
      files(names: $names, pattern: $pattern, after: $after, first: $first) {
        edges { cursor node {
          id name url(upload: $upload) directUrl sizeBytes mimetype updatedAt md5
        } }
        pageInfo { endCursor hasNextPage }
      }
    }
  }
}
"""


class Ask(Protocol):
    """Send a query with a valid key and return the response."""

    def __call__(self, query: str, **variables: object) -> httpx.Response: ...


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=10) as client:
        yield client


@pytest.fixture
def ask(wandb_server: WandbServer, http: httpx.Client) -> Ask:
    def send(query: str, **variables: object) -> httpx.Response:
        body = {"query": query, "variables": variables, "operationName": ""}
        auth = ("api", wandb_server.api_key)
        return http.post(f"{wandb_server.url}/graphql", json=body, auth=auth)

    return send


def stored(server: WandbServer) -> set[str]:
    """Return every blob on the server's disk, finished or not."""
    blobs = server.data / "blobs"
    return {str(p.relative_to(blobs)) for p in Path(blobs).rglob("*") if p.is_file()}


@pytest.fixture
def pages(wandb_server: WandbServer) -> Iterator[httpx.Client]:
    """A client that is signed in to the pages."""
    with httpx.Client(base_url=wandb_server.url, follow_redirects=True, timeout=30) as client:
        assert client.post("/-/sign-in", data={"key": wandb_server.api_key}).status_code == 200
        yield client
