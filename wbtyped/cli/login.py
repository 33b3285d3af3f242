"""`wbtyped login`: store an API key in netrc."""

import getpass
import os
import sys
from urllib.parse import urlsplit

from ..api import Api
from ..config.api_key import check_key
from ..config.base_url import app_url
from ..config.netrc_file import write_netrc_key
from ..config.settings import setting_files
from ..errors import AuthenticationError, UsageError
from .connection import connect
from .output import print_err, print_out
from .whoami import account_facts

ENTERED = "your input"


def log_in(base_url: str | None, *, verify: bool, relogin: bool) -> int:
    """Ask for a key, verify it with the server, and store it; return the exit code."""
    server = server_url(base_url)
    if not relogin and sys.stdin.isatty() and is_logged_in(base_url, verify=verify):
        return 0
    key = read_key(server)
    check_key(key, ENTERED)
    if verify:
        with Api(base_url=server, api_key=key) as api:
            print_out(f"logged in to {server} as {account_facts(api)['username']}")
    file = setting_files().netrc_file()
    write_netrc_key(file, urlsplit(server).netloc, key)
    print_out(f"key stored in {file}")
    if os.environ.get("WANDB_API_KEY") not in {None, "", key}:
        print_err("wbtyped: WANDB_API_KEY is set to another key, which takes precedence; unset it")
    return 0


def server_url(base_url: str | None) -> str:
    """Return the URL of the server to log in to, without a need for its key."""
    with connect(base_url, offline=True) as api:
        return api.settings.base_url


def is_logged_in(base_url: str | None, *, verify: bool) -> bool:
    """Return True, and say so, if a key for the server is known and works."""
    try:
        with connect(base_url) as api:
            name = f" as {account_facts(api)['username']}" if verify else ""
    except AuthenticationError as error:
        print_err(f"wbtyped: {error}")
        return False
    settings = api.settings
    print_out(
        f"already logged in to {settings.base_url}{name}, with the key from {settings.key_source};"
        " pass --relogin to enter another one"
    )
    return True


def read_key(server: str) -> str:
    """Return the key that is typed, unseen, or comes through a pipe."""
    if sys.stdin.isatty():
        print_err(
            f"Copy your API key from {app_url(server, os.environ.get('WANDB_APP_URL'))}/authorize"
        )
        key = getpass.getpass("API key (not shown): ")
    else:
        key = sys.stdin.readline()
    if not key.strip():
        raise UsageError("no API key was entered; type it, or pipe it in: wbtyped login < key.txt")
    return key.strip()
