"""What request handlers and resolvers work with."""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import urlsplit

from graphql import GraphQLResolveInfo

from .changes import Changes
from .collections import Collections
from .database import Database
from .drafts import Drafts
from .files import Files
from .history_exports import HistoryExports
from .organizations import Organizations
from .projects import Projects
from .runs import Runs
from .signed_urls import Signer, quoted
from .sizes import Sizes
from .sorted_views import SortedViews
from .streams import Streams
from .tracked_blobs import TrackedBlobs
from .uploads import Uploads
from .versions import Versions

HOST_PATTERN = re.compile(r"[\w.-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?")


@dataclass(frozen=True)
class RunPath:
    """The path of a run."""

    entity: str
    project: str
    run: str

    @cached_property
    def quoted(self) -> str:
        """The path as URLs have it."""
        return quoted(f"{self.entity}/{self.project}/{self.run}")


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
    history_exports: HistoryExports
    sizes: Sizes
    views: SortedViews
    blobs: TrackedBlobs
    signer: Signer
    account: str
    """Name of the one account, which is also its entity."""
    features: frozenset[str]
    storage_regions: frozenset[str]
    """Storage regions that a version may request."""
    api_url: str = ""
    storage_url: str = ""
    storage_is_proxied: bool = False
    """Whether `storage_url` is that of a proxy, which has a name of its own."""

    @classmethod
    def on(
        cls, database: Database, blobs: TrackedBlobs, signer: Signer, *,
        account: str, features: frozenset[str], storage_regions: frozenset[str],
        draft_lifetime: float,
    ) -> "Context":  # fmt: skip
        """Return the context of a database, without URLs yet."""
        streams = Streams(database)
        return cls(
            organizations=Organizations(database),
            projects=Projects(database, blobs),
            runs=Runs(database, blobs),
            files=Files(database, blobs),
            collections=Collections(database),
            versions=Versions(database, blobs),
            drafts=Drafts(database, blobs, draft_lifetime),
            uploads=Uploads(database, blobs),
            streams=streams,
            history_exports=HistoryExports(database, blobs, streams),
            sizes=Sizes(database),
            views=SortedViews(Changes(database)),
            blobs=blobs,
            signer=signer,
            account=account,
            features=features,
            storage_regions=storage_regions,
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
        return f"{self.api_url}/files/{path.quoted}/{quoted(name)}"

    def blob_url(self, key: str, name: str) -> str:
        """Return the signed URL of a blob; the name is for people and browsers."""
        name = name.rpartition("/")[2]
        return self.signer.sign(self.storage_url, "GET", name, f"/blobs/{key}/")

    def upload_url(self, path: RunPath, name: str) -> str:
        """Return the signed URL to upload a run file to."""
        return self.signer.sign(
            self.storage_url, "PUT", f"/uploads/{path.entity}/{path.project}/{path.run}/{name}"
        )

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
