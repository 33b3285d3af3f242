"""`wbtyped whoami`: the account, the server, and where the key comes from."""

import json

from ..api import Api
from .connection import connect
from .output import print_out


def show_account(base_url: str | None, *, as_json: bool) -> None:
    """Print the account behind the API key."""
    with connect(base_url) as api:
        facts = account_facts(api)
    if as_json:
        print(json.dumps(facts))
        return
    for name, value in facts.items():
        shown = ", ".join(value) if isinstance(value, list) else value
        print_out(f"{name.replace('_', ' '):10}  {shown or '-'}")


def account_facts(api: Api) -> dict[str, str | list[str] | None]:
    """Return what is known of the account, and never the key itself."""
    viewer = api.viewer
    return {
        "username": viewer.username,
        "name": viewer.name,
        "email": viewer.email,
        "entity": api.default_entity,
        "teams": viewer.teams,
        "server": api.settings.base_url,
        "key_from": api.settings.key_source,
    }
