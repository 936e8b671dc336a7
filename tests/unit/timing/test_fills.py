import numpy as np
import pytest

from station.model import PAD_INDEX, Pad
from station.timing.fills import fill_bars

SIXTEENTHS = 16  # ticks of a bar of 4/4
HAT, KICK, SNARE, TOM, CRASH = (
    PAD_INDEX[pad] for pad in (Pad.HI_HAT, Pad.KICK, Pad.SNARE, Pad.TOM_1, Pad.CRASH_1)
)
ROCK = {(at, HAT) for at in range(0, 16, 2)} | {(0, KICK), (8, KICK), (4, SNARE), (12, SNARE)}
DISCO = {(at, HAT) for at in range(2, 16, 4)} | {(at, KICK) for at in range(0, 16, 4)}
LAST_BEAT = {note for note in ROCK if note[0] < 12} | {(at, SNARE) for at in range(12, 16)}
TWO_BEATS = {note for note in ROCK if note[0] < 8} | {(at, SNARE) for at in range(8, 16)}
ALL_TOMS = {(at, TOM) for at in range(0, 16, 2)}
CRASHED = ROCK - {(0, HAT)} | {(0, CRASH)}
GHOSTED = ROCK | {(7, SNARE)}


def found(bars, lengths=None):
    notes = [(number, *note) for number, bar in enumerate(bars) for note in sorted(bar)]
    bar, place, lanes = np.array(notes, dtype=np.int64).reshape(-1, 3).T
    ticks = np.array(lengths or [SIXTEENTHS] * len(bars), dtype=np.int64)[bar]
    return fill_bars(lanes.astype(np.uint8), bar, place, ticks).tolist()


@pytest.mark.parametrize("fill", [LAST_BEAT, TWO_BEATS, ALL_TOMS])
def test_a_fill_is_found_on_whatever_pads(fill):
    phrase = [CRASHED, ROCK, GHOSTED, fill]
    assert found(phrase * 4) == [3, 7, 11, 15]
    assert found([ROCK] * 10 + [fill] + [ROCK] * 10) == [10]


def test_small_changes_are_no_fill():
    assert found([CRASHED, ROCK, GHOSTED, ROCK] * 4) == []


def test_another_section_is_no_fill_but_the_bar_that_leads_to_it_is():
    assert found([ROCK] * 8 + [DISCO] * 8) == []
    assert found([ROCK] * 7 + [TWO_BEATS] + [DISCO] * 8) == [7]


def test_the_first_bars_and_a_last_stroke_are_no_fills():
    assert found([TWO_BEATS] + [ROCK] * 9) == []
    assert found([ROCK] * 9 + [{(0, CRASH), (0, KICK)}]) == []
    assert found([ROCK] * 4 + [set()] + [ROCK] * 4) == []


def test_where_there_is_no_pattern_there_is_no_fill():
    rng = np.random.default_rng(1)
    bars = [
        {(int(at), int(rng.choice((SNARE, TOM)))) for at in rng.choice(16, 8)} for _ in range(60)
    ]
    assert found(bars) == []
    assert found([ROCK, TWO_BEATS] * 8) == []
    assert found([ALL_TOMS] * 16) == []


def test_a_bar_of_another_metre_is_not_compared():
    seven = {note for note in TWO_BEATS if note[0] < 14}
    bars = [ROCK] * 6 + [seven] + [ROCK] * 6
    assert found(bars, [16] * 6 + [14] + [16] * 6) == []


def test_no_notes_and_one_bar():
    assert found([]) == []
    assert found([ROCK]) == []
