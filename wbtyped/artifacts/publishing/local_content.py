"""The content of a local file: its digests, and what of it is uploaded."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ...upload.local_body import LocalBody
from ...upload.local_digest import DigestRun, LocalDigest, digest_file
from ...upload.part_sizes import part_bytes_of


class LocalContent(NamedTuple):
    """A local file, and what it contained when it was digested."""

    path: Path
    digested: LocalDigest

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.digested.stamp.size

    @property
    def md5(self) -> str:
        """Its MD5 in base64, as object stores verify uploads."""
        return self.digested.md5

    @property
    def digest(self) -> str:
        """The digest in the manifest: XXH128 if the version uses it, else MD5."""
        return self.digested.xxh128 or self.digested.md5

    @property
    def parts(self) -> tuple[str, ...]:
        """The MD5s of its parts in hex, if it is large."""
        return self.digested.parts

    @classmethod
    def read(cls, path: Path) -> "LocalContent":
        """Digest a file; raises DiskError if it cannot be read, or changes meanwhile."""
        return cls(path, digest_file(path, in_parts=True))

    @property
    def part_bytes(self) -> int:
        """The size of each part but the last."""
        return part_bytes_of(self.size)

    def body(self, *, verify: bool = True) -> LocalBody:
        """Return the body of an upload; `verify` its digest unless storage does that."""
        md5 = self.md5 if verify else None
        digested = self.digested
        return LocalBody(self.path, digested.stamp, 0, self.size, md5, digested.content)

    def part_body(self, number: int) -> LocalBody:
        """Return the body of the upload of a part, counted from 1; storage verifies its digest."""
        start = (number - 1) * self.part_bytes
        size = min(self.part_bytes, self.size - start)
        return LocalBody(self.path, self.digested.stamp, start, size)


def read_contents(files: Mapping[str, Path], digests: DigestRun) -> dict[str, LocalContent]:
    """Digest files in parallel."""
    found = digests.run(files)
    return {name: LocalContent(files[name], digest) for name, digest in found.items()}
