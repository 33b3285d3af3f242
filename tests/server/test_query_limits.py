"""Limits on the cost of GraphQL requests."""

import time

import pytest
from graphql import OperationDefinitionNode, parse
from hypothesis import given
from hypothesis import strategies as st

from wbtyped.server import WandbServer, time_limit
from wbtyped.server.documents import check_selections, check_size, operation_name
from wbtyped.server.http_errors import HttpError
from wbtyped.server.limits import (
    DOCUMENT_CHARACTERS,
    DOCUMENT_DEPTH,
    DOCUMENT_FIELDS,
    DOCUMENT_TOKENS,
)

from .conftest import Ask

WORDS = st.sampled_from(["query", "mutation", "fragment", "on", "a", "B"])
PIECES = st.one_of(
    WORDS, st.sampled_from(["{", "}", "(", ")", "\n", "# query C\n", '"query D"', ":"])
)
KINDS = st.sampled_from(["query", "mutation", "subscription"])
OPERATIONS = st.tuples(KINDS, WORDS, WORDS).map(lambda t: f"{t[0]} {t[1]} {{ {t[2]} {{ id }} }}\n")
OTHERS = WORDS.filter("on".__ne__).map("fragment {} on query {{ mutation }}".format)
ANONYMOUS = st.sampled_from(["{ query mutation }", 'query ($a: Int = 1) { query(b: "query X") }'])


@given(st.lists(st.one_of(OPERATIONS, OTHERS, ANONYMOUS)).map(" # query C\n".join))
def test_operation_name_is_first_named_operation(text: str) -> None:
    operations = parse(text).definitions if text else ()
    names = [
        definition.name.value
        for definition in operations
        if isinstance(definition, OperationDefinitionNode) and definition.name
    ]
    assert operation_name(text) == (names[0] if names else "")


@given(st.one_of(st.text(), st.lists(PIECES).map(" ".join)))
def test_operation_name_of_invalid_document_is_safe(text: str) -> None:
    name = operation_name(text)
    assert name == "" or name in text


def nested(levels: int) -> str:
    return "{a" * levels + "}" * levels


@pytest.mark.parametrize(
    ("within", "beyond", "reason"),
    [
        (nested(DOCUMENT_DEPTH), nested(DOCUMENT_DEPTH + 1), "levels deep"),
        (f"{{{'a ' * (DOCUMENT_TOKENS - 2)}}}", f"{{{'a ' * (DOCUMENT_TOKENS - 1)}}}", "tokens"),
        ("#" * DOCUMENT_CHARACTERS, "#" * (DOCUMENT_CHARACTERS + 1), "characters"),
    ],
)
def test_check_size_enforces_limits(within: str, beyond: str, reason: str) -> None:
    check_size(within)
    with pytest.raises(HttpError, match=reason):
        check_size(beyond)


def spread(fragments: int, tail: str) -> str:
    chain = [f"fragment F{i} on T {{ ...F{i + 1} }}" for i in range(fragments)]
    return f"{{ ...F0 }} {' '.join(chain)} fragment F{fragments} on T {{ {tail} }}"


@pytest.mark.parametrize(
    ("within", "beyond", "reason"),
    [
        (f"{{{'a ' * DOCUMENT_FIELDS}}}", f"{{{'a ' * (DOCUMENT_FIELDS + 1)}}}", "fields"),
        (spread(DOCUMENT_DEPTH - 2, "a"), spread(DOCUMENT_DEPTH - 1, "a"), "levels deep"),
        (spread(DOCUMENT_DEPTH - 3, "a{b}"), spread(DOCUMENT_DEPTH - 2, "a{b}"), "levels deep"),
    ],
)
def test_check_selections_enforces_limits(within: str, beyond: str, reason: str) -> None:
    check_selections(parse(within))
    with pytest.raises(HttpError, match=reason):
        check_selections(parse(beyond))


def test_doubling_fragments_are_counted_without_expansion() -> None:
    doubling = [f"fragment F{i} on T {{ ...F{i + 1} ...F{i + 1} }}" for i in range(45)]
    with pytest.raises(HttpError, match="fields"):
        check_selections(parse(f"{{ ...F0 }} {' '.join(doubling)} fragment F45 on T {{ a }}"))


@given(st.lists(st.lists(st.integers(0, 9), max_size=3), min_size=1, max_size=10))
def test_recursive_fragments_are_counted(spreads: list[list[int]]) -> None:
    fragments = [
        f"fragment F{i} on T {{ a {' '.join(f'...F{j}' for j in others)} }}"
        for i, others in enumerate(spreads)
    ]
    try:
        check_selections(parse(f"{{ ...F0 }} {' '.join(fragments)}"))
    except HttpError as error:
        assert "fields" in str(error)


DEEP_QUERIES = [
    '{project(name: "ship", entityName: "crew")'
    + "{runs{edges{node{project" * 11
    + "{id}"
    + "}}}}" * 11
    + "}",
    "{viewer{id(a:" + "[" * (DOCUMENT_DEPTH - 3) + "]" * (DOCUMENT_DEPTH - 3) + ")}}",
    "query Q($a: "
    + "[" * (DOCUMENT_DEPTH - 1)
    + "Int"
    + "]" * (DOCUMENT_DEPTH - 1)
    + ") {viewer{id}}",
]


@pytest.mark.parametrize("query", DEEP_QUERIES)
def test_deepest_allowed_query_does_not_overflow(
    wandb_server: WandbServer, ask: Ask, query: str
) -> None:
    wandb_server.add_run("crew/ship/log")
    response = ask(query)
    assert response.status_code in {200, 400}
    assert "internal" not in response.text.lower()


def test_slow_query_is_stopped(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_limit, "EXECUTION_SECONDS", 0)
    stopped = ask("{ viewer { username } }")
    assert stopped.status_code == 400
    assert "seconds of CPU time" in stopped.json()["errors"][0]["message"]
    monkeypatch.undo()
    assert ask("{ viewer { username } }").status_code == 200


FILTERED = """
query Q($filters: JSONString) {
  project(name: "ship", entityName: "crew") {
    artifactType(name: "t") { artifactCollections(filters: $filters) { totalCount } }
  }
}
"""


@pytest.mark.parametrize(
    ("pattern", "status"), [("(a+)+$", 200), ("^a", 200), ("(", 400), ("(?=a)", 400)]
)
def test_regex_filter_is_linear(
    wandb_server: WandbServer, ask: Ask, pattern: str, status: int
) -> None:
    wandb_server.add_artifact("crew/ship/" + "a" * 60 + "b", "t", {"x": b""})
    started = time.monotonic()
    response = ask(FILTERED, filters=f'{{"name": {{"$regex": "{pattern}"}}}}')
    assert response.status_code == status, response.text
    assert time.monotonic() - started < 5
