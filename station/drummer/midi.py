"""A performance as MIDI messages, and as the bytes of a Standard MIDI file."""

from __future__ import annotations

import io
from itertools import pairwise

import mido

from station.drummer.performance import Performance, Strike
from station.model import Pad, Zone
from station.units import NS_PER_MS

TimedMessage = tuple[int, bytes]

_NOTE_OFF, _NOTE_ON, _CONTROL = 0x80, 0x90, 0xB0
_FOOT_CONTROLLER = 4
_NOTE_LENGTH_NS = 50 * NS_PER_MS
# CC4 as on Roland kits: 0 is open, 127 closed.
_PEDAL = {
    Zone.OPEN: 0,
    Zone.SPLASH: 0,
    Zone.HALF_OPEN: 64,
    Zone.CLOSED: 127,
    Zone.FOOT: 127,
}
_HI_HATS = (Pad.HI_HAT, Pad.HI_HAT_PEDAL)

# A file counts in steps of exactly 10 µs whatever the chart's tempo, which most often is no
# whole number of microseconds a beat: 25,000 ticks a quarter at 240 BPM.
_PPQ = 25_000
_US_PER_QUARTER = 250_000
TICK_NS = 10_000


def midi_messages(
    performance: Performance, channel: int = 10, pedal: bool = False
) -> list[TimedMessage]:
    """Note-on and note-off for every strike, in time order.

    Parameters
    ----------
    channel
        1 to 16.
    pedal
        Also say the hi-hat pedal's position (CC4) before each of its notes.

    Returns
    -------
    list of (t_ns, bytes)
        Times from the chart's tick 0. A note ends after 50 ms, or half-way to the next of
        its number.
    """
    if not 1 <= channel <= 16:
        raise ValueError(f"MIDI channels go from 1 to 16, not {channel}")
    c = channel - 1
    messages: list[tuple[int, int, bytes]] = []
    by_note: dict[int, list[Strike]] = {}
    for s in performance.strikes:
        if pedal and s.pad in _HI_HATS and s.zone in _PEDAL:
            position = _PEDAL[s.zone]
            messages.append((s.t_ns, 1, bytes((_CONTROL | c, _FOOT_CONTROLLER, position))))
        messages.append((s.t_ns, 1, bytes((_NOTE_ON | c, s.midi_note, s.velocity))))
        by_note.setdefault(s.midi_note, []).append(s)
    for midi_note, strikes in by_note.items():
        off = bytes((_NOTE_OFF | c, midi_note, 0))
        ends = [(b.t_ns - a.t_ns) // 2 for a, b in pairwise(strikes)]
        for s, end in zip(strikes, [*ends, _NOTE_LENGTH_NS], strict=True):
            # Two strikes at once share the second one's end.
            if end > 0:
                messages.append((s.t_ns + min(end, _NOTE_LENGTH_NS), 0, off))
    messages.sort(key=lambda m: (m[0], m[1]))
    return [(t_ns, data) for t_ns, _, data in messages]


def midi_file(performance: Performance, channel: int = 10, pedal: bool = False) -> bytes:
    """A Standard MIDI file (format 0) of the performance; its time 0 is the chart's tick 0.

    A file has no time before 0: write `performance.not_before_zero()`, and keep that one's
    truth beside it.

    Raises
    ------
    ValueError
        When a strike comes before tick 0, or the channel is not 1 to 16.
    """
    if performance.strikes and performance.strikes[0].t_ns < 0:
        raise ValueError("a MIDI file cannot hold strikes from before tick 0")
    track = mido.MidiTrack()
    track.append(
        mido.MetaMessage("track_name", name=_latin1_from_text(performance.chart_title), time=0)
    )
    track.append(mido.MetaMessage("set_tempo", tempo=_US_PER_QUARTER, time=0))
    before = 0
    for t_ns, data in midi_messages(performance, channel, pedal):
        tick = (t_ns + TICK_NS // 2) // TICK_NS
        track.append(mido.Message.from_bytes(data, time=tick - before))
        before = tick
    track.append(mido.MetaMessage("end_of_track", time=0))
    out = io.BytesIO()
    mido.MidiFile(type=0, ticks_per_beat=_PPQ, tracks=[track]).save(file=out)
    return out.getvalue()


def _latin1_from_text(text: str) -> str:
    """UTF-8, as the world writes it, in the Latin-1 that mido takes."""
    return text.encode("utf-8", "replace").decode("latin-1")
