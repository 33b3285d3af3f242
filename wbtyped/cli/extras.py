"""Optional parts of the installation, and what to say when one is missing."""

import sys
from importlib.util import find_spec

MODULES: dict[str, tuple[str, ...]] = {
    "cli": ("rich", "typer"),
    "drift": ("graphql",),
    "server": ("ariadne", "starlette", "uvicorn"),
}
"""What each extra brings, as far as the command needs it."""


def require(extra: str) -> None:
    """Say what to install and end with exit code 2, unless the extra is there."""
    missing = [module for module in MODULES[extra] if find_spec(module) is None]
    if missing:
        print(
            f"wbtyped: {' and '.join(missing)} not installed; run: pip install 'wbtyped[{extra}]'",
            file=sys.stderr,
        )
        sys.exit(2)
