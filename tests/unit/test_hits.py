from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from station.hits import HIT_DTYPE, from_array, to_array
from station.model import PADS, ZONES, Flag, Hit

hits = st.builds(
    Hit,
    seq=st.integers(0, 2**32 - 1),
    t_ns=st.integers(-(2**63), 2**63 - 1),
    t_sigma_ns=st.integers(0, 2**31 - 1),
    arrival_ns=st.integers(-(2**63), 2**63 - 1),
    pad=st.sampled_from(PADS),
    zone=st.sampled_from(ZONES),
    velocity=st.integers(0, 127),
    note=st.integers(-1, 127),
    source=st.integers(0, 255),
    flags=st.integers(0, 63).map(Flag),
    openness=st.integers(-1, 127),
)


@given(st.lists(hits, max_size=20))
def test_there_and_back(some: list[Hit]) -> None:
    assert from_array(to_array(some)) == some


def test_a_stamp_that_is_worth_nothing_stays_worth_nothing() -> None:
    hit = Hit(0, 0, 10**12, 0, PADS[0], ZONES[0], 1)
    assert from_array(to_array([hit]))[0].t_sigma_ns == 2**31 - 1


def test_a_block_on_disk_has_the_same_bytes_everywhere() -> None:
    assert HIT_DTYPE.itemsize == 34
    assert not HIT_DTYPE.isalignedstruct
    # Little-endian on every machine, whatever its own order is.
    assert all(HIT_DTYPE[name].str[0] in "<|" for name in HIT_DTYPE.names or ())
