"""Every query is documented, and its comment is true."""

import re
from functools import reduce
from pathlib import Path

import pytest
from graphql import (
    ExecutableDefinitionNode,
    OperationDefinitionNode,
    OperationType,
    parse,
    print_ast,
)
from wbtyped_graphql import calls

import wbtyped
from wbtyped import artifacts, codegen
from wbtyped.drift.query_text import comment_above

ROOT = Path(__file__).parents[1]
PAGED = re.compile(r"\bfirst: \$")


def definitions() -> list[ExecutableDefinitionNode]:
    return [
        node
        for file in sorted((ROOT / "queries").glob("*.graphql"))
        for node in parse(file.read_text()).definitions
        if isinstance(node, ExecutableDefinitionNode)
    ]


def name_of(node: ExecutableDefinitionNode) -> str:
    assert node.name is not None
    return node.name.value


@pytest.mark.parametrize("node", definitions(), ids=name_of)
def test_comment_states_purpose_and_user(node: ExecutableDefinitionNode) -> None:
    comment = comment_above(node)
    used_by = re.search(r"^Used by: (.+)$", comment, re.MULTILINE)
    assert used_by, f"{name_of(node)} has no line 'Used by:'"
    assert len(comment.partition("Used by:")[0].split()) >= 6, f"{name_of(node)}: state its purpose"
    if used_by.group(1) != "every paginator":
        for user in used_by.group(1).split(", "):
            room, _, name = user.partition(".")
            home = {"artifacts": artifacts, "codegen": codegen}.get(room)
            reduce(getattr, (name if home else user).split("."), home or wbtyped)


@pytest.mark.parametrize("node", definitions(), ids=name_of)
def test_comment_of_a_paged_query_describes_paging(node: ExecutableDefinitionNode) -> None:
    if PAGED.search(print_ast(node)):
        assert re.search(r"^Pages: ", comment_above(node), re.MULTILINE)


@pytest.mark.parametrize("node", definitions(), ids=name_of)
def test_comment_is_the_docstring_of_the_generated_function(node: ExecutableDefinitionNode) -> None:
    if not isinstance(node, OperationDefinitionNode):
        return
    function = re.sub(r"(?<=.)([A-Z])", r"_\1", name_of(node)).lower()
    shown = (getattr(calls, function).__doc__ or "").split()
    assert shown == comment_above(node).split()
    if node.operation is OperationType.MUTATION:
        assert re.search(r"^Repeatable: (yes|no)", comment_above(node), re.MULTILINE)
