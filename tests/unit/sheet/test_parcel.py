"""A chart is the same after its journey."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from station.charts.chart import Chart
from station.files import list_charts, load_chart
from station.sheet.parcel import columns_of, packed, unpacked


@pytest.mark.parametrize("name", [entry.name for entry in list_charts() if entry.shipped])
def test_what_is_packed_is_unpacked(name: str) -> None:
    chart = load_chart(name).repeated(2)
    parcel = pickle.loads(pickle.dumps(packed(chart, columns_of(chart))))
    assert unpacked(parcel) == chart


def test_an_empty_chart_travels_too() -> None:
    full = load_chart("pulse")
    chart: Chart = replace(full, notes=(), length_ticks=0)
    assert unpacked(packed(chart, columns_of(chart))) == chart
