from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from station.engine.messages import Stop
from station.errors import EngineError, WrongUse
from ui import app as dashboard
from ui.kitsearch import KitSearch
from ui.link import FakeEngine
from ui.outbox import Outbox
from ui.plan import SIMULATED_DRUMMER, Plan, demo_plan
from ui.practice import UNTIL_STOPPED

FORBIDDEN = "numba rtmidi serial sqlalchemy sounddevice pyqtgraph station.timing station.report"


def test_the_window_loads_neither_kernels_nor_wires_nor_plots() -> None:
    code = (
        "import sys, ui.app, ui.window, ui.feed\n"
        f"print(*[m for m in {FORBIDDEN.split()} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_what_runs_before_the_window_does_not_load_qt() -> None:
    code = "import sys, ui.app; print('PyQt6' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_without_a_display_the_way_out_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert dashboard.main([]) == 3
    assert "station play" in capsys.readouterr().err


def test_a_tempo_that_cannot_be_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert dashboard.main(["--demo", "--bpm", "5000"]) == 2
    assert capsys.readouterr().err == ("5000 BPM is outside 1 to 1000; choose another tempo.\n")


@pytest.mark.parametrize("percent", ["300", "24", "nan"])
def test_a_speed_that_cannot_be_is_wrong_use(
    percent: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dashboard.main(["--demo", "--speed", percent]) == 2
    said = capsys.readouterr().err
    assert f"{percent} % is outside 25 to 200; choose another speed.\n" == said


@pytest.mark.parametrize(("first", "last"), [(9, None), (0, None), (3, 2), (None, 5), (None, 0)])
def test_bars_that_are_not_there_are_wrong_use(first: int | None, last: int | None) -> None:
    engine = FakeEngine()
    how = dashboard.How(from_bar=first, to_bar=last)
    with pytest.raises(WrongUse, match=r"bars \d to \d are not among its bars 1 to 4"):
        dashboard.begin("midi://x", "pulse", None, demo=False, how=how, launch=lambda: engine)
    assert engine.closed


def test_a_loop_from_the_command_line_is_on_the_desk() -> None:
    engines: list[FakeEngine] = []

    def launch() -> FakeEngine:
        engines.append(FakeEngine())
        return engines[-1]

    how = dashboard.How(from_bar=2, to_bar=3, speed=Fraction(7, 10), repeats=20)
    session = dashboard.begin("midi://x", "pulse", None, demo=False, how=how, launch=launch)
    plan = session.plan
    assert (plan.part, plan.speed, plan.repeats) == ((1, 3), Fraction(7, 10), 20)
    assert dashboard.How(to_bar=2).of(Plan("", "pulse")).repeats == UNTIL_STOPPED
    assert dashboard.How(repeats=3).of(Plan("", "pulse")).part is None
    session.outbox.finish(timeout_s=5)


def test_a_demo_lasts_long_enough_for_a_verdict_and_starts_at_once() -> None:
    plan = demo_plan("straight-eighths")
    chart = plan.chart_as_played()
    assert chart.bpm == pytest.approx(330)
    assert 35 < chart.length_ns / 1e9 < 60
    start = plan.start_command(chart)
    assert (start.count_in_bars, start.on_first_hit) == (0, False)


def test_only_a_simulated_drummer_is_known_to_have_no_latency() -> None:
    for kit, latency_ms in ((SIMULATED_DRUMMER, 0.0), ("midi://TD-17", None)):
        plan = Plan(kit, "pulse")
        assert plan.start_command(plan.chart_as_played()).latency_ms == latency_ms


def test_a_chart_that_cannot_be_played_so_fast_is_wrong_use() -> None:
    with pytest.raises(WrongUse, match=r"outside 1 to 1000"):
        Plan("", "pulse", bpm=0.5).chart_as_played()


def test_the_search_for_kits_answers_without_blocking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = tmp_path / "python"
    endless.write_text("#!/bin/sh\nexec sleep 1000\n")
    endless.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(endless))
    search = KitSearch()
    # Whoever waited for this answer would wait for ever.
    assert search.poll() is None
    search.cancel()
    assert search._asked._process.returncode is not None


def test_the_search_finds_the_simulated_drummer() -> None:
    search = KitSearch()
    search._asked._process.wait(20)
    found = search.poll()
    assert found is not None
    assert SIMULATED_DRUMMER in [kit.address for kit in found if kit.simulated]


def test_a_search_that_fails_has_found_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    search = KitSearch()
    search._asked._process.wait(20)
    assert search.poll() == []


def test_the_outbox_says_what_could_not_be_sent() -> None:
    outbox, engine = Outbox(), FakeEngine()
    engine.alive = False
    outbox.send(engine, Stop())
    outbox.finish(5)
    assert outbox.failures.get(timeout=5) == engine.obituary()
    with pytest.raises(EngineError):
        engine.send(Stop())
