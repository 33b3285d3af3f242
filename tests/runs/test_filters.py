"""What filters and orders of runs are sent as, and which are refused before a request."""

import json
from collections.abc import Mapping
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtyped.errors import UsageError
from wbtyped.filter_conditions import OPERATORS
from wbtyped.runs.filters import FIELDS, checked_order, filters_json

Circle = dict[str, object]
circle: Circle = {}
circle["$and"] = [circle]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (None, {}),
        ({}, {}),
        ({"config.lr": 0.1}, {"config.lr.value": 0.1}),
        ({"config.lr.value": 0.1}, {"config.lr.value": 0.1}),
        ({"config.opt.value.lr": 1}, {"config.opt.value.lr": 1}),
        ({"config.opt.lr": 1}, {"config.opt.lr": 1}),
        ({"config.value": 1}, {"config.value.value": 1}),
        ({"summary_metrics.val/loss": {"$lt": 1}}, {"summary_metrics.val/loss": {"$lt": 1}}),
        (
            {"$or": [{"config.lr": 1}, {"$not": {"tags": {"$in": ["a"]}}}]},
            {"$or": [{"config.lr.value": 1}, {"$not": {"tags": {"$in": ["a"]}}}]},
        ),
        ({"group": {"$not": {"$regex": "^a"}}}, {"group": {"$not": {"$regex": "^a"}}}),
        ({"config.opt": {"lr": 1}}, {"config.opt.value": {"lr": 1}}),
        ({"createdAt": {"$gte": "2024-01-01"}}, {"createdAt": {"$gte": "2024-01-01"}}),
    ],
)
def test_filters_are_sent_with_the_names_that_servers_know(
    given: Mapping[str, object] | None, sent: Mapping[str, object]
) -> None:
    assert json.loads(filters_json(given)) == sent


@pytest.mark.parametrize("field", FIELDS)
def test_field_is_known_in_both_spellings(field: str) -> None:
    first, *others = field.split("_")
    for name in (field, first + "".join(map(str.capitalize, others))):
        assert json.loads(filters_json({name: 1})) == {name: 1}
        assert checked_order(f"-{name}") == f"-{name}"


@pytest.mark.parametrize("operator", OPERATORS)
def test_operator_is_sent_unchanged(operator: str) -> None:
    operand = {"$eq": 1} if operator == "$not" else [1]
    condition = {"state": {operator: operand}}
    assert json.loads(filters_json(condition)) == condition


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        ({"lr": 1}, r"'lr' is not a field of runs; write config\.KEY .*display_name, state"),
        ({"stat": "finished"}, "'stat' is not a field"),
        ({"config": 1}, r"names no key; write config\.KEY"),
        ({"config.": 1}, "names no key"),
        ({"state.": 1}, "ends with a dot"),
        ({"state": {"$equals": 1}}, r"unknown operator '\$equals' for filter key 'state'.*\$eq"),
        ({"state": {"$not": {"$equals": 1}}}, r"unknown operator '\$equals'"),
        ({"config.a": 1, "config.a.value": 1}, "are the same; use \\$and for both"),
        ({"$xor": []}, r"unknown operator '\$xor' in filters; use \$and"),
        ({"$and": {"state": 1}}, r"\$and in filters must be a list of conditions"),
        ({"$or": "state"}, r"\$or in filters must be a list of conditions"),
        ({"$or": ["state"]}, r"each condition of \$or must be a mapping"),
        ({"$not": 1}, r"\$not in filters must be a mapping"),
        ({"state": {"$in": "finished"}}, r"\$in of filter key 'state' must be a list"),
        ({"state": {1: 2}}, "each key of filter 'state' must be a string"),
        ({1: 2}, "each key of filters must be a string"),
        ("state", "filters must be a mapping"),
        ({"state": object()}, "cannot be written as JSON"),
        ({"config.lr": float("nan")}, "cannot be written as JSON"),
        (circle, "cannot be written as JSON"),
    ],
)
def test_filters_that_no_server_can_take_are_refused(filters: Circle, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        filters_json(filters)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (None, "+created_at"),
        ("created_at", "+created_at"),
        ("-heartbeat_at", "-heartbeat_at"),
        ("+summary_metrics.loss", "+summary_metrics.loss"),
        ("-summary_metrics.val/loss of it", "-summary_metrics.val/loss of it"),
        ("-config.lr.value", "-config.lr.value"),
        ("-config.lr", "-config.lr.value"),
    ],
)
def test_order_is_sent_with_a_sign(given: str | None, sent: str) -> None:
    assert checked_order(given) == sent


@pytest.mark.parametrize("order", ["", "+", "-", "loss", "--created_at", "summary_metrics.", 1])
def test_order_by_something_else_is_refused(order: str) -> None:
    with pytest.raises(UsageError, match="order"):
        checked_order(order)


@given(st.text())
def test_any_order_is_sent_or_refused(order: str) -> None:
    with suppress(UsageError):
        assert checked_order(order)[0] in "+-"
