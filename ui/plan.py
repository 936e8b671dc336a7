"""What is to be played next, as chosen in the window or on the command line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from station.charts import document
from station.charts.chart import Chart
from station.engine.messages import Start
from station.errors import WrongUse
from station.files import load_chart, load_chart_with_complaints

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
        Beats of the metre's unit a minute; None is the chart's own tempo.
    repeats
        How often the chart is played in a row.
    count_in_bars
        Bars before the first note.
    on_first_hit
        True: no count-in, the first hit is the first note.
    player
        Who plays; may be empty.
    """

    kit: str
    chart: str
    bpm: float | None = None
    repeats: int = 1
    count_in_bars: int = 1
    on_first_hit: bool = False
    player: str = ""

    def chart_as_played(self) -> Chart:
        """The chart at the tempo and as long as wanted.

        Raises
        ------
        ChartError, WrongUse
            When it cannot be read, or not be played at that tempo.
        """
        chart = load_chart(self.chart)
        try:
            if self.bpm is not None:
                chart = chart.at_bpm(self.bpm)
            return chart.repeated(self.repeats)
        except ValueError as error:
            raise WrongUse(f"{chart.title}: {error}.") from error

    def complaint(self) -> str:
        """What could not be read of the chart, in a line; empty when all could.

        Raises
        ------
        ChartError
            When none of it could.
        """
        _, complaints = load_chart_with_complaints(self.chart)
        if not complaints:
            return ""
        more = f" And {len(complaints) - 1} more." if len(complaints) > 1 else ""
        return f"{Path(self.chart).name}: {complaints[0]}{more}"

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
