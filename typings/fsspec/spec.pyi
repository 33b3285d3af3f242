import io
from collections.abc import Mapping
from types import TracebackType
from typing import Any, ClassVar, Self

from .caching import BaseCache

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
    def __getattr__(self, name: str) -> Any: ...

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
    closed: bool
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
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...
    def _fetch_range(self, start: int, end: int) -> bytes: ...
    def _initiate_upload(self) -> None: ...
    def _upload_chunk(self, final: bool = ...) -> bool | None: ...
    def readuntil(self, char: bytes = ..., blocks: int | None = ...) -> bytes: ...
    def commit(self) -> None: ...
    def discard(self) -> None: ...
