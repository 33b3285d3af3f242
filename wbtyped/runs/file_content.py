"""Where the content of files of runs is stored, and how their URLs are renewed."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..download.stored_content import ContentUrl
from ..errors import NotFoundError, TransportError
from ..transport.client import Client
from ..transport.flow import Flow
from .download import SignedUrls
from .ref import FileSelection, RunIdentity


def renew_urls(client: Client, run: RunIdentity, names: Sequence[str]) -> Flow[dict[str, str]]:
    """Return new signed URLs by name (query RunFileAddresses); missing files are left out."""
    listed = SignedUrls(FileSelection(client, run, names, None), names)
    files = yield from listed.load_items(slice(None))
    return {file.name: file.direct_url for file in files if file.updated_at is not None}


@dataclass(frozen=True, slots=True)
class RunFileUrl:
    """Finds the URL of one file of a run: the one it was listed with, until that has expired."""

    client: Client
    run: RunIdentity
    name: str
    listed: str

    def __call__(self, expired: str | None, /) -> Flow[ContentUrl]:
        """Return a URL other than `expired`; raises NotFoundError if the file is gone."""
        if expired is None:
            return ContentUrl(self.listed)
        urls = yield from renew_urls(self.client, self.run, [self.name])
        if self.name not in urls:
            label = f"file {self.name!r} of {self.run.full_path}"
            raise NotFoundError(f"{label} no longer exists", path=self.name, missing="file")
        return ContentUrl(urls[self.name])


@dataclass(frozen=True, slots=True)
class ListedFileUrl:
    """Finds the URL of a file that says no run: its signed one, else that on the API's host."""

    client: Client
    label: str
    signed: str
    api_url: str | None

    def __call__(self, expired: str | None, /) -> Flow[ContentUrl]:
        """Return a URL other than `expired`."""
        yield from ()
        if expired is None:
            return ContentUrl(self.signed)
        transport = self.client.transport
        url = transport.absolute(self.api_url or "")
        authorization = transport.authorization(url)
        if not authorization or expired == url:
            raise TransportError(
                f"{self.label}: its signed URL has expired; list the files again", status=403
            )
        return ContentUrl(url, authorization)
