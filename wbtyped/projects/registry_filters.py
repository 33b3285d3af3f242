"""Filters and orders of registries, their collections and versions, as the server expects them.

Servers search in two ways, and advanced search has other names for some fields. What a filter
becomes therefore depends on the organization; it is checked against both before any request.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from .. import arguments
from ..accounts.registries import full_registry_name
from ..artifacts.filters import checked_order
from ..errors import UsageError
from ..filter_conditions import as_given, write_filters


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one kind of object, each by every name that users may write."""

    what: str
    basic: Mapping[str, str]
    advanced: Mapping[str, str]

    def names(self, *, advanced: bool) -> Mapping[str, str]:
        """Return the server's names of the fields by those that users may write."""
        return self.advanced if advanced else self.basic


def named(*fields: str, **also: str) -> Mapping[str, str]:
    """Return fields under their own names, and under others."""
    return {field: field for field in fields} | also


REGISTRY_FIELDS = Fields(
    "registries",
    named("id", "name", "entity_id", "description", "created_at", "updated_at"),
    named("name", "entity_id", "project_id", id="project_id"),
)
COLLECTION_FIELDS = Fields(
    "collections",
    named(
        "artifact_collection_id", "name", "tag", "description", "created_at", "updated_at",
        id="artifact_collection_id", collection_id="artifact_collection_id", tags="tag",
    ),
    named(
        "artifact_collection_id", "name", "tag",
        id="artifact_collection_id", collection_id="artifact_collection_id", tags="tag",
        collection_name="name", artifact_collection_name="name",
    ),
)  # fmt: skip
VERSION_FIELDS = Fields(
    "versions",
    named(
        "id", "version", "tag", "alias", "metadata", "created_at", "updated_at",
        tags="tag", aliases="alias",
    ),
    named(
        "artifact_id", "version", "tag", "alias", "metadata", "artifact_created_at",
        "artifact_size", "acm_created_at", id="artifact_id", version_index="version", tags="tag",
        aliases="alias", artifact_metadata="metadata", created_at="artifact_created_at",
        linked_at="acm_created_at",
    ),
)  # fmt: skip
ORDERS = named("name", "created_at", "updated_at")
VERSION_ORDERS = named(
    "artifact_created_at", "artifact_size", "acm_created_at",
    created_at="artifact_created_at", linked_at="acm_created_at",
)  # fmt: skip


def chosen_filters(
    filters: Mapping[str, object] | None, alias: Mapping[str, object] | None
) -> Mapping[str, object] | None:
    """Return the filters, which may also be passed as `filter`, as in the official client."""
    if filters is not None and alias is not None:
        raise UsageError("pass filters or filter, not both: they are the same argument")
    return alias if filters is None else filters


def written_filters(
    filters: Mapping[str, object] | None, fields: Fields, *, advanced: bool = False
) -> str | None:
    """Return filters as the JSON string that the server expects; raises UsageError."""
    if arguments.optional_mapping("filters", filters) is None or filters is None:
        return None
    names = fields.names(advanced=advanced)
    return write_filters(
        filters,
        lambda key: _server_name(key, names, f"filters of {fields.what}"),
        full_name_value if fields is REGISTRY_FIELDS else as_given,
    )


def full_name_value(field: str, value: object) -> object:
    """Return what a field of registries is compared with."""
    return with_prefix(value) if field == "name" else value


def _server_name(key: str, names: Mapping[str, str], where: str) -> str:
    root, dot, rest = key.partition(".")
    if root not in names:
        raise UsageError(f"unknown field {root!r} in {where}; use one of {', '.join(names)}")
    return f"{names[root]}{dot}{rest}"


def with_prefix(value: object) -> object:
    """Return what a registry's name is compared with, as the full name of its project.

    Patterns are left as they are: they match anywhere in the full name.
    """
    if isinstance(value, str):
        return full_registry_name(value)
    if isinstance(value, Mapping):
        operators = arguments.mapping("filter 'name'", cast("object", value))
        return {
            operator: operand if operator in {"$regex", "$contains"} else with_prefix(operand)
            for operator, operand in operators.items()
        }
    if isinstance(value, list | tuple):
        return [with_prefix(item) for item in cast("list[object]", value)]
    return value


def written_order(
    order: str | None, fields: Mapping[str, str] = ORDERS, what: str = "registries"
) -> str | None:
    """Return an order with an explicit sign and the server's name, or raise UsageError."""
    signed = checked_order(order)
    if signed is None:
        return None
    return signed[0] + _server_name(signed[1:], fields, f"the order of {what}")


@dataclass(frozen=True, slots=True)
class VersionQuery:
    """What a search for versions sends."""

    registry_filters: str | None
    collection_filters: str | None
    filters: str | None
    order: str | None


@dataclass(frozen=True, slots=True)
class VersionSearch:
    """What users search versions by, before it is known how the server searches."""

    registry_filters: Mapping[str, object] | None
    collection_filters: Mapping[str, object] | None
    filters: Mapping[str, object] | None
    order: str | None

    def query(self, *, advanced: bool) -> VersionQuery:
        """Return what to send; raises UsageError if this kind of search cannot do it."""
        order = written_order(self.order, VERSION_ORDERS, "versions")
        if order is not None and not advanced:
            raise UsageError("only advanced search orders the versions of registries")
        return VersionQuery(
            written_filters(self.registry_filters, REGISTRY_FIELDS, advanced=advanced),
            written_filters(self.collection_filters, COLLECTION_FIELDS, advanced=advanced),
            written_filters(self.filters, VERSION_FIELDS, advanced=advanced),
            order,
        )

    def queries(self) -> dict[bool, VersionQuery]:
        """Return what to send with basic and with advanced search, or raise UsageError."""
        found: dict[bool, VersionQuery] = {}
        errors: list[UsageError] = []
        for advanced in (False, True):
            try:
                found[advanced] = self.query(advanced=advanced)
            except UsageError as error:
                errors.append(error)
        if not found:
            raise errors[-1] if self.order is not None else errors[0]
        return found
