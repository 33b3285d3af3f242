"""What a GraphQL request may cost, and that nothing costs more than it says."""

import time

import pytest
from graphql import OperationDefinitionNode, parse
from hypothesis import given
from hypothesis import strategies as st

from wbtyped.server import WandbServer, time_limit
from wbtyped.server.documents import check_selections, check_text, operation_name
from wbtyped.server.limits import (
    DOCUMENT_CHARACTERS,
    DOCUMENT_DEPTH,
    DOCUMENT_FIELDS,
    DOCUMENT_TOKENS,
)
from wbtyped.server.refusals import Refusal

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
def test_the_name_is_that_of_the_first_named_operation(text: str) -> None:
    operations = parse(text).definitions if text else ()
    names = [
        definition.name.value
        for definition in operations
        if isinstance(definition, OperationDefinitionNode) and definition.name
    ]
    assert operation_name(text) == (names[0] if names else "")


@given(st.one_of(st.text(), st.lists(PIECES).map(" ".join)))
def test_a_text_that_is_no_document_has_a_name_or_none(text: str) -> None:
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
def test_texts_at_a_limit_and_beyond(within: str, beyond: str, reason: str) -> None:
    check_text(within)
    with pytest.raises(Refusal, match=reason):
        check_text(beyond)


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
def test_selections_at_a_limit_and_beyond(within: str, beyond: str, reason: str) -> None:
    check_selections(parse(within))
    with pytest.raises(Refusal, match=reason):
        check_selections(parse(beyond))


def test_fragments_that_double_are_counted_without_being_spread() -> None:
    doubling = [f"fragment F{i} on T {{ ...F{i + 1} ...F{i + 1} }}" for i in range(45)]
    with pytest.raises(Refusal, match="fields"):
        check_selections(parse(f"{{ ...F0 }} {' '.join(doubling)} fragment F45 on T {{ a }}"))


@given(st.lists(st.lists(st.integers(0, 9), max_size=3), min_size=1, max_size=10))
def test_fragments_in_any_order_or_circle_are_weighed(spreads: list[list[int]]) -> None:
    fragments = [
        f"fragment F{i} on T {{ a {' '.join(f'...F{j}' for j in others)} }}"
        for i, others in enumerate(spreads)
    ]
    try:
        check_selections(parse(f"{{ ...F0 }} {' '.join(fragments)}"))
    except Refusal as refusal:
        assert "fields" in str(refusal)


DEEP = [
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


@pytest.mark.parametrize("query", DEEP)
def test_what_is_within_the_depth_does_not_overflow(
    wandb_server: WandbServer, ask: Ask, query: str
) -> None:
    wandb_server.add_run("crew/ship/log")
    answer = ask(query)
    assert answer.status_code in {200, 400}
    assert "internal" not in answer.text.lower()


def test_a_query_that_takes_too_long_ends(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_a_pattern_takes_no_time(
    wandb_server: WandbServer, ask: Ask, pattern: str, status: int
) -> None:
    wandb_server.add_artifact("crew/ship/" + "a" * 60 + "b", "t", {"x": b""})
    started = time.monotonic()
    answer = ask(FILTERED, filters=f'{{"name": {{"$regex": "{pattern}"}}}}')
    assert answer.status_code == status, answer.text
    assert time.monotonic() - started < 5
