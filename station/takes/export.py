"""A take for other programs: a Standard MIDI file, or CSV. Pure functions; nothing is written.

Times are what the station judges: the kit's latency taken off, 0 at the chart's tick 0.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from fractions import Fraction
from io import BytesIO, StringIO
from itertools import pairwise
from typing import Any

import mido
import numpy as np
from numpy.typing import NDArray

from station import units
from station.charts.chart import Chart
from station.charts.gm import DRUM_CHANNEL, note_of_place
from station.charts.tempo import TempoChange, TempoMap
from station.hits import HitArray
from station.model import PADS, ZONES, Flag, Take

# A hit before tick 0 cannot be in a MIDI file whose tick 0 is the chart's. Such a file begins
# some whole bars earlier, and a marker with this text says where the chart does.
START_MARKER = "edrum-station: the chart begins"

_FINE_PPQ = 15_360  # 12 µs a tick at 330 BPM, and five hours at 400 in a reader's 31 bits
_MAX_PPQ = 2**15 - 1
_MAX_US_PER_QUARTER = 2**24 - 1
_MAX_BEATS_PER_BAR = 255
_MAX_DELTA = 2**28 - 1
_SOUNDS_NS = 30 * units.NS_PER_MS
_OPENNESS_CC = 4
_CSV_COLUMNS = (
    "seq",
    "t_ms",
    "sigma_ms",
    "pad",
    "zone",
    "velocity",
    "note",
    "openness",
    "source",
    "flags",
)

_Event = tuple[int, int, int, Any]


def to_midi(take: Take, chart: Chart, hits: HitArray) -> bytes:
    """The take as a Standard MIDI file of type 1: the chart's grid, and the hits as played.

    Notes are those that came over the wire, on channel 10; a hit without one has its pad's
    General MIDI note. The hi-hat's openness goes before its hits as controller 4, as kits
    send it (127 is closed). Stamps are within half a tick: the file has the chart's ticks
    divided further, and its tempi are whole microseconds a quarter note, as MIDI has them.

    Parameters
    ----------
    take
        Whose hits these are.
    chart
        What was played.
    hits
        `HIT_DTYPE`, shape (n,), in any order.
    """
    ordered, t_ns = _in_time_order(take, hits)
    if chart.ppq <= _MAX_PPQ:
        scale = Fraction(max(1, _FINE_PPQ // chart.ppq))
    else:
        scale = Fraction(_FINE_PPQ, chart.ppq)
    tempo = _tempo_of_file(chart, scale)
    ticks = _ticks_at(t_ns, tempo)
    lead_in = _lead_in_ticks(chart, scale, int(ticks.min(initial=0)))
    file = mido.MidiFile(type=1, ticks_per_beat=tempo.ppq)
    file.tracks.append(_track(_grid(take, chart, tempo, scale, lead_in)))
    held = round(_SOUNDS_NS * tempo.ppq / float(tempo.changes[0].ns_per_quarter))
    file.tracks.append(_track(_played(ordered, ticks + lead_in, max(1, held))))
    out = BytesIO()
    file.save(file=out)
    return out.getvalue()


def to_csv(
    take: Take, hits: HitArray, columns: Mapping[str, Sequence[object]] | None = None
) -> str:
    """The take's hits as CSV (RFC 4180), one row a hit in time order.

    Parameters
    ----------
    take
        Whose hits these are.
    hits
        `HIT_DTYPE`, shape (n,), in any order.
    columns
        More columns by name, each with n values in time order (ties in order of arrival), as
        a report has them: `chart_index`, `offset_ms`. None is an empty field.

    Raises
    ------
    ValueError
        When a column has another length.
    """
    more = columns or {}
    for name, values in more.items():
        if len(values) != len(hits):
            raise ValueError(f"column '{name}' has {len(values)} values for {len(hits)} hits")
    ordered, t_ns = _in_time_order(take, hits)
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*_CSV_COLUMNS, *more])
    extra = zip(*more.values(), strict=True) if more else [()] * len(ordered)
    for hit, t, rest in zip(ordered, t_ns.tolist(), extra, strict=True):
        writer.writerow(
            [
                hit["seq"],
                _ms_text(t),
                _ms_text(int(hit["t_sigma_ns"])),
                PADS[hit["pad"]].value,
                ZONES[hit["zone"]].value,
                hit["velocity"],
                hit["note"] if hit["note"] >= 0 else "",
                hit["openness"] if hit["openness"] >= 0 else "",
                hit["source"],
                _flags_text(Flag(int(hit["flags"]))),
                *rest,
            ]
        )
    return out.getvalue()


def _in_time_order(take: Take, hits: HitArray) -> tuple[HitArray, NDArray[np.int64]]:
    """Hits by (time, arrival), and when each was played, ns from the chart's tick 0."""
    ordered = hits[np.lexsort((hits["seq"], hits["t_ns"]))]
    return ordered, ordered["t_ns"] - (take.start_ns + take.latency_ns)


# ---------------------------------------------------------------------- MIDI


def _tempo_of_file(chart: Chart, scale: Fraction) -> TempoMap:
    """The chart's tempo in the file's ticks and its whole microseconds.

    A reader of the file gets its times from this map, not from the chart's: hits are placed
    by it, so that no rounding of a tempo adds up over a long take.
    """
    by_tick = {
        round(change.tick * scale): min(
            round(change.ns_per_quarter / units.NS_PER_US), _MAX_US_PER_QUARTER
        )
        for change in chart.tempo.changes
    }
    return TempoMap(
        int(chart.ppq * scale),
        tuple(TempoChange(tick, Fraction(us * units.NS_PER_US)) for tick, us in by_tick.items()),
    )


def _ticks_at(t_ns: NDArray[np.int64], tempo: TempoMap) -> NDArray[np.int64]:
    """The nearest tick to each time; before tick 0 the first tempo holds."""
    starts = np.array([c.tick for c in tempo.changes], dtype=np.int64)
    starts_ns = tempo.ns_of(starts)
    per_ns = np.array([float(tempo.ppq / c.ns_per_quarter) for c in tempo.changes])
    at = np.maximum(np.searchsorted(starts_ns, t_ns, side="right") - 1, 0)
    ticks: NDArray[np.int64] = starts[at] + np.rint((t_ns - starts_ns[at]) * per_ns[at]).astype(
        np.int64
    )
    return ticks


def _lead_in_ticks(chart: Chart, scale: Fraction, first_tick: int) -> int:
    """As many whole bars as the hits before tick 0 need."""
    bar = round(chart.metre[0].beats * Fraction(chart.ppq * 4, chart.metre[0].unit) * scale)
    return -(min(0, first_tick) // bar) * bar


def _grid(take: Take, chart: Chart, tempo: TempoMap, scale: Fraction, lead_in: int) -> list[_Event]:
    title = f"{chart.title} ({take.player})" if take.player else chart.title
    events: list[_Event] = [
        (0, 0, 0, mido.MetaMessage("track_name", name=_as_latin1(title))),
        (lead_in, 3, 0, mido.MetaMessage("marker", text=START_MARKER)),
    ]
    for i, metre in enumerate(chart.metre):
        tick = round(metre.tick * scale) + lead_in if i else 0
        beats = min(metre.beats, _MAX_BEATS_PER_BAR)
        message = mido.MetaMessage("time_signature", numerator=beats, denominator=metre.unit)
        events.append((tick, 1, 0, message))
    for i, change in enumerate(tempo.changes):
        tick = change.tick + lead_in if i else 0
        us = int(change.ns_per_quarter / units.NS_PER_US)
        events.append((tick, 2, 0, mido.MetaMessage("set_tempo", tempo=us)))
    end = round(chart.length_ticks * scale) + lead_in
    events.append((end, 4, 0, mido.MetaMessage("end_of_track")))
    return events


def _played(hits: HitArray, ticks: NDArray[np.int64], held: int) -> list[_Event]:
    events: list[_Event] = [(0, 0, 0, mido.MetaMessage("track_name", name="played"))]
    next_by_note: dict[int, int] = {}
    for i in reversed(range(len(hits))):
        hit, tick = hits[i], int(ticks[i])
        note = int(hit["note"])
        if note < 0:
            note = note_of_place(PADS[hit["pad"]], ZONES[hit["zone"]])
        at = {"channel": DRUM_CHANNEL, "note": note}
        # A note-on with velocity 0 would be a note-off.
        velocity = max(1, int(hit["velocity"]))
        off = min(tick + held, next_by_note.get(note, tick + held))
        next_by_note[note] = tick
        # Equal ticks keep the order of the hits.
        events.append((tick, i + 1, 1, mido.Message("note_on", velocity=velocity, **at)))
        events.append((off, i + 1, 2, mido.Message("note_off", velocity=0, **at)))
        if hit["openness"] >= 0:
            closed = 127 - int(hit["openness"])
            pedal = mido.Message(
                "control_change", channel=DRUM_CHANNEL, control=_OPENNESS_CC, value=closed
            )
            events.append((tick, i + 1, 0, pedal))
    return events


def _track(events: list[_Event]) -> Any:
    track = mido.MidiTrack()
    ordered = sorted(events, key=lambda event: event[:3])
    for before, (tick, _, _, message) in pairwise([(0, 0, 0, None), *ordered]):
        delta = tick - before[0]
        while delta > _MAX_DELTA:
            track.append(mido.MetaMessage("text", text="", time=_MAX_DELTA))
            delta -= _MAX_DELTA
        track.append(message.copy(time=delta))
    return track


def _as_latin1(text: str) -> str:
    """UTF-8 bytes as mido, which writes Latin-1, takes them."""
    return text.encode("utf-8", "replace").decode("latin-1")


# ----------------------------------------------------------------------- CSV


def _ms_text(ns: int) -> str:
    """Exact milliseconds, to the nanosecond."""
    sign = "-" if ns < 0 else ""
    whole, rest = divmod(abs(ns), units.NS_PER_MS)
    return f"{sign}{whole}.{rest:06d}"


def _flags_text(flags: Flag) -> str:
    return " ".join(str(flag.name).lower().replace("_", "-") for flag in flags)
