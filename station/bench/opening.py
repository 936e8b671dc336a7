"""What it costs to open a MusicXML file, beside the bare parsing of the same bytes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple
from xml.etree import ElementTree as ET

from station.charts.chart import Chart
from station.charts.musicxml_in import read_musicxml
from station.charts.musicxml_out import write_musicxml

_ROUNDS = 3


class Opening(NamedTuple):
    """The best of a few rounds each, in ms: the whole reading, and ElementTree's parsing alone."""

    read_ms: float
    bare_ms: float


def opening_ms(chart: Chart) -> Opening:
    """From the bytes of a chart's MusicXML to the chart, and to the bare tree of elements."""
    data = write_musicxml(chart).encode()
    return Opening(
        _best_ms(lambda: read_musicxml(data, "opened.musicxml")),
        _best_ms(lambda: ET.fromstring(data)),
    )


def _best_ms(work: Callable[[], object]) -> float:
    took = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1e3)
    return min(took)
