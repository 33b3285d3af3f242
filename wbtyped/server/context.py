"""What resolvers work with."""

from dataclasses import dataclass
from urllib.parse import quote

from graphql import GraphQLResolveInfo

from .files import Files
from .projects import Projects
from .signing import Signer


@dataclass(slots=True)
class Context:
    """The data of a server and the addresses that it gives out."""

    projects: Projects
    files: Files
    signer: Signer
    account: str
    """Name of the one account, which is also its entity."""
    features: frozenset[str]
    api_url: str = ""
    storage_url: str = ""

    def file_url(self, entity: str, project: str, run: str, name: str) -> str:
        """Return the address of a file on the API's own origin."""
        return f"{self.api_url}/files/{quote(f'{entity}/{project}/{run}/{name}')}"

    def blob_url(self, key: str, name: str) -> str:
        """Return the signed address of a content; the name is for people and browsers."""
        return self.signer.sign(self.storage_url, "GET", f"/blobs/{key}/{name.rpartition('/')[2]}")

    def upload_url(self, entity: str, project: str, run: str, name: str) -> str:
        """Return the signed address that takes the content of a file of a run."""
        path = f"/uploads/{entity}/{project}/{run}/{name}"
        return self.signer.sign(self.storage_url, "PUT", path)


def context_of(info: GraphQLResolveInfo) -> Context:
    """Return the context of a resolver."""
    context: Context = info.context
    return context
