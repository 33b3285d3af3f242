"""Conditions on versions, as in `--where 'metadata.accuracy < 0.9 and size > 1000'`.

They are written like Python expressions, parsed by Python, and never executed. What cannot be
decided, such as a comparison with a metadata key that a version does not have, is neither true nor
false: not even `not` makes it true, so that such a version stays.
"""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias, cast

from .. import arguments
from ..errors import UsageError
from ..user_json import NotAnObjectError, read_object
from .stored_version import StoredVersion

Truth: TypeAlias = bool | None
"""None if a condition cannot be decided."""
Comparison: TypeAlias = Callable[[object, object], bool]

FIELDS: Mapping[str, Callable[[StoredVersion], object]] = {
    "aliases": lambda version: version.aliases,
    "collection": lambda version: version.collection.name,
    "created_at": lambda version: version.created_at.isoformat(),
    "file_count": lambda version: version.file_count,
    "metadata": lambda version: read_object(version.metadata),
    "project": lambda version: version.collection.project,
    "size": lambda version: version.size,
    "tags": lambda version: version.tags,
    "type": lambda version: version.collection.type,
    "version": lambda version: version.index,
}
COMPARISONS: Mapping[type[ast.cmpop], Callable[..., bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
EXAMPLES = "metadata.accuracy < 0.9, size > 1000000, 'draft' in tags"
MAX_CHARACTERS = 10_000


class MissingValueError(Exception):
    """A version does not have the value that a condition names."""


@dataclass(frozen=True)
class Condition:
    """A condition that a version meets, does not meet, or leaves open."""

    text: str

    @cached_property
    def _parsed(self) -> ast.expr:
        return parse_condition(self.text)

    @property
    def reads_metadata(self) -> bool:
        """Whether it names metadata, which has to be requested for it."""
        names = (node for node in ast.walk(self._parsed) if isinstance(node, ast.Name))
        return any(name.id == "metadata" for name in names)

    def holds(self, version: StoredVersion) -> Truth:
        """Return whether a version meets it; None if that cannot be decided."""
        return truth(self._parsed, version)


def checked_condition(text: object) -> Condition:
    """Return a condition, or raise UsageError that says what is wrong with it."""
    condition = Condition(arguments.string("where", text))
    parse_condition(condition.text)
    return condition


def parse_condition(text: str) -> ast.expr:
    """Return the parsed condition, or raise UsageError."""
    if len(text) > MAX_CHARACTERS:
        raise UsageError(f"where has more than {MAX_CHARACTERS:,} characters")
    try:
        expression = ast.parse(text.strip(), mode="eval").body
        check_truth(text, expression)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, UsageError):
            raise
        raise wrong(text, "it cannot be parsed") from None
    return expression


def wrong(text: str, reason: str) -> UsageError:
    """Build the error for a condition."""
    return UsageError(f"where {text!r:.200} is not a condition: {reason}; write {EXAMPLES}")


def check_truth(text: str, node: ast.expr) -> None:
    """Raise UsageError unless a part of a condition is one itself."""
    match node:
        case ast.BoolOp(values=values):
            for value in values:
                check_truth(text, value)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            check_truth(text, operand)
        case ast.Compare(left=left, ops=ops, comparators=others):
            for part in (left, *others):
                check_value(text, part)
            for op in ops:
                if not isinstance(op, ast.In | ast.NotIn) and type(op) not in COMPARISONS:
                    raise wrong(text, "it compares in an unknown way")
        case _:
            raise wrong(text, f"{ast.unparse(node)!r:.60} compares nothing")


def check_value(text: str, node: ast.expr) -> None:
    """Raise UsageError unless a part of a comparison is a known field or a plain value."""
    match node:
        case ast.Constant(value=str() | int() | float() | None):
            pass
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float())):
            pass
        case ast.List(elts=items) | ast.Tuple(elts=items):
            for item in items:
                check_value(text, item)
        case ast.Name(id=name):
            if name == "metadata":
                raise wrong(text, "name a key, as in metadata.accuracy or metadata['val-loss']")
            if name not in FIELDS:
                raise wrong(text, f"unknown field {name!r}, known are {', '.join(FIELDS)}")
        case ast.Attribute() | ast.Subscript():
            metadata_keys(text, node)
        case _:
            raise wrong(text, f"{ast.unparse(node)!r:.60} is neither a field nor a plain value")


def metadata_keys(text: str, node: ast.expr) -> Sequence[str]:
    """Return the keys in `metadata.a['b']`, or raise UsageError."""
    match node:
        case ast.Name(id="metadata"):
            return ()
        case ast.Name(id=name):
            raise wrong(text, f"only metadata has keys, not {name!r}")
        case ast.Attribute(value=inner, attr=key):
            return (*metadata_keys(text, inner), key)
        case ast.Subscript(value=inner, slice=ast.Constant(value=str(key))):
            return (*metadata_keys(text, inner), key)
        case _:
            raise wrong(text, f"{ast.unparse(node)!r:.60} is no key of metadata")


def truth(node: ast.expr, version: StoredVersion) -> Truth:
    """Return whether a version meets a checked condition."""
    match node:
        case ast.BoolOp(op=op, values=values):
            found = [truth(value, version) for value in values]
            decisive = isinstance(op, ast.Or)
            if decisive in found:
                return decisive
            return None if None in found else not decisive
        case ast.UnaryOp(operand=operand):
            inner = truth(operand, version)
            return None if inner is None else not inner
        case ast.Compare(left=left, ops=ops, comparators=others):
            return compared(left, ops, others, version)
        case _:
            return None


def compared(
    left: ast.expr, ops: Sequence[ast.cmpop], others: Sequence[ast.expr], version: StoredVersion
) -> Truth:
    """Return whether a chain of comparisons holds; None if values are missing or unlike."""
    try:
        values = [value_of(part, version) for part in (left, *others)]
        pairs = zip(ops, values, values[1:], strict=False)
        return all(compare(op, first, second) for op, first, second in pairs)
    except (MissingValueError, NotAnObjectError, TypeError):
        return None


def compare(op: ast.cmpop, first: object, second: object) -> bool:
    """Return whether one comparison holds; raises TypeError for values that are not alike."""
    if isinstance(op, ast.In | ast.NotIn):
        if not isinstance(second, list | tuple | str):
            raise TypeError
        return (first in cast("Sequence[object]", second)) is isinstance(op, ast.In)
    if not alike(first, second):
        raise TypeError
    return COMPARISONS[type(op)](first, second)


def alike(first: object, second: object) -> bool:
    """Return True for two numbers, or for two values of the same type; NaN is like nothing."""
    if any(value != value for value in (first, second)):
        return False
    numbers = [isinstance(v, int | float) and not isinstance(v, bool) for v in (first, second)]
    return all(numbers) or type(first) is type(second)


def value_of(node: ast.expr, version: StoredVersion) -> object:
    """Return the value of a part of a comparison for a version."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.UnaryOp(operand=ast.Constant(value=int() | float() as number)):
            return -number
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [value_of(item, version) for item in items]
        case ast.Name(id=name):
            return FIELDS[name](version)
        case _:
            found = FIELDS["metadata"](version)
            for key in metadata_keys("", node):
                if not isinstance(found, Mapping) or key not in found:
                    raise MissingValueError
                found = cast("Mapping[str, object]", found)[key]
            return found
