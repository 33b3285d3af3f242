"""`wbtyped link`: link a version into a portfolio or a registry."""

import json
from collections.abc import Sequence

from .connection import connect
from .output import print_out
from .targets import find_version


def link_version(
    path: str,
    target: str,
    aliases: Sequence[str],
    type_name: str | None,
    base_url: str | None,
    *,
    as_json: bool,
) -> None:
    """Link a version, and print the path of the link."""
    with connect(base_url) as api:
        source = find_version(api, path, type_name)
        link = source.link(target, aliases)
        if as_json:
            facts = {"name": link.qualified_name, "source": link.source_qualified_name}
            print(json.dumps({**facts, "aliases": link.aliases}))
            return
        print_out(link.qualified_name)
