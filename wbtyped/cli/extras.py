"""Check that the optional dependencies of a subcommand are installed."""

import sys
from importlib.util import find_spec

MODULES: dict[str, tuple[str, ...]] = {
    "cli": ("rich", "typer"),
    "drift": ("graphql",),
    "server": ("ariadne", "starlette", "uvicorn"),
}
"""The modules that each extra installs and the command needs."""


def require(extra: str) -> None:
    """Exit with code 2 and say what to install, unless the extra is installed."""
    missing = [module for module in MODULES[extra] if find_spec(module) is None]
    if missing:
        print(
            f"wbtyped: {' and '.join(missing)} not installed; run: pip install 'wbtyped[{extra}]'",
            file=sys.stderr,
        )
        sys.exit(2)
