"""Read the comment above an operation or fragment."""

import re

from graphql import ExecutableDefinitionNode, OperationDefinitionNode, OperationType
from graphql.language import TokenKind

REPEATABLE = re.compile(r"^Repeatable: (yes|no)\b", re.MULTILINE)


def comment_above(definition: ExecutableDefinitionNode) -> str:
    """Return the lines of the comment that ends right above `definition`, without their `#`."""
    if definition.loc is None:
        return ""
    lines: list[str] = []
    token = definition.loc.start_token
    while token.prev and token.prev.kind is TokenKind.COMMENT and token.prev.line == token.line - 1:
        token = token.prev
        lines.insert(0, (token.value or "").removeprefix(" "))
    return "\n".join(lines)


def is_repeatable(operation: OperationDefinitionNode) -> bool:
    """Tell whether an operation may be sent twice; a mutation has to say so in its comment."""
    if operation.operation is OperationType.QUERY:
        return True
    said = REPEATABLE.search(comment_above(operation))
    if said is None:
        name = operation.name.value if operation.name else "?"
        raise ValueError(f"mutation {name}: its comment lacks a line 'Repeatable: yes' or 'no'")
    return said.group(1) == "yes"
