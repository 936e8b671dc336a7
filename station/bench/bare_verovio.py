"""What it costs to show the first page by Verovio alone: the whole chart, the straight way."""

from __future__ import annotations

import time

import verovio

from station.charts.chart import Chart
from station.charts.musicxml_out import write_musicxml

_OPTIONS = {"breaks": "auto", "footer": "none", "header": "none", "pageWidth": 1900}


def first_page_ms(chart: Chart) -> float:
    """From a chart to the SVG of its first page, in a Verovio that has run before, in ms."""
    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions(_OPTIONS)
    began = time.perf_counter()
    toolkit.loadData(write_musicxml(chart))
    toolkit.renderToSVG(1)
    return (time.perf_counter() - began) * 1e3
