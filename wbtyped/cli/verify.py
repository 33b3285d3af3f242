"""`wbtyped verify`: compare a folder with an artifact version."""

import json
from pathlib import Path

from ..errors import ChecksumError
from .connection import connect
from .output import print_err, print_out
from .targets import find_version

JSON_DIFFERENCES = ("missing", "altered", "foreign")
"""Keys of `verify --json`: scripts rely on them."""


def verify_artifact(
    path: str, folder: Path, base_url: str | None, type_name: str | None, *, as_json: bool
) -> int:
    """Compare a folder with a version and report the differences; return the exit code."""
    with connect(base_url) as api:
        artifact = find_version(api, path, type_name)
        if as_json:
            differences = artifact.compare(folder)
            print(json.dumps(dict(zip(JSON_DIFFERENCES, differences, strict=True))))
            return int(any(differences))
        try:
            artifact.verify(folder)
        except ChecksumError as error:
            print_err(str(error) if folder.is_dir() else f"folder {folder} does not exist")
            return 1
        print_out(f"OK: {folder} matches {artifact.qualified_name}")
        return 0
