"""What request handlers and resolvers work with."""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import urlsplit

from graphql import GraphQLResolveInfo

from .access import Access
from .alerts import Alerts
from .changes import Changes
from .collections import Collections
from .creators import Creators
from .database import Database
from .drafts import Drafts
from .files import Files
from .histories import Histories
from .history_exports import HistoryExports
from .members import Members
from .organizations import Organization, Organizations
from .projects import Projects
from .runs import Runs
from .signed_urls import Signer, quoted
from .sizes import Sizes
from .sorted_views import SortedViews
from .streams import Streams
from .tracked_blobs import TrackedBlobs
from .uploads import Uploads
from .users import User, Users
from .versions import Versions

VERSION_FILES = "wandb_artifacts"
"""Folder in the URLs of files of versions, as W&B's storage has it; manifests are not in it."""
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

    users: Users
    members: Members
    organizations: Organizations
    access: Access
    """What the user of this request may see and change."""
    creators: Creators
    alerts: Alerts
    projects: Projects
    runs: Runs
    files: Files
    collections: Collections
    versions: Versions
    drafts: Drafts
    uploads: Uploads
    streams: Streams
    histories: Histories
    history_exports: HistoryExports
    sizes: Sizes
    views: SortedViews
    blobs: TrackedBlobs
    signer: Signer
    database: Database
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
        cls, database: Database, blobs: TrackedBlobs, signer: Signer, users: Users, *,
        features: frozenset[str], storage_regions: frozenset[str], draft_lifetime: float,
        is_read_only: bool = False,
    ) -> "Context":  # fmt: skip
        """Return the context of a database as its main user, without URLs or limits yet."""
        streams = Streams(database)
        members, organizations = Members(database), Organizations(database)
        access = Access(database, users.main, users, members, organizations, everything=True)
        return cls(
            users=users,
            members=members,
            organizations=organizations,
            access=access,
            creators=Creators(database, users),
            alerts=Alerts(database),
            projects=Projects(database, blobs, access),
            runs=Runs(database, blobs),
            files=Files(database, blobs),
            collections=Collections(database),
            versions=Versions(database, blobs),
            drafts=Drafts(database, blobs, draft_lifetime),
            uploads=Uploads(database, blobs),
            streams=streams,
            histories=Histories(database, streams),
            history_exports=HistoryExports(database, blobs, streams),
            sizes=Sizes(database),
            views=SortedViews(Changes(database)),
            blobs=blobs,
            signer=signer,
            database=database,
            features=features,
            storage_regions=storage_regions,
            is_read_only=is_read_only,
        )

    @property
    def account(self) -> str:
        """Name of the user of this request, which is also its entity."""
        return self.access.viewer.name

    @property
    def default_entity(self) -> str:
        """Entity of a path that does not name one."""
        return self.access.viewer.default_entity or self.account

    def for_user(self, user: User) -> "Context":
        """Return the same context with what a user may see."""
        access = Access(self.database, user, self.users, self.members, self.organizations)
        return replace(self, access=access, projects=Projects(self.database, self.blobs, access))

    def organizations_of_user(self) -> list[Organization]:
        """Return the organizations that the user belongs to."""
        found = self.organizations.all()
        return [each for each in found if self.access.organization(each.entity)]

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

    def blob_url(self, key: str, name: str, folder: str = "blobs") -> str:
        """Return the signed URL of a blob; the name is for people and browsers."""
        name = name.rpartition("/")[2]
        return self.signer.sign(self.storage_url, "GET", name, f"/{folder}/{key}/")

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
