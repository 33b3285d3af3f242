"""The account behind an API key."""

from wbtyped_graphql import fragments

from .. import arguments
from ..errors import AuthenticationError


class User:
    """A W&B account, as far as the key may see it (query GetViewer)."""

    __slots__ = ("attrs",)

    attrs: fragments.User
    """The typed node."""

    def __init__(self, attrs: fragments.User) -> None:
        arguments.instance("attrs", attrs, fragments.User)
        self.attrs = attrs

    def __repr__(self) -> str:
        return f"<User {self.username or self.name}>"

    @property
    def id(self) -> str:
        """The server's own id of the account, opaque."""
        return self.attrs.id

    @property
    def name(self) -> str:
        """The name that people see."""
        return self.attrs.name

    @property
    def username(self) -> str | None:
        """The name in addresses; also the name of the account's own entity."""
        return self.attrs.username

    @property
    def email(self) -> str | None:
        """The address of the account, if the key may see it."""
        return self.attrs.email

    @property
    def entity(self) -> str | None:
        """The entity that stands in for one that a path leaves out."""
        return self.attrs.entity

    @property
    def admin(self) -> bool:
        """Whether the account administers the server."""
        return bool(self.attrs.admin)

    @property
    def teams(self) -> list[str]:
        """Names of the teams that the account belongs to."""
        edges = self.attrs.teams.edges if self.attrs.teams else []
        return [edge.node.name for edge in edges if edge.node]


def require_viewer(viewer: fragments.User | None, server: str) -> User:
    """Return the account in an answer; the server sends null for a key it does not recognise."""
    if viewer is None:
        raise AuthenticationError(
            f"{server} does not recognise the API key; check that the key belongs to this server"
        )
    return User(viewer)
