"""The content of a local file: its digests, and what of it is uploaded."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...upload.local_body import FileStamp, LocalBody
from ...upload.local_digest import DigestRun, LocalDigest, digest_file
from ...upload.part_sizes import part_bytes_of


@dataclass(frozen=True, slots=True)
class LocalContent:
    """What a file contained when it was digested."""

    path: Path
    size: int
    md5: str
    """In base64, as object stores verify uploads."""
    stamp: FileStamp
    parts: tuple[str, ...] = ()
    """The MD5s of its parts in hex, if it is large."""
    kept: bytes | None = None
    """The content itself, of some small files."""
    xxh128: str | None = None
    """In base64; None unless the version uses it as the digest."""

    @property
    def digest(self) -> str:
        """The digest in the manifest."""
        return self.md5 if self.xxh128 is None else self.xxh128

    @classmethod
    def read(cls, path: Path) -> "LocalContent":
        """Digest a file; raises DiskError if it cannot be read, or changes meanwhile."""
        return cls.of(path, digest_file(path, in_parts=True))

    @classmethod
    def of(cls, path: Path, digest: LocalDigest) -> "LocalContent":
        """Return what was digested."""
        stamp = digest.stamp
        content, parts = digest.content, digest.parts
        return cls(path, stamp.size, digest.md5, stamp, parts, content, digest.xxh128)

    @property
    def part_bytes(self) -> int:
        """The size of each part but the last."""
        return part_bytes_of(self.size)

    def body(self, *, verify: bool = True) -> LocalBody:
        """Return the body of an upload; `verify` its digest unless storage does that."""
        md5 = self.md5 if verify else None
        return LocalBody(self.path, self.stamp, 0, self.size, md5, self.kept)

    def part_body(self, number: int) -> LocalBody:
        """Return the body of the upload of a part, counted from 1; storage verifies its digest."""
        start = (number - 1) * self.part_bytes
        return LocalBody(self.path, self.stamp, start, min(self.part_bytes, self.size - start))


def read_contents(files: Mapping[str, Path], digests: DigestRun) -> dict[str, LocalContent]:
    """Digest files in parallel."""
    found = digests.run(files)
    return {name: LocalContent.of(files[name], digest) for name, digest in found.items()}
