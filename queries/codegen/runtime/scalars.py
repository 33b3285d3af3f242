"""Python types for the scalars of the schema, and enums that accept unknown values."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator


def as_utc(moment: datetime) -> datetime:
    """Return a time in UTC: servers omit the offset of some, and all of those are in UTC."""
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError("a time before the year 1 or after 9999 in UTC") from error


DateTime = Annotated[datetime, AfterValidator(as_utc)]


class OpenEnum(StrEnum):
    """An enum that accepts unknown values, so that one of a newer server never fails a page."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return member
