"""Charts as people write them: TOML with one line of letters for each pad of a bar.

::

    title = "Straight eighths"
    metre = "4/4"
    tempo = 120            # beats of the metre's own unit a minute
    steps = 8              # steps a bar
    order = ["A x3", "B"]  # bars in playing order; without it, each once

    [bars.A]
    hi-hat = "x-x-|x-x-"   # letters: station/charts/steps.py
    snare  = "--x-|--x-"

A metre may say how its beats stand together (`metre = "3+2+2/8"`), for the click's accents and
the sheet's beams. `metre`, `steps` and `swing` may stand in a bar too and then hold for it
alone. `swing = 1.2` makes the first of each pair of eighths (`swing_unit = 16`: of sixteenths)
last 1.2 times the second. `sticking = "RLRR"` in a bar says the hands. `[tempo_at]` with
`5 = 140` changes the tempo from the fifth bar as played. `usual_tempo = [60, 200]` says between
which tempi it is usually practised.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate
from math import lcm

from station import units
from station.charts.chart import Chart, MetreChange
from station.charts.tempo import MAX_BPM, MIN_BPM, TempoChange, TempoMap
from station.charts.toml_bar import GRID_KEYS, WrittenBar, read_bar
from station.errors import ChartError
from station.model import Note
from station.toml_source import Table, nearest, parse_toml

MAX_BARS = 5_000
MAX_NOTES = 100_000
# A Standard MIDI file cannot count finer.
MAX_PPQ = 2**15 - 1
_USUAL_PPQ = 480

_ROOT_KEYS = ("title", "tempo", "tempo_at", "usual_tempo", "order", "bars", *GRID_KEYS)
_NAME = re.compile(r"[\w-]{1,40}")
_REPEATED = re.compile(r"(?P<name>\S+)(?:\s+x\s*(?P<times>[1-9]\d{0,3}))?")


def read_toml_chart(text: str, name: str) -> Chart:
    """A chart from TOML text.

    The PPQ is 480 where that holds every step and swung step exactly, else the smallest above
    it that does.

    Parameters
    ----------
    text
        The whole file.
    name
        What messages call it.

    Raises
    ------
    ChartError
        Naming the file, the line and the key, and the way out.
    """
    root = parse_toml(text, name, ChartError)
    root.only(_ROOT_KEYS)
    title = root.text("title")
    played = _played(root)
    ppq = _ppq(root, played)
    starts = list(accumulate((int(bar.quarters * ppq) for bar in played), initial=0))
    tempo = _tempo_changes(root, played, starts)
    _usual_tempo(root)
    metre = _metre_changes(played, starts)
    notes = _notes(played, starts, ppq)
    try:
        return Chart(title, TempoMap(ppq, tempo), metre, notes, starts[-1], name)
    except ValueError as error:
        raise ChartError(f"{name}: {error}; make it shorter or quicker.") from error


def read_usual_tempo(text: str, name: str) -> tuple[float, float] | None:
    """Between which tempi a chart is usually practised, in beats of its metre's unit a minute.

    None where the file does not say so; errors as in `read_toml_chart`.
    """
    return _usual_tempo(parse_toml(text, name, ChartError))


def _usual_tempo(root: Table) -> tuple[float, float] | None:
    return root.span("usual_tempo", MIN_BPM, MAX_BPM)


def _played(root: Table) -> list[WrittenBar]:
    """The bars in playing order."""
    tables = root.table("bars")
    if not tables.values:
        root.fail("bars", "there is no bar; write one as [bars.A] with a line for each pad.")
    bars: dict[str, WrittenBar] = {}
    for name in tables:
        if not _NAME.fullmatch(name):
            tables.fail(name, "a bar's name is of letters, digits, - and _; choose another.")
        bars[name] = read_bar(root, tables.table(name))
    played: list[WrittenBar] = []
    for entry in root.texts("order", list(bars)):
        match = _REPEATED.fullmatch(entry.strip())
        if match is None or match["name"] not in bars:
            wanted = match["name"] if match else entry
            root.fail("order", f"there is no bar '{entry[:40]}'; {nearest(wanted, bars)}")
        played += [bars[match["name"]]] * int(match["times"] or 1)
        if len(played) > MAX_BARS:
            root.fail("order", f"plays more than {MAX_BARS:,} bars; repeat less.")
    count = sum(len(bar.notes) for bar in played)
    if count == 0:
        root.fail("bars", "no bar that is played has a note; write at least one x.")
    if count > MAX_NOTES:
        root.fail("order", f"plays more than {MAX_NOTES:,} notes; repeat less.")
    return played


def _ppq(root: Table, played: list[WrittenBar]) -> int:
    """Ticks a quarter note so that every bar, beat and note is a whole number of them."""
    bars = set(played)
    exact = lcm(*(bar.unit for bar in bars), *(p.denominator for bar in bars for p, _ in bar.notes))
    ppq = exact * -(-_USUAL_PPQ // exact)
    if ppq > MAX_PPQ:
        key = "swing" if "swing" in root else "bars"
        root.fail(
            key,
            f"steps and swing need {exact:,} ticks a quarter note, and there are at most "
            f"{MAX_PPQ:,}; write swing with one or two decimals, or fewer kinds of steps.",
        )
    return ppq


def _tempo_changes(
    root: Table, played: list[WrittenBar], starts: list[int]
) -> tuple[TempoChange, ...]:
    changes = {0: _ns_per_quarter(root, "tempo", played[0].unit)}
    table = root.table("tempo_at")
    for key in table:
        number = int(key) if key.isascii() and key.isdigit() and len(key) < 6 else 0
        if not 1 <= number <= len(played):
            table.fail(key, f"is no bar that is played; write a number from 1 to {len(played)}.")
        tick = starts[number - 1]
        changes[tick] = _ns_per_quarter(table, key, played[number - 1].unit)
    return tuple(TempoChange(tick, changes[tick]) for tick in sorted(changes))


def _ns_per_quarter(table: Table, key: str, unit: int) -> Fraction:
    """A quarter note at the tempo under `key`, which counts beats of 1/`unit`."""
    in_beats = Fraction(unit, 4)
    bpm = table.number(key, float(MIN_BPM * in_beats), float(MAX_BPM * in_beats))
    return units.ns_per_beat_from_bpm(bpm) * in_beats


def _metre_changes(played: list[WrittenBar], starts: list[int]) -> tuple[MetreChange, ...]:
    changes: list[MetreChange] = []
    for bar, tick in zip(played, starts, strict=False):
        metre = MetreChange(tick, bar.beats, bar.unit, bar.groups)
        if not changes or replace(changes[-1], tick=tick) != metre:
            changes.append(metre)
    return tuple(changes)


def _notes(played: list[WrittenBar], starts: list[int], ppq: int) -> tuple[Note, ...]:
    """Every note at its tick, sorted: bars follow each other and are sorted inside."""
    return tuple(
        replace(note, tick=start + int(position * ppq))
        for bar, start in zip(played, starts, strict=False)
        for position, note in bar.notes
    )
