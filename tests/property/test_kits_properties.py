"""What must never be suspected, and what no event may do."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from station.hal.api import LinkEvent, LinkState, MidiEvent, OverflowEvent, StrikeEvent
from station.kits.library import load_library
from station.kits.profile import PadKind
from station.kits.profile_file import (
    MAX_CROSSTALK_RATIO,
    MAX_CROSSTALK_WINDOW_MS,
    MAX_DOUBLE_RATIO,
    MAX_DOUBLE_WINDOW_MS,
    read_profile,
)
from station.kits.suspects import Suspects
from station.kits.translate import Translator
from station.model import PAD_INDEX, PADS, Flag, MarkKind, Pad, StampedBy

PROFILES = list(load_library().profiles.values())
SIXTEENTH_AT_400_NS = 37_500_000
# The widest that a profile may say.
WIDEST = read_profile(
    f"""
title = "Widest"
[notes]
38 = "snare"
[suspects]
double_window_ms = {MAX_DOUBLE_WINDOW_MS}
double_ratio = {MAX_DOUBLE_RATIO}
""",
    "widest",
    "widest.toml",
)
settings = st.sampled_from([p.suspects for p in [*PROFILES, WIDEST]])
shipped = st.sampled_from([p.suspects for p in PROFILES])
pads = st.sampled_from(Pad)
velocities = st.integers(1, 127)
starts = st.integers(-(2**62), 2**62)


def flags(settings, hits):
    suspects = Suspects(settings)
    return [Flag(suspects.flags(PAD_INDEX[pad], t, v)) for pad, t, v in hits]


def test_the_bounds_of_a_profile_stay_clear_of_music():
    assert MAX_DOUBLE_WINDOW_MS * 1e6 < SIXTEENTH_AT_400_NS
    assert max(MAX_DOUBLE_RATIO, MAX_CROSSTALK_RATIO) < 1
    assert MAX_CROSSTALK_WINDOW_MS < MAX_DOUBLE_WINDOW_MS
    assert {kind for p in PROFILES for kind in p.suspects.double} == set(PadKind)


@given(settings, pads, starts, st.lists(velocities, min_size=2, max_size=30), st.data())
def test_sixteenths_at_400_bpm_are_played_whatever_their_dynamics(settings, pad, t, vs, data):
    hits = []
    for v in vs:
        hits.append((pad, t, v))
        t += data.draw(st.integers(SIXTEENTH_AT_400_NS, 4 * SIXTEENTH_AT_400_NS))
    assert set(flags(settings, hits)) == {Flag.NONE}


@given(
    shipped,
    pads,
    starts,
    st.integers(40, 127),
    st.lists(st.tuples(st.integers(5_000_000, 60_000_000), st.floats(0.75, 1.25)), max_size=30),
)
def test_even_strokes_are_played_however_close(settings, pad, t, velocity, strokes):
    hits = []
    for gap, evenness in strokes:
        t += gap
        hits.append((pad, t, min(127, round(velocity * evenness))))
    assert all(f is Flag.NONE for f in flags(settings, hits))


@given(settings, pads, starts, st.integers(1, 60_000_000), st.data())
def test_the_main_note_of_a_flam_is_played(settings, pad, t, gap, data):
    grace = data.draw(velocities)
    main = data.draw(st.integers(grace, 127))
    assert flags(settings, [(pad, t, grace), (pad, t + gap, main)])[1] is Flag.NONE


@given(
    shipped,
    st.lists(pads, min_size=2, max_size=4, unique=True),
    starts,
    st.data(),
)
def test_unison_at_ordinary_dynamics_is_played(settings, struck, t, data):
    hits = [
        (pad, t + data.draw(st.integers(-8_000_000, 8_000_000)), data.draw(st.integers(26, 127)))
        for pad in struck
    ]
    assert set(flags(settings, hits)) == {Flag.NONE}


@given(settings, st.lists(st.tuples(pads, st.integers(0, 10**9), velocities), max_size=40))
def test_the_first_and_the_loudest_are_never_suspected(settings, hits):
    result = flags(settings, hits)
    loudest = 0
    for (_, _, velocity), flag in zip(hits, result, strict=True):
        if velocity >= loudest:
            assert flag is Flag.NONE
        loudest = max(loudest, velocity)


stamps = st.integers(-(2**62), 2**62)
data_bytes = st.one_of(
    st.binary(max_size=5),
    st.tuples(
        st.sampled_from((0x80, 0x90, 0x99, 0xA9, 0xB9, 0xD9, 0xE0, 0xF0, 0xFE)),
        st.integers(0, 127),
        st.integers(0, 127),
    ).map(bytes),
    st.binary(max_size=20).map(lambda body: b"\xf0" + body + b"\xf7"),
)
events = st.one_of(
    st.builds(
        MidiEvent,
        st.integers(0, 2**32),
        stamps,
        st.integers(0, 2**40),
        stamps,
        st.sampled_from(StampedBy),
        data_bytes,
    ),
    st.builds(
        StrikeEvent,
        st.integers(0, 2**32),
        stamps,
        st.integers(0, 2**40),
        stamps,
        st.sampled_from(StampedBy),
        st.integers(-3, 300),
        st.integers(-3, 300),
        st.integers(-3, 70_000),
        st.integers(0, 2**12).map(Flag),
    ),
    st.builds(LinkEvent, stamps, st.sampled_from(LinkState), st.text(max_size=5)),
    st.builds(OverflowEvent, stamps, st.integers(0, 10**6)),
)
streams = st.lists(events, max_size=40)
profiles = st.sampled_from(PROFILES).flatmap(
    lambda p: st.sampled_from((None, 0, 9)).map(lambda channel: replace(p, channel=channel))
)


@given(profiles, streams)
def test_any_events_give_sound_hits(profile, stream):
    hits = Translator(profile).translate(stream).hits
    assert [h.seq for h in hits] == list(range(len(hits)))
    for hit in hits:
        assert hit.pad in PADS
        assert 0 <= hit.velocity <= 127
        assert -1 <= hit.note <= 127
        assert -1 <= hit.openness <= 127


@given(profiles, streams)
def test_every_sound_note_becomes_a_hit(profile, stream):
    played = [
        e
        for e in stream
        if isinstance(e, StrikeEvent)
        or (
            isinstance(e, MidiEvent)
            and len(e.data) == 3
            and e.data[0] & 0xF0 == 0x90
            and max(e.data[1:]) < 128
            and e.data[2] > 0
            and profile.channel in {None, e.data[0] & 0x0F}
        )
    ]
    hits = Translator(profile).translate(stream).hits
    assert [h.arrival_ns for h in hits] == [e.arrival_ns for e in played]


@given(profiles, streams, st.data())
def test_portions_do_not_matter(profile, stream, data):
    whole = Translator(profile).translate(stream)
    portions = Translator(profile)
    hits, marks, rest = [], [], stream
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        part = portions.translate(rest[:size])
        hits += part.hits
        marks += part.marks
        rest = rest[size:]
    assert (hits, marks) == (whole.hits, whole.marks)


@given(profiles, streams)
def test_gaps_come_in_pairs(profile, stream):
    kinds = [m.kind for m in Translator(profile).translate(stream).marks]
    gaps = [k for k in kinds if k in {MarkKind.GAP_BEGIN, MarkKind.GAP_END}]
    assert gaps[::2] == [MarkKind.GAP_BEGIN] * len(gaps[::2])
    assert gaps[1::2] == [MarkKind.GAP_END] * len(gaps[1::2])
