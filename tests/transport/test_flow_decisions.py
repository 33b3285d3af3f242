"""Flows give the same result on both loops, whatever comes of their requests."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wbtyped_graphql.base_model import BaseModel
from wbtyped_graphql.operation import Envelope, Operation, ResultT

from wbtyped.errors import GraphQLError, NotFoundError
from wbtyped.transport.flow import Flow, arun, ask, run


class Number(BaseModel, frozen=True):
    value: int


def number(value: int) -> Operation[Number]:
    return Operation("query", f"Number{value}", {"value": value}, Envelope[Number])


class Scripted:
    """Sends nothing: echoes the number of an operation, or raises what the script says."""

    def __init__(self, failing: Sequence[type[Exception] | None]) -> None:
        self.failing = list(failing)
        self.sent: list[str] = []

    def send(self, operation: Operation[ResultT]) -> ResultT:
        self.sent.append(operation.name)
        error = self.failing.pop(0) if self.failing else None
        if error is not None:
            raise error(operation.name)
        data = operation.envelope.model_validate({"data": operation.sent_variables()}).data
        assert data is not None
        return data

    async def asend(self, operation: Operation[ResultT]) -> ResultT:
        return self.send(operation)


class UnexpectedError(Exception):
    """What the flow does not expect."""


def total(values: Sequence[int]) -> Flow[int]:
    """Add numbers, each in a flow of its own; what is not found counts for nothing."""
    result = 0
    for value in values:
        try:
            result += (yield from ask(number(value))).value
        except NotFoundError:
            # As the fallback for an older server would.
            result += (yield from ask(number(-value))).value
        except GraphQLError:
            return -1
    return result


def outcome(sender: Scripted, values: Sequence[int], *, in_loop: bool) -> object:
    try:
        if in_loop:
            return asyncio.run(arun(total(values), sender))
        return run(total(values), sender)
    except Exception as error:
        return type(error), str(error), sender.sent


def expected(failing: Sequence[type[Exception] | None], values: Sequence[int]) -> object:
    """Return what `total` comes to, told without generators."""
    script, sent, result = list(failing), list[str](), 0
    for value in values:
        for sign in (value, -value):
            sent.append(number(sign).name)
            error = script.pop(0) if script else None
            if error is None:
                result += sign
                break
            if error is NotFoundError and sign is value:
                continue
            if issubclass(error, GraphQLError) and sign is value:
                return -1
            return error, number(sign).name, sent
    return result


FAILING = st.lists(
    st.none() | st.sampled_from([NotFoundError, GraphQLError, UnexpectedError]), max_size=5
)


@settings(deadline=None)
@given(failing=FAILING, values=st.lists(st.integers(1, 9), max_size=4))
def test_run_and_arun_agree(failing: list[type[Exception] | None], values: list[int]) -> None:
    here, there = Scripted(failing), Scripted(failing)
    told = outcome(here, values, in_loop=False)
    assert told == outcome(there, values, in_loop=True)
    assert here.sent == there.sent
    assert told == expected(failing, values)


def test_flow_without_requests_needs_no_sender() -> None:
    sender = Scripted([])
    assert run(total([]), sender) == 0
    assert sender.sent == []


def test_error_is_raised_at_its_request() -> None:
    seen: list[str] = []

    def careful() -> Flow[str]:
        yield from ask(number(1))
        try:
            yield from ask(number(2))
        except UnexpectedError as error:
            seen.append(str(error))
        finally:
            seen.append("left")
        return (yield from ask(number(3))).model_dump_json()

    sender = Scripted([None, UnexpectedError])
    assert run(careful(), sender) == '{"value":3}'
    assert seen == ["Number2", "left"]
    assert sender.sent == ["Number1", "Number2", "Number3"]


def test_error_raised_by_a_flow_is_unchanged() -> None:
    def refusing() -> Flow[int]:
        found = yield from ask(number(1))
        raise NotFoundError(f"{found.value} is missing")

    with pytest.raises(NotFoundError, match="1 is missing"):
        run(refusing(), Scripted([]))


def test_converted_error_keeps_its_cause() -> None:
    def turning() -> Flow[int]:
        try:
            return (yield from ask(number(1))).value
        except UnexpectedError as error:
            raise NotFoundError("missing") from error

    with pytest.raises(NotFoundError, match="missing") as caught:
        run(turning(), Scripted([UnexpectedError]))
    assert isinstance(caught.value.__cause__, UnexpectedError)


def test_interruption_cannot_be_caught_by_a_flow() -> None:
    class Interrupted(Scripted):
        def send(self, operation: Operation[ResultT]) -> ResultT:
            raise KeyboardInterrupt

    seen: list[str] = []

    def stubborn() -> Flow[int]:
        try:
            return (yield from ask(number(1))).value
        except Exception:
            seen.append("caught")
            return 0

    with pytest.raises(KeyboardInterrupt):
        run(stubborn(), Interrupted([]))
    assert seen == []


def test_request_resumed_before_it_was_sent_is_an_error() -> None:
    flow = ask(number(1))
    next(flow)
    with pytest.raises(RuntimeError, match="Number1 was resumed before it was sent"):
        next(flow)
