"""The sheet's benchmark: its charts, and its figures put in words."""

from __future__ import annotations

from typing import Any

import pytest

from station.bench import sheet
from station.bench.opening import Opening, opening_ms
from station.bench.sheet_charts import varied_chart
from station.sheet.systems import systems_of


def test_no_two_bars_are_alike() -> None:
    chart = varied_chart(200)
    assert len(list(chart.bars())) == 200
    likenesses = {system.likeness for system in systems_of(chart, 30)}
    assert len(likenesses) == 200
    assert varied_chart(200) == chart
    assert varied_chart(200, seed=1) != chart


def test_rounds_are_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = {"count": 100, "p50_ms": 1.0, "p99_ms": 2.0, "max_ms": 3.0, "over_a_sixtieth": 0,
             "frames_per_s": 900.0}  # fmt: skip

    def one(ms: float) -> dict[str, Any]:
        return {
            "ready_ms": 200.0, "first_ms": 30.0, "rudiments_ms": [ms] * 40, "bars_200_ms": 2 * ms,
            "bars_200_all_ms": 900.0, "bars_2000_ms": 20 * ms,
            "frames": {"sheet": frame, "lanes": {**frame, "p50_ms": 2.0}},
        }  # fmt: skip

    monkeypatch.setattr(sheet, "_rounds", lambda rounds: [one(10.0 + i) for i in range(rounds)])
    monkeypatch.setattr(sheet, "first_page_ms", lambda chart: len(list(chart.bars())) * 1.0)
    monkeypatch.setattr(sheet, "opening_ms", lambda chart: Opening(60.0, 40.0))
    result = sheet.run(3, say=lambda text: None)
    assert result["rudiments"]["each_ms"] == {"median": 11.0, "least": 10.0, "most": 12.0}
    assert result["rudiments"]["all_ms"]["median"] == 440.0
    assert result["bars_200"]["ratio_to_bare"] == 0.11
    assert result["bars_2000"]["ratio_to_bare"] == 0.11
    assert result["opened_2000"]["ratio_to_bare"] == 1.5
    assert result["frames"]["ratio_to_lanes"] == 0.5
    text = sheet.render(result)
    assert "all 40, one after another" in text
    assert "bare parsing of that MusicXML: 40 ms (ratio 1.50)" in text
    assert "900 frames a second" in text


def test_opening_is_reading_and_bare_parsing() -> None:
    opened = opening_ms(varied_chart(2))
    assert opened.read_ms > 0
    assert opened.bare_ms > 0
