"""Compile GraphQL queries to typed Python: those of this package, and yours.

Needs the extra `codegen`. Reading queries, checking them against a schema, and writing the package
belong here, and so does the module that names what a project contains. Command line options belong
to `cli`, and sending operations to `transport`.

`compile_queries` imports nothing that was generated, so that it can write `generated/` anew.
"""

from typing import TYPE_CHECKING

from ..extras import import_from

if TYPE_CHECKING:
    from .package import CompiledPackage, compile_queries

__all__ = ["CompiledPackage", "compile_queries"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name on first use; ImportError says what to install."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return import_from(__name__, "package", name, "codegen")

    def __dir__() -> list[str]:
        """List the public names."""
        return sorted(__all__)
