"""`wbtyped completion`: the script that lets a shell complete subcommands and options."""

import typer
import typer.completion

COMPLETION_VARIABLE = "_WBTYPED_COMPLETE"
"""Set by the scripts when they ask for completions."""


def register_shells() -> None:
    """Make typer know the shells; it does so only for applications with its own options."""
    typer.completion.get_completion_inspect_parameters()


def print_script(context: typer.Context, shell: str) -> int:
    """Print the script for a shell; return the exit code."""
    register_shells()
    return typer.completion.shell_complete(
        context.find_root().command, {}, "wbtyped", COMPLETION_VARIABLE, f"source_{shell}"
    )
