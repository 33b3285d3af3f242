"""Typed client for the files and artifacts of Weights & Biases runs and projects.

Start with `Api`:

    from wbtyped import Api

    for file in Api().run("entity/project/run").files():
        print(file.name, file.size)
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .accounts.projects import Project
    from .accounts.users import User
    from .api import Api
    from .config.response_limits import ResponseLimits
    from .runs.files import File, Files
    from .runs.run import Run
    from .transport.client import Client
    from .transport.pagination import Paginator, SizedPaginator

__all__ = [
    "Api",
    "Client",
    "File",
    "Files",
    "Paginator",
    "Project",
    "ResponseLimits",
    "Run",
    "SizedPaginator",
    "User",
]

# Imported when asked for: pytest loads this package in every session, for the sake of a fixture.
_HOMES = {
    "Api": "api",
    "Client": "client",
    "File": "files",
    "Files": "files",
    "Paginator": "paginator",
    "Project": "projects",
    "ResponseLimits": "response_limits",
    "Run": "runs",
    "SizedPaginator": "paginator",
    "User": "users",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name from its module."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)

    def __dir__() -> list[str]:
        """List the public names."""
        return sorted(__all__)
