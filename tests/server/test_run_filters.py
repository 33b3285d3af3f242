"""Filters and orders of runs, in W&B's dialect of MongoDB."""

import json
import operator
import re
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from sqlite3 import Row
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from wbtyped.server import time_limit
from wbtyped.server.comparisons import MISSING, FieldValue, Moment, look_up, parse_moment
from wbtyped.server.filters import Field, Order, compile_filter, nested
from wbtyped.server.http_errors import HttpError
from wbtyped.server.resolvers.filtered_pages import sorted_page
from wbtyped.server.runs import Runs
from wbtyped.server.sorted_views import parse_position, position

from .conftest import Ask

RUNS = """
query Runs($after: String, $first: Int, $order: String, $filters: JSONString) {
  project(name: "ship", entityName: "crew") {
    runCount(filters: $filters)
    runs(after: $after, first: $first, order: $order, filters: $filters) {
      totalCount edges { node { name } } pageInfo { endCursor hasNextPage }
    }
  }
}
"""
SUMMARIES = ("summary_metrics", "summaryMetrics")
UPSERT = "mutation U($i: UpsertBucketInput!) { upsertBucket(input: $i) { bucket { id } } }"
INPUTS: dict[str, dict[str, object]] = {
    "a": {
        "config": {"lr": {"value": 0.1}, "opt": {"value": {"name": "adam", "steps": [1, 2]}}},
        "summaryMetrics": {"loss": 3, "deep": {"er": 1}, "val/acc": 0.5, "val.f1": 2, "ok": True},
        "tags": ["best", "night"], "state": "finished", "displayName": "amber brook",
        "groupName": "g1", "jobType": "train",
    },
    "b": {
        "config": {"lr": {"value": 1}, "raw": 7},
        "summaryMetrics": {"loss": 1, "ok": 1, "none": None},
        "tags": ["night"], "state": "failed", "displayName": "calm sun",
    },
    "c": {"summaryMetrics": {"loss": "high", "ok": 0}, "state": "running", "groupName": "g2"},
    "d": {"summaryMetrics": {"loss": 2, "big": 10**300}, "config": {"lr": {"value": None}}},
    "e": {},
}  # fmt: skip


def upsert(ask: Ask, name: str, given: dict[str, object]) -> None:
    encoded = {
        key: json.dumps(value) if key in {"config", "summaryMetrics"} else value
        for key, value in given.items()
    }
    where = {"entityName": "crew", "modelName": "ship", "name": name}
    assert ask(UPSERT, i={**where, **encoded}).is_success


@pytest.fixture
def five_runs(ask: Ask) -> None:
    for name, given_input in INPUTS.items():
        upsert(ask, name, given_input)


def names(ask: Ask, filters: object = None, order: str | None = None) -> str:
    text = filters if isinstance(filters, str) or filters is None else json.dumps(filters)
    response = ask(RUNS, filters=text, order=order)
    assert response.is_success, response.text
    project = response.json()["data"]["project"]
    found = "".join(edge["node"]["name"] for edge in project["runs"]["edges"])
    assert project["runCount"] == project["runs"]["totalCount"] == len(found)
    return found


FILTERS: dict[str, tuple[object, str]] = {
    "config by key": ({"config.lr": 0.1}, "a"),
    "config by value": ({"config.lr.value": {"$gte": 0.1}}, "ab"),
    "config without the level of value": ({"config.raw": 7}, "b"),
    "nested config": ({"config.opt.name": "adam"}, "a"),
    "nested config under value": ({"config.opt.value.name": "adam"}, "a"),
    "item of a list": ({"config.opt.steps": 2}, "a"),
    "comparison with items of a list": ({"config.opt.steps": {"$gt": 1}}, "a"),
    "summary": ({"summary_metrics.loss": {"$lt": 3}}, "bd"),
    "summary in camel case": ({"summaryMetrics.loss": {"$lte": 3}}, "abd"),
    "nested summary": ({"summary_metrics.deep.er": 1}, "a"),
    "key with a slash": ({"summary_metrics.val/acc": 0.5}, "a"),
    "key with a dot": ({"summary_metrics.val.f1": 2}, "a"),
    "large number": ({"summary_metrics.big": {"$gt": 10**299}}, "d"),
    "true is not 1": ({"summary_metrics.ok": True}, "a"),
    "1 is not true": ({"summary_metrics.ok": 1}, "b"),
    "false is not 0": ({"summary_metrics.ok": {"$in": [False]}}, ""),
    "booleans have no order": ({"summary_metrics.ok": {"$gte": 0}}, "bc"),
    "missing key is null": ({"config.lr": None}, "cde"),
    "missing key differs": ({"summary_metrics.loss": {"$ne": 1}}, "acde"),
    "missing key does not exist": ({"summary_metrics.loss": {"$exists": False}}, "e"),
    "null exists": ({"summary_metrics.none": {"$exists": True}}, "b"),
    "no value exists in no column": ({"group": {"$exists": True}}, "ac"),
    "missing key has no order": ({"summary_metrics.loss": {"$not": {"$gt": 1}}}, "bce"),
    "strings and numbers have no order": ({"summary_metrics.loss": {"$gt": "a"}}, "c"),
    "tag": ({"tags": "night"}, "ab"),
    "one of tags": ({"tags": {"$in": ["best", "no"]}}, "a"),
    "none of tags": ({"tags": {"$nin": ["best"]}}, "bcde"),
    "all tags": ({"tags": {"$all": ["best", "night"]}}, "a"),
    "number of tags": ({"tags": {"$size": 0}}, "cde"),
    "state": ({"state": "finished"}, "a"),
    "states": ({"state": {"$in": ["failed", "finished"]}}, "ab"),
    "display name": ({"display_name": {"$regex": "^a.*k$"}}, "a"),
    "display name in camel case": ({"displayName": "calm sun"}, "b"),
    "part of the display name": ({"displayName": {"$contains": "sun"}}, "b"),
    "id": ({"name": {"$in": ["a", "e"]}}, "ae"),
    "group": ({"group": "g2"}, "c"),
    "job type": ({"jobType": "train", "job_type": {"$ne": "eval"}}, "a"),
    "account": ({"username": "me", "user.username": "me"}, "abcde"),
    "duration": ({"duration": {"$gte": 0, "$lt": 60}}, "abcde"),
    "since": ({"created_at": {"$gt": "2024"}}, "abcde"),
    "until, with an offset": ({"createdAt": {"$lt": "2024-05-01T02:00:00+02:00"}}, ""),
    "heartbeat": ({"heartbeat_at": {"$gte": "2024-05-01"}}, "abcde"),
    "and": ({"$and": [{"tags": "night"}, {"state": "failed"}]}, "b"),
    "or": ({"$or": [{"tags": "best"}, {"group": "g2"}]}, "ac"),
    "nor": ({"$nor": [{"tags": "night"}, {"group": "g2"}]}, "de"),
    "not": ({"$not": {"tags": "night"}}, "cde"),
    "several keys": ({"tags": "night", "state": "failed"}, "b"),
    "as the web page sends it": ({"$or": [{"$and": []}]}, "abcde"),
    "empty": ({}, "abcde"),
    "a number without end": ('{"summary_metrics.loss": {"$lt": %s}}' % ("9" * 5000), "abd"),
}  # fmt: skip


@pytest.mark.usefixtures("five_runs")
def test_run_filters_select(ask: Ask) -> None:
    assert {key: names(ask, f) for key, (f, _) in FILTERS.items()} == {
        key: expected for key, (_, expected) in FILTERS.items()
    }


MALFORMED: dict[str, str] = {
    '{"config.lr": {"$bigger": 1}}': "unknown filter operator $bigger",
    '{"$maybe": []}': "unknown filter operator $maybe",
    '{"colour": 1}': "unknown filter field 'colour'",
    '{"state.of": 1}': "filter field 'state' has no parts",
    '{"$and": {}}': "$and requires a list",
    '{"$or": [1]}': "$or requires an object",
    '{"name": {"$in": "a"}}': "$in requires a list",
    '{"name": {"$regex": 1}}': "$regex requires a string",
    '{"name": {"$regex": "("}}': "invalid $regex",
    '{"name": {"$gt": 1, "x": 2}}': "unknown filter operator x",
    '{"created_at": {"$gt": "soon"}}': "invalid time 'soon'",
    '{"created_at": "0001-01-01T00:00:00+14:00"}': "invalid time",
    "[]": "filters are not a JSON object",
    '{"$not": ' * 60 + "{}" + "}" * 60: "levels deep",
    '{"name": ' + '{"$not": ' * 60 + "{}" + "}" * 61: "levels deep",
}


def test_malformed_run_filters_are_rejected(ask: Ask) -> None:
    upsert(ask, "a", {})
    for filters, reason in MALFORMED.items():
        response = ask(RUNS, filters=filters)
        assert response.status_code == 400, filters
        assert reason in response.json()["errors"][0]["message"]
    # So they are where no run can be compared.
    other = ask(RUNS.replace("ship", "none"), filters='{"$maybe": []}')
    assert other.status_code == 200
    for levels in (900, 5000):
        deep = '{"a": ' + "[" * levels + "]" * levels + "}"
        assert ask(RUNS, filters=deep).status_code == 400


@pytest.mark.usefixtures("five_runs")
@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("+summary_metrics.loss", "bdace"),
        ("-summary_metrics.loss", "cadbe"),
        ("summaryMetrics.loss", "bdace"),
        ("+config.lr", "abcde"),
        ("-config.lr.value", "baedc"),
        ("-name", "edcba"),
        ("state", "bacde"),
        ("+group", "acbde"),
        ("-created_at", "edcba"),
        ("createdAt", "abcde"),
        ("+heartbeat_at", "abcde"),
        ("-displayName", None),
        ("-summary_metrics.none", "edcba"),
        ("-summary_metrics.nowhere", "edcba"),
    ],
)
def test_run_orders_are_stable_over_pages(ask: Ask, order: str, expected: str | None) -> None:
    whole = names(ask, order=order)
    assert expected is None or whole == expected
    assert sorted(whole) == list("abcde")
    found, cursor, more = "", None, True
    while more:
        response = ask(RUNS, order=order, first=2, after=cursor, filters='{"name": {"$ne": "c"}}')
        runs = response.json()["data"]["project"]["runs"]
        found += "".join(edge["node"]["name"] for edge in runs["edges"])
        cursor, more = runs["pageInfo"]["endCursor"], runs["pageInfo"]["hasNextPage"]
        assert runs["totalCount"] == 4
    assert found == whole.replace("c", "")


@pytest.mark.parametrize("order", ["-tag s", "+", "colour", "-state.of", "tags.x"])
def test_malformed_run_orders_are_rejected(ask: Ask, order: str) -> None:
    upsert(ask, "a", {})
    response = ask(RUNS, order=order)
    assert response.status_code == 400
    assert "invalid order" in response.json()["errors"][0]["message"]


@pytest.mark.parametrize("cursor", ["YWZ0ZXI6eA==", "YWZ0ZXI6W3t9LDFd"])
@pytest.mark.parametrize("order", [None, "-summary_metrics.loss"])
def test_invalid_cursors_of_runs_are_rejected(ask: Ask, cursor: str, order: str | None) -> None:
    upsert(ask, "a", {})
    assert ask(RUNS, after=cursor, order=order).status_code == 400


def test_stored_json_of_any_kind_does_not_break_filters(ask: Ask) -> None:
    for index, text in enumerate(
        ("[]", '{"loss": NaN}', '{"loss": 1e999}', '{"loss": %s}' % ("9" * 5000), '{"loss": {}}')
    ):
        where = {"entityName": "crew", "modelName": "ship", "name": "abcde"[index]}
        assert ask(UPSERT, i={**where, "summaryMetrics": text, "config": text}).is_success
    assert names(ask, {"summary_metrics.loss": {"$gt": 0}}) == "cd"
    assert names(ask, order="-summary_metrics.loss") == "dceba"
    assert names(ask, {"config.loss.value": {"$exists": True}}) == ""


@pytest.mark.usefixtures("five_runs")
def test_page_without_filter_reads_no_other_runs(ask: Ask) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(Runs, "scan")
        assert names(ask, {}, "-created_at") == "edcba"


@pytest.mark.usefixtures("five_runs")
def test_filter_reads_runs_once_for_page_and_count(ask: Ask) -> None:
    scanned: list[int] = []
    scan = Runs.scan

    def counted(runs: Runs, project_id: int) -> Iterator[Row]:
        scanned.append(project_id)
        return scan(runs, project_id)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Runs, "scan", counted)
        assert names(ask, {"state": "running"}) == "cde"
        assert names(ask, {"state": "running"}, "-summary_metrics.loss") == "cde"
    assert len(scanned) == 2


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(?:a?){1000}b"])
def test_regex_of_runs_is_bounded(ask: Ask, pattern: str) -> None:
    upsert(ask, "a", {"notes": "a" * 100_000 + "!"})
    started = time.monotonic()
    assert ask(RUNS, filters=json.dumps({"notes": {"$regex": pattern}})).is_success
    assert time.monotonic() - started < 5


def test_scan_of_runs_ends_at_the_time_limit(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "ab":
        upsert(ask, name, {})
    monkeypatch.setattr(time_limit, "EXECUTION_SECONDS", -1.0)
    response = ask(RUNS, filters='{"state": "finished"}')
    assert response.status_code == 400
    assert "CPU time" in response.json()["errors"][0]["message"]


# Any filters and orders, beside a plain model.

QUICK = [phase for phase in Phase if phase not in {Phase.shrink, Phase.explain}]
"""Each example takes several requests, so that shrinking one takes minutes."""
SMALL: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2), st.text("ab", max_size=2)
)
METRICS = st.dictionaries(
    st.sampled_from(["x", "y"]), st.one_of(SMALL, st.lists(SMALL, max_size=2))
)
KEYS = st.sampled_from(["summary_metrics.x", "summaryMetrics.y", "config.x", "config.y.value"])
ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "$gt": operator.gt, "$gte": operator.ge, "$lt": operator.lt, "$lte": operator.le,
}  # fmt: skip
TESTS: st.SearchStrategy[Any] = st.one_of(
    st.dictionaries(st.sampled_from(["$eq", "$ne", *ORDERED]), SMALL, min_size=1, max_size=2),
    st.dictionaries(st.sampled_from(["$in", "$nin"]), st.lists(SMALL, max_size=3), min_size=1),
    st.dictionaries(st.just("$exists"), st.booleans(), min_size=1),
    st.dictionaries(st.just("$regex"), st.sampled_from(["^a", "b$", "a.?b"]), min_size=1),
)
CONDITIONS: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.dictionaries(
        KEYS, st.one_of(SMALL, TESTS, TESTS.map(lambda test: {"$not": test})),
        min_size=1, max_size=2,
    ),
    lambda inner: st.one_of(
        st.dictionaries(
            st.sampled_from(["$and", "$or", "$nor"]),
            st.lists(inner, min_size=1, max_size=2), min_size=1, max_size=2,
        ),
        st.dictionaries(st.just("$not"), inner, min_size=1),
    ),
    max_leaves=4,
)  # fmt: skip


def same(value: JsonValue, expected: JsonValue) -> bool:
    return type(value) is type(expected) and value == expected


def model_passes(found: list[JsonValue], name: str, operand: Any) -> bool:
    """Return True if what is at a key, nothing or one value, passes one operator."""
    value = found[0] if found else None
    items = [value, *value] if isinstance(value, list) else [value]
    match name:
        case "$eq":
            return any(same(item, operand) for item in items)
        case "$in":
            return any(model_passes(found, "$eq", item) for item in operand)
        case "$ne" | "$nin":
            return not model_passes(found, {"$ne": "$eq", "$nin": "$in"}[name], operand)
        case "$not":
            return not all(model_passes(found, *each) for each in operand.items())
        case "$exists":
            return bool(found) is operand
        case "$regex":
            return any(isinstance(item, str) and re.search(operand, item) for item in items)
        case _:
            comparable = [i for i in items if type(i) is type(operand) and type(i) in {int, str}]
            return any(ORDERED[name](item, operand) for item in comparable)


def model_matches(run: dict[str, Any], condition: dict[str, Any]) -> bool:
    """Return True if a run, its metrics by dotted keys, matches a condition."""
    for key, expected in condition.items():
        match key:
            case "$and" | "$or" | "$nor":
                each = [model_matches(run, part) for part in expected]
                held = all(each) if key == "$and" else any(each) is (key == "$or")
            case "$not":
                held = not model_matches(run, expected)
            case _:
                test = cast("dict[str, Any]", expected)
                test = test if isinstance(expected, dict) else {"$eq": expected}
                found = [run[key]] if key in run else []
                held = all(model_passes(found, *each) for each in test.items())
        if not held:
            return False
    return True


def model_position(run: dict[str, Any], key: str) -> tuple[int, Any]:
    """Return where a run belongs: numbers and booleans, strings, and what has no order."""
    value = run.get(key)
    if isinstance(value, str):
        return 1, value
    return (0, value) if isinstance(value, int) else (2, 0)


@settings(
    max_examples=40,
    phases=QUICK,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(st.tuples(METRICS, METRICS), min_size=4, max_size=4), CONDITIONS, KEYS, st.booleans()
)
def test_any_filter_and_order_select_what_a_plain_model_does(
    ask: Ask,
    runs: list[tuple[dict[str, JsonValue], dict[str, JsonValue]]],
    condition: dict[str, Any],
    key: str,
    descending: bool,
) -> None:
    flat: dict[str, dict[str, JsonValue]] = {}
    for name, (summary, config) in zip("abcd", runs, strict=True):
        stored = {key: {"value": value} for key, value in config.items()}
        upsert(ask, name, {"summaryMetrics": summary, "config": stored})
        flat[name] = {
            **{f"{field}.{k}": v for field in SUMMARIES for k, v in summary.items()},
            **{f"config.{k}{end}": v for end in ("", ".value") for k, v in config.items()},
        }
    found = [name for name in flat if model_matches(flat[name], condition)]
    assert names(ask, condition) == "".join(found)
    ends = [name for name in found if model_position(flat[name], key)[0] == 2]
    ranked = [name for name in found if name not in ends]
    ranked.sort(key=lambda name: (model_position(flat[name], key), name), reverse=descending)
    order = f"{'-' if descending else '+'}{key}"
    expected = "".join([*ranked, *(reversed(ends) if descending else ends)])
    assert names(ask, condition, order) == expected


# Decisions.

VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-3, 3), st.floats(), st.text("ab.", max_size=2)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text("ab.", max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)
FIELDS: dict[str, Field[JsonValue]] = {
    "plain": Field(lambda value: value),
    "deep": nested(lambda value: value),
}


@settings(deadline=None)
@given(VALUES, VALUES, st.sampled_from(["$eq", "$in", "$gt", "$lte", "$exists", "$size"]))
def test_operator_and_its_negation_are_opposite(
    value: JsonValue, operand: JsonValue, operator: str
) -> None:
    given_operand = [operand] if operator == "$in" else operand

    def found(condition: object) -> bool:
        matches = compile_filter(json.dumps(condition), FIELDS)
        assert matches is not None
        return matches(value)

    held = found({"plain": {operator: given_operand}})
    assert found({"plain": {"$not": {operator: given_operand}}}) is not held
    assert found({"$nor": [{"plain": {operator: given_operand}}]}) is not held
    assert found({"$not": {"deep": {operator: given_operand}}}) is not held


@given(st.dictionaries(st.text("ab.", min_size=1, max_size=3), VALUES, min_size=1))
def test_look_up_finds_every_key(record: dict[str, JsonValue]) -> None:
    for key, value in record.items():
        assert look_up(record, key) is value
        assert look_up(record, f"{key}.zz") is MISSING or isinstance(value, dict)


@given(st.lists(VALUES), st.booleans(), st.integers(1, 3))
def test_pages_of_any_values_are_complete_and_sorted(
    values: list[JsonValue], descending: bool, size: int
) -> None:
    class Record:
        def __init__(self, record_id: int, value: FieldValue) -> None:
            self.id, self.value = record_id, value

    order = Order[Record]("key", lambda record: record.value, descending)
    records = [Record(index, value) for index, value in enumerate(values)]
    found: list[Record] = []
    cursor: str | None = None
    while True:
        shown = sorted_page(records, order, cursor, size)
        found += shown.records
        assert shown.total == len(records)
        if not shown.has_next:
            break
        cursor = shown.cursors[-1]
    places = [position(record.value, record.id, descending=descending) for record in found]
    assert sorted(record.id for record in found) == list(range(len(values)))
    assert all((a > b) if descending else (a < b) for a, b in pairwise(places))
    kinds = [isinstance(r.value, str | int | float) and r.value == r.value for r in found]
    assert kinds == sorted(kinds, reverse=True), "those without a value are last"


def test_positions_survive_a_cursor() -> None:
    for value in (None, 1, -2.5, "x", float("inf"), 10**400):
        place = position(value, 7, descending=False)
        text = json.dumps([value if place[0] < 2 else None, 7])
        assert parse_position(text, descending=False) == place


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024", "2024-01-01T00:00:00.000000Z"),
        ("2024-05", "2024-05-01T00:00:00.000000Z"),
        ("2024-05-01", "2024-05-01T00:00:00.000000Z"),
        ("2024-05-01 12:00", "2024-05-01T12:00:00.000000Z"),
        ("2024-05-01T12:00:00.5+02:00", "2024-05-01T10:00:00.500000Z"),
        ("2024-05-01T12:00:00Z", "2024-05-01T12:00:00.000000Z"),
    ],
)
def test_moments_of_filters_are_read_as_utc(text: str, moment: str) -> None:
    assert parse_moment(text) == moment
    matches = compile_filter(json.dumps({"plain": text}), FIELDS)
    assert matches is not None
    assert matches(Moment(moment))


@pytest.mark.parametrize("text", ["", "x", "2024-13", "9999-12-31T23:00:00-12:00"])
def test_invalid_moments_are_rejected(text: str) -> None:
    with pytest.raises(HttpError, match="invalid time"):
        parse_moment(text)
