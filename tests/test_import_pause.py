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


def test_what_was_imported_counts_as_old() -> None:
    with collector_paused():
        imported = [[number] for number in range(1000)]
    young = set(map(id, gc.get_objects(generation=0)))
    assert young.isdisjoint(map(id, imported))
    assert gc.get_freeze_count() < 1000


def test_objects_that_the_program_has_frozen_stay_frozen() -> None:
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        with collector_paused():
            pass
        # Some may have been dropped since.
        assert gc.get_freeze_count() > frozen // 2 > 1000
    finally:
        gc.unfreeze()
