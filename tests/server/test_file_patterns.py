"""Patterns of run files follow MySQL's LIKE, for any pattern and any names."""

import re
from collections.abc import Iterator
from itertools import count

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wbtyped.server import WandbServer

from .conftest import FILES

TEXT = st.text("aAbéÉ.%_\\", max_size=6)


def like(pattern: str, name: str) -> bool:
    """Match as MySQL does, implemented differently from the server."""
    rule, rest = "", pattern
    while rest:
        if rest[0] == "\\" and len(rest) > 1:
            rule, rest = rule + re.escape(rest[1]), rest[2:]
            continue
        rule += {"%": ".*", "_": "."}.get(rest[0]) or re.escape(rest[0])
        rest = rest[1:]
    return re.fullmatch(rule, name, re.IGNORECASE | re.DOTALL) is not None


@pytest.fixture(scope="module")
def client(shared_server: WandbServer) -> Iterator[httpx.Client]:
    with httpx.Client(auth=("api", shared_server.api_key)) as client:
        yield client


runs = count()


@settings(max_examples=100, deadline=None)
@given(
    names=st.sets(TEXT.filter(bool), min_size=1, max_size=8),
    pattern=TEXT.filter(bool),
    first=st.integers(1, 3),
)
def test_pattern_pages_match_like_semantics(
    shared_server: WandbServer, client: httpx.Client, names: set[str], pattern: str, first: int
) -> None:
    run = f"like-{next(runs)}"
    shared_server.add_run(f"crew/ship/{run}", files=dict.fromkeys(names, b""))
    query = FILES.replace('"log"', f'"{run}"')
    found: list[str] = []
    cursor, more = None, True
    while more:
        variables = {"pattern": pattern, "first": first, "after": cursor}
        response = client.post(
            f"{shared_server.url}/graphql", json={"query": query, "variables": variables}
        ).json()["data"]["project"]["run"]
        assert response["fileCount"] == len(names), "the total of the run"
        files = response["files"]
        found += [edge["node"]["name"] for edge in files["edges"]]
        cursor, more = files["pageInfo"]["endCursor"], files["pageInfo"]["hasNextPage"]
    assert found == sorted(name for name in names if like(pattern, name))
