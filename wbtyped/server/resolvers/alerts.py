"""Resolver for alerts of runs."""

from collections.abc import Mapping

from ariadne import MutationType, SchemaBindable
from graphql import GraphQLResolveInfo

from ..context import get_context
from .files import require_run
from .nodes import Node

mutation: MutationType = MutationType()
DEFAULT_SEVERITY = "INFO"


@mutation.field("notifyScriptableRunAlert")
def record_alert(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> Node:
    """Record an alert of a run; nobody is notified."""
    context = get_context(info)
    row = require_run(context, input)
    severity = str(input.get("severity") or DEFAULT_SEVERITY)
    context.alerts.add(row["id"], str(input["title"]), str(input["text"]), severity)
    return {"success": True}


BINDABLES: list[SchemaBindable] = [mutation]
