from __future__ import annotations

import io

import numpy as np
import pytest

from station.charts.chart import Chart, MetreChange
from station.charts.excerpt import excerpt
from station.charts.tempo import TempoMap
from station.cli._live import LiveView
from station.cli._screen import Lines, Silent, screen_for
from station.engine.messages import KitStatus
from station.engine.ring import RECORD_DTYPE, Records
from station.model import JudgementKind, Note, Pad, Zone
from station.units import NS_PER_MS, NS_PER_S

HIT, EXTRA, MISSED = JudgementKind.HIT, JudgementKind.EXTRA, JudgementKind.MISSED
START_NS = 10 * NS_PER_S
BEAT_NS = NS_PER_S // 2  # 120 BPM


def seven_four(bars: int = 2) -> Chart:
    notes = tuple(Note(tick, Pad.SNARE, Zone.HEAD, 38) for tick in range(bars * 7))
    return Chart("Seven", TempoMap.constant(120, 1), (MetreChange(0, 7, 4),), notes, bars * 7)


def records(*rows: tuple[JudgementKind, bool, int, float]) -> Records:
    """(kind, confirmed, hit_seq, offset in ms) each."""
    out = np.zeros(len(rows), RECORD_DTYPE)
    for record, (kind, confirmed, seq, offset_ms) in zip(out, rows, strict=True):
        record["kind"], record["confirmed"], record["hit_seq"] = kind, confirmed, seq
        record["offset_ns"] = round(offset_ms * NS_PER_MS)
    return out


@pytest.fixture
def view() -> LiveView:
    view = LiveView(seven_four())
    view.start_ns = START_NS
    return view


def counts(view: LiveView) -> tuple[int, int, int]:
    return view.hits, view.missed, view.extra


def test_what_is_confirmed_takes_the_place_of_what_was_said_at_once(view: LiveView) -> None:
    view.hear(records((HIT, False, 0, 5.0), (EXTRA, False, 1, 0.0)))
    assert counts(view) == (1, 0, 1)
    view.hear(records((EXTRA, True, 0, 0.0), (HIT, True, 1, 1.0), (MISSED, True, -1, 0.0)))
    assert counts(view) == (1, 1, 1)


def test_a_long_take_is_not_remembered_hit_by_hit(view: LiveView) -> None:
    for seq in range(50):
        view.hear(records((HIT, False, seq, 5.0)))
        view.hear(records((EXTRA if seq % 2 else HIT, True, seq, 5.0)))
    assert (view.hits, view.extra) == (25, 25)
    view.hear(records((HIT, True, 50, 5.0)))  # what was said at once came too fast to be read
    assert view.hits == 26
    assert not view._waiting


def test_a_take_begins_without_what_was_struck_before(view: LiveView) -> None:
    view.hear(records((HIT, False, 0, 5.0), (MISSED, True, -1, 0.0)))
    view.begin()
    assert counts(view) == (0, 0, 0)
    assert "ms" not in view.meter_line()


def test_the_meter_is_the_mean_of_the_last_eight_hits(view: LiveView) -> None:
    view.hear(records((HIT, False, 0, 400.0), *((HIT, False, i, 8.0) for i in range(1, 9))))
    assert view.meter_line().endswith("+8.0 ms")
    # Said again when confirmed, it is no further hit.
    view.hear(records((HIT, True, 8, -40.0)))
    assert view.meter_line().endswith("+8.0 ms")


def test_the_word_is_the_tempos_and_until_then_the_placements(view: LiveView) -> None:
    assert view.call_word() == "UNDECIDED"
    placement = {"call": "ahead", "offset_ms": -9.1, "low": -12.0, "high": -6.2}
    silent = {"call": "undecided", "ratio_percent": None, "low": None, "high": None}
    view.judge({"tempo": silent, "placement": placement})
    assert view.call_word() == "AHEAD"
    assert view.interval_line() == "placement ahead −9.1 ms (−12.0 to −6.2)"
    tempo = {"call": "rushing", "ratio_percent": 1.5, "low": 1.1, "high": 1.9}
    view.judge({"tempo": tempo, "placement": placement})
    assert view.call_word() == "RUSHING"
    assert view.interval_line().startswith("tempo rushing +1.5 % (+1.1 to +1.9)")


@pytest.mark.parametrize(("beats_before", "number"), [(7, 0), (6.5, 0), (6, 1), (1, 6), (0.01, 6)])
def test_the_count_in_counts_the_bar(view: LiveView, beats_before: float, number: int) -> None:
    now_ns = START_NS - round(beats_before * BEAT_NS)
    assert view.counting_in(now_ns)
    marks = view.counting_lines(now_ns)[-1].split(" ")
    assert len(marks) == 7
    assert marks.index("●") == number


def test_before_the_first_hit_it_says_what_it_waits_for() -> None:
    view = LiveView(seven_four())
    assert view.counting_in(123)
    assert "first hit" in view.counting_lines(123)[0]


@pytest.mark.parametrize(
    ("beats", "bar", "place"), [(0, "1/2", 0), (6.9, "1/2", 6), (7, "2/2", 0), (20, "2/2", 6)]
)
def test_the_place_is_the_bar_and_the_beat(
    view: LiveView, beats: float, bar: str, place: int
) -> None:
    line = view.place_line(START_NS + round(beats * BEAT_NS))
    assert line.startswith(f"bar {bar} ")
    assert line.split()[2:].index("●") == place


def test_in_a_loop_it_is_the_pass_and_the_bar_of_the_chart() -> None:
    view = LiveView(excerpt(seven_four(4), 1, 3).repeated(3))
    view.start_ns = START_NS
    shown = [view.place_line(START_NS + 7 * BEAT_NS * bar) for bar in (0, 1, 2, 5)]
    assert [line.split()[:4] for line in shown] == [
        ["pass", "1", "bar", "2"],
        ["pass", "1", "bar", "3"],
        ["pass", "2", "bar", "2"],
        ["pass", "3", "bar", "3"],
    ]


def test_without_a_terminal_there_is_a_line_every_five_seconds(view: LiveView) -> None:
    out = io.StringIO()
    screen = Lines(out)
    screen.show(view, START_NS - BEAT_NS)
    screen.show(view, START_NS - BEAT_NS // 2)
    for second in range(11):
        screen.show(view, START_NS + second * NS_PER_S)
    lines = out.getvalue().splitlines()
    assert lines[0] == "Count-in …"
    assert [line.split()[0] for line in lines[1:]] == ["0:05", "0:10"]
    assert lines[1].endswith("0 hit   0 missed   0 extra")


def test_quiet_shows_nothing(view: LiveView) -> None:
    out = io.StringIO()
    with screen_for(out, "title", quiet=True) as screen:
        assert isinstance(screen, Silent)
        screen.show(view, START_NS)
    assert out.getvalue() == ""


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_a_dumb_terminal_gets_lines(view: LiveView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    out = Terminal()
    with screen_for(out, "Seven 120 BPM", quiet=False) as screen:
        screen.show(view, START_NS - BEAT_NS)
    assert out.getvalue() == "Seven 120 BPM\nCount-in …\n"


def test_a_terminal_shows_count_in_meter_and_word(
    view: LiveView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    out = Terminal()
    view.judge({"tempo": {"call": "steady"}})
    view.kit = KitStatus("midi://x", "TD-\x1b17", "roland-td", "lost", "driver", 0.3, False, "gone")
    with screen_for(out, "Seven 120 BPM", quiet=False) as screen:
        screen.show(view, START_NS - BEAT_NS)
        counted = out.getvalue()
        screen.show(view, START_NS + BEAT_NS)
    assert "██" in counted
    assert "EARLY" not in counted
    shown = out.getvalue()[len(counted) :]
    assert "EARLY" in shown
    assert "S T E A D Y" in shown
    assert "TD-\ufffd17  ±0.3 ms  [LOST: gone]" in shown
    assert "\ufffd" not in shown.replace("TD-\ufffd17", "")


def test_a_terminal_without_the_signs_gets_lines(view: LiveView) -> None:
    out = Terminal()
    out.encoding = "ascii"
    with screen_for(out, "Seven", quiet=False) as screen:
        assert isinstance(screen, Lines)


def test_hits_that_do_not_follow_the_chart_are_told_so(view: LiveView) -> None:
    view.judge({"tempo": {"call": "undecided", "ratio_percent": None}, "matched": False})
    assert view.interval_line() == "These hits do not follow the chart; check chart and tempo."


def test_a_silent_bar_shows_no_beat():
    view = LiveView(seven_four(), is_silent=lambda bar: bar == 1)
    view.start_ns = START_NS
    in_bar_2 = {view.place_line(START_NS + (7 + beat) * BEAT_NS + 1) for beat in range(7)}
    assert in_bar_2 == {"bar 2/2   silent"}
    assert len({view.place_line(START_NS + beat * BEAT_NS + 1) for beat in range(7)}) == 7
