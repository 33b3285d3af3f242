"""Read what the comment above a mutation says about repeating it."""

import re

from graphql import OperationDefinitionNode, OperationType

from ..drift.query_text import comment_above, place_of
from ..errors import QueryError

REPEATABLE = re.compile(r"^Repeatable: (yes|no)\b", re.MULTILINE)


def is_repeatable(operation: OperationDefinitionNode) -> bool:
    """Return True if an operation may be sent twice; a mutation states it in its comment."""
    if operation.operation is OperationType.QUERY:
        return True
    stated = REPEATABLE.search(comment_above(operation))
    if stated is None:
        name = operation.name.value if operation.name else "?"
        raise QueryError(
            f"{place_of(operation)}: mutation {name}: add a line 'Repeatable: yes' or 'Repeatable:"
            " no' to the comment above it"
        )
    return stated.group(1) == "yes"
