"""MusicXML to a chart, as MuseScore, Finale, Dorico and Sibelius write drum parts.

Repeats, endings, D.S. and codas are unrolled, open rolls become their strokes, swing moves the
notes. What cannot be read is named with its bar and left out; nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate
from math import lcm
from xml.etree.ElementTree import Element

from station.charts.chart import Chart, MetreChange
from station.charts.complaints import Complaints
from station.charts.musicxml_bars import BarReader, WrittenBar
from station.charts.musicxml_container import read_score
from station.charts.musicxml_elements import shown
from station.charts.musicxml_jumps import playing_order
from station.charts.musicxml_own import MAX_PPQ, own_ppq
from station.charts.musicxml_parts import drum_part
from station.charts.musicxml_voices import MAX_NOTES
from station.charts.tempo import TempoChange, TempoMap
from station.errors import ChartError
from station.garbage import collector_paused
from station.model import Note, Pad

MAX_BARS = 5_000

_USUAL_PPQ = 480
_COARSE_PPQ = 960
_MAX_TITLE = 500
_ROOTS = ("score-partwise", "score-timewise")


def read_musicxml(data: bytes, name: str) -> tuple[Chart, tuple[str, ...]]:
    """A chart from the bytes of a MusicXML file, plain or compressed (.mxl).

    Parameters
    ----------
    data
        The whole file.
    name
        What messages call it; also the title when the file has none.

    Returns
    -------
    chart
        What is played, repeats unrolled.
    complaints
        What could not be read: a sentence each, with its bar.

    Raises
    ------
    ChartError
        When it is no sound MusicXML file, has no drum part or no notes, or is too large.
    """
    with collector_paused():
        return _read(read_score(data, name), name)


def _read(root: Element, name: str) -> tuple[Chart, tuple[str, ...]]:
    if root.tag not in _ROOTS:
        raise ChartError(
            f"{name}: this is XML but no score ('{shown(root.tag)}'); export it as MusicXML."
        )
    complaints = Complaints()
    try:
        chart = _chart(root, name, complaints)
    except ValueError as error:
        raise ChartError(
            f"{name}: {error}; correct it in the program that it came from."
        ) from error
    return chart, complaints.sentences()


def _chart(root: Element, name: str, complaints: Complaints) -> Chart:
    part = drum_part(root, complaints)
    if len(part.measures) > MAX_BARS:
        raise ValueError(f"{len(part.measures):,} bars are too many (at most {MAX_BARS:,})")
    ppq_written = own_ppq(root)
    reader = BarReader(part, complaints, ppq_written is not None)
    bars: list[WrittenBar] = []
    count = 0
    for i, measure in enumerate(part.measures):
        bars.append(reader.read(measure, i))
        count += len(bars[-1].notes)
        _check_count(count)
    if not reader.tempo_said:
        complaints.add("", "no tempo is written; it is read at 120 quarter notes a minute")
    _repeat_bars(bars, complaints)
    order = playing_order(
        [bar.marks for bar in bars], [bar.name for bar in bars], complaints, MAX_BARS
    )
    played = [bars[i] for i in order]
    count = sum(len(bar.notes) for bar in played)
    if not count:
        raise ValueError("it has no note for a drum that is known here")
    _check_count(count)
    ppq = _ppq(played, ppq_written)
    if ppq is None:
        ppq = _coarse(bars, complaints)
    return _laid_out(played, ppq, _title(root) or _without_suffix(name), name)


def _check_count(notes: int) -> None:
    if notes > MAX_NOTES:
        raise ValueError(f"{notes:,} notes are too many (at most {MAX_NOTES:,})")


def _laid_out(played: list[WrittenBar], ppq: int, title: str, name: str) -> Chart:
    lengths = [int(bar.quarters * ppq) for bar in played]
    starts = list(accumulate(lengths, initial=0))
    struck: dict[tuple[int, Pad, int], Note] = {}
    tempi: dict[int, Fraction] = {}
    for bar, start, length in zip(played, starts, lengths, strict=False):
        for at, ns_per_quarter in bar.tempi:
            if at < bar.quarters:
                tempi[start + int(at * ppq)] = ns_per_quarter
        for at, note in bar.notes:
            # What is played late in the very last moment still belongs to its bar.
            tick = start + min(at.numerator * ppq // at.denominator, length - 1)
            key = (tick, note.pad, note.midi_note)
            # Two voices may say the same stroke; the louder is meant.
            if key not in struck or struck[key].dynamic < note.dynamic:
                struck[key] = _at_tick(note, tick)
    return Chart(
        title=title,
        tempo=TempoMap(ppq, _tempo_changes(tempi)),
        metre=_metre_changes(played, starts),
        notes=tuple(sorted(struck.values(), key=lambda n: (n.tick, n.midi_note))),
        length_ticks=starts[-1],
        origin=name,
    )


def _at_tick(note: Note, tick: int) -> Note:
    # `replace` takes five times as long, and a chart has tens of thousands of notes.
    return Note(
        tick, note.pad, note.zone, note.midi_note, note.dynamic, note.sticking, note.ornament
    )


def _tempo_changes(tempi: dict[int, Fraction]) -> tuple[TempoChange, ...]:
    changes: list[TempoChange] = []
    for tick, ns_per_quarter in sorted(tempi.items()):
        if not changes or changes[-1].ns_per_quarter != ns_per_quarter:
            changes.append(TempoChange(tick, ns_per_quarter))
    return tuple(changes)


def _metre_changes(played: list[WrittenBar], starts: list[int]) -> tuple[MetreChange, ...]:
    changes: list[MetreChange] = []
    whole_bars = True
    for bar, tick in zip(played, starts, strict=False):
        before = changes[-1] if changes else None
        goes_on = before is not None and (before.beats, before.unit) == (bar.beats, bar.unit)
        # Behind a bar that is not whole, the metre begins anew.
        if before is None or not goes_on or not whole_bars:
            groups = bar.groups or (before.groups if before is not None and goes_on else ())
            changes.append(MetreChange(tick, bar.beats, bar.unit, groups))
        elif bar.groups and not before.groups:
            # The first bar that says how its beats are grouped speaks for those before it.
            changes[-1] = replace(before, groups=bar.groups)
        whole_bars = bar.quarters == Fraction(4 * bar.beats, bar.unit)
    return tuple(changes)


def _repeat_bars(bars: list[WrittenBar], complaints: Complaints) -> None:
    """Fill in the bars that are only a sign to repeat what stood before."""
    for i, bar in enumerate(bars):
        if not bar.repeats:
            continue
        source = bars[i - bar.repeats] if i >= bar.repeats else None
        if source is None:
            complaints.add(bar.name, "it repeats a bar that is not there")
        elif source.quarters != bar.quarters:
            complaints.add(bar.name, "it repeats a bar of another length and is left empty")
        else:
            # The same list: thousands of bars may repeat one of thousands of notes.
            bar.notes = source.notes


def _ppq(played: list[WrittenBar], own: int | None) -> int | None:
    """Ticks a quarter note that hold everything; None when it takes too many."""
    bars = {id(bar): bar for bar in played}.values()
    places = [at for bar in bars for at, _ in bar.notes] + [
        at for bar in bars for at, _ in bar.tempi
    ]
    denominators = {p.denominator for p in places} | {bar.quarters.denominator for bar in bars}
    exact = lcm(*denominators, *(Fraction(4, bar.unit).denominator for bar in bars))
    if own is not None and own % exact == 0:
        return own
    ppq = exact * -(-_USUAL_PPQ // exact)
    return ppq if ppq <= MAX_PPQ else None


def _coarse(bars: list[WrittenBar], complaints: Complaints) -> int:
    """Move everything to a grid that a chart can hold."""
    complaints.add("", f"its times are finer than a chart holds; read to 1/{_COARSE_PPQ} of a beat")

    def rounded(place: Fraction) -> Fraction:
        return Fraction(round(place * _COARSE_PPQ), _COARSE_PPQ)

    for bar in bars:
        bar.quarters = rounded(bar.quarters)
        if not bar.quarters:
            raise ValueError(f"bar {bar.name} is shorter than anything that can be played")
        bar.notes = [(rounded(at), note) for at, note in bar.notes]
        bar.tempi = [(rounded(at), ns) for at, ns in bar.tempi]
    return _COARSE_PPQ


def _title(root: Element) -> str:
    for path in ("work/work-title", "movement-title"):
        title = shown(root.findtext(path) or "", _MAX_TITLE)
        if title:
            return title
    for credit in root.iterfind("credit"):
        if (credit.findtext("credit-type") or "").strip() == "title":
            return shown(credit.findtext("credit-words") or "", _MAX_TITLE)
    return ""


def _without_suffix(name: str) -> str:
    return re.sub(r"\.(musicxml|xml|mxl)$", "", name, flags=re.IGNORECASE)
