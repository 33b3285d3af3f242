"""The subcommands about the account and this machine: `login`, `whoami` and `completion`."""

from enum import StrEnum
from typing import Annotated

import typer

from .parameters import BaseUrl, JsonObject, examples

account_app: typer.Typer = typer.Typer()


class Shell(StrEnum):
    """A shell that can complete."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


@account_app.command(
    epilog=examples(
        "wbtyped login",
        "wbtyped login --relogin --base-url https://wandb.example.com",
        "wbtyped login < key.txt",
    )
)
def login(
    verify: Annotated[
        bool,
        typer.Option("--verify/--no-verify", help="Whether the server is asked about the key."),
    ] = True,
    relogin: Annotated[
        bool, typer.Option("--relogin", help="Ask for a key even if one is known.")
    ] = False,
    base_url: BaseUrl = None,
) -> None:
    """Store an API key in netrc, where this package and the official client find it.

    Asks for the key, without showing it, or reads it from a pipe. A key as an argument would be
    visible to other users of this machine, so there is no such option. Other entries of netrc are
    kept.
    """
    from .login import log_in

    raise typer.Exit(log_in(base_url, verify=verify, relogin=relogin))


@account_app.command(epilog=examples("wbtyped whoami", "wbtyped whoami --json"))
def whoami(json: JsonObject = False, base_url: BaseUrl = None) -> None:
    """Show the account, its teams, the server, and where the API key comes from."""
    from .whoami import show_account

    show_account(base_url, as_json=json)


@account_app.command(
    epilog=examples(
        "wbtyped completion bash >> ~/.bashrc",
        "wbtyped completion zsh >> ~/.zshrc",
        "wbtyped completion fish > ~/.config/fish/completions/wbtyped.fish",
    )
)
def completion(
    context: typer.Context,
    shell: Annotated[Shell, typer.Argument(help="The shell.", show_default=False)],
) -> None:
    """Print the script that lets a shell complete subcommands and options.

    Add it to the start-up file of the shell, in zsh after compinit, and open a new shell.
    """
    from .completion import print_script

    raise typer.Exit(print_script(context, shell.value))
