"""Select names by the patterns of `--pattern` and `--glob`."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..errors import UsageError
from ..name_patterns import (
    glob_expression,
    like_expression,
    looks_like_glob,
    unmatched_hint,
)
from ..user_warnings import warn_user


@dataclass(frozen=True, slots=True)
class NameFilter:
    """Which names to keep: those that match all that is given."""

    pattern: str | None = None
    """SQL LIKE."""
    glob: str | None = None
    below: str | None = None
    """The only file, or the folder that holds all."""

    @property
    def selects(self) -> bool:
        """Whether any name could be left out."""
        return any(value is not None for value in (self.pattern, self.glob, self.below))

    def matcher(self) -> Callable[[str], bool]:
        """Return a predicate that tells whether a name is kept."""
        expressions: list[re.Pattern[str]] = []
        if self.pattern is not None:
            expressions.append(re.compile(like_expression(self.pattern), re.DOTALL))
        if self.glob is not None:
            expressions.append(glob_expression(self.glob))
        if self.below is not None:
            expressions.append(re.compile(re.escape(self.below) + "(/.*)?", re.DOTALL))
        return lambda name: all(expression.fullmatch(name) for expression in expressions)

    def check_matches(self, found: int) -> None:
        """Warn of an SQL LIKE pattern that matches nothing and was meant as a shell pattern."""
        if not found and self.pattern and looks_like_glob(self.pattern):
            warn_user(unmatched_hint(self.pattern))


ALL_NAMES = NameFilter()


def check_either(names: Sequence[str], name_filter: NameFilter) -> None:
    """Raise UsageError unless files are selected in one way at most."""
    if names and name_filter.selects:
        raise UsageError("pass either NAME, or --pattern and --glob, not both")
