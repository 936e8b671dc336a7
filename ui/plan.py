"""What is to be played next, as chosen in the window or on the command line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from station.charts import document
from station.charts.chart import Chart
from station.charts.excerpt import at_speed, repeated, titled_excerpt, until_stopped
from station.engine.messages import Start
from station.errors import WrongUse
from station.files import load_chart_with_complaints
from ui.practice import UNTIL_STOPPED

# As the driver names it, so that it is found again in the list of kits.
SIMULATED_DRUMMER = "sim://?player=human"
DEMO_BPM = 330.0
_DEMO_NS = 45_000_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """One take to come.

    Attributes
    ----------
    kit
        Address.
    chart
        A shipped chart's name or a file's path.
    bpm
        Beats of the metre's unit a minute at the start; None is `speed`.
    repeats
        How often it is played in a row; `practice.UNTIL_STOPPED` is over and over.
    count_in_bars
        Bars before the first note.
    on_first_hit
        True: no count-in, the first hit is the first note.
    player
        Who plays; may be empty.
    speed
        Times the written tempo.
    part
        The bars that are played, as of a slice; None is the whole chart.
    left_handed
        Right and left hand changed over.
    """

    kit: str
    chart: str
    bpm: float | None = None
    repeats: int = 1
    count_in_bars: int = 1
    on_first_hit: bool = False
    player: str = ""
    speed: Fraction = Fraction(1)
    part: tuple[int, int] | None = None
    left_handed: bool = False

    def chart_as_written(self) -> Chart:
        """The whole chart at its own tempo, for the wanted hand.

        Raises
        ------
        ChartError
            When it cannot be read.
        """
        return self.read()[0]

    def read(self) -> tuple[Chart, str]:
        """The same, and what could not be read of it, in a line; empty when all could.

        Raises
        ------
        ChartError
            When none of it could.
        """
        chart, complaints = load_chart_with_complaints(self.chart)
        if self.left_handed:
            chart = chart.left_handed()
        if not complaints:
            return chart, ""
        more = f" And {len(complaints) - 1} more." if len(complaints) > 1 else ""
        return chart, f"{Path(self.chart).name}: {complaints[0]}{more}"

    def chart_as_played(self) -> Chart:
        """The part of the chart, at the tempo and as long as wanted.

        Raises
        ------
        ChartError, WrongUse
            When it cannot be read, or not be played like that.
        """
        chart = self.chart_as_written()
        try:
            part = chart if self.part is None else titled_excerpt(chart, *self.part)
            part = at_speed(part, self.speed) if self.bpm is None else part.at_bpm(self.bpm)
            if self.repeats == UNTIL_STOPPED:
                return until_stopped(part)
            return repeated(part, self.repeats)
        except ValueError as error:
            raise WrongUse(f"{chart.title}: {error}.") from error

    def start_command(self, chart: Chart) -> Start:
        """What the engine is told."""
        # A simulated drummer strikes without a wire: that there is no latency is known.
        simulated = self.kit.startswith("sim:")
        return Start(
            chart=document.dump(chart),
            count_in_bars=self.count_in_bars,
            on_first_hit=self.on_first_hit,
            latency_ms=0.0 if simulated else None,
            player=self.player,
        )


def demo_plan(chart: str, bpm: float = DEMO_BPM, kit: str = SIMULATED_DRUMMER) -> Plan:
    """The simulated drummer on `chart`, long enough for a verdict.

    It needs no count-in, and somebody is looking at an empty window.

    Raises
    ------
    ChartError, WrongUse
        When the chart cannot be read, or not be played at that tempo.
    """
    plan = Plan(kit, chart, bpm, count_in_bars=0)
    once_ns = max(1, plan.chart_as_played().length_ns)
    return replace(plan, repeats=max(1, round(_DEMO_NS / once_ns)))
