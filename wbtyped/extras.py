"""Say which extra to install when an optional dependency is missing."""

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

MODULES: dict[str, tuple[str, ...]] = {
    "cli": ("rich", "typer"),
    "dask": ("distributed",),
    "codegen": ("ariadne_codegen", "graphql", "ruff"),
    "drift": ("graphql",),
    "fsspec": ("fsspec",),
    "ignore": ("pathspec",),
    "report": ("plotly",),
    "server": ("ariadne", "jinja2", "starlette", "uvicorn"),
}
"""The modules that each extra installs and the package needs."""


def missing_modules(*extras: str) -> list[str]:
    """Return the modules of some extras that are not installed."""
    return [module for extra in extras for module in MODULES[extra] if find_spec(module) is None]


def what_to_install(*extras: str) -> str:
    """Return the message for extras that are not completely installed."""
    needed = ",".join(extra for extra in extras if missing_modules(extra))
    missing = ", ".join(missing_modules(*extras))
    return f"{missing} not installed; run: pip install 'wbtyped[{needed}]'"


def require(*extras: str) -> None:
    """Exit with code 2 and say what to install, unless the extras are installed."""
    if missing_modules(*extras):
        print(f"wbtyped: {what_to_install(*extras)}", file=sys.stderr)
        sys.exit(2)


def import_from(package: str, module: str, name: str, extra: str) -> object:
    """Return a name from a module of a package that needs an extra.

    Raises ImportError that says what to install.
    """
    try:
        return getattr(import_module(f".{module}", package), name)
    except ModuleNotFoundError as error:
        if missing := missing_modules(extra):
            message = f"{package}: {what_to_install(extra)}"
            raise ImportError(message, name=missing[0]) from None
        raise error


def import_optional(package: str, module: str, extra: str) -> ModuleType:
    """Return a module of an extra; raises ImportError that says what to install."""
    try:
        return import_module(module)
    except ModuleNotFoundError:
        if missing := missing_modules(extra):
            message = f"{package}: {what_to_install(extra)}"
            raise ImportError(message, name=missing[0]) from None
        raise
