"""Compile GraphQL queries to typed Python: those of this package, and yours.

Needs the extra `codegen`. Reading queries, checking them against a schema, and writing the package
belong here, and so does the module that names what a project contains (`project_names` reads the
names, `names_module` writes them). Command line options belong to `cli`, and sending operations to
`transport`.

`compile_queries` imports nothing that was generated, so that it can write `generated/` anew.
"""

from typing import TYPE_CHECKING

from ..extras import import_from

if TYPE_CHECKING:
    from .package import CompiledPackage, compile_queries
    from .project_names import ProjectNames, find_names

__all__ = ["CompiledPackage", "ProjectNames", "compile_queries", "find_names"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name on first use; ImportError says what to install."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = "project_names" if name in {"ProjectNames", "find_names"} else "package"
        return import_from(__name__, module, name, "codegen")

    def __dir__() -> list[str]:
        """List the public names."""
        return sorted(__all__)
