"""What a DIN wire does to a chord, and how it is undone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.hal.api import MidiEvent
from station.kits.din import MAX_WAIT_NS, NOTE_NS, DinQueue, doubted_sigma_ns
from station.kits.library import load_library
from station.kits.profile import Wire
from station.kits.translate import Translator
from station.model import StampedBy

MS = 1_000_000


def note_on(seq: int, t_ns: int, note: int) -> MidiEvent:
    return MidiEvent(seq, t_ns, 200_000, t_ns, StampedBy.DRIVER, bytes((0x99, note, 100)))


def through_the_wire(struck_ns: list[int]) -> list[int]:
    """When notes struck at these times have come through a DIN cable."""
    free_ns = 0
    came = []
    for t_ns in struck_ns:
        free_ns = max(free_ns, t_ns) + NOTE_NS
        came.append(free_ns)
    return came


@pytest.mark.parametrize("pads", [1, 2, 3, 4])
def test_a_chord_is_of_one_time_again(pads: int) -> None:
    profile = load_library().named("yamaha-dtxplorer")
    came = through_the_wire([50 * MS] * pads)
    notes = [33, 31, 42, 49][:pads]
    events = [note_on(i, t, n) for i, (t, n) in enumerate(zip(came, notes, strict=True))]
    hits = Translator(profile).translate(events).hits
    assert {hit.t_ns for hit in hits} == {50 * MS + NOTE_NS}
    # What is taken off is doubted.
    sigmas = [hit.t_sigma_ns for hit in hits]
    assert sigmas == sorted(sigmas)
    assert sigmas[0] == 200_000
    assert [hit.arrival_ns for hit in hits] == came


def test_on_usb_nothing_is_undone() -> None:
    profile = replace(load_library().named("yamaha-dtxplorer"), wire=Wire.USB)
    came = through_the_wire([50 * MS] * 4)
    events = [note_on(i, t, 38) for i, t in enumerate(came)]
    assert [hit.t_ns for hit in Translator(profile).translate(events).hits] == came


@given(st.lists(st.integers(0, 40 * MS), min_size=1, max_size=40))
def test_never_by_more_than_a_chord_and_never_out_of_order(gaps_ns: list[int]) -> None:
    queue = DinQueue()
    t_ns = 0
    before_ns = 0
    for gap_ns in gaps_ns:
        t_ns += gap_ns
        wait_ns = queue.wait_ns(t_ns, 3)
        assert 0 <= wait_ns <= MAX_WAIT_NS
        assert t_ns - wait_ns >= before_ns
        before_ns = t_ns - wait_ns


@given(st.lists(st.integers(5, 100), min_size=2, max_size=30))
def test_hits_that_are_apart_are_left_alone(gaps_ms: list[int]) -> None:
    queue = DinQueue()
    t_ns = 0
    for gap_ms in gaps_ms:
        t_ns += gap_ms * MS
        assert queue.wait_ns(t_ns, 3) == 0


def test_the_doubt_is_an_even_spread() -> None:
    assert doubted_sigma_ns(0, 12) == round(12 / 12**0.5)
    assert doubted_sigma_ns(300, 0) == 300
