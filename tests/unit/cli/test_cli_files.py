"""simulate into a file, and analyse: there and back."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Self

import pytest

from station.charts import document
from station.charts.chart import Chart
from station.cli import simulate
from station.cli._chart_choice import DEFAULT_CHART, chosen_chart, first_bars
from station.cli._drummer_arguments import _HELP, chosen_drummer
from station.cli.main import command_parser
from station.drummer.params import RANGES
from station.drummer.truth import truth_from_json
from station.errors import ChartError, WrongUse
from station.files import load_chart
from station.model import Pad
from station.units import NS_PER_S

Station = Callable[..., tuple[int, str, str]]


def simulated(station: Station, *words: str) -> dict[str, object]:
    code, out, err = station("simulate", *words, "--json", "-")
    assert code == 0, err
    told: dict[str, object] = json.loads(out)
    return told


def test_a_simulated_file_is_judged_as_its_truth_says(station: Station) -> None:
    words = ["--chart", "straight-eighths", "--bpm", "330", "--repeat", "8"]
    flags = ["--offset-ms", "-20", "--jitter-ms", "2", "--miss-rate", "0.05", "--seed", "3"]
    told = simulated(station, "--out", "t.mid", *words, *flags)
    truth = truth_from_json(Path("t.truth.json").read_text(), "t.truth.json")
    assert told["strikes"] == len(truth.strikes)
    assert truth.params.offset_ms == -20
    assert truth.params.motor_sd_ms == 2
    assert truth.missed

    code, out, _ = station("analyse", "t.mid", *words, "--json", "-")
    report = json.loads(out)
    assert code == 0
    assert report["schema"] == "station.take/1"
    assert report["missed"] == list(truth.missed)
    assert report["verdict"]["placement"]["call"] == "ahead"
    assert report["verdict"]["placement"]["calibrated"] is True


def test_a_loop_at_a_speed_is_judged_pass_by_pass(station: Station) -> None:
    words = [
        "--chart",
        "seven-four",
        "--from-bar",
        "2",
        "--to-bar",
        "3",
        "--speed",
        "70",
        "--repeat",
        "6",
    ]
    told = simulated(station, "--out", "t.mid", *words, "--offset-ms", "8", "--seed", "3")
    code, out, _ = station("analyse", "t.mid", *words, "--json", "-")
    report = json.loads(out)
    assert code == 0
    assert report["chart"]["title"].endswith(", bars 2–3")
    assert report["tempo_bpm"] == round(load_chart("seven-four").bpm * 0.7, 6)
    assert [one["pass"] for one in report["passes"]] == [1, 2, 3, 4, 5, 6]
    assert sum(one["hits"] for one in report["passes"]) == told["strikes"]
    assert all(0 < one["offset_ms"] < 16 for one in report["passes"])
    assert "missed" in station("analyse", "t.mid", *words)[1].splitlines()[-1]


def test_a_part_speaks_of_a_chart(station: Station) -> None:
    simulated(station, "--out", "t.mid", "--repeat", "1")
    for words in (["--from-bar", "2"], ["--to-bar", "2"], ["--speed", "70"]):
        code, _, err = station("analyse", "t.mid", *words)
        assert (code, words[0] in err) == (2, True)


def test_a_latency_is_taken_off_and_without_calibration_placement_is_not_called(
    station: Station,
) -> None:
    words = ["--chart", "straight-eighths", "--repeat", "8"]
    simulated(station, "--out", "t.mid", *words, "--player", "robot", "--offset-ms", "30")
    told = json.loads(station("analyse", "t.mid", *words, "--latency-ms", "30", "--json", "-")[1])
    assert {hit["offset_ms"] for hit in told["hits"]} == {0.0}
    told = json.loads(station("analyse", "t.mid", *words, "--uncalibrated", "--json", "-")[1])
    assert told["verdict"]["placement"]["call"] == "undecided"


def test_without_a_chart_the_tempo_is_found(station: Station) -> None:
    words = ["--chart", "straight-eighths", "--bpm", "126", "--repeat", "4"]
    simulated(station, "--out", "solo.mid", *words, "--player", "steady")
    code, out, _ = station("analyse", "solo.mid", "--json", "-")
    told = json.loads(out)
    assert (code, told["schema"]) == (0, "station.free/1")
    assert told["tempo"]["bpm"] == pytest.approx(126, rel=0.01)
    assert " BPM " in station("analyse", "solo.mid")[1].splitlines()[0]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["nowhere.mid", "--chart", "pulse"], 3),
        (["bad.mid", "--chart", "pulse"], 3),
        (["good.mid", "--chart", "nowhere"], 3),
        (["good.mid", "--chart", "bad.toml"], 3),
        (["good.mid", "--chart", "pulse", "--profile", "nobody"], 3),
        (["good.mid", "--chart", "pulse", "--bpm", "1000", "--repeat", "10000000"], 2),
        (["good.mid", "--chart", "pulse", "--latency-ms", "1", "--uncalibrated"], 2),
        (["nowhere.mid"], 3),
        (["bad.mid"], 3),
        (["good.mid", "--bpm", "120"], 2),
        (["good.mid", "--chart", "pulse", "--json", "none/x.json"], 3),
    ],
)
def test_what_cannot_be_analysed_is_one_sentence_and_its_code(
    station: Station, words: list[str], expected: int
) -> None:
    simulated(station, "--out", "good.mid", "--chart", "pulse")
    Path("bad.mid").write_bytes(b"MThd\x00\x00\x00\x06\x00\x01")
    Path("bad.toml").write_text('title = "x"\nmetre = "4/4"\ntempo = "fast"\n')
    code, out, err = station("analyse", *words)
    assert (code, out) == (expected, "")
    assert err.count("\n") == 1


def test_a_simulation_replaces_nothing_unless_forced(station: Station) -> None:
    Path("t.truth.json").write_text("mine")
    assert station("simulate", "--out", "t.mid")[0] == 2
    assert not Path("t.mid").exists()
    assert station("simulate", "--out", "t.mid", "--force")[0] == 0


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--out", "t.mid", "--port", "p"],
        ["--out", "t.mid", "--loop"],
        ["--out", "t.mid", "--player", "nobody"],
        ["--out", "t.mid", "--miss-rate", "2"],
        ["--out", "t.mid", "--seed", "x"],
        ["--out", "t.mid", "--limb-offsets-ms", "nose:3"],
        ["--out", "t.mid", "--bpm", "0"],
        ["--port", "p", "--loop", "--truth", "t.json"],
        ["--port", "p", "--start-at-ns", "1"],
    ],
)
def test_a_simulation_that_makes_no_sense_is_2(
    station: Station, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setattr(simulate, "open_virtual_output", FakePort)
    code, out, err = station("simulate", *words)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


def test_every_part_of_a_drummer_has_a_flag_with_help() -> None:
    assert set(_HELP) == set(RANGES)
    words = ["--out", "x", "--limb-offsets-ms", "kick:-6.6"]
    args = command_parser("simulate").parse_args(words)
    assert chosen_drummer(args).limb_offsets_ms == {Pad.KICK: -6.6}


class FakePort:
    def __init__(self, name: str) -> None:
        self.name = name
        self.system = SimpleNamespace(title="Fake MIDI")
        self.sent: list[bytes] = []

    def send(self, message: bytes) -> None:
        self.sent.append(message)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass


def test_into_a_port_goes_every_strike_and_the_truth_is_kept(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports: list[FakePort] = []

    def opened(name: str) -> FakePort:
        ports.append(FakePort(name))
        return ports[0]

    monkeypatch.setattr(simulate, "open_virtual_output", opened)
    words = ["--chart", "pulse", "--bpm", "1000", "--count-in", "0", "--truth", "t.json"]
    told = simulated(station, "--port", "My kit", *words)
    truth = truth_from_json(Path("t.json").read_text(), "t.json")
    struck = [m for m in ports[0].sent if m[0] == 0x99 and m[2]]
    assert [m[1] for m in struck] == [s.midi_note for s in truth.strikes]
    assert told["port"] == "My kit"
    assert told["messages_sent"] == len(ports[0].sent)


def test_a_loop_goes_on_with_other_seeds_until_it_is_stopped(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[tuple[int, list[int]]] = []

    def record(
        port: object,
        messages: Sequence[tuple[int, bytes]],
        start_ns: int,
        clock: object,
        stop: threading.Event,
    ) -> list[int]:
        rounds.append((start_ns, [t for t, _ in messages]))
        if len(rounds) == 3:
            stop.set()
        return [start_ns + t for t, _ in messages]

    monkeypatch.setattr(simulate, "open_virtual_output", FakePort)
    monkeypatch.setattr(simulate, "strike", record)
    assert station("simulate", "--port", "p", "--chart", "pulse", "--loop")[0] == 0
    starts = [start_ns for start_ns, _ in rounds]
    length_ns = load_chart("pulse").length_ns
    assert [b - a for a, b in pairwise(starts)] == [length_ns, length_ns]
    assert rounds[0][1] != rounds[1][1]


# ---------------------------------------------------------------- which chart


def chart_of(*words: str) -> Chart:
    return chosen_chart(command_parser("play").parse_args(words), 60.0)


def test_the_usual_chart_is_there() -> None:
    assert load_chart(DEFAULT_CHART).notes


def test_without_a_length_it_is_about_a_minute() -> None:
    chart = chart_of("--bpm", "330")
    assert abs(chart.length_ns - 60 * NS_PER_S) < load_chart(DEFAULT_CHART).length_ns


def test_bars_cut_the_last_repeat() -> None:
    once = load_chart("pulse")
    bars = sum(1 for _ in once.bars())
    chart = chart_of("--chart", "pulse", "--bars", "3")
    assert sum(1 for _ in chart.bars()) == 3
    assert chart.notes[: len(once.notes)] == once.repeated(-(-3 // bars)).notes[: len(chart.notes)]
    assert first_bars(once, 99) == once


@pytest.mark.parametrize("seconds", ["0.1", "2", "2.01", "60"])
def test_seconds_are_played_to_the_end_of_the_bar(seconds: str) -> None:
    chart = chart_of("--chart", "pulse", "--bpm", "120", "--seconds", seconds)
    bar_ns = 2 * NS_PER_S
    assert 0 <= chart.length_ns - float(seconds) * NS_PER_S < bar_ns


def test_a_part_of_it_is_looped_at_a_speed() -> None:
    words = [
        "--chart",
        "double-time-swing",
        "--from-bar",
        "5",
        "--to-bar",
        "8",
        "--speed",
        "70",
        "--repeat",
        "20",
    ]
    chart, written = chart_of(*words), load_chart("double-time-swing")
    assert (chart.bar_count, chart.bars_a_pass, chart.written_bar(5)) == (80, 4, 5)
    quarter = written.tempo.changes[0].ns_per_quarter
    assert chart.tempo.changes[0].ns_per_quarter == quarter * 10 / 7
    assert chart.title == f"{written.title}, bars 5–8"


@pytest.mark.parametrize(
    ("words", "bars"),
    [(["--from-bar", "3"], [2, 3]), (["--to-bar", "2"], [0, 1]), (["--from-bar", "4"], [3])],
)
def test_a_part_goes_from_the_beginning_or_to_the_end(words: list[str], bars: list[int]) -> None:
    chart = chart_of("--chart", "seven-four", "--repeat", "1", *words)
    assert [chart.written_bar(bar) for bar in range(chart.bar_count)] == bars


def test_a_loop_goes_on_until_it_is_stopped() -> None:
    chart = chart_of("--chart", "pulse", "--from-bar", "2", "--to-bar", "2", "--loop")
    assert chart.bars_a_pass == 1
    assert chart.length_ns > 29 * 60 * NS_PER_S


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--from-bar", "5"], "'seven-four' has 4 bars, and no bar 5"),
        (["--to-bar", "9"], "no bar 9"),
        (["--from-bar", "3", "--to-bar", "2"], "Bar 3 comes after bar 2"),
        (["--bpm", "900", "--speed", "70"], ""),
        (["--speed", "24"], ""),
        (["--speed", "201"], ""),
        (["--loop", "--repeat", "2"], ""),
    ],
)
def test_a_part_that_is_not_there_is_refused(
    words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises((WrongUse, SystemExit)) as error:
        chart_of("--chart", "seven-four", *words)
    assert why in str(error.value)
    assert why or "not allowed with" in (said := capsys.readouterr().err) or "outside 25" in said


def test_a_part_without_notes_is_refused() -> None:
    once = load_chart("seven-four")
    quiet = replace(once, notes=once.notes[:1])
    Path("quiet.json").write_text(document.dump(quiet))
    with pytest.raises(WrongUse, match="no notes in bars 2 to 3"):
        chart_of("--chart", "quiet.json", "--from-bar", "2", "--to-bar", "3")


def test_a_chart_that_is_a_loop_already_is_played_as_it_is() -> None:
    loop = load_chart("seven-four").repeated(3)
    Path("loop.json").write_text(document.dump(loop))
    assert chart_of("--chart", "loop.json", "--repeat", "1") == loop


def test_a_chart_that_cannot_be_played_is_refused() -> None:
    with pytest.raises(WrongUse, match="fewer times"):
        chart_of("--repeat", "10000", "--chart", "straight-eighths", "--bpm", "1000")
    Path("rest.json").write_text(document.dump(replace(load_chart("pulse"), notes=())))
    with pytest.raises(ChartError, match="no notes"):
        chart_of("--chart", "rest.json")


def test_a_start_pad_that_the_chart_plays_or_that_is_none_is_refused(station: Station) -> None:
    code, _, err = station("play", "sim://", "--chart", "pulse", "--start-pad", "snare")
    assert (code, err.count("\n")) == (2, 1)
    assert "has notes for the snare" in err
    code, _, err = station("play", "sim://", "--chart", "pulse", "--start-pad", "aux1")
    assert (code, "did you mean 'aux-1'" in err) == (2, True)
