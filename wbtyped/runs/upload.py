"""Upload one local file to a run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from wbtyped_graphql import calls

from .. import arguments
from ..download.disk.safe_names import checked_parts
from ..errors import TransportError, UsageError
from ..transport.client import Client
from ..transport.flow import Flow, Sender, ask
from ..upload.local_body import LocalBody
from .ref import RunIdentity

if TYPE_CHECKING:
    from wbtyped_graphql.create_run_files import CreateRunFilesCreateRunFiles

MARK_UPLOADED = "MARK_RUN_FILES_UPLOADED"
"""Feature of servers that need to be told when an upload is complete."""
OF_CONNECTION = frozenset({"connection", "content-length", "expect", "host", "transfer-encoding"})
UploadPaths: TypeAlias = str | PathLike[str] | Sequence[str | PathLike[str]]
"""A file or a folder, or several of them."""


def upload_file(
    client: Client,
    run: RunIdentity,
    path: str | PathLike[str],
    root: str | PathLike[str],
) -> Flow[str]:
    """Upload the file at `path` and return its name in the run: its path relative to `root`."""
    return (yield from upload_local(client, run, LocalFile.find(path, root)))


def upload_local(client: Client, run: RunIdentity, file: LocalFile) -> Flow[str]:
    """Upload a file under the name that it says, and return that."""
    names = {"entity": run.entity, "project": run.project, "run": run.id}
    created = yield from ask(calls.create_run_files(**names, files=[file.name]))
    yield ContentUpload(client, file, created.create_run_files)
    features = yield from client.load_features()
    if MARK_UPLOADED in features:
        yield from ask(calls.mark_run_files_uploaded(**names, files=[file.name]))
    return file.name


def upload_headers(lines: Sequence[str]) -> dict[str, str]:
    """Return the headers that the server asks to send with an upload, as `name:value` lines.

    Those that the connection needs are left out: with another Content-Length, for instance, storage
    would keep a part of the body, and say that all is well.
    """
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip(): value.strip() for name, _, value in pairs}
    return {name: value for name, value in headers.items() if name.lower() not in OF_CONNECTION}


class LocalFile(NamedTuple):
    """A local file and its name in a run, with `/` between folders."""

    path: Path
    name: str

    @classmethod
    def find(cls, path: str | PathLike[str], root: str | PathLike[str]) -> LocalFile:
        """Return the file at `path`, named relative to `root`; raises UsageError if not inside.

        A name that no reader could use, such as one with control characters, is UnsafePathError.
        """
        file = arguments.location("path", path)
        if not file.is_file():
            raise UsageError(f"{file} {_why_no_file(file)}, so it cannot be uploaded")
        name = name_below(file, arguments.location("root", root))
        checked_parts(name, windows=False)
        return cls(file, name)


def name_below(path: Path, root: Path) -> str:
    """Return the path relative to `root`; raises UsageError if it is not inside."""
    relative = Path(os.path.relpath(path, root))
    if relative.parts[:1] in {(), (os.pardir,)} or relative.is_absolute():
        raise UsageError(f"{path} is not inside {root}; pass root={str(path.parent)!r} (--root)")
    return relative.as_posix()


def _why_no_file(path: Path) -> str:
    if path.is_dir():
        return "is a folder"
    if path.exists():
        return "is no regular file"
    return "is a link that leads nowhere" if path.is_symlink() else "does not exist"


class ContentUpload(NamedTuple):
    """The request of a flow that uploads a file to the URL that the server assigned."""

    client: Client
    file: LocalFile
    created: CreateRunFilesCreateRunFiles | None

    def send(self, _: Sender, /) -> None:
        """Upload the file."""
        what = f"upload of {self.file.name!r}"
        files = (self.created.files if self.created else None) or []
        url = next((f.upload_url for f in files if f.name == self.file.name), None)
        if self.created is None or url is None:
            raise TransportError(f"{what}: the server assigned no upload URL")
        headers = upload_headers(self.created.upload_headers or [])
        transport = self.client.transport
        body = LocalBody.of(self.file.path)
        headers["Content-Length"] = str(body.size)
        transport.put(what, transport.absolute(url), body.blocks, headers)

    async def asend(self, sender: Sender, /) -> None:
        """Upload the file in a thread, because it is read from disk."""
        import asyncio

        await asyncio.to_thread(self.send, sender)
