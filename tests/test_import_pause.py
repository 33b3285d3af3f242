"""The garbage collector while modules are imported."""

import gc

import pytest

from wbtyped.import_pause import collector_paused


@pytest.mark.parametrize("enabled", [True, False])
def test_collector_paused_leaves_it_as_it_was_also_when_an_import_fails(enabled: bool) -> None:
    before = gc.isenabled()
    try:
        gc.enable() if enabled else gc.disable()
        with pytest.raises(ImportError), collector_paused():
            assert not gc.isenabled()
            raise ImportError
        assert gc.isenabled() is enabled
    finally:
        gc.enable() if before else gc.disable()
