"""The account behind an API key."""

from __future__ import annotations

from wbtyped_graphql import fragments

from .. import arguments
from ..config.api_key import another_key
from ..config.settings import Settings
from ..errors import AuthenticationError


class User:
    """A W&B account, as far as the API key may see it (query GetViewer)."""

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
        """The account's id on the server, opaque."""
        return self.attrs.id

    @property
    def name(self) -> str:
        """The display name."""
        return self.attrs.name

    @property
    def username(self) -> str | None:
        """The name in paths and URLs; also the name of the account's own entity."""
        return self.attrs.username

    @property
    def email(self) -> str | None:
        """The email address, if the key may see it."""
        return self.attrs.email

    @property
    def entity(self) -> str | None:
        """The default entity, for paths that name none."""
        return self.attrs.entity

    @property
    def admin(self) -> bool:
        """Whether the account administers the server."""
        return bool(self.attrs.admin)

    @property
    def teams(self) -> list[str]:
        """The names of the account's teams; W&B lists the account's own entity among them."""
        edges = self.attrs.teams.edges if self.attrs.teams else []
        return [edge.node.name for edge in edges if edge.node]


def require_viewer(viewer: fragments.User | None, settings: Settings) -> User:
    """Return the account; raises AuthenticationError for null, which stands for an unknown key."""
    if viewer is None:
        raise AuthenticationError(
            f"{settings.base_url} does not recognize the API key from {settings.key_source};"
            f" {another_key(settings.key_source)}"
        )
    return User(viewer)
