"""Read `Example:` in docstrings as griffe reads `Examples:`: as code with its output."""

import re
from typing import Any

import griffe

HEADING = re.compile(r"^( *)Example:$", re.MULTILINE)


class DocstringExamples(griffe.Extension):
    """Rename the sections of examples before they are parsed."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rename the section in the docstring of one object."""
        if obj.docstring:
            obj.docstring.value = HEADING.sub(r"\1Examples:", obj.docstring.value)
