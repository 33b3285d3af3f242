"""Read the comment above an operation or a fragment."""

import re

from graphql import ExecutableDefinitionNode, OperationDefinitionNode, OperationType
from graphql.language import TokenKind

REPEATABLE = re.compile(r"^Repeatable: (yes|no)\b", re.MULTILINE)


def comment_above(definition: ExecutableDefinitionNode) -> str:
    """Return the comment directly above a definition, without `#`."""
    if definition.loc is None:
        return ""
    lines: list[str] = []
    token = definition.loc.start_token
    while token.prev and token.prev.kind is TokenKind.COMMENT and token.prev.line == token.line - 1:
        token = token.prev
        lines.insert(0, (token.value or "").removeprefix(" "))
    return "\n".join(lines)


def is_repeatable(operation: OperationDefinitionNode) -> bool:
    """Return True if an operation may be sent twice; a mutation states it in its comment."""
    if operation.operation is OperationType.QUERY:
        return True
    stated = REPEATABLE.search(comment_above(operation))
    if stated is None:
        name = operation.name.value if operation.name else "?"
        raise ValueError(
            f"mutation {name}: add a line 'Repeatable: yes' or 'Repeatable: no' to its comment"
        )
    return stated.group(1) == "yes"
