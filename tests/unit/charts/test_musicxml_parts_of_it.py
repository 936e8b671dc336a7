"""Tempi as decimals, the table of the staff, and how complaints are put."""

from fractions import Fraction

import pytest

from station.charts.complaints import MAX_SENTENCES, Complaints
from station.charts.drum_staff import StaffPlace, on_staff, read_from_staff
from station.charts.lanes import PLACES
from station.charts.musicxml_tempo import ns_per_quarter_from_text, text_from_ns_per_quarter
from station.model import Pad, Zone

MINUTE = 60 * 10**9


class TestTempo:
    @pytest.mark.parametrize(
        ("bpm", "text"), [(120, "120"), (330, "330"), (132.5, "132.5"), (100, "100")]
    )
    def test_a_short_one_stays_short(self, bpm, text):
        ns = MINUTE / Fraction(str(bpm))
        assert text_from_ns_per_quarter(ns) == text
        assert ns_per_quarter_from_text(text) == ns

    @pytest.mark.parametrize(
        "ns",
        [Fraction(181_818_000), Fraction(10**9, 3), Fraction(2 * 10**9 + 1, 10**9 - 1) * 10**9],
    )
    def test_any_other_comes_back_exactly(self, ns):
        text = text_from_ns_per_quarter(ns)
        assert ns_per_quarter_from_text(text) == ns
        assert float(text) == pytest.approx(float(MINUTE / ns))

    @pytest.mark.parametrize("text", ["", "0", "0.0", "-3", "1e3", "x", "nan", "9" * 50])
    def test_what_is_none(self, text):
        with pytest.raises(ValueError, match="is no tempo"):
            ns_per_quarter_from_text(text)


class TestStaff:
    def test_what_is_read_is_written_there(self):
        for step in "ABCDEFG":
            for octave in (4, 5, 6):
                for head in ("normal", "x", "circle-x", "diamond"):
                    where = StaffPlace(step, octave, head)
                    place = read_from_staff(where)
                    if place is not None and where != StaffPlace("E", 4, "normal"):
                        assert on_staff(*place) in (where, StaffPlace("C", 5, "x"))

    def test_every_place_of_a_kit_has_one(self):
        for pad, zone in PLACES.values():
            assert on_staff(pad, zone).step in "ABCDEFG"

    def test_two_pads_never_look_the_same(self):
        seen = {}
        for pad, zone in PLACES.values():
            assert seen.setdefault(on_staff(pad, zone), pad) is pad

    def test_what_the_guidelines_leave_open_is_not_read(self):
        assert read_from_staff(on_staff(Pad.AUX_1, Zone.HEAD)) is None
        assert read_from_staff(on_staff(Pad.HI_HAT, Zone.HALF_OPEN)) is None


class TestComplaints:
    def test_the_same_thing_is_said_once(self):
        complaints = Complaints()
        for bar in ("1", "3", "3", "4"):
            complaints.add(bar, "a fermata is not read")
        complaints.add("2", "another thing")
        complaints.add("", "of the whole file")
        assert complaints.sentences() == (
            "Bars 1, 3 and 4: a fermata is not read.",
            "Bar 2: another thing.",
            "Of the whole file.",
        )

    def test_many_bars_and_many_things_are_cut_short(self):
        complaints = Complaints()
        for i in range(200):
            complaints.add(str(i), "the same")
            complaints.add("", f"thing {i}")
        said = complaints.sentences()
        assert said[0] == "Bars 0, 1, 2, 3, 4, 5, 6, 7 and 192 more: the same."
        assert len(said) == MAX_SENTENCES
        assert said[-1] == "And 162 more things could not be read."
