"""The simulated drummer against the equations that it is made of."""

import hashlib
import time
from dataclasses import replace

import numpy as np
import pytest

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.drummer import PRESETS, Cause, DrummerParams, WanderShape, perform
from station.model import Dynamic, Note, Pad, Zone

PPQ = 480
SNARE = (Pad.SNARE, Zone.HEAD, 38)
KICK = (Pad.KICK, Zone.HEAD, 36)
HI_HAT = (Pad.HI_HAT, Zone.CLOSED, 42)


def pulse(beats, bpm=120.0, per_beat=1, voices=(SNARE,), dynamic=Dynamic.NORMAL):
    """Every voice at once, `per_beat` times on every beat."""
    step = PPQ // per_beat
    notes = tuple(
        Note(i * step, pad, zone, midi_note, dynamic)
        for i in range(beats * per_beat)
        for pad, zone, midi_note in sorted(voices, key=lambda v: v[2])
    )
    bars = -(-beats // 4)
    return Chart(
        "pulse", TempoMap.constant(bpm, PPQ), (MetreChange(0, 4, 4),), notes, bars * 4 * PPQ
    )


def offsets_ms(chart, performance, pad=None):
    """Played − written of every struck note (of one pad), in the order of the chart."""
    struck = sorted(
        (s for s in performance.strikes if s.cause is Cause.NOTE and pad in (None, s.pad)),
        key=lambda s: s.chart_index,
    )
    written = chart.written_ns[[s.chart_index for s in struck]]
    return (np.array([s.t_ns for s in struck]) - written) / 1e6


def autocovariance(x, lag):
    x = x - x.mean()
    return float((x[lag:] * x[:-lag]).mean())


def test_the_robot_is_exact_to_the_nanosecond():
    chart = pulse(400, 330, per_beat=4, voices=(KICK, SNARE, HI_HAT))
    performance = perform(chart, PRESETS["robot"])
    assert [s.t_ns for s in performance.strikes] == chart.written_ns.tolist()
    assert [s.chart_index for s in performance.strikes] == list(range(len(chart.notes)))
    assert performance.missed == ()


def test_a_seed_gives_the_same_take_for_ever():
    chart = pulse(200, 330, per_beat=2, voices=(KICK, SNARE, HI_HAT))
    params = replace(PRESETS["beginner"], seed=7, wander_shape=WanderShape.RANDOM)
    strikes = perform(chart, params).strikes
    rows = [(s.t_ns, s.midi_note, s.velocity, s.cause.value, s.chart_index) for s in strikes]
    assert hashlib.sha256(repr(rows).encode()).hexdigest() == (
        "d1f6202c10ea3028241ab23519b094e37c399fdaf4ba015d48eccbe27db4a29d"
    )
    assert strikes != perform(chart, replace(params, seed=8)).strikes


def test_one_rate_leaves_the_rest_of_the_take_as_it_was():
    chart = pulse(200, voices=(KICK, SNARE))
    before = perform(chart, replace(PRESETS["human"], miss_rate=0.0, seed=3))
    after = perform(chart, replace(PRESETS["human"], miss_rate=0.0, extra_rate=0.3, seed=3))
    notes = [s for s in before.strikes if s.cause is Cause.NOTE]
    assert notes == [s for s in after.strikes if s.cause is Cause.NOTE]
    assert len(after.strikes) > len(before.strikes)


def test_wing_kristofferson_intervals():
    """I = T + C + M' − M: variance σ_C² + 2σ_M², lag-1 autocovariance −σ_M², none at lag 2."""
    chart = pulse(40_000)
    performance = perform(chart, DrummerParams(timekeeper_sd_ms=8.0, motor_sd_ms=5.0))
    intervals = np.diff(offsets_ms(chart, performance))
    assert intervals.var() == pytest.approx(64 + 50, rel=0.03)
    assert autocovariance(intervals, 1) == pytest.approx(-25.0, abs=2.0)
    assert autocovariance(intervals, 2) == pytest.approx(0.0, abs=2.0)


def test_phase_correction_bounds_the_asynchrony():
    """A' = (1−α)A + T + M' − M, whose clock part is C' = (1−α)C − αM + T."""
    alpha, clock, motor = 0.33, 10.0, 4.0
    chart = pulse(40_000)
    params = DrummerParams(
        timekeeper_sd_ms=clock, motor_sd_ms=motor, phase_correction=alpha, seed=2
    )
    a = offsets_ms(chart, perform(chart, params))
    clock_variance = (clock**2 + (alpha * motor) ** 2) / (1 - (1 - alpha) ** 2)
    assert a.var() == pytest.approx(clock_variance + motor**2, rel=0.03)
    lag_1 = (1 - alpha) * clock_variance - alpha * motor**2
    assert autocovariance(a, 1) == pytest.approx(lag_1, rel=0.04)
    assert autocovariance(a, 2) == pytest.approx((1 - alpha) * lag_1, rel=0.06)


def test_long_range_noise_is_a_sum_of_two_ar1():
    chart = pulse(100_000)
    performance = perform(chart, DrummerParams(long_range_sd_ms=2.0, seed=5))
    intervals = np.diff(offsets_ms(chart, performance))
    assert intervals.std() == pytest.approx(2.0, rel=0.1)
    for lag in (1, 8, 32):
        expected = 2 * 0.9**lag + 2 * 0.99**lag
        assert autocovariance(intervals, lag) == pytest.approx(expected, abs=0.5)


@pytest.mark.parametrize("percent", [-2.0, 0.3, 1.5])
@pytest.mark.parametrize(("alpha", "clock_sd_ms"), [(0.0, 0.0), (0.33, 2.0), (0.9, 2.0)])
def test_the_tempo_ratio_is_sustained_whatever_is_corrected(percent, alpha, clock_sd_ms):
    chart = pulse(4000, 330)
    params = DrummerParams(
        tempo_percent=percent,
        timekeeper_sd_ms=clock_sd_ms,
        motor_sd_ms=2.0,
        phase_correction=alpha,
    )
    t_ns = [s.t_ns for s in perform(chart, params).strikes]
    slope = np.polyfit(chart.written_ns, t_ns, 1)[0]
    assert (1 / slope - 1) * 100 == pytest.approx(percent, abs=0.005)


def test_offset_limbs_and_latency_add_up():
    chart = pulse(50, voices=(KICK, SNARE, HI_HAT))
    params = DrummerParams(offset_ms=-8.0, limb_offsets_ms={Pad.KICK: -6.6}, latency_ms=3.0)
    performance = perform(chart, params)
    assert set(offsets_ms(chart, performance, Pad.KICK)) == {-11.6}
    assert set(offsets_ms(chart, performance, Pad.SNARE)) == {-5.0}


def test_a_chord_hangs_together_on_one_clock():
    chart = pulse(5000, voices=(KICK, HI_HAT))
    params = DrummerParams(timekeeper_sd_ms=10, motor_sd_ms=3, phase_correction=0.2, seed=9)
    performance = perform(chart, params)
    kick, hat = (offsets_ms(chart, performance, pad) for pad in (Pad.KICK, Pad.HI_HAT))
    assert kick.std() > 12
    assert (kick - hat).std() == pytest.approx(3 * 2**0.5, rel=0.05)


def test_between_beats_the_clock_is_interpolated():
    chart = pulse(400, per_beat=4)
    a = offsets_ms(chart, perform(chart, DrummerParams(timekeeper_sd_ms=10)))
    inside = a[: 399 * 4].reshape(-1, 4)
    steps = np.diff(np.column_stack([inside, a[4 : 400 * 4 : 4]]), axis=1)
    assert np.allclose(steps, steps[:, :1], atol=1e-5)
    assert np.abs(steps).max() > 1


@pytest.mark.parametrize("shape", WanderShape)
def test_wander_is_slow_and_has_its_amplitude(shape):
    chart = pulse(8000)
    params = DrummerParams(wander_ms=10, wander_period_s=20, wander_shape=shape, seed=1)
    a = offsets_ms(chart, perform(chart, params))
    assert a.std() == pytest.approx(10 / 2**0.5, rel=0.05)
    # A beat is half a second: nobody moves further than the steepest sine.
    assert np.abs(np.diff(a)).max() < 10 * 2 * np.pi / (20 * 0.618) * 0.5 * 3**0.5


def test_fatigue_spreads_and_sags():
    chart = pulse(2400)  # twenty minutes
    tired = DrummerParams(motor_sd_ms=4, fatigue_spread_percent_per_minute=10)
    a = offsets_ms(chart, perform(chart, tired))
    assert a[-400:].std() / a[:400].std() == pytest.approx((1 + 1.83) / (1 + 0.17), rel=0.12)
    sagging = DrummerParams(fatigue_tempo_percent_per_minute=0.1)
    a = offsets_ms(chart, perform(chart, sagging))
    # ∫ s·t / (1 − s·t) dt over 20 min, s = 0.1 % a minute.
    lost_minutes = -20 - np.log(1 - 0.001 * 20) / 0.001
    assert a[-1] == pytest.approx(lost_minutes * 60e3, rel=0.002)


def test_fills_are_rushed_and_the_click_brings_the_player_back():
    chart = pulse(4 * 16)
    rush = DrummerParams(fill_rush_percent=5.0, fill_every_bars=8)
    a = offsets_ms(chart, perform(chart, rush))
    gain = 2000 / 1.05 - 2000
    assert a[28] == 0
    assert np.allclose(a[32:60], gain, atol=1e-5)
    corrected = offsets_ms(chart, perform(chart, replace(rush, phase_correction=0.33)))
    assert corrected.min() < -20
    assert abs(corrected[56]) < 0.1


def test_rates_and_what_strays_are_like():
    chart = pulse(20_000, voices=(KICK, SNARE))
    params = DrummerParams(
        miss_rate=0.05,
        extra_rate=0.04,
        double_trigger_rate=0.03,
        crosstalk_rate=0.02,
        velocity_sd=10,
        seed=11,
    )
    performance = perform(chart, params)
    n = len(chart.notes)
    count = {c: sum(s.cause is c for s in performance.strikes) for c in Cause}
    assert len(performance.missed) / n == pytest.approx(0.05, abs=0.005)
    assert count[Cause.EXTRA] / n == pytest.approx(0.04, abs=0.005)
    assert count[Cause.DOUBLE] / count[Cause.NOTE] == pytest.approx(0.03, abs=0.005)
    assert count[Cause.CROSSTALK] / count[Cause.NOTE] == pytest.approx(0.02, abs=0.005)
    notes = {(s.pad, s.t_ns): s for s in performance.strikes if s.cause is Cause.NOTE}
    times = {pad: np.array([t for p, t in notes if p is pad]) for pad in (Pad.KICK, Pad.SNARE)}
    for s in performance.strikes:
        if s.cause is Cause.DOUBLE:
            first = notes[s.pad, int(times[s.pad][times[s.pad] < s.t_ns].max())]
            assert s.t_ns - first.t_ns < 30_000_000
            assert s.velocity <= first.velocity / 2
        elif s.cause is Cause.CROSSTALK:
            other = times[Pad.KICK if s.pad is Pad.SNARE else Pad.SNARE]
            assert np.abs(other - s.t_ns).min() <= 5_000_000


def test_crosstalk_of_a_single_pad_is_on_its_neighbour():
    performance = perform(pulse(100), DrummerParams(crosstalk_rate=1.0))
    pads = {s.pad for s in performance.strikes if s.cause is Cause.CROSSTALK}
    assert pads == {Pad.TOM_1}


def test_dynamics():
    for dynamic, mean in ((Dynamic.GHOST, 35), (Dynamic.NORMAL, 90), (Dynamic.ACCENT, 110)):
        params = DrummerParams(accent_velocity=110, velocity_sd=5, seed=dynamic)
        strikes = perform(pulse(4000, dynamic=dynamic), params).strikes
        velocities = np.array([s.velocity for s in strikes])
        assert velocities.mean() == pytest.approx(mean, abs=0.5)
        assert velocities.std() == pytest.approx(5, rel=0.05)


def test_the_human_is_like_the_measured_ones():
    """SD 16 to 20 ms, autocorrelation at lags 1/2/4/8/16 .51 .33 .17 .09 .14 of real takes."""
    chart = pulse(20_000, 100, voices=(KICK, HI_HAT))
    human = replace(PRESETS["human"], miss_rate=0.0)
    hat = offsets_ms(chart, perform(chart, human), Pad.HI_HAT)
    kick = offsets_ms(chart, perform(chart, human), Pad.KICK)
    assert hat.mean() == pytest.approx(-8.6, abs=1.0)
    assert hat.std() == pytest.approx(17.0, abs=1.5)
    assert (kick - hat).mean() == pytest.approx(-6.6, abs=0.5)
    assert (kick - hat).std() == pytest.approx(11.2, abs=0.5)
    for lag, measured in ((1, 0.51), (2, 0.33), (4, 0.17), (8, 0.09), (16, 0.14)):
        assert autocovariance(hat, lag) / hat.var() == pytest.approx(measured, abs=0.08)


@pytest.mark.parametrize(
    "chart",
    [
        Chart("empty", TempoMap.constant(120, PPQ), (MetreChange(0, 4, 4),), (), 4 * PPQ),
        Chart("one", TempoMap.constant(120, 1), (MetreChange(0, 4, 4),), (Note(0, *SNARE),), 1),
        Chart(
            "finer than a nanosecond",
            TempoMap.constant(1000, 10**9),
            (MetreChange(0, 4, 4), MetreChange(1, 4, 4)),
            (Note(0, *SNARE), Note(1, *SNARE)),
            2,
        ),
        Chart(
            "cut bars",
            TempoMap.constant(120, PPQ),
            (MetreChange(0, 4, 4), MetreChange(2, 7, 8), MetreChange(5, 4, 4)),
            (Note(0, *SNARE), Note(5, *SNARE), Note(5000, *SNARE)),
            12 * PPQ,
        ),
    ],
    ids=lambda chart: chart.title,
)
def test_odd_charts_are_played(chart):
    robot = perform(chart, PRESETS["robot"])
    assert [s.t_ns for s in robot.strikes] == chart.written_ns.tolist()
    beginner = perform(chart, replace(PRESETS["beginner"], extra_rate=1.0))
    notes = sum(s.cause is Cause.NOTE for s in beginner.strikes)
    assert notes + len(beginner.missed) == len(chart.notes)


def test_a_hundred_thousand_notes_are_quick():
    chart = pulse(25_000, 330, per_beat=4)
    started = time.process_time()
    performance = perform(chart, PRESETS["human"])
    assert time.process_time() - started < 2.0
    assert len(performance.strikes) > 98_000
