"""A chart as canonical JSON text (`station.chart/1`): exact, so that a take stands alone.

::

    {"schema": "station.chart/1", "title": "...", "origin": "...", "ppq": 480,
     "length_ticks": 1920, "tempo": [[0, "500000000/1"]], "metre": [[0, 4, 4]],
     "notes": [[0, "kick", "head", 36, "normal", "R", "flam"]]}

A tempo is nanoseconds a quarter note as a fraction. A metre may say how its beats are grouped:
`[0, 7, 8, [3, 2, 2]]`. Equal charts give equal texts. Part of a chart has a `first_bar`, and
what is played several times in a row `pass_ticks`.
"""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import Any

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoChange, TempoMap
from station.errors import ChartError
from station.model import Dynamic, Note, Ornament, Pad, Sticking, Zone

SCHEMA = "station.chart/1"

_KEYS = {"schema", "title", "origin", "ppq", "length_ticks", "tempo", "metre", "notes"}
_SOMETIMES = ("first_bar", "pass_ticks")
_FRACTION = re.compile(r"([1-9][0-9]{0,999})/([1-9][0-9]{0,999})")


def dump(chart: Chart) -> str:
    """A chart as one line of JSON, in ASCII."""
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "title": chart.title,
        "origin": chart.origin,
        "ppq": chart.ppq,
        "length_ticks": chart.length_ticks,
        "tempo": [[c.tick, _text(c.ns_per_quarter)] for c in chart.tempo.changes],
        "metre": [
            [m.tick, m.beats, m.unit, *([list(m.groups)] if m.groups else [])] for m in chart.metre
        ],
        "notes": [
            [n.tick, n.pad, n.zone, n.midi_note, n.dynamic.name.lower(), n.sticking, n.ornament]
            for n in chart.notes
        ],
    }
    document |= {name: value for name in _SOMETIMES if (value := getattr(chart, name))}
    return json.dumps(document, separators=(",", ":"))


def parse(text: str, name: str = "chart document") -> Chart:
    """A chart from the text that `dump` made.

    Parameters
    ----------
    text
        JSON.
    name
        What messages call it.

    Raises
    ------
    ChartError
        When it is no chart document of this version, or not a sound one.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ChartError(f"{name}: this is not JSON ({error}); use the file as saved.") from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        found = document.get("schema") if isinstance(document, dict) else None
        if isinstance(found, str) and re.fullmatch(r"station\.chart/\d+", found):
            raise ChartError(
                f"{name}: written as {found} and only {SCHEMA} is known here; update the station."
            )
        raise ChartError(f"{name}: this is no chart ('schema' is not {SCHEMA}); choose another.")
    try:
        return _chart(document)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        why = " ".join(str(error).split())[:120] or type(error).__name__
        raise ChartError(f"{name}: the chart is damaged ({why}); use the file as saved.") from error


def _chart(document: dict[str, Any]) -> Chart:
    if set(document).difference(_SOMETIMES) != _KEYS:
        odd = ", ".join(sorted(set(document).difference(_SOMETIMES) ^ _KEYS))[:60]
        raise ValueError(f"keys missing or unknown: {odd}")
    return Chart(
        title=_of(str, document["title"]),
        tempo=TempoMap(
            _of(int, document["ppq"]),
            tuple(TempoChange(_of(int, t), _fraction(f)) for t, f in document["tempo"]),
        ),
        metre=tuple(
            MetreChange(
                _of(int, t),
                _of(int, beats),
                _of(int, unit),
                tuple(_of(int, group) for groups in said for group in groups),
            )
            for t, beats, unit, *said in document["metre"]
        ),
        notes=tuple(_note(row) for row in document["notes"]),
        length_ticks=_of(int, document["length_ticks"]),
        origin=_of(str, document["origin"]),
        **{name: _of(int, document[name]) for name in _SOMETIMES if name in document},
    )


def _note(row: Any) -> Note:
    tick, pad, zone, midi_note, dynamic, sticking, ornament = row
    if not 0 <= _of(int, midi_note) <= 127:
        raise ValueError("a MIDI note is 0 to 127")
    return Note(
        tick=_of(int, tick),
        pad=Pad(pad),
        zone=Zone(zone),
        midi_note=midi_note,
        dynamic=Dynamic[_of(str, dynamic).upper()],
        sticking=Sticking(sticking),
        ornament=Ornament(ornament),
    )


def _of(kind: type, value: Any) -> Any:
    # An exact comparison: to Python, true is a whole number.
    if type(value) is not kind:
        raise TypeError(f"{str(value)[:30]!r} where a {kind.__name__} belongs")
    return value


def _text(fraction: Fraction) -> str:
    return f"{fraction.numerator}/{fraction.denominator}"


def _fraction(text: Any) -> Fraction:
    match = _FRACTION.fullmatch(_of(str, text))
    if match is None:
        raise ValueError(f"{text[:30]!r} is no fraction")
    return Fraction(int(match[1]), int(match[2]))
