"""A whole file in one step says what the translator says event by event, of any kit."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from station.hal.api import MidiEvent
from station.hal.smf_events import PlayedFile
from station.hits import HIT_DTYPE, to_array
from station.kits.library import load_library
from station.kits.played import hits_of_file
from station.kits.profile import Choke, HiHat, Wire
from station.kits.translate import Translator
from station.model import Pad, StampedBy

PROFILES = sorted(load_library().profiles.values(), key=lambda profile: profile.name)
# Few notes, so that they meet; 1 is on no kit.
notes = st.sampled_from((1, 22, 26, 36, 38, 40, 42, 44, 46, 49, 51, 55))
values = st.one_of(st.integers(0, 127), st.sampled_from((0, 1, 10, 100, 127)))
statuses = st.sampled_from((0x89, 0x90, 0x99, 0x99, 0x99, 0xA9, 0xB9, 0xC9, 0xD9, 0xE9, 0xA0, 0xD0))
steps_ns = st.one_of(
    st.just(0), st.integers(0, 3_000_000), st.integers(0, 40_000_000), st.integers(0, 10**9)
)


@st.composite
def profiles(draw):
    chosen = draw(st.sampled_from(PROFILES))
    skews = draw(st.dictionaries(st.sampled_from(Pad), st.integers(-(10**7), 10**7), max_size=4))
    return replace(
        chosen,
        wire=draw(st.sampled_from(Wire)),
        channel=draw(st.sampled_from((None, 0, 9))),
        choke=draw(st.sampled_from(Choke)),
        hi_hat=draw(st.sampled_from((chosen.hi_hat, HiHat(-1), HiHat(4, 0, 10, 100)))),
        skew_ns=skews,
    )


@st.composite
def files(draw):
    rows, t_ns, times = [], draw(st.integers(-(10**10), 10**10)), []
    for step in draw(st.lists(steps_ns, max_size=40)):
        t_ns += step
        status = draw(statuses)
        first = draw(st.just(4) | values) if status == 0xB9 else draw(notes | values)
        second = 0 if status in {0xC9, 0xD9, 0xD0} else draw(values)
        times.append(t_ns)
        rows.append((status, first, second))
    data = np.array(rows, dtype=np.uint8).reshape(-1, 3)
    tick_ns = Fraction(draw(st.sampled_from((1000, 520_833, 2**33))))
    return PlayedFile(np.array(times, dtype=np.int64), data, tick_ns)


def one_by_one(played, profile):
    events = [
        MidiEvent(seq, t_ns, played.sigma_ns, t_ns, StampedBy.FILE, data)
        for seq, (t_ns, data) in enumerate(played.messages())
    ]
    return Translator(profile).translate(events)


@given(files(), profiles())
@settings(max_examples=300, deadline=None)  # the first one compiles
def test_a_whole_file_gives_what_its_events_give(played, profile):
    expected = one_by_one(played, profile)
    found = hits_of_file(played, profile)
    assert found.hits.dtype == HIT_DTYPE
    assert found.hits.tolist() == to_array(expected.hits).tolist()
    assert found.marks == expected.marks
