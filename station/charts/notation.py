"""From places in a bar to notes that can be written: values, tuplets, rests and beams.

A bar is written beat by beat (a quarter note, or what the metre groups together: three eighths
in a metre of threes, 2+2+3 in one of seven), so that every beat can be seen. A beat's grid is
the plainest on which all its strokes lie: halves, then triplets, then a triplet in half a beat,
then sextuplets, quintuplets, septuplets and finer. A stroke on no such grid is drawn at the
nearest place of one, and its own place is kept beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from station.charts.grouping import group_lengths

_QUARTER = Fraction(1)
_FINEST = Fraction(1, 16)  # a 1/64 note
# Strokes in a beat, and the notes whose time they take.
_TUPLETS = ((6, 4), (5, 4), (7, 4), (9, 8), (10, 8), (12, 8), (11, 8), (13, 8))
_TYPES: dict[Fraction, str] = {
    Fraction(4): "whole",
    Fraction(2): "half",
    Fraction(1): "quarter",
    Fraction(1, 2): "eighth",
    Fraction(1, 4): "16th",
    Fraction(1, 8): "32nd",
    Fraction(1, 16): "64th",
    Fraction(1, 32): "128th",
    Fraction(1, 64): "256th",
}
_FLAGS = {"eighth": 1, "16th": 2, "32nd": 3, "64th": 4, "128th": 5, "256th": 6}


@dataclass(frozen=True, slots=True)
class Written:
    """One note or rest as it is drawn.

    Attributes
    ----------
    at, length
        In quarter notes; `at` from the bar line.
    value
        Its name (`eighth`, `16th`), or empty where none fits.
    dots
        0 or 1.
    tuplet
        How many notes in the time of how many, or None.
    tuplet_begins, tuplet_ends
        It is the first or last of its tuplet.
    strokes
        Which of the strokes that were asked for begin here; none: a rest.
    late
        For each of them, how much later than `at` it really lies, in quarter notes.
    beams
        From the first beam to the last: begin, continue, end, forward hook, backward hook.
    """

    at: Fraction
    length: Fraction
    value: str
    dots: int = 0
    tuplet: tuple[int, int] | None = None
    tuplet_begins: bool = False
    tuplet_ends: bool = False
    strokes: tuple[int, ...] = ()
    late: tuple[Fraction, ...] = ()
    beams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Grid:
    """A piece of a beat that is cut evenly: `slots` pieces, each drawn as a `nominal` note."""

    start: Fraction
    slots: int
    step: Fraction
    nominal: Fraction
    tuplet: tuple[int, int] | None = None

    @property
    def end(self) -> Fraction:
        return self.start + self.slots * self.step


@lru_cache(maxsize=1024)
def write_bar(
    quarters: Fraction,
    beats: int,
    unit: int,
    places: tuple[Fraction, ...],
    groups: tuple[int, ...] = (),
) -> tuple[Written, ...]:
    """One voice of one bar.

    Parameters
    ----------
    quarters
        How long the bar is, in quarter notes; it may be cut short.
    beats, unit
        Its metre.
    places
        Where something is struck, in quarter notes from the bar line, ascending; several may
        be the same.
    groups
        How the metre's beats stand together; empty: as is usual.

    Returns
    -------
    tuple of Written
        From the bar line to the end without a gap; what is struck at once is one of them.
    """
    compound = unit >= 8 and beats % 3 == 0
    written: list[Written] = []
    first = 0
    start = Fraction(0)
    for group in group_lengths(beats, unit, groups):
        length = min(group, quarters - start)
        if not length:
            break
        last = first
        while last < len(places) and places[last] < start + length:
            last += 1
        inside = tuple(place - start for place in places[first:last])
        if not compound and _is_three(length) and _plain(Fraction(0), length, inside) is None:
            parts = tuple(_write_two_and_one(length, inside))
        else:
            parts = _write_beat(length, inside)
        for one in parts:
            strokes = tuple(first + stroke for stroke in one.strokes)
            written.append(replace(one, at=start + one.at, strokes=strokes))
        first, start = last, start + length
    return tuple(_merged_rests(written) if unit <= 4 else written)


def _is_three(length: Fraction) -> bool:
    return length / 3 in _TYPES


def _write_two_and_one(length: Fraction, places: tuple[Fraction, ...]) -> Iterator[Written]:
    """A group of three in a metre that counts in twos, when it has a tuplet: beat and half beat."""
    two = length * Fraction(2, 3)
    head = tuple(place for place in places if place < two)
    yield from _write_beat(two, head)
    for one in _write_beat(length - two, tuple(place - two for place in places[len(head) :])):
        strokes = tuple(len(head) + stroke for stroke in one.strokes)
        yield replace(one, at=two + one.at, strokes=strokes)


@lru_cache(maxsize=4096)
def _write_beat(length: Fraction, places: tuple[Fraction, ...]) -> tuple[Written, ...]:
    if not places:
        return tuple(_rests(Fraction(0), length))
    exact = tuple(dict.fromkeys(places))
    grids = _grids(Fraction(0), length, exact)
    if grids is None:
        grids = min(_coarse_grids(length), key=lambda g: _error(g, exact))
    # The odd ticks of a bar that is cut short have no grid: a stroke there is drawn before them.
    ends = [*(grid.end for grid in grids[:-1]), length]
    written = [
        one for grid, end in zip(grids, ends, strict=True) for one in _fill(grid, places, end)
    ]
    behind = grids[-1].end
    if behind < length:
        written += _rests(behind, length - behind)
    return tuple(_beamed(written))


def _grids(
    start: Fraction, length: Fraction, places: tuple[Fraction, ...]
) -> tuple[_Grid, ...] | None:
    """The plainest grids on which all places lie; None when there are none."""
    plain = _plain(start, length, places)
    if plain is not None:
        return (plain,)
    if _TYPES.get(length) is None:
        return _in_parts(start, length, 3, places)
    triplet = _tuplet(start, length, 3, 2)
    if _lie_on(triplet, places):
        return (triplet,)
    halves = _in_parts(start, length, 2, places)
    if halves is not None and sum(grid.tuplet is not None for grid in halves) == 1:
        return halves
    for actual, normal in _TUPLETS:
        grid = _tuplet(start, length, actual, normal)
        if _lie_on(grid, places):
            return (_as_triplet(grid, places),)
    return halves


def _plain(start: Fraction, length: Fraction, places: tuple[Fraction, ...]) -> _Grid | None:
    step = _QUARTER
    while step >= _FINEST:
        if length % step == 0:
            grid = _Grid(start, int(length / step), step, step)
            if _lie_on(grid, places):
                return grid
        step /= 2
    return None


def _tuplet(start: Fraction, length: Fraction, actual: int, normal: int) -> _Grid:
    return _Grid(start, actual, length / actual, length / normal, (actual, normal))


def _as_triplet(grid: _Grid, places: tuple[Fraction, ...]) -> _Grid:
    """Six in a beat are a triplet where its two inner places are struck and not all six."""
    struck = {(place - grid.start) / grid.step for place in places}
    if grid.tuplet == (6, 4) and {2, 4} <= struck and len(struck) < 6:
        return replace(grid, tuplet=(3, 2))
    return grid


def _in_parts(
    start: Fraction, length: Fraction, parts: int, places: tuple[Fraction, ...]
) -> tuple[_Grid, ...] | None:
    """Grids of their own for each half (or third), where each begins with a stroke or a rest."""
    part = length / parts
    if part < Fraction(1, 4) or _TYPES.get(part) is None:
        return None
    grids: list[_Grid] = []
    for i in range(parts):
        begin = start + i * part
        inside = tuple(place for place in places if begin <= place < begin + part)
        grid = _plain(begin, part, inside) if inside else _Grid(begin, 1, part, part)
        grid = grid or _tuplet(begin, part, 3, 2)
        if not _lie_on(grid, inside):
            return None
        grids.append(grid)
    return tuple(grids)


def _coarse_grids(length: Fraction) -> Iterator[tuple[_Grid, ...]]:
    step = next((s for s in (_QUARTER / 8, _FINEST) if length % s == 0), None)
    if step is not None:
        yield (_Grid(Fraction(0), int(length / step), step, step),)
    if _TYPES.get(length) is not None:
        yield (_tuplet(Fraction(0), length, 6, 4),)
    slots = int(length / _FINEST)
    if step is None and slots:
        yield (_Grid(Fraction(0), slots, _FINEST, _FINEST),)
    if step is None and not slots:
        yield (_Grid(Fraction(0), 1, length, length),)


def _lie_on(grid: _Grid, places: tuple[Fraction, ...]) -> bool:
    return all((place - grid.start) % grid.step == 0 for place in places)


def _error(grids: tuple[_Grid, ...], places: tuple[Fraction, ...]) -> Fraction:
    (grid,) = grids
    return sum((abs(place - _nearest(grid, place)) for place in places), Fraction(0))


def _nearest(grid: _Grid, place: Fraction) -> Fraction:
    slot = min(max(0, round((place - grid.start) / grid.step)), grid.slots - 1)
    return grid.start + slot * grid.step


def _fill(grid: _Grid, places: tuple[Fraction, ...], until: Fraction) -> Iterator[Written]:
    """The notes and rests of a grid, for the places from its start to `until`."""
    strokes: dict[int, list[int]] = {}
    for i, place in enumerate(places):
        if grid.start <= place < until:
            slot = int((_nearest(grid, place) - grid.start) / grid.step)
            strokes.setdefault(slot, []).append(i)
    events = list(_events(grid, strokes, places))
    for i, one in enumerate(events):
        yield replace(
            one,
            tuplet_begins=grid.tuplet is not None and i == 0,
            tuplet_ends=grid.tuplet is not None and i == len(events) - 1,
        )


def _events(
    grid: _Grid, strokes: dict[int, list[int]], places: tuple[Fraction, ...]
) -> Iterator[Written]:
    begins = sorted(strokes)
    yield from _grid_rests(grid, 0, begins[0] if begins else grid.slots)
    for begin, until in zip(begins, [*begins[1:], grid.slots][: len(begins)], strict=True):
        long, dots = _longest(until - begin, grid)
        at = grid.start + begin * grid.step
        yield Written(
            at,
            long * grid.step,
            _TYPES.get(grid.nominal * (long if not dots else Fraction(2 * long, 3)), ""),
            dots,
            grid.tuplet,
            strokes=tuple(strokes[begin]),
            late=tuple(places[i] - at for i in strokes[begin]),
        )
        yield from _grid_rests(grid, begin + long, until)


def _longest(slots: int, grid: _Grid) -> tuple[int, int]:
    """The longest note of at most so many slots that one head can show, and its dots."""
    power = 1 << (slots.bit_length() - 1)
    if power + power // 2 <= slots and power > 1:
        return power + power // 2, 1
    return power, 0


def _grid_rests(grid: _Grid, begin: int, until: int) -> Iterator[Written]:
    """Rests that show where the halves of a beat are."""
    while begin < until:
        size = begin & -begin if begin else 1 << (until.bit_length() - 1)
        while begin + size > until:
            size //= 2
        at = grid.start + begin * grid.step
        value = _TYPES.get(grid.nominal * size, "")
        yield Written(at, size * grid.step, value, 0, grid.tuplet)
        begin += size


def _rests(start: Fraction, length: Fraction) -> Iterator[Written]:
    """Rests for a stretch in which nothing is struck."""
    if length in _TYPES:
        yield Written(start, length, _TYPES[length])
        return
    if length * Fraction(2, 3) in _TYPES:
        yield Written(start, length, _TYPES[length * Fraction(2, 3)], 1)
        return
    value = max((v for v in _TYPES if v <= length), default=None)
    if value is None:
        yield Written(start, length, "")  # the odd ticks of a bar that is cut short
        return
    yield Written(start, value, _TYPES[value])
    yield from _rests(start + value, length - value)


def _merged_rests(written: list[Written]) -> list[Written]:
    """Two quarter rests on the first two beats of a half bar are one half rest."""
    merged: list[Written] = []
    for one in written:
        before = merged[-1] if merged else None
        if (
            before is not None
            and not before.strokes
            and not one.strokes
            and before.length == one.length == _QUARTER
            and before.value == one.value == "quarter"
            and before.at % 2 == 0
        ):
            merged[-1] = replace(before, length=before.length * 2, value="half")
        else:
            merged.append(one)
    return merged


def _beamed(written: list[Written]) -> Iterator[Written]:
    """Join notes with flags that follow each other."""
    run: list[Written] = []
    for one in written:
        if one.strokes and one.value in _FLAGS:
            run.append(one)
            continue
        yield from _join(run)
        run = []
        yield one
    yield from _join(run)


def _join(run: list[Written]) -> Iterator[Written]:
    flags = [_FLAGS[one.value] for one in run]
    for i, one in enumerate(run):
        before = flags[i - 1] if i else 0
        after = flags[i + 1] if i + 1 < len(run) else 0
        beams = [_beam(level, before, after) for level in range(1, flags[i] + 1)]
        yield replace(one, beams=tuple(beams)) if len(run) > 1 else one


def _beam(level: int, before: int, after: int) -> str:
    if before >= level and after >= level:
        return "continue"
    if after >= level:
        return "begin"
    if before >= level:
        return "end"
    return "forward hook" if not before else "backward hook"
