from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from station.charts.chart import Chart
from station.charts.toml_chart import read_toml_chart
from station.sheet.engraver import Engraver


@pytest.fixture(scope="session")
def engraver() -> Engraver:
    return Engraver()


@pytest.fixture
def written() -> Callable[..., Chart]:
    """A chart from the bars of a chart file; each text is one bar, in the letters of the steps."""

    def write(*bars: dict[str, str | int], head: str = "") -> Chart:
        text = f'title = "Written"\nmetre = "4/4"\ntempo = 120\nsteps = 8\n{head}\n'
        for i, bar in enumerate(bars):
            text += f"[bars.b{i}]\n" + "".join(
                f"{key} = {json.dumps(value)}\n" for key, value in bar.items()
            )
        return read_toml_chart(text, "written.toml")

    return write
