from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.model import (
    Calibration,
    Flag,
    Hit,
    KitUsed,
    LimbVerdict,
    Mark,
    MarkKind,
    Note,
    Ornament,
    Pad,
    PlacementCall,
    PlacementVerdict,
    SpreadVerdict,
    StampedBy,
    Sticking,
    SwingCall,
    SwingVerdict,
    TakeState,
    TempoCall,
    TempoVerdict,
    Verdict,
    Zone,
)
from station.report import build_report, flag_names, verdict_dict
from station.report_text import placement_words, render_text, tempo_words

MS = 1_000_000
START = 3_000 * MS
KIT = KitUsed("midi://TD-17", "TD-17", "roland-td", StampedBy.DRIVER, 200_000)

STATISTICS = {
    "clock", "phase_correction", "long_range_exponent", "tempo_curve", "minutes", "fills",
    "dynamics",
}  # fmt: skip


def pulse(n=8):
    notes = tuple(Note(i * 480, Pad.SNARE, Zone.HEAD, 38) for i in range(n))
    metre = (MetreChange(0, 4, 4),)
    return Chart("pulse", TempoMap.constant(120, 480), metre, notes, max(n, 1) * 480)


def hit(seq, t_ms, *, note=38, flags=Flag.NONE, velocity=96):
    t_ns = START + round(t_ms * MS)
    return Hit(seq, t_ns, 200_000, t_ns, Pad.SNARE, Zone.HEAD, velocity, note, flags=flags)


def report_of(hits, chart=None, **more):
    given = {"start_ns": START, "latency_ns": 0, "calibrated": True, "kit": KIT} | more
    return build_report(chart or pulse(), hits, **given)


def as_json(report):
    return json.loads(json.dumps(report.to_dict(), allow_nan=False))


def test_the_json_of_a_take():
    hits = [hit(0, -3.2), hit(1, 498.25), hit(2, 520, flags=Flag.DOUBLE_TRIGGER | Flag.LATE)]
    told = as_json(report_of(hits, pulse(4)))
    assert set(told.pop("statistics")) == STATISTICS
    assert told == {
        "schema": "station.take/1",
        "chart": {"title": "pulse", "notes": 4},
        "tempo_bpm": 120.0,
        "kit": {
            "address": "midi://TD-17",
            "profile": "roland-td",
            "stamped_by": "driver",
            "sigma_ms": 0.2,
        },
        "state": "finished",
        "hits": [
            {"t_ms": -3.2, "note": 38, "pad": "snare", "velocity": 96, "flags": [],
             "chart_index": 0, "live_chart_index": 0, "offset_ms": -3.2},
            {"t_ms": 498.25, "note": 38, "pad": "snare", "velocity": 96, "flags": [],
             "chart_index": 1, "live_chart_index": 1, "offset_ms": -1.75},
            {"t_ms": 520.0, "note": 38, "pad": "snare", "velocity": 96,
             "flags": ["double-trigger", "late"],
             "chart_index": None, "live_chart_index": None, "offset_ms": None},
        ],
        "missed": [2, 3],
        "verdict": {
            "tempo": {"call": "undecided", "ratio_percent": None, "low": None, "high": None,
                      "called_at_beat": None},
            "placement": {"call": "undecided", "offset_ms": None, "low": None, "high": None,
                          "called_at_beat": None, "calibrated": True},
            "spread": None,
            "limbs": None,
            "swing": None,
            "matched": None,
        },
    }  # fmt: skip


def test_hits_are_in_order_of_time_and_of_equal_times_in_order_of_arrival():
    hits = [hit(3, 500), hit(2, 530), hit(1, 0, velocity=92), hit(0, 0, velocity=91)]
    told = as_json(report_of(hits))["hits"]
    assert [(h["t_ms"], h["velocity"]) for h in told] == [(0, 91), (0, 92), (500, 96), (530, 96)]
    # The one at 530 arrived first and was called the note at once; the nearer one is.
    assert told[3]["live_chart_index"] == 1
    assert [h["chart_index"] for h in told][2:] == [1, None]
    assert sorted(h["chart_index"] is None for h in told[:2]) == [False, True]


def test_hits_without_numbers_of_their_own_count_as_given():
    told = as_json(report_of([hit(0, 4, velocity=91), hit(0, 4, velocity=92)]))["hits"]
    assert sorted(h["chart_index"] is None for h in told) == [False, True]
    assert [h["velocity"] for h in told] == [91, 92]


def test_latency_is_taken_off_the_offset_not_off_the_stamp():
    told = as_json(report_of([hit(0, 512)], latency_ns=10 * MS))
    assert told["hits"][0]["t_ms"] == 512
    assert told["hits"][0]["offset_ms"] == 2
    assert told["latency_ms"] == 10


def test_a_wire_without_notes_has_no_note():
    assert as_json(report_of([hit(0, 0, note=-1)]))["hits"][0]["note"] is None


def test_a_broken_take_misses_only_what_was_reached():
    whole = report_of([hit(0, 0), hit(1, 1000)])
    broken = report_of([hit(0, 0), hit(1, 1000)], state=TakeState.BROKEN_OFF)
    stopped = report_of([hit(0, 0), hit(1, 1000)], end_ns=START + 1600 * MS)
    assert whole.missed == (1, 3, 4, 5, 6, 7)
    assert broken.missed == (1,)
    assert stopped.missed == (1, 3)
    assert as_json(broken)["state"] == "broken-off"
    assert report_of([], state=TakeState.BROKEN_OFF).missed == (0,)


def test_marks_are_told():
    marks = [Mark(START + 5 * MS, MarkKind.GAP_BEGIN, "unplugged")]
    told = as_json(report_of([], marks=marks))["marks"]
    assert told == [{"t_ms": 5.0, "kind": "gap-begin", "detail": "unplugged"}]


@pytest.mark.parametrize(
    ("chart", "hits"),
    [
        (pulse(0), []),
        (pulse(0), [hit(0, 5)]),
        (pulse(1), []),
        (pulse(1), [hit(0, 5)]),
        (pulse(8), []),
        (pulse(8), [hit(i, -1000) for i in range(5)]),
        (pulse(64), [hit(i, i * 500) for i in range(64)]),
        (pulse(8), [replace(hit(0, 0), t_ns=-(2**63)), replace(hit(1, 0), t_ns=2**63 - 1)]),
    ],
)
def test_odd_takes_have_a_sound_report(chart, hits):
    report = report_of(hits, chart)
    told = as_json(report)
    assert len(told["hits"]) == len(hits)
    paired = [h["chart_index"] for h in told["hits"] if h["chart_index"] is not None]
    assert sorted(paired + told["missed"]) == list(range(len(chart.notes)))
    text = render_text(report)
    assert "nan" not in text
    assert len(text.splitlines()) <= 24


@pytest.mark.timeout(20)
def test_a_hundred_thousand_hits_in_a_second_of_an_empty_and_a_full_chart():
    crowd = [hit(i, i / 100) for i in range(100_000)]
    for chart in (pulse(0), pulse(8)):
        report = report_of(crowd, chart)
        assert len(report.hits) == 100_000
        paired = report.chart_index[report.chart_index >= 0].tolist()
        assert sorted([*paired, *report.missed]) == list(range(len(chart.notes)))


def test_flags_have_names():
    assert flag_names(Flag.NONE) == []
    assert flag_names(Flag.CROSSTALK | Flag.AFTER_GAP) == ["crosstalk", "after-gap"]


def test_every_part_of_a_verdict_is_told():
    verdict = Verdict(
        tempo=TempoVerdict(TempoCall.RUSHING, 0.81239, 0.4, 1.2, 88),
        placement=PlacementVerdict(PlacementCall.AHEAD, -9.10004, -12.0, -6.2, 112, True),
        spread=SpreadVerdict(8.8, 8.1, 9.6),
        limbs=(LimbVerdict(Pad.KICK, Pad.HI_HAT, -6.6, -8.1, -5.0, 96),),
        swing=SwingVerdict(1.21, 1.17, 1.25, 128, 2.0, SwingCall.NARROWER, 64),
        matched=True,
    )
    assert verdict_dict(verdict) == {
        "tempo": {"call": "rushing", "ratio_percent": 0.8124, "low": 0.4, "high": 1.2,
                  "called_at_beat": 88},
        "placement": {"call": "ahead", "offset_ms": -9.1, "low": -12.0, "high": -6.2,
                      "called_at_beat": 112, "calibrated": True},
        "spread": {"sd_ms": 8.8, "low": 8.1, "high": 9.6},
        "limbs": [{"pad": "kick", "against": "hi-hat", "offset_ms": -6.6, "low": -8.1,
                   "high": -5.0, "pairs": 96}],
        "swing": {"ratio": 1.21, "low": 1.17, "high": 1.25, "offbeats": 128,
                  "written": 2.0, "call": "narrower", "called_at_beat": 64},
        "matched": True,
    }  # fmt: skip


def test_the_text_has_the_answer_first():
    rng = np.random.default_rng(5)
    offsets = rng.normal(-12, 5, 320)
    hits = [hit(i, i * 500 + x) for i, x in enumerate(offsets) if i not in {9, 10, 200}]
    hits.append(hit(999, 6100, flags=Flag.CROSSTALK))
    lines = render_text(report_of(hits, pulse(320))).splitlines()
    assert lines[0].startswith("STEADY ")
    assert lines[1].startswith("AHEAD ")
    assert "−12." in lines[1]
    assert lines[3] == "pulse at 120 BPM"
    assert lines[4] == "317 notes played, 3 missed, 1 extra hit (1 of them suspects)"
    assert lines[-1] == "most missed: bar 3 (2 of 4), bar 51 (1 of 4)"


def test_the_text_says_why_nothing_is_called():
    lines = render_text(report_of([hit(0, 3)], calibrated=False)).splitlines()
    assert lines[0] == "UNDECIDED  tempo: too little was played to say"
    not_called = "not calibrated (station calibrate), so it is not called"
    assert lines[1] == f"UNDECIDED  against the click: {not_called}"


def test_words_of_undecided_and_of_unbounded_answers():
    assert tempo_words(TempoVerdict(TempoCall.UNDECIDED, 0.2, -0.5, 0.9)) == (
        "tempo +0.20 %, between −0.50 and +0.90 %: not proven either way"
    )
    unbounded = PlacementVerdict(PlacementCall.UNDECIDED, -0.001, calibrated=True)
    assert placement_words(unbounded) == "against the click 0.0 ms: not proven either way"


def test_the_text_tells_of_trouble():
    marks = [Mark(0, MarkKind.GAP_BEGIN), Mark(1, MarkKind.GAP_END), Mark(2, MarkKind.GAP_BEGIN)]
    text = render_text(report_of([hit(0, 0)], state=TakeState.BROKEN_OFF, marks=marks))
    assert "broken off" in text
    assert text.endswith("the kit was away 2 times")


def test_the_text_tells_limbs_and_swing():
    pads = ((Pad.KICK, 36, 0), (Pad.HI_HAT, 42, 0), (Pad.HI_HAT, 42, 320))
    notes = tuple(
        Note(480 * i + d, pad, Zone.HEAD, midi) for i in range(64) for pad, midi, d in pads
    )
    chart = Chart("kit", TempoMap.constant(120, 480), (MetreChange(0, 4, 4),), notes, 64 * 480)
    hits = []
    for i, note in enumerate(notes):
        t_ns = START + int(chart.written_ns[i]) - (7 * MS if note.pad is Pad.KICK else 0)
        hits.append(Hit(i, t_ns, 0, t_ns, note.pad, Zone.HEAD, 90, note.midi_note))
    text = render_text(report_of(hits, chart))
    assert "kick against hi-hat: −7.0 ms, between" in text
    assert "(64 pairs)" in text
    assert "swing 2.00:1, between" in text
    assert "written 2.00:1 (63 off-beats)" in text
    assert "spread without the drift: " in text
    assert len(text.splitlines()) <= 24


def looped(passes, first_bar=4):
    """Two bars of four, played so many times."""
    return replace(pulse(8), first_bar=first_bar).repeated(passes)


def test_each_pass_of_a_loop_is_told():
    offsets = [-10] * 8 + [0, 8] * 4 + [3, 9] + [None] * 6
    hits = [hit(i, i * 500 + x) for i, x in enumerate(offsets) if x is not None]
    told = as_json(report_of(hits, looped(3)))["passes"]
    spread = pytest.approx(np.std([0, 8] * 4, ddof=1), abs=1e-3)
    assert told == [
        {"pass": 1, "hits": 8, "missed": 0, "offset_ms": -10.0, "spread_ms": 0.0},
        {"pass": 2, "hits": 8, "missed": 0, "offset_ms": 4.0, "spread_ms": spread},
        {"pass": 3, "hits": 2, "missed": 6, "offset_ms": 6.0, "spread_ms": None},
    ]


def test_a_pass_that_was_not_reached_is_not_told():
    hits = [hit(i, i * 500) for i in range(9)]
    report = report_of(hits, looped(100), end_ns=START + 4_100 * MS)
    assert [(one.hits, one.missed) for one in report.passes] == [(8, 0), (1, 0)]
    assert report_of([], looped(100), end_ns=START - MS).passes == []
    assert report_of([], looped(2)).passes[1].offset_ms is None


def test_what_is_played_once_has_no_passes():
    report = report_of([hit(0, 0)])
    assert report.passes == []
    assert "passes" not in report.to_dict()
    assert "pass" not in render_text(report)


def test_the_text_shows_the_passes_beside_each_other():
    hits = [hit(i, i * 500 + i // 8) for i in range(8 * 20) if i != 12]
    lines = render_text(report_of(hits, looped(20))).splitlines()
    [at] = [i for i, line in enumerate(lines) if line.startswith("pass ")]
    head, offset, spread, missed = lines[at : at + 4]
    assert head.split() == ["pass", "1", "2", "3", "…", "16", "17", "18", "19", "20"]
    assert offset.split()[2:5] == ["0.0", "+1.0", "+2.0"]
    assert offset.split()[-1] == "+19.0"
    assert set(spread.split()[2:]) == {"0.0", "…"}
    assert missed.split()[1:4] == ["0", "1", "0"]
    assert len({len(line) for line in (head, offset, spread, missed)}) == 1
    assert len(lines) <= 24


def test_the_bars_of_a_loop_are_those_of_the_chart_over_all_passes():
    hits = [hit(i, i * 500 + (20 if i % 8 >= 4 else 0)) for i in range(8 * 5) if i % 16 != 1]
    text = render_text(report_of(hits, looped(5)))
    assert "farthest off: bar 6 (20 ms)" in text
    assert "most missed: bar 5 (3 of 20)" in text


def test_a_hundred_thousand_hits_have_their_report():
    chart = pulse(100_000)
    rng = np.random.default_rng(1)
    hits = [hit(i, i * 500 + x) for i, x in enumerate(rng.normal(0, 8, 100_000).tolist())]
    told = report_of(hits, chart).to_dict()
    right = [h["chart_index"] == i for i, h in enumerate(told["hits"])]
    assert np.mean(right) > 0.9999
    assert told["statistics"]["phase_correction"]["alpha"] == pytest.approx(1, abs=0.1)


def test_rows_are_told_as_the_hits_are():
    """The rows are made by column; here hit by hit. Half a microsecond counts upwards."""
    rng = np.random.default_rng(2)
    hits = [
        replace(
            hit(i, 0, note=int(rng.integers(-1, 128)), flags=Flag(int(rng.integers(0, 64)))),
            t_ns=int(t_ns),
            pad=list(Pad)[rng.integers(0, len(Pad))],
            velocity=int(rng.integers(0, 128)),
        )
        for i, t_ns in enumerate(rng.integers(START - 10**9, START + 4 * 10**9, 300))
    ]
    hits += [replace(hit(300, 0), t_ns=START + 2500), replace(hit(301, 0), t_ns=START - 500)]
    report = report_of(hits)
    rows = as_json(report)["hits"]
    assert len(report.hits) == len(rows) == 302
    for h, note, live, offset_ns, row in zip(
        report.hits, report.chart_index, report.live_index, report.offset_ns, rows, strict=True
    ):
        assert row == {
            "t_ms": (h.t_ns - START + 500) // 1000 / 1000,
            "note": h.note if h.note >= 0 else None,
            "pad": h.pad.value,
            "velocity": h.velocity,
            "flags": flag_names(h.flags),
            "chart_index": int(note) if note >= 0 else None,
            "live_chart_index": int(live) if live >= 0 else None,
            "offset_ms": (int(offset_ns) + 500) // 1000 / 1000 if note >= 0 else None,
        }
        assert str(row["t_ms"]) != "-0.0"


def test_a_take_says_what_its_latency_was_measured_by():
    measured = Calibration(
        "midi://TD-17", "audio://Card", 12 * MS, 1_234_567, 20, "tap", "2026-01-02T03:04:05+01:00"
    )
    report = report_of([hit(0, 12)], latency_ns=12 * MS, calibration=measured)
    assert as_json(report)["calibration"] == {
        "method": "tap", "latency_ms": 12.0, "spread_ms": 1.235, "n": 20,
        "measured_at": "2026-01-02T03:04:05+01:00",
    }  # fmt: skip
    said = "latency +12.0 ms taken off: by tap from 20, ± 1.2 ms, 2026-01-02"
    assert said in render_text(report).splitlines()


def test_a_latency_that_nobody_measured_has_no_calibration():
    report = report_of([hit(0, 12)], latency_ns=12 * MS)
    assert "calibration" not in as_json(report)
    assert "taken off" not in render_text(report)


def test_hits_that_do_not_follow_the_chart_are_told_so_in_one_sentence():
    hits = [hit(i, 500 * 0.37 * i + 60) for i in range(400)]
    report = report_of(hits, pulse(320))
    assert report.verdict.matched is False
    assert report.verdict.tempo.ratio_percent is None
    lines = render_text(report).splitlines()
    assert lines[0].split(maxsplit=1) == [
        "UNDECIDED",
        "These hits do not follow the chart; check chart and tempo.",
    ]
    assert lines[1] == ""


def with_ornament(chart, ornament):
    hands = (Sticking.RIGHT, Sticking.LEFT)
    notes = (
        replace(note, ornament=ornament, sticking=hands[i % 2])
        for i, note in enumerate(chart.notes)
    )
    return replace(chart, notes=tuple(notes))


def flams_played(widths_ms):
    """A hit for each note of a pulse, and before it a soft one where there is a width."""
    struck = []
    for i, ms in enumerate(widths_ms):
        struck += [(500 * i - ms, 40), (500 * i, 90)] if ms else [(500 * i, 90)]
    return [hit(seq, t_ms, velocity=loud) for seq, (t_ms, loud) in enumerate(struck)]


def test_grace_strokes_are_told_as_those_of_their_notes():
    chart = with_ornament(pulse(8), Ornament.FLAM)
    told = report_of(flams_played([30, 20, 0, 30, 40, 30, 0, 30]), chart).to_dict()
    graces = [h for h in told["hits"] if "ornament_of" in h]
    assert [h["ornament_of"] for h in graces] == [0, 1, 3, 4, 5, 7]
    assert [h["live_ornament_of"] for h in graces] == [0, 1, 3, 4, 5, 7]
    assert {(h["chart_index"], h["offset_ms"]) for h in graces} == {(None, None)}
    assert {h["offset_ms"] for h in told["hits"] if h not in graces} == {0.0}
    flams = told["ornaments"]["flams"]
    assert (flams["played"], flams["with_graces"], flams["flat"]) == (8, 6, 2)
    assert flams["width_ms"] == 30.0


def test_a_chart_with_nothing_around_its_notes_tells_of_no_ornaments():
    told = report_of([hit(0, 0)]).to_dict()
    assert "ornaments" not in told
    assert set(told["hits"][0]).isdisjoint({"ornament_of", "live_ornament_of"})


def test_the_text_tells_of_flams_drags_and_buzzes():
    chart = with_ornament(pulse(8), Ornament.FLAM)
    text = render_text(report_of(flams_played([30, 20, 0, 30, 40, 30, 0, 30]), chart))
    assert "8 notes played, 0 missed, 0 extra hits" in text
    assert (
        "flams: 6 of 8 with its grace stroke, 2 flat; 30 ms wide, half of them 30 to 30; R 35, L 30"
    ) in text
    drags = with_ornament(pulse(8), Ornament.DRAG)
    text = render_text(report_of(flams_played([30] * 8), drags))
    assert "drags: 0 of 8 with both grace strokes, 8 with one" in text
    buzzes = with_ornament(pulse(2), Ornament.BUZZ)
    bounced = [hit(i, t, velocity=v) for i, (t, v) in enumerate([(0, 90), (30, 50), (500, 90)])]
    assert "buzzes: 1 of 2 bounced" in render_text(report_of(bounced, buzzes))
