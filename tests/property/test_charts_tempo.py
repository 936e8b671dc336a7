"""The tempo map is exact: every written time is the exact sum of what came before."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from station.charts.tempo import TempoChange, TempoMap

tempi = st.one_of(
    st.fractions(60_000_000, 60_000_000_000, max_denominator=10**6),
    st.integers(60_000, 2**24 - 1).map(lambda us: Fraction(us * 1000)),
    st.decimals(1, 1000, places=3).map(lambda bpm: 60 * 10**9 / Fraction(bpm)),
)


@st.composite
def tempo_maps(draw):
    ticks = sorted(draw(st.sets(st.integers(1, 200_000), max_size=6)))
    changes = [TempoChange(0, draw(tempi)), *(TempoChange(t, draw(tempi)) for t in ticks)]
    return TempoMap(draw(st.integers(1, 32_767)), tuple(changes))


ticks = st.integers(-10_000, 300_000)


def exact_ns(tempo, tick):
    """The plain sum over the segments, as a fraction."""
    if tick < 0:
        return tick * tempo.changes[0].ns_per_quarter / tempo.ppq
    ends = [change.tick for change in tempo.changes[1:]] + [tick]
    return sum(
        max(0, min(tick, end) - change.tick) * change.ns_per_quarter / tempo.ppq
        for change, end in zip(tempo.changes, ends, strict=True)
    )


@given(tempo_maps(), ticks)
def test_a_time_is_within_half_a_nanosecond_of_the_exact_sum(tempo, tick):
    error = tempo.ns_at(tick) - exact_ns(tempo, tick)
    assert -Fraction(1, 2) < error <= Fraction(1, 2)


@given(tempo_maps(), st.lists(ticks, max_size=30))
def test_an_array_gives_the_same_as_one_by_one(tempo, many):
    array = np.array(many, dtype=np.int64)
    assert tempo.ns_of(array).tolist() == [tempo.ns_at(t) for t in many]


@given(tempo_maps(), st.lists(ticks, min_size=2, max_size=30))
def test_time_never_goes_back(tempo, many):
    times = tempo.ns_of(np.array(sorted(many), dtype=np.int64)).tolist()
    assert all(before <= after for before, after in pairwise(times))


@given(tempo_maps(), st.fractions(Fraction(1, 2), 2, max_denominator=1000))
def test_scaling_there_and_back_is_exact(tempo, ratio):
    try:
        scaled = tempo.scaled(ratio)
    except ValueError:
        return  # beyond what is played
    assert scaled.scaled(1 / ratio) == tempo
