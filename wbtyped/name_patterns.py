"""Select file names by shell patterns, or by SQL LIKE as servers do.

A shell pattern (`glob=`) selects names as `.gitignore` and pathlib do, with case:

| pattern | selects |
|---|---|
| `*.png` | without a slash: by the last part of the name, in every folder |
| `/*.png` | with a slash in front: at the top only |
| `media/*.png` | files directly in `media`; `*` and `?` match no slash |
| `media/**` or `media/` | everything below `media` |
| `media/**/x.png` | `x.png` in `media` and in every folder below |
| `epoch-[0-9].pt`, `[!a-c]*` | one character of a set, or not of it |

A name that starts with a dot is like any other. `[*]` is a star itself.
"""

import re
from functools import lru_cache

from . import arguments
from .errors import UsageError

ANYTHING = "%"
SHELL = re.compile(r"[*?\[]")
SET = re.compile(r"\[(?:([!^])|(?![!^]))(\][^\]/]*|[^\]/]+)\]")
SET_MEMBER = re.compile(r"(.)-(.)|.", re.DOTALL)
LIKE_RUNS = re.compile(r"%+")


def check_glob(glob: object) -> str | None:
    """Return a shell pattern or None, or raise UsageError."""
    text = arguments.optional_string("glob", glob)
    if text is not None:
        glob_expression(text)
    return text


@lru_cache(maxsize=64)
def glob_expression(glob: str) -> re.Pattern[str]:
    """Return the regular expression of a shell pattern; raises UsageError for one of no name."""
    if not glob.strip("/"):
        raise UsageError(f"glob {glob!r} matches no name; write '*' for every name")
    anywhere = "/" not in glob
    parts = glob.removeprefix("/").split("/")
    if parts[-1] == "":
        parts[-1] = "**"
    written = "(?:.*/)?" if anywhere else ""
    for number, part in enumerate(parts):
        is_last = number == len(parts) - 1
        if part == "**":
            written += ".+" if is_last else "(?:.*/)?"
        else:
            written += _part_expression(part) + ("" if is_last else "/")
    try:
        return re.compile(written, re.DOTALL)
    except re.error as error:
        raise UsageError(f"glob {glob!r} is not a shell pattern: {error}") from None


def matches_glob(name: str, glob: str) -> bool:
    """Return True if a shell pattern selects a name."""
    return glob_expression(glob).fullmatch(name) is not None


def like_of_glob(glob: str) -> str | None:
    """Return an SQL LIKE pattern that matches all that a shell pattern selects, and little else.

    None if that would be everything.
    """
    anywhere = "/" not in glob
    text = glob.removeprefix("/")
    if text.endswith("/"):
        text += "**"
    # `a/**/b` also selects `a/b`.
    text = re.sub(r"(^|(?<=/))\*\*/", "**", text)
    pattern = ANYTHING if anywhere else ""
    position = 0
    while position < len(text):
        found = SET.match(text, position)
        # `_` and `%` are not escaped, since servers differ there: the client filters anyway.
        character = text[position]
        wildcards = {"*": ANYTHING, "?": "_", "\\": "_"}
        pattern += "_" if found else wildcards.get(character, character)
        position = found.end() if found else position + 1
    pattern = LIKE_RUNS.sub(ANYTHING, pattern)
    return None if pattern == ANYTHING else pattern


def looks_like_glob(pattern: str) -> bool:
    """Return True for an SQL LIKE pattern that was probably meant as a shell pattern."""
    return SHELL.search(pattern) is not None


def unmatched_hint(pattern: str) -> str:
    """Return what to say of an SQL LIKE pattern that matches nothing and looks like a glob."""
    return (
        f"pattern {pattern!r} is SQL LIKE, where % matches any string, and it matches nothing;"
        f" for shell patterns pass glob={pattern!r} (--glob)"
    )


def _part_expression(part: str) -> str:
    written = ""
    position = 0
    while position < len(part):
        character = part[position]
        if character == "[" and (found := SET.match(part, position)):
            excluded, members = found.groups()
            escaped = SET_MEMBER.sub(_escaped_member, members)
            written += f"[^/{escaped}]" if excluded else f"(?!/)[{escaped}]"
            position = found.end()
            continue
        if character == "*":
            if not written.endswith("[^/]*"):
                written += "[^/]*"
        else:
            written += "[^/]" if character == "?" else re.escape(character)
        position += 1
    return written


def _escaped_member(member: re.Match[str]) -> str:
    """Return a range or a character of a set as a regular expression has it."""
    first, last = member.groups()
    return re.escape(member[0]) if first is None else f"{re.escape(first)}-{re.escape(last)}"


def like_expression(pattern: str) -> str:
    """Return the regular expression of an SQL LIKE pattern."""
    wildcards = {"%": ".*", "_": "."}
    return "".join(wildcards.get(character) or re.escape(character) for character in pattern)
