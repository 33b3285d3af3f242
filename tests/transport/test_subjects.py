"""Every operation names the object that it is about."""

import inspect
import re

import pytest
from wbtyped_graphql import calls, operations
from wbtyped_graphql.operation import Operation

from wbtyped.transport.subjects import SUBJECTS, subject_of

DOCUMENTS = {
    name: dict(re.findall(r"\$(\w+): (\S+)", head))
    for document in (getattr(operations, name) for name in operations.__all__)
    for name, head in re.findall(r"(?:query|mutation) (\w+)(\([^{]*)?\{?", document)[:1]
}


def test_every_operation_has_a_subject_of_its_own_variables() -> None:
    assert set(DOCUMENTS) == set(SUBJECTS)
    for name, template in SUBJECTS.items():
        assert set(re.findall(r"\{(\w+)\}", template)) <= set(DOCUMENTS[name]), name


@pytest.mark.parametrize("name", sorted(SUBJECTS))
def test_subject_is_no_name_of_an_operation(name: str) -> None:
    function = getattr(calls, re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower())
    given = dict.fromkeys(inspect.signature(function).parameters, "{x}")
    subject = subject_of(function(**given))
    assert name not in subject
    assert subject[0].islower()


def test_operation_can_be_told_its_subject() -> None:
    operation = calls.artifact_by_id(id="1")
    assert subject_of(operation) == "an artifact version"
    told = operation.about("artifact a/b/c:v1")
    assert subject_of(told) == "artifact a/b/c:v1"
    assert told == operation
    other = Operation("query Q { x }", "{Q}", {}, operation.envelope)
    assert subject_of(other) == "{Q}"
