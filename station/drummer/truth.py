"""The truth about a performance as JSON (`station.truth/1`), to be kept beside a take.

::

    {"schema": "station.truth/1",
     "chart": {"title": "...", "notes": 1200},
     "params": {"offset_ms": -8.0, "limb_offsets_ms": {"kick": -6.6}, ...},
     "strikes": [{"t_ns": 181900000, "pad": "snare", "zone": "head", "note": 38,
                  "velocity": 96, "cause": "note", "chart_index": 4}],
     "missed": [17]}

A strike that no note asks for has the `chart_index` null; the grace strokes and the bounces of
a note have that note's, and the `cause` grace or bounce.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from station.drummer.params import DrummerParams, WanderShape
from station.drummer.performance import Cause, Performance, Strike
from station.errors import FileError
from station.model import Pad, Zone

SCHEMA = "station.truth/1"


def truth_to_json(performance: Performance) -> str:
    """The performance as one JSON text."""
    params = {f.name: getattr(performance.params, f.name) for f in fields(DrummerParams)}
    return json.dumps(
        {
            "schema": SCHEMA,
            "chart": {"title": performance.chart_title, "notes": performance.chart_notes},
            "params": params,
            "strikes": [
                {
                    "t_ns": s.t_ns,
                    "pad": s.pad,
                    "zone": s.zone,
                    "note": s.midi_note,
                    "velocity": s.velocity,
                    "cause": s.cause,
                    "chart_index": s.chart_index if s.chart_index >= 0 else None,
                }
                for s in performance.strikes
            ],
            "missed": performance.missed,
        },
        indent=1,
    )


def truth_from_json(text: str | bytes, name: str) -> Performance:
    """The performance that a JSON text tells of.

    Parameters
    ----------
    name
        The file's, for errors.

    Raises
    ------
    FileError
        When it is no JSON, of another schema, or a part is missing or cannot be.
    """
    try:
        truth = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileError(f"{name} is not JSON ({error}); write it again by simulating.") from error
    schema = truth.get("schema") if isinstance(truth, dict) else None
    if schema != SCHEMA:
        raise FileError(f"{name} says the schema {schema!r}, not '{SCHEMA}'; give a truth file.")
    try:
        return _performance(truth)
    except KeyError as error:
        raise FileError(f"{name} lacks the key {error}; write it again by simulating.") from error
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise FileError(f"{name} is no truth ({error}); write it again by simulating.") from error


def _performance(truth: dict[str, Any]) -> Performance:
    params = dict(truth["params"])
    params["wander_shape"] = WanderShape(params["wander_shape"])
    params["limb_offsets_ms"] = {Pad(p): ms for p, ms in params["limb_offsets_ms"].items()}
    return Performance(
        chart_title=str(truth["chart"]["title"]),
        chart_notes=int(truth["chart"]["notes"]),
        params=DrummerParams(**params),
        strikes=tuple(_strike(s) for s in truth["strikes"]),
        missed=tuple(int(i) for i in truth["missed"]),
    )


def _strike(s: dict[str, Any]) -> Strike:
    index = s["chart_index"]
    return Strike(
        t_ns=int(s["t_ns"]),
        pad=Pad(s["pad"]),
        zone=Zone(s["zone"]),
        midi_note=int(s["note"]),
        velocity=int(s["velocity"]),
        cause=Cause(s["cause"]),
        chart_index=-1 if index is None else int(index),
    )
