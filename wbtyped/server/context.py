"""What request handlers and resolvers work with."""

import re
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from graphql import GraphQLResolveInfo

from .collections import Collections
from .database import Database
from .drafts import Drafts
from .files import Files
from .organizations import Organizations
from .projects import Projects
from .runs import Runs
from .signed_urls import Signer
from .sizes import Sizes
from .streams import Streams
from .tracked_blobs import TrackedBlobs
from .uploads import Uploads
from .versions import Versions

HOST_PATTERN = re.compile(r"[\w.-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?")


class RunPath(NamedTuple):
    """The path of a run."""

    entity: str
    project: str
    run: str


@dataclass(frozen=True, slots=True)
class Context:
    """The data of a server, and the URLs that it gives out."""

    organizations: Organizations
    projects: Projects
    runs: Runs
    files: Files
    collections: Collections
    versions: Versions
    drafts: Drafts
    uploads: Uploads
    streams: Streams
    sizes: Sizes
    blobs: TrackedBlobs
    signer: Signer
    account: str
    """Name of the one account, which is also its entity."""
    features: frozenset[str]
    storage_regions: frozenset[str]
    """Storage regions that a version may request."""
    is_read_only: bool = False
    """Whether changes are refused, because a mirror is served."""
    api_url: str = ""
    storage_url: str = ""
    storage_is_proxied: bool = False
    """Whether `storage_url` is that of a proxy, which has a name of its own."""

    @classmethod
    def on(
        cls, database: Database, blobs: TrackedBlobs, signer: Signer, *,
        account: str, features: frozenset[str], storage_regions: frozenset[str],
        is_read_only: bool = False,
    ) -> "Context":  # fmt: skip
        """Return the context of a database, without URLs yet."""
        return cls(
            organizations=Organizations(database),
            projects=Projects(database, blobs),
            runs=Runs(database, blobs),
            files=Files(database, blobs),
            collections=Collections(database),
            versions=Versions(database, blobs),
            drafts=Drafts(database, blobs),
            uploads=Uploads(database, blobs),
            streams=Streams(database),
            sizes=Sizes(database),
            blobs=blobs,
            signer=signer,
            account=account,
            features=features,
            storage_regions=storage_regions,
            is_read_only=is_read_only,
        )

    def for_host(self, host: str) -> "Context":
        """Return the same context with URLs on the host that a client used.

        A server that listens on all interfaces has many names, and clients send the key only to the
        name they know.
        """
        if not HOST_PATTERN.fullmatch(host) or host == urlsplit(self.api_url).netloc:
            return self
        name = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
        storage = self.storage_url
        if not self.storage_is_proxied:
            storage = f"http://{name}:{urlsplit(storage).port}"
        return replace(self, api_url=f"http://{host}", storage_url=storage)

    def file_url(self, path: RunPath, name: str) -> str:
        """Return the URL of a run file on the API's own origin."""
        return f"{self.api_url}/files/{quote('/'.join((*path, name)))}"

    def blob_url(self, key: str, name: str) -> str:
        """Return the signed URL of a blob; the name is for people and browsers."""
        return self.signer.sign(self.storage_url, "GET", f"/blobs/{key}/{name.rpartition('/')[2]}")

    def upload_url(self, path: RunPath, name: str) -> str:
        """Return the signed URL to upload a run file to."""
        return self.signer.sign(self.storage_url, "PUT", "/".join(("/uploads", *path, name)))

    def draft_file_url(self, file_id: int, part: int | None = None) -> str:
        """Return the signed URL to upload a file of an uncommitted version to, or one part."""
        path = f"/artifact-files/{file_id}" + (f"/{part}" if part is not None else "")
        return self.signer.sign(self.storage_url, "PUT", path)

    def draft_manifest_url(self, manifest_id: int) -> str:
        """Return the signed URL to upload the manifest of an uncommitted version to."""
        return self.signer.sign(self.storage_url, "PUT", f"/artifact-manifests/{manifest_id}")


def get_context(info: GraphQLResolveInfo) -> Context:
    """Return the context of a resolver."""
    context: Context = info.context
    return context
