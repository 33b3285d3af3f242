from asyncio import AbstractEventLoop
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, Self, TypeVar

from .spec import AbstractBufferedFile, AbstractFileSystem

P = ParamSpec("P")
T = TypeVar("T")

def sync(
    loop: AbstractEventLoop | None,
    func: Callable[P, Coroutine[Any, Any, T]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T: ...

class AsyncFileSystem(AbstractFileSystem):
    asynchronous: bool
    def __init__(
        self,
        *args: object,
        asynchronous: bool = ...,
        loop: AbstractEventLoop | None = ...,
        batch_size: int | None = ...,
        **kwargs: object,
    ) -> None: ...
    @property
    def loop(self) -> AbstractEventLoop | None: ...
    async def _isdir(self, path: str) -> bool: ...
    async def _exists(self, path: str, **kwargs: object) -> bool: ...
    async def _find(
        self, path: str, maxdepth: int | None = ..., withdirs: bool = ..., **kwargs: object
    ) -> Any: ...
    async def _cat(self, path: Any, recursive: bool = ..., **kwargs: Any) -> Any: ...
    async def _get(self, rpath: Any, lpath: Any, **kwargs: Any) -> Any: ...
    async def _expand_path(
        self, path: Any, recursive: bool = ..., maxdepth: int | None = ...
    ) -> list[str]: ...

class AbstractAsyncStreamedFile(AbstractBufferedFile):
    async def _fetch_range(self, start: int, end: int) -> bytes: ...  # type: ignore[override]
    async def read(self, length: int = ...) -> bytes: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *error: object) -> None: ...
