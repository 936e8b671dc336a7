import gc

import pytest

from station.garbage import collector_paused


def test_the_collector_is_off_inside_and_as_before_afterwards():
    assert gc.isenabled()
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_an_error_leaves_it_on():
    with pytest.raises(KeyError), collector_paused():
        raise KeyError
    assert gc.isenabled()
