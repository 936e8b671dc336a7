"""Standard MIDI files: bytes to a chart and back.

Ticks stay as they are in the file, and every tempo change is exact (whole microseconds a
quarter note). Files are read by `smf_parts`, and written by mido.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from io import BytesIO
from typing import Any

import mido
import numpy as np
from numpy.typing import NDArray

from station import smf_parts, units
from station.charts.chart import BEAT_UNITS, Chart, MetreChange, check_metre
from station.charts.gm import DRUM_CHANNEL, PLACE_OF_NOTE, place_of_note
from station.charts.lanes import Place
from station.charts.tempo import MAX_TICK, TempoChange, TempoMap
from station.errors import ChartError
from station.garbage import collector_paused
from station.model import Dynamic, Note

# A song with all its instruments is 20 to 300 kB, and the most notes with their ends 1 MB.
MAX_BYTES = 2 * 2**20
MAX_NOTES = 100_000
MAX_PPQ = 2**15 - 1

_MAX_US_PER_QUARTER = 2**24 - 1
_MAX_BEATS_PER_BAR = 255
_DEFAULT_US_PER_QUARTER = 500_000
_NOTE_ON = 0x90
# Quieter than this is a ghost note, at least this loud an accent (1 to 127).
_NORMAL_FROM, _ACCENT_FROM = 48, 112
_VELOCITY = {Dynamic.GHOST: 32, Dynamic.NORMAL: 80, Dynamic.ACCENT: 120}
_SAVE_AGAIN = "export it again from the program that it came from"

_Ints = NDArray[np.int64]


def read_smf(data: bytes, name: str, note_map: Mapping[int, Place] = PLACE_OF_NOTE) -> Chart:
    """A chart from the bytes of a Standard MIDI file.

    The notes are those of channel 10, or of all channels when channel 10 is silent. A pad
    cannot be struck twice at once, so of several notes of one number at one tick the loudest
    stays. A note that the map does not know is kept, on the pad `OTHER`. Velocity below 48 is
    a ghost note, from 112 an accent. Silence behind the last note counts in whole bars.

    Parameters
    ----------
    data
        The whole file.
    name
        What messages call it; also the title when the file has none.
    note_map
        MIDI note to pad and zone.

    Raises
    ------
    ChartError
        When it is no sound MIDI file of type 0 or 1 that counts in beats, has no notes, or is
        too large.
    """
    ppq = _checked_ppq(data, name)
    try:
        parts = smf_parts.take_apart(data)
    except smf_parts.CutOffSmfError as error:
        raise ChartError(f"{name}: the MIDI file is cut off; {_SAVE_AGAIN}.") from error
    except smf_parts.DamagedSmfError as error:
        raise ChartError(f"{name}: the MIDI file is damaged ({error}); {_SAVE_AGAIN}.") from error
    try:
        return _chart(parts, ppq, name, note_map)
    except ValueError as error:
        raise ChartError(f"{name}: {error}; {_SAVE_AGAIN}, or correct it there.") from error


def write_smf(chart: Chart) -> bytes:
    """A chart as a Standard MIDI file of type 0, its notes on channel 10.

    A tempo is rounded to whole microseconds a quarter note, which is all that the file can
    hold (330 BPM: one part in a million); sticking and ornaments have no place in it.

    Raises
    ------
    ChartError
        When the chart has finer ticks, a slower tempo or a longer bar than the file can say.
    """
    _check_writable(chart)
    events: list[tuple[int, int, Any]] = [
        (0, 0, mido.MetaMessage("track_name", name=_latin1_from_text(chart.title)))
    ]
    for m in chart.metre:
        message = mido.MetaMessage("time_signature", numerator=m.beats, denominator=m.unit)
        events.append((m.tick, 0, message))
    for c in chart.tempo.changes:
        us = round(c.ns_per_quarter / units.NS_PER_US)
        events.append((c.tick, 0, mido.MetaMessage("set_tempo", tempo=us)))
    for note, length in zip(chart.notes, _sounding_ticks(chart), strict=True):
        at = {"channel": DRUM_CHANNEL, "note": note.midi_note}
        on = mido.Message("note_on", velocity=_VELOCITY[note.dynamic], **at)
        # At one tick, what ends comes before what begins.
        events.append((note.tick, 2, on))
        events.append((note.tick + length, 1, mido.Message("note_off", velocity=0, **at)))
    events.append((chart.length_ticks, 3, mido.MetaMessage("end_of_track")))
    return _file_bytes(events, chart.ppq)


def _check_writable(chart: Chart) -> None:
    slowest = max(c.ns_per_quarter for c in chart.tempo.changes)
    longest = max(m.beats for m in chart.metre)
    for what, found, most in (
        ("ticks a quarter note", chart.ppq, MAX_PPQ),
        ("µs a quarter note", round(slowest / units.NS_PER_US), _MAX_US_PER_QUARTER),
        ("beats a bar", longest, _MAX_BEATS_PER_BAR),
    ):
        if found > most:
            raise ChartError(
                f"{chart.title}: a MIDI file holds at most {most:,} {what}, not {found:,}; keep "
                "the chart as TOML."
            )


def _checked_ppq(data: bytes, name: str) -> int:
    if len(data) > MAX_BYTES:
        raise ChartError(
            f"{name}: {len(data) / 2**20:.1f} MB is too large for a chart (at most "
            f"{MAX_BYTES // 2**20} MB); save only its drum track."
        )
    if len(data) < 14 or data[:4] != b"MThd":
        raise ChartError(f"{name}: this is not a MIDI file; {_SAVE_AGAIN} as .mid.")
    kind, division = int.from_bytes(data[8:10], "big"), int.from_bytes(data[12:14], "big")
    if kind > 1:
        raise ChartError(
            f"{name}: its tracks are patterns that do not run together (MIDI file type {kind}); "
            "save it as type 0 or 1."
        )
    if division & 0x8000:
        raise ChartError(
            f"{name}: it counts in film frames (SMPTE), not in beats, so it has no bars; save it "
            "with ticks per quarter note."
        )
    if division == 0:
        raise ChartError(f"{name}: it has 0 ticks a quarter note; {_SAVE_AGAIN}.")
    return division


def _chart(parts: smf_parts.Parts, ppq: int, name: str, note_map: Mapping[int, Place]) -> Chart:
    ticks, numbers, velocities = _struck(parts)
    if not len(ticks):
        raise ValueError("it has no notes")
    if len(ticks) > MAX_NOTES:
        raise ValueError(f"{len(ticks):,} notes are too many (at most {MAX_NOTES:,})")
    if parts.end_tick > MAX_TICK:
        raise ValueError("it is longer than a day")
    metre = tuple(_without_repeats(parts.metas))
    check_metre(metre, ppq)
    length = _length_ticks(metre, ppq, int(ticks[-1]), parts.end_tick)
    return Chart(
        title=_title(parts.metas) or re.sub(r"\.midi?$", "", name, flags=re.IGNORECASE),
        tempo=TempoMap(ppq, tuple(_tempi(parts.metas, length))),
        metre=tuple(m for m in metre if m.tick < length),
        notes=_notes(ticks, numbers, velocities, note_map),
        length_ticks=length,
        origin=name,
    )


def _struck(parts: smf_parts.Parts) -> tuple[_Ints, _Ints, _Ints]:
    """Tick, number and velocity of the notes, sorted; of several in one place the loudest."""
    status, number, velocity = parts.message.T.astype(np.int64)
    on = (status & 0xF0 == _NOTE_ON) & (velocity > 0)
    drums = on & (status & 0x0F == DRUM_CHANNEL)
    chosen = drums if drums.any() else on
    tick, number, velocity = parts.tick[chosen], number[chosen], velocity[chosen]
    order = np.lexsort((-velocity, number, tick))
    tick, number, velocity = tick[order], number[order], velocity[order]
    first = np.ones(len(tick), dtype=bool)
    first[1:] = (np.diff(tick) != 0) | (np.diff(number) != 0)
    return tick[first], number[first], velocity[first]


def _notes(
    ticks: _Ints, numbers: _Ints, velocities: _Ints, note_map: Mapping[int, Place]
) -> tuple[Note, ...]:
    pads, zones = zip(*(place_of_note(number, note_map) for number in range(128)), strict=True)
    levels = [_dynamic(velocity) for velocity in range(128)]
    with collector_paused():
        return tuple(
            Note(tick, pads[number], zones[number], number, levels[velocity])
            for tick, number, velocity in zip(
                ticks.tolist(), numbers.tolist(), velocities.tolist(), strict=True
            )
        )


def _tempi(metas: Sequence[smf_parts.Meta], length_ticks: int) -> Iterator[TempoChange]:
    """The changes before the end; where there are several at one tick, the last counts."""
    said = {m.tick: int.from_bytes(m.data[:3], "big") for m in metas if m.kind == smf_parts.TEMPO}
    changes = {0: _DEFAULT_US_PER_QUARTER} | said
    exact = {us: Fraction(us * units.NS_PER_US) for us in set(changes.values())}
    for tick, us in sorted(changes.items()):
        if tick < length_ticks:
            yield TempoChange(tick, exact[us])


def _without_repeats(metas: Sequence[smf_parts.Meta]) -> Iterator[MetreChange]:
    """The metre's changes by tick; saying the same metre again does not begin a new bar."""
    said = {m.tick: (m.data[0], m.data[1]) for m in metas if m.kind == smf_parts.METRE}
    before = None
    for tick, metre in sorted(({0: (4, 2)} | said).items()):
        beats, power = metre
        if 1 << power not in BEAT_UNITS:
            # The file can say 2**255; such a number is not for reading.
            raise ValueError("it has a metre of beats shorter than a 1/32 note")
        if metre != before:
            yield MetreChange(tick, beats, 1 << power)
        before = metre


def _title(metas: Sequence[smf_parts.Meta]) -> str:
    titles = (_readable(m.data) for m in metas if m.kind == smf_parts.TRACK_NAME)
    return next((title for title in titles if title), "")


def _length_ticks(metre: tuple[MetreChange, ...], ppq: int, last_tick: int, end_tick: int) -> int:
    """To the bar line behind the last note, or to the last one before the file's own end."""
    length = last_tick
    for i, m in enumerate(metre):
        bar = m.bar_ticks(ppq)
        until = metre[i + 1].tick if i + 1 < len(metre) else None
        if m.tick <= last_tick and (until is None or last_tick < until):
            behind = m.tick + (last_tick - m.tick) // bar * bar + bar
            length = behind if until is None else min(behind, until)
        if m.tick <= end_tick and (until is None or end_tick < until):
            length = max(length, m.tick + (end_tick - m.tick) // bar * bar)
    return length


def _dynamic(velocity: int) -> Dynamic:
    if velocity < _NORMAL_FROM:
        return Dynamic.GHOST
    return Dynamic.ACCENT if velocity >= _ACCENT_FROM else Dynamic.NORMAL


def _sounding_ticks(chart: Chart) -> list[int]:
    """How long each note is held: a 1/32 note, but never into the next of its number."""
    held = max(1, chart.ppq // 8)
    following: dict[int, int] = {}
    lengths = []
    for note in reversed(chart.notes):
        until = following.get(note.midi_note, chart.length_ticks)
        lengths.append(max(1, min(held, until - note.tick)))
        following[note.midi_note] = note.tick
    return lengths[::-1]


def _file_bytes(events: list[tuple[int, int, Any]], ppq: int) -> bytes:
    track = mido.MidiTrack()
    before = 0
    for tick, _, message in sorted(events, key=lambda e: e[:2]):
        message.time = tick - before
        track.append(message)
        before = tick
    out = BytesIO()
    mido.MidiFile(type=0, ticks_per_beat=ppq, tracks=[track]).save(file=out)
    return out.getvalue()


def _readable(data: bytes) -> str:
    """Text of a file: UTF-8 where it is that, else Latin-1."""
    try:
        decoded = data.decode("utf-8")
    except UnicodeDecodeError:
        decoded = data.decode("latin-1")
    return " ".join("".join(c if c.isprintable() else " " for c in decoded).split())


# mido writes text as Latin-1; the world writes UTF-8.
def _latin1_from_text(text: str) -> str:
    return text.encode("utf-8", "replace").decode("latin-1")
