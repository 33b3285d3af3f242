"""The classes of fsspec that this room extends, with types.

fsspec has none. Without these, the classes of this room would have unknown bases for the type
checkers of users. What is imported when a program runs is fsspec's own.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import io
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Mapping
    from typing import Any, ClassVar, Self

    class AbstractFileSystem:
        protocol: ClassVar[str | tuple[str, ...]]
        root_marker: ClassVar[str]
        cachable: ClassVar[bool]
        storage_args: tuple[object, ...]
        storage_options: dict[str, object]

        def __init__(self, *args: object, **storage_options: object) -> None: ...
        def info(self, path: str, **kwargs: object) -> dict[str, Any]: ...
        def cat_file(
            self, path: str, start: int | None = ..., end: int | None = ..., **kwargs: object
        ) -> bytes: ...
        def exists(self, path: str, **kwargs: object) -> bool: ...
        def invalidate_cache(self, path: str | None = ...) -> None: ...
        @classmethod
        def _strip_protocol(cls, path: Any) -> Any: ...
        @classmethod
        def _parent(cls, path: str) -> str: ...
        @classmethod
        def clear_instance_cache(cls) -> None: ...
        def to_dict(self, *, include_password: bool = ...) -> dict[str, Any]: ...
        # The other methods, most of which are made of asynchronous ones.
        def __getattr__(self, name: str) -> Any: ...

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

    class BaseCache:
        name: ClassVar[str]
        blocksize: int
        fetcher: Callable[[int, int], bytes]
        size: int
        hit_count: int
        miss_count: int
        total_requested_bytes: int

        def __init__(
            self, blocksize: int, fetcher: Callable[[int, int], bytes], size: int
        ) -> None: ...
        def _fetch(self, start: int | None, stop: int | None) -> bytes: ...

    class AbstractBufferedFile(io.IOBase):
        path: str
        fs: Any
        mode: str
        blocksize: int
        size: int
        loc: int
        autocommit: bool
        buffer: io.BytesIO
        offset: int | None
        cache: BaseCache | None
        details: Mapping[str, Any]
        kwargs: dict[str, object]
        closed: bool  # pyright: ignore[reportIncompatibleMethodOverride]

        def __init__(
            self,
            fs: object,
            path: str,
            mode: str = ...,
            block_size: int | str | None = ...,
            autocommit: bool = ...,
            cache_type: str = ...,
            cache_options: dict[str, object] | None = ...,
            size: int | None = ...,
            **kwargs: object,
        ) -> None: ...
        def __enter__(self) -> Self: ...
        def _fetch_range(self, start: int, end: int) -> bytes: ...
        def _initiate_upload(self) -> None: ...
        def _upload_chunk(self, final: bool = ...) -> bool | None: ...
        def readuntil(self, char: bytes = ..., blocks: int | None = ...) -> bytes: ...
        def commit(self) -> None: ...
        def discard(self) -> None: ...

    class AbstractAsyncStreamedFile(AbstractBufferedFile):
        async def _fetch_range(self, start: int, end: int) -> bytes: ...  # type: ignore[override] # ty: ignore[incompatible-method-override] # pyright: ignore[reportIncompatibleMethodOverride]
        async def read(self, length: int = ...) -> bytes: ...
        async def __aenter__(self) -> Self: ...
        async def __aexit__(self, *error: object) -> None: ...

else:
    from fsspec.asyn import AbstractAsyncStreamedFile, AsyncFileSystem
    from fsspec.caching import BaseCache
    from fsspec.spec import AbstractBufferedFile

__all__ = ["AbstractAsyncStreamedFile", "AbstractBufferedFile", "AsyncFileSystem", "BaseCache"]
