"""Select names by the patterns of `--pattern` and `--glob`."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..errors import UsageError
from ..name_patterns import glob_expression, like_expression


@dataclass(frozen=True, slots=True)
class NameFilter:
    """Which names to keep: those that match all that is given."""

    pattern: str | None = None
    """SQL LIKE."""
    glob: str | None = None

    @property
    def selects(self) -> bool:
        """Whether any name could be left out."""
        return self.pattern is not None or self.glob is not None

    def matcher(self) -> Callable[[str], bool]:
        """Return a predicate that tells whether a name is kept."""
        expressions: list[re.Pattern[str]] = []
        if self.pattern is not None:
            expressions.append(re.compile(like_expression(self.pattern), re.DOTALL))
        if self.glob is not None:
            expressions.append(glob_expression(self.glob))
        return lambda name: all(expression.fullmatch(name) for expression in expressions)


ALL_NAMES = NameFilter()


def check_either(names: Sequence[str], name_filter: NameFilter) -> None:
    """Raise UsageError unless files are selected in one way at most."""
    if names and name_filter.selects:
        raise UsageError("pass either NAME, or --pattern and --glob, not both")
