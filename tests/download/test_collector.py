"""The garbage collector during a download."""

import gc
from collections.abc import Iterator

import pytest

from wbtyped.download.collector import SELDOM, seldom_collected

USUAL = (700, 10, 10)


@pytest.fixture(autouse=True)
def _thresholds() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*USUAL)
    yield
    gc.set_threshold(*before)


def test_seldom_collected_is_undone_after_the_last_batch() -> None:
    with seldom_collected():
        assert gc.get_threshold() == SELDOM
        with seldom_collected():
            assert gc.get_threshold() == SELDOM
        assert gc.get_threshold() == SELDOM
    assert gc.get_threshold() == USUAL


def test_seldom_collected_is_undone_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), seldom_collected():
        raise ZeroDivisionError
    assert gc.get_threshold() == USUAL


@pytest.mark.parametrize("own", [(0, 10, 10), (500_000, 10, 10)])
def test_seldom_collected_leaves_a_collector_that_runs_less(own: tuple[int, int, int]) -> None:
    gc.set_threshold(*own)
    with seldom_collected():
        assert gc.get_threshold() == own
    assert gc.get_threshold() == own


def test_seldom_collected_keeps_what_others_set_meanwhile() -> None:
    with seldom_collected():
        gc.set_threshold(123, 4, 5)
    assert gc.get_threshold() == (123, 4, 5)
