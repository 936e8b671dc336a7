import pytest

from station.charts.gm import PLACE_OF_NOTE, note_of_place, place_of_note
from station.charts.lanes import PLACES, ZONES_OF, place_name
from station.model import Pad, Zone


@pytest.mark.parametrize(
    ("notes", "pad"),
    [
        ((35, 36), Pad.KICK),
        ((37, 38, 40), Pad.SNARE),
        ((42, 46), Pad.HI_HAT),
        ((44,), Pad.HI_HAT_PEDAL),
        ((49,), Pad.CRASH_1),
        ((57,), Pad.CRASH_2),
        ((51, 53, 59), Pad.RIDE),
        ((48, 50), Pad.TOM_1),
        ((45, 47), Pad.TOM_2),
        ((43,), Pad.TOM_3),
        ((41,), Pad.TOM_4),
    ],
)
def test_notes_of_the_standard(notes, pad):
    assert {place_of_note(note)[0] for note in notes} == {pad}


def test_an_unknown_note_is_kept_as_other():
    assert place_of_note(81) == (Pad.OTHER, Zone.HEAD)


def test_what_is_written_is_read_as_the_same_place():
    for pad, zone in set(PLACE_OF_NOTE.values()):
        assert place_of_note(note_of_place(pad, zone)) == (pad, zone)


@pytest.mark.parametrize(
    ("pad", "zone", "note"),
    [
        (Pad.KICK, Zone.HEAD, 36),
        (Pad.SNARE, Zone.HEAD, 38),
        (Pad.TOM_1, Zone.HEAD, 48),
        (Pad.TOM_1, Zone.RIM, 48),
        (Pad.HI_HAT, Zone.HALF_OPEN, 46),
        (Pad.HI_HAT, Zone.BOW, 42),
        (Pad.CRASH_1, Zone.EDGE, 49),
    ],
)
def test_a_place_without_a_note_is_written_as_its_neighbour(pad, zone, note):
    assert note_of_place(pad, zone) == note


def test_every_place_can_be_written_and_stays_on_its_pad():
    for pad, zone in PLACES.values():
        assert place_of_note(note_of_place(pad, zone))[0] is pad


def test_every_pad_has_names_and_they_lead_back():
    assert set(ZONES_OF) == set(Pad)
    for pad, zones in ZONES_OF.items():
        assert PLACES[pad.value] == (pad, zones[0])
        for zone in zones:
            assert PLACES[place_name(pad, zone)] == (pad, zone)
            assert PLACES[f"{pad}-{zone}"] == (pad, zone)
