"""Check what a download leaves on disk against what it reported."""

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.findings import Finding


@dataclass(slots=True)
class Expected:
    """What may be in a folder.

    `allowed` holds the contents that each downloaded file may have, `stale` the files that a
    download finds in place of its own and replaces, `user` the files of the user, which stay.
    """

    allowed: Mapping[str, Collection[bytes]]
    user: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    stale: Mapping[str, bytes] = field(default_factory=dict[str, bytes])

    def write(self, root: Path) -> None:
        """Write the files that exist before the download."""
        root.mkdir(parents=True)
        for name, content in {**self.user, **self.stale}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for name in self.user:
            # Old enough to look like the temporary file of a download that died.
            os.utime(root / name, (0, 0))


@dataclass(slots=True)
class Reported:
    """What the client reported of each file."""

    present: Collection[str] = ()
    failed: Collection[str] = ()
    aborted: bool = False
    """True if an error that names no file explains every missing file."""


def read_folder(root: Path) -> dict[str, bytes]:
    """Return the contents of all files in a folder by name."""
    files = (path for path in sorted(root.rglob("*")) if not path.is_dir())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def check_folder(root: Path, expected: Expected, reported: Reported) -> Iterator[Finding]:
    """Yield what is wrong in a folder, given what was reported of its files."""
    found = read_folder(root)
    for name, content in expected.user.items():
        if found.pop(name, None) != content:
            yield Finding("lost", f"{name!r}, a file of the user, is gone or changed")
    for name in expected.allowed:
        yield from check_file(name, found.pop(name, None), expected, reported)
    may_resume = reported.aborted or bool(reported.failed)
    for name in found:
        if not (may_resume and name.rpartition("/")[2].startswith(".")):
            yield Finding("leftovers", f"file {name!r} in the folder")
    for path in root.rglob("*"):
        if path.is_dir() and not any(path.iterdir()):
            yield Finding("leftovers", f"empty folder {path.relative_to(root).as_posix()!r}")


def check_file(
    name: str, content: bytes | None, expected: Expected, reported: Reported
) -> Iterator[Finding]:
    """Yield what is wrong with one file."""
    if content is not None and content in expected.allowed[name]:
        return
    if content is not None and content != expected.stale.get(name):
        yield Finding("wrong", f"{name!r} has {len(content)} bytes that are not its own")
    elif name in reported.present:
        yield Finding("lost", f"{name!r} was reported as present")
    elif name not in reported.failed and not reported.aborted:
        yield Finding("unreported", f"{name!r} is missing, and nothing was reported")


def check_surroundings(folder: Path) -> Iterator[Finding]:
    """Yield what was written beside the folders of a case."""
    for path in folder.iterdir():
        if path.name not in {"root", "cache", "sent"}:
            yield Finding("wrong", f"{path.name!r} was written outside of the folder")
