"""Both engines, and files to bring down."""

import pytest

from wbtyped.download.engine import EngineName


@pytest.fixture(params=["httpx", "curl"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> EngineName:
    """Each engine in turn, which every download of the test uses."""
    name: EngineName = request.param
    monkeypatch.setenv("WBTYPED_ENGINE", name)
    return name
