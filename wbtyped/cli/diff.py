"""`wbtyped diff`: how two versions differ."""

import json

from .connection import connect
from .output import human_size, print_out
from .targets import find_version


def show_diff(old: str, new: str, base_url: str | None, *, as_json: bool, exact: bool) -> None:
    """Print how two versions differ."""
    with connect(base_url) as api:
        found = find_version(api, old).diff(find_version(api, new))
    if as_json:
        print(json.dumps(found.to_dict()))
        return
    for sign, paths in (("+", found.added), ("-", found.removed), ("~", found.changed)):
        for path in paths:
            print_out(f"{sign} {path}")
    for path in found.renamed:
        print_out(f"> {found.renamed_from[path]} -> {path}")
    for key, change in found.metadata.items():
        print_out(f"metadata.{key}: {json.dumps(change.old)} -> {json.dumps(change.new)}")
    if not found:
        print_out(f"{found.old} and {found.new} do not differ")
        return
    size = str(found.transfer_size) if exact else human_size(found.transfer_size)
    print_out(
        f"{len(found.added):,} added, {len(found.removed):,} removed, {len(found.changed):,}"
        f" changed, {len(found.renamed):,} renamed; {size} to transfer"
    )
