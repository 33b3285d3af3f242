"""Send one local file to the address that a server gave for it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path, PurePosixPath

from wbtyped_graphql.create_run_files import CreateRunFilesCreateRunFiles

from .. import arguments
from ..errors import DiskError, TransportError, UsageError
from ..transport.http import Transport

UPLOAD_BLOCK_BYTES = 1024 * 1024
"""Bytes read at a time: large enough that a 64 MiB file costs few system calls."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A local file and the name that it takes in a run, with `/` between folders."""

    path: Path
    name: str

    @classmethod
    def of(cls, path: str | PathLike[str], root: str | PathLike[str]) -> "Upload":
        """Name the file at `path` by its way from `root`; UsageError when it is not below."""
        file, folder = arguments.location("path", path), arguments.location("root", root)
        if not file.is_file():
            raise UsageError(f"{file} is not a file, so it cannot be uploaded")
        way = os.path.relpath(file, folder)
        if way.startswith("..") or Path(way).is_absolute():
            raise UsageError(f"{file} is not below {folder}; pass root= to name it another way")
        return cls(file, PurePosixPath(*Path(way).parts).as_posix())

    def blocks(self, size: int) -> Iterator[bytes]:
        """Yield the content, `size` bytes in all; a file that changes meanwhile is an error."""
        left = size
        with self.path.open("rb") as stream:
            while block := stream.read(UPLOAD_BLOCK_BYTES):
                left -= len(block)
                if left < 0:
                    break
                yield block
        if left:
            raise DiskError(f"{self.path} changed its size while it was uploaded; upload it again")

    def send(self, transport: Transport, created: CreateRunFilesCreateRunFiles | None) -> None:
        """Send the content to the address in the server's answer."""
        files = (created.files if created else None) or []
        url = next((f.upload_url for f in files if f.name == self.name), None)
        if created is None or url is None:
            raise TransportError(f"upload of {self.name!r}: the server gave no address for it")
        pairs = (header.partition(":") for header in created.upload_headers or [])
        headers = {name.strip(): value.strip() for name, _, value in pairs}
        try:
            size = self.path.stat().st_size
            transport.put(
                f"upload of {self.name!r}",
                transport.absolute(url),
                lambda: self.blocks(size),
                {**headers, "Content-Length": str(size)},
            )
        except DiskError:
            raise
        except OSError as error:
            raise DiskError(f"{self.path} cannot be read: {error.strerror}") from error
