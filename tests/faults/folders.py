"""What a download may leave on disk."""

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.findings import Finding


@dataclass(slots=True)
class Expected:
    """What may be found in a folder.

    `right` are the contents that each name may have once it is there, `before` the files that a
    download may find in the place of its own and replace, `own` those of the user, which stay.
    """

    right: Mapping[str, Collection[bytes]]
    own: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    before: Mapping[str, bytes] = field(default_factory=dict[str, bytes])

    def lay_out(self, root: Path) -> None:
        """Write the files that are there beforehand."""
        root.mkdir(parents=True)
        for name, content in {**self.own, **self.before}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for name in self.own:
            # Old enough to be taken for what a download that died has left.
            os.utime(root / name, (0, 0))


@dataclass(slots=True)
class Said:
    """What the client has said of each file."""

    there: Collection[str] = ()
    failed: Collection[str] = ()
    finish_attempt: bool = False
    """Whether an error that names no file explains all that is missing."""


def found(root: Path) -> dict[str, bytes]:
    """Return all files below a folder by their names."""
    files = (path for path in sorted(root.rglob("*")) if not path.is_dir())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def judge_folder(root: Path, expected: Expected, said: Said) -> Iterator[Finding]:
    """Yield what is not right in a folder, by what was said of its files."""
    present = found(root)
    for name, content in expected.own.items():
        if present.pop(name, None) != content:
            yield Finding("lost", f"{name!r}, a file of the user, is gone or changed")
    for name, contents in expected.right.items():
        yield from judge_file(name, contents, present.pop(name, None), expected, said)
    may_resume = said.finish_attempt or bool(said.failed)
    for name in present:
        if not (may_resume and name.rpartition("/")[2].startswith(".")):
            yield Finding("leftovers", f"file {name!r} in the folder")
    for path in root.rglob("*"):
        if path.is_dir() and not any(path.iterdir()):
            yield Finding("leftovers", f"empty folder {path.relative_to(root).as_posix()!r}")


def judge_file(
    name: str, contents: Collection[bytes], present: bytes | None, expected: Expected, said: Said
) -> Iterator[Finding]:
    """Yield what is not right about one file."""
    old = expected.before.get(name)
    if present is not None and present in contents:
        return
    if present is not None and present != old:
        yield Finding("wrong", f"{name!r} has {len(present)} bytes that are not its own")
    elif name in said.there:
        yield Finding("lost", f"{name!r} was said to be there")
    elif name not in said.failed and not said.finish_attempt:
        yield Finding("unreported", f"{name!r} is not there, and nothing was said of it")


def judge_around(folder: Path) -> Iterator[Finding]:
    """Yield what was written beside the folders of a case."""
    for path in folder.iterdir():
        if path.name not in {"root", "cache", "sent"}:
            yield Finding("wrong", f"{path.name!r} was written outside of the folder")
