from dataclasses import replace
from itertools import count

import pytest

from station.hal.api import (
    ChokeEvent,
    LinkEvent,
    LinkState,
    MidiEvent,
    OverflowEvent,
    PedalEvent,
    StrikeEvent,
)
from station.kits.library import load_library
from station.kits.profile import Choke, HiHat
from station.kits.translate import Translator
from station.model import Flag, Mark, MarkKind, Pad, StampedBy, Zone

MS = 1_000_000
PROFILES = load_library().profiles
ROLAND = PROFILES["roland-td"]


def midi(ms, *data, stamped_by=StampedBy.DRIVER):
    t_ns = round(ms * MS)
    return MidiEvent(0, t_ns, 200_000, t_ns + 5, stamped_by, bytes(data))


def strike(ms, pad, zone=0, velocity=80, flags=Flag.NONE):
    return StrikeEvent(0, ms * MS, 50, ms * MS, StampedBy.DEVICE, pad, zone, velocity, flags)


def translate(*events, profile=ROLAND, **kwargs):
    return Translator(profile, **kwargs).translate(events)


def test_a_note_is_a_hit():
    (hit,) = translate(midi(5, 0x99, 40, 96), source=2, numbers=count(7)).hits
    assert (hit.seq, hit.t_ns, hit.t_sigma_ns, hit.arrival_ns) == (7, 5 * MS, 200_000, 5 * MS + 5)
    assert (hit.pad, hit.zone, hit.velocity, hit.note) == (Pad.SNARE, Zone.RIM, 96, 40)
    assert (hit.source, hit.flags, hit.openness) == (2, Flag.NONE, -1)


def test_note_offs_of_both_kinds_are_no_hits():
    assert translate(midi(0, 0x99, 38, 0), midi(1, 0x89, 38, 64)).hits == []


def test_every_channel_is_heard_unless_one_is_asked_for():
    events = (midi(0, 0x90, 36, 80), midi(100, 0x99, 36, 80))
    assert len(translate(*events).hits) == 2
    assert [h.t_ns for h in translate(*events, profile=replace(ROLAND, channel=9)).hits] == [
        100 * MS
    ]


def test_an_unknown_note_is_kept_and_flagged():
    (hit,) = translate(midi(0, 0x99, 99, 80)).hits
    assert (hit.pad, hit.note, hit.flags) == (Pad.OTHER, 99, Flag.UNMAPPED)


def test_kits_of_one_take_share_their_numbers():
    numbers = count()
    one, two = (Translator(ROLAND, source, numbers) for source in (0, 1))
    seqs = [
        hit.seq
        for translator in (one, two, one)
        for hit in translator.translate([midi(0, 0x99, 36, 80)]).hits
    ]
    assert seqs == [0, 1, 2]


def test_the_pedal_is_carried_on_hi_hat_hits_alone():
    events = (
        midi(0, 0x99, 46, 80),
        midi(10, 0xB9, 4, 0),
        midi(100, 0x99, 46, 80),
        midi(200, 0xB9, 4, 127),
        midi(300, 0x99, 42, 80),
        midi(400, 0x99, 44, 80),
        midi(500, 0x99, 38, 80),
    )
    assert [h.openness for h in translate(*events).hits] == [-1, 127, 0, 0, -1]


def test_a_pedal_that_is_turned_round():
    profile = replace(ROLAND, hi_hat=HiHat(controller=4, closed_at=0))
    (hit,) = translate(midi(0, 0xB9, 4, 20), midi(1, 0x99, 46, 80), profile=profile).hits
    assert hit.openness == 20


def test_the_pedal_decides_where_the_note_does_not_tell():
    profile = replace(
        ROLAND, notes={8: (Pad.HI_HAT, Zone.BOW), 9: (Pad.HI_HAT, Zone.EDGE)}, hi_hat=HiHat()
    )
    events = [midi(0, 0x99, 8, 80)]
    for i, value in enumerate((127, 60, 0)):
        events += [midi(100 * i + 50, 0xB9, 4, value), midi(100 * i + 60, 0x99, 9, 80)]
    zones = [h.zone for h in translate(*events, profile=profile).hits]
    assert zones == [Zone.BOW, Zone.CLOSED, Zone.HALF_OPEN, Zone.OPEN]


def test_what_the_note_tells_stands():
    (hit,) = translate(midi(0, 0xB9, 4, 0), midi(1, 0x99, 42, 80)).hits
    assert (hit.zone, hit.openness) == (Zone.CLOSED, 127)


def test_chick_and_splash_are_the_pedals():
    hits = translate(
        midi(0, 0x99, 44, 80), midi(100, 0x99, 21, 80), profile=PROFILES["alesis-nitro"]
    ).hits
    assert [(h.pad, h.zone) for h in hits] == [
        (Pad.HI_HAT_PEDAL, Zone.FOOT),
        (Pad.HI_HAT_PEDAL, Zone.SPLASH),
    ]


def test_a_grab_is_one_mark_however_often_it_is_said():
    events = (
        midi(0, 0x99, 49, 100),
        midi(50, 0xA9, 49, 127),
        midi(50, 0xA9, 55, 127),
        midi(51, 0xA9, 49, 90),
        midi(90, 0xA9, 49, 0),
        midi(90, 0xA9, 55, 0),
        midi(120, 0xA9, 55, 127),
        midi(200, 0x99, 49, 100),
        midi(230, 0xA9, 49, 127),
    )
    assert translate(*events).marks == [
        Mark(50 * MS, MarkKind.CHOKE, "crash-1"),
        Mark(120 * MS, MarkKind.CHOKE, "crash-1"),
        Mark(230 * MS, MarkKind.CHOKE, "crash-1"),
    ]


def test_a_grab_by_channel_pressure():
    profile = replace(ROLAND, choke=Choke.CHANNEL_PRESSURE)
    events = (midi(0, 0xD9, 100), midi(1, 0xD9, 0), midi(2, 0xA9, 49, 127))
    assert translate(*events, profile=profile).marks == [Mark(0, MarkKind.CHOKE, "")]


def test_pressure_of_a_kit_that_does_not_choke_is_nothing():
    events = (midi(0, 0xD9, 100), midi(2, 0xA9, 49, 127))
    assert translate(*events, profile=replace(ROLAND, choke=Choke.NONE)).marks == []


def test_a_gap_is_marked_once_and_the_first_hit_behind_it_flagged():
    result = translate(
        LinkEvent(0, LinkState.OPEN),
        midi(1, 0xB9, 4, 0),
        midi(100, 0x99, 38, 127),
        LinkEvent(110 * MS, LinkState.LOST, "unplugged"),
        LinkEvent(111 * MS, LinkState.LOST),
        LinkEvent(120 * MS, LinkState.OPEN, "back"),
        LinkEvent(121 * MS, LinkState.OPEN),
        midi(125, 0x99, 38, 20),
        midi(200, 0x99, 46, 80),
        LinkEvent(300 * MS, LinkState.ENDED),
    )
    assert result.marks == [
        Mark(110 * MS, MarkKind.GAP_BEGIN, "unplugged"),
        Mark(120 * MS, MarkKind.GAP_END, "back"),
    ]
    # What was known before is not known any more: neither the stroke nor the pedal.
    assert [h.flags for h in result.hits] == [Flag.NONE, Flag.AFTER_GAP, Flag.NONE]
    assert result.hits[2].openness == -1


def test_lost_events_and_a_change_of_stamps_are_marked():
    result = translate(
        midi(0, 0x99, 38, 80),
        OverflowEvent(10 * MS, 12),
        midi(100, 0x99, 38, 80, stamped_by=StampedBy.ARRIVAL),
        midi(200, 0x99, 38, 80, stamped_by=StampedBy.ARRIVAL),
    )
    assert len(result.hits) == 3
    assert result.marks == [
        Mark(10 * MS, MarkKind.LOST_EVENTS, "12 events lost"),
        Mark(100 * MS, MarkKind.STAMP_CHANGED, "driver to arrival"),
    ]


def test_skew_is_taken_off_before_anything_is_suspected():
    profile = replace(ROLAND, skew_ns={Pad.TOM_1: 4 * MS})
    hits = translate(midi(10, 0x99, 36, 120), midi(16, 0x99, 48, 10), profile=profile).hits
    assert [h.t_ns for h in hits] == [10 * MS, 12 * MS]
    assert hits[1].flags == Flag.CROSSTALK


def test_suspects_are_flagged_and_kept():
    hits = translate(midi(0, 0x99, 38, 100), midi(20, 0x99, 38, 30)).hits
    assert [h.flags for h in hits] == [Flag.NONE, Flag.DOUBLE_TRIGGER]


def test_a_boards_pads():
    hits = translate(
        strike(0, 1),
        strike(100, 1, 1),
        strike(200, 1, 9),
        strike(300, 99),
        strike(400, 0, flags=Flag.CLIPPED),
        profile=PROFILES["general-midi"],
    ).hits
    assert [(h.pad, h.zone, h.flags) for h in hits] == [
        (Pad.SNARE, Zone.HEAD, Flag.NONE),
        (Pad.SNARE, Zone.RIM, Flag.NONE),
        (Pad.SNARE, Zone.HEAD, Flag.NONE),
        (Pad.OTHER, Zone.HEAD, Flag.UNMAPPED),
        (Pad.KICK, Zone.HEAD, Flag.CLIPPED),
    ]
    assert {h.note for h in hits} == {-1}


@pytest.mark.parametrize(("velocity", "kept"), [(-5, 0), (0, 0), (127, 127), (4000, 127)])
def test_a_boards_velocity_stays_in_its_bounds(velocity, kept):
    (hit,) = translate(strike(0, 1, velocity=velocity), profile=PROFILES["general-midi"]).hits
    assert hit.velocity == kept


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x99",
        b"\x99\x26",
        b"\x99\x26\xff",
        b"\x99\xa6\x50",
        b"\x99\x26\x50\x00",
        b"\xb9\x04",
        b"\xb9\x04\x90",
        b"\xa9\x31",
        b"\xd9",
        b"\xd9\x90",
        b"\xf0\x41\x10\xf7",
        b"\xf8",
        b"\xfe",
        b"\xff\xff\xff",
        b"\x26\x50\x00",
        bytes(500),
    ],
)
def test_garbage_is_neither_hit_nor_mark(data):
    result = translate(midi(0, *data))
    assert (result.hits, result.marks) == ([], [])


def test_a_pedal_without_midi_opens_its_hi_hat_and_nothing_else():
    profile = PROFILES["trigger-board"]
    result = translate(
        strike(0, 2),
        PedalEvent(1 * MS, 2, 0),
        strike(100, 2),
        PedalEvent(101 * MS, 1, 60),  # the snare has no pedal
        strike(200, 2, 1),
        PedalEvent(201 * MS, 2, 60),
        strike(300, 2),
        PedalEvent(301 * MS, 2, 127),
        strike(400, 2),
        strike(500, 1),
        profile=profile,
    )
    assert [(h.zone, h.openness) for h in result.hits] == [
        (Zone.BOW, -1),
        (Zone.CLOSED, 0),
        (Zone.CLOSED, 0),
        (Zone.HALF_OPEN, 60),
        (Zone.OPEN, 127),
        (Zone.HEAD, -1),
    ]


def test_a_foot_on_the_trigger_boards_hi_hat_plays_its_pedal():
    hits = translate(strike(0, 2, 3), strike(500, 2, 4), profile=PROFILES["trigger-board"]).hits
    assert [(h.pad, h.zone) for h in hits] == [
        (Pad.HI_HAT_PEDAL, Zone.FOOT),
        (Pad.HI_HAT_PEDAL, Zone.SPLASH),
    ]


def test_a_board_says_each_grab_once_and_each_is_a_mark():
    events = [
        ChokeEvent(1, 6, 0),
        ChokeEvent(2, 6, 1),
        strike(3, 6),
        ChokeEvent(4, 99, 0),
    ]
    result = translate(*events, profile=PROFILES["general-midi"])
    assert [(m.t_ns, m.kind, m.detail) for m in result.marks] == [
        (1, MarkKind.CHOKE, "crash-1"),
        (2, MarkKind.CHOKE, "crash-1"),
        (4, MarkKind.CHOKE, "other"),
    ]
    assert [h.t_ns for h in result.hits] == [3 * MS]
