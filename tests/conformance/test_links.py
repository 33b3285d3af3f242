"""The URLs that the official client prints lead to the pages of what they are of."""

import html

import httpx
import pytest
from pydantic import TypeAdapter

from wbtyped.server import WandbServer

from .conftest import Scripts

_links = TypeAdapter(list[tuple[str, str]])


@pytest.mark.slow
def test_links_of_the_official_client_lead_to_their_pages(
    wandb_server: WandbServer, scripts: Scripts
) -> None:
    project, run = "my prüject", "rün 1=a&b"
    wandb_server.add_organization("Acme Corp.", "acme-org", teams=["crew"])
    links = _links.validate_python(scripts.official("print_links.py", project, run))
    with httpx.Client(auth=("api", wandb_server.api_key), follow_redirects=True) as browser:
        for heading, url in links:
            response = browser.get(url)
            assert response.status_code == 200, url
            assert f"<h1>{html.escape(heading)}</h1>" in response.text, url
    assert len(links) == 11
