"""`wandb://` for fsspec: the files of runs and versions wherever URLs are taken.

    import pandas

    table = pandas.read_parquet("wandb://entity/project/collection:latest/table.parquet")

In this room: the file system, its paths, what its instances share within a process, and work that
is spread over a cluster. Not in it: how bytes are fetched and verified (`download/`), and what
versions and runs contain (`artifacts/`, `runs/`). It needs the extra `fsspec`, which registers
`WandbFileSystem` for the protocol `wandb`.
"""

from typing import TYPE_CHECKING

from ..extras import import_from

if TYPE_CHECKING:
    from .filesystem import WandbFileSystem

__all__ = ["WandbFileSystem"]

# Imported on first use, so that a missing extra is reported as such.
_MODULES = {"WandbFileSystem": "filesystem"}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name from its module; ImportError says what to install."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return import_from(__name__, _MODULES[name], name, "fsspec")

    def __dir__() -> list[str]:
        """List the public names."""
        return sorted(__all__)
