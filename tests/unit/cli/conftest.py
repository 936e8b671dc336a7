"""Every command test has folders of its own, and no display."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from station.cli.main import main
from station.takes.store import Store


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STATION_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("STATION_CONFIG_DIR", str(tmp_path / "config"))
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def station(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run a command in this process: exit code, standard output, standard error."""

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(words)
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out, said.err

    return run


@pytest.fixture
def keep_take() -> Callable[..., str]:
    """Keep a take of the robot playing `pulse`, as an engine would; returns its id."""
    from station.charts import document
    from station.drummer import DrummerParams, perform
    from station.files import load_chart
    from station.model import Hit, KitUsed, StampedBy, Take, TakeState
    from station.takes.ids import uuid7

    def keep(
        player: str = "Ada", started_at: str = "2026-01-02T03:04:05.678+01:00", repeat: int = 2
    ) -> str:
        chart = load_chart("pulse").repeated(repeat)
        take = Take(
            id=uuid7(),
            player=player,
            started_at=started_at,
            start_ns=1_000_000_000,
            chart_title=chart.title,
            chart_json=document.dump(chart),
            kits=(KitUsed("sim://", "robot", "simulated", StampedBy.SIMULATED, 20_000),),
            latency_ns=0,
            calibrated=True,
            state=TakeState.RECORDING,
            version="1.2.3",
        )
        hits = [
            Hit(i, 1_000_000_000 + s.t_ns, 20_000, 0, s.pad, s.zone, s.velocity, s.midi_note)
            for i, s in enumerate(perform(chart, DrummerParams(offset_ms=-5)).strikes)
        ]
        with Store.open() as store:
            writer = store.begin(take)
            writer.add(hits)
            writer.finish(TakeState.FINISHED)
        return take.id

    return keep
