"""A server and an API key: whose it is, and the connections to it."""

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self

from wbtyped_graphql import calls

from .accounts.users import User, require_viewer
from .config.cache import CacheOption
from .config.response_limits import ResponseLimits
from .config.settings import Settings, find_settings
from .errors import UsageError
from .transport.client import Client


class Account:
    """A server and an API key, with what every path needs: the client and the default entity."""

    __slots__ = ("__weakref__", "_viewer", "client", "settings")

    def __init__(
        self,
        overrides: Mapping[str, str] | None = None,
        timeout: float | None = None,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        entity: str | None = None,
        project: str | None = None,
        organization: str | None = None,
        cache: CacheOption = None,
        offline: bool | None = None,
        limits: ResponseLimits | None = None,
        allow_hosts: Iterable[str] | None = None,
    ) -> None:
        self.settings: Settings = find_settings(
            overrides,
            base_url=base_url,
            entity=entity,
            project=project,
            organization=organization,
            timeout=timeout,
            api_key=api_key,
            cache=cache,
            offline=offline,
            limits=limits,
            allow_hosts=allow_hosts,
        )
        self.client: Client = Client(self.settings)
        self._viewer: User | None = None

    @property
    def viewer(self) -> User:
        """The account behind the key (query GetViewer), asked once.

        Raises AuthenticationError when the server does not recognise the key.
        """
        if self._viewer is None:
            result = self.client.send(calls.get_viewer())
            self._viewer = require_viewer(result.viewer, self.settings.base_url)
        return self._viewer

    async def aviewer(self) -> User:
        """Return the account behind the key, from a coroutine."""
        if self._viewer is None:
            result = await self.client.asend(calls.get_viewer())
            self._viewer = require_viewer(result.viewer, self.settings.base_url)
        return self._viewer

    @property
    def default_entity(self) -> str:
        """The entity of paths that name none: from the settings, else the account's own."""
        return self.settings.entity or own_entity(self.viewer)

    async def adefault_entity(self) -> str:
        """Return the entity of paths that name none, from a coroutine."""
        return self.settings.entity or own_entity(await self.aviewer())

    # Closing.

    def close(self) -> None:
        """Close the connections; they open again when something is sent."""
        self.client.close()

    async def aclose(self) -> None:
        """Close the connections, those of the running event loop included."""
        await self.client.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


def own_entity(viewer: User) -> str:
    """Return the entity of an account, or raise UsageError when it has none."""
    entity = viewer.entity or viewer.username
    if not entity:
        raise UsageError("the account has no entity of its own; name one in the path")
    return entity
