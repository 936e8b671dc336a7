from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from station.files import ChartEntry, list_charts
from ui.chartlist import GROOVES, OWN, grouped


def test_the_forty_rudiments_are_in_their_families(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("STATION_CONFIG_DIR", str(tmp_path))
    groups = grouped(list_charts())
    counts = {name: len(charts) for name, charts in groups}
    rudiments = {name: n for name, n in counts.items() if name.startswith("Rudiments")}
    assert list(rudiments.values()) == [15, 4, 11, 10]
    assert next(iter(counts)) == GROOVES
    names = [entry.name for _, charts in groups for entry in charts]
    assert len(set(names)) == len(names) == len(list_charts())


def test_a_players_own_come_first_and_what_cannot_be_read_is_left_out() -> None:
    own = ChartEntry("20-mine", "Mine", Path("charts/20-mine.toml"), shipped=False)
    odd = ChartEntry("99-x", "X", Path("rudiments/99-x.toml"), shipped=True)
    broken = replace(own, name="broken", problem="broken")
    assert grouped([odd, own, broken]) == [(OWN, [own]), (GROOVES, [odd])]
