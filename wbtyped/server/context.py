"""What resolvers work with."""

import re
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from graphql import GraphQLResolveInfo

from .collections import Collections
from .contents import Contents
from .drafts import Drafts
from .files import Files
from .organizations import Organizations
from .projects import Projects
from .signing import Signer
from .streams import Streams
from .uploads import Uploads
from .versions import Versions

HOST = re.compile(r"[\w.-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?")


class Place(NamedTuple):
    """Where a run is."""

    entity: str
    project: str
    run: str


@dataclass(frozen=True, slots=True)
class Context:
    """The data of a server and the addresses that it gives out."""

    organizations: Organizations
    projects: Projects
    files: Files
    collections: Collections
    versions: Versions
    drafts: Drafts
    uploads: Uploads
    streams: Streams
    contents: Contents
    signer: Signer
    account: str
    """Name of the one account, which is also its entity."""
    features: frozenset[str]
    storage_regions: frozenset[str]
    """Names of the regions that a version may ask for."""
    api_url: str = ""
    storage_url: str = ""

    def seen_at(self, host: str) -> "Context":
        """Return the same with addresses on the host that a client reached the API by.

        A server that listens on all interfaces has many names, and clients send the key only to the
        name they know.
        """
        if not HOST.fullmatch(host) or host == urlsplit(self.api_url).netloc:
            return self
        name = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
        storage = f"http://{name}:{urlsplit(self.storage_url).port}"
        return replace(self, api_url=f"http://{host}", storage_url=storage)

    def file_url(self, place: Place, name: str) -> str:
        """Return the address of a file on the API's own origin."""
        return f"{self.api_url}/files/{quote('/'.join((*place, name)))}"

    def blob_url(self, key: str, name: str) -> str:
        """Return the signed address of a content; the name is for people and browsers."""
        return self.signer.sign(self.storage_url, "GET", f"/blobs/{key}/{name.rpartition('/')[2]}")

    def upload_url(self, place: Place, name: str) -> str:
        """Return the signed address that takes the content of a file of a run."""
        return self.signer.sign(self.storage_url, "PUT", "/".join(("/uploads", *place, name)))

    def draft_file_url(self, file_id: int, part: int | None = None) -> str:
        """Return the signed address that takes a file of a version in the making, or a part."""
        path = f"/artifact-files/{file_id}" + (f"/{part}" if part is not None else "")
        return self.signer.sign(self.storage_url, "PUT", path)

    def draft_manifest_url(self, manifest_id: int) -> str:
        """Return the signed address that takes the manifest of a version in the making."""
        return self.signer.sign(self.storage_url, "PUT", f"/artifact-manifests/{manifest_id}")


def context_of(info: GraphQLResolveInfo) -> Context:
    """Return the context of a resolver."""
    context: Context = info.context
    return context
