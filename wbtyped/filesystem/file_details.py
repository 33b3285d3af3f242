"""What the file system knows of a file or folder, and how fsspec wants it told."""

from datetime import datetime
from typing import Required, TypedDict

from ..download.disk.digests import Algorithm


class FileInfo(TypedDict, total=False):
    """The details of a file or folder, as `info` and `ls` return them."""

    name: Required[str]
    """The path, without protocol."""
    type: Required[str]
    """`file` or `directory`."""
    size: Required[int | None]
    """In bytes; 0 for a folder, None for a reference whose size nobody recorded."""
    mtime: float
    """When the file was written, or its version created: seconds since 1970."""
    digest: str | None
    """Of the content, in base64."""
    algorithm: Algorithm
    """That of the digest."""
    ref: str
    """The URI of a reference."""


def folder_info(path: str, modified: datetime | None = None) -> FileInfo:
    """Return the details of a folder."""
    info: FileInfo = {"name": path, "type": "directory", "size": 0}
    if modified is not None:
        info["mtime"] = modified.timestamp()
    return info


def file_info(
    path: str,
    size: int | None,
    modified: datetime | None,
    digest: str | None,
    algorithm: Algorithm = "MD5",
    ref: str | None = None,
) -> FileInfo:
    """Return the details of a file."""
    info: FileInfo = {
        "name": path, "type": "file", "size": size, "digest": digest, "algorithm": algorithm
    }  # fmt: skip
    if modified is not None:
        info["mtime"] = modified.timestamp()
    if ref is not None:
        info["ref"] = ref
    return info
