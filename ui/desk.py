"""The chart on the desk: what the keys and the choices do to what is played of it."""

from __future__ import annotations

from collections.abc import Callable

from station.errors import StationError
from ui import words
from ui.keys import Act
from ui.plan import Plan
from ui.practice import BPM_FINE_STEP, BPM_STEP, SPEED_STEP_PERCENT, Practice
from ui.state import Dashboard
from ui.widgets.setup import Setup
from ui.written import Written


class Desk:
    """Keeps chart, choices and view-model of one mind.

    Parameters
    ----------
    state
        The view-model.
    setup
        The choices.
    complain
        Says a sentence to the player.
    """

    def __init__(self, state: Dashboard, setup: Setup, complain: Callable[[str], None]) -> None:
        self._state, self._setup, self._complain = state, setup, complain
        self._laid: tuple[str, bool] | None = None
        self._written: Written | None = None

    def lay_plan(self, plan: Plan) -> None:
        """Put a plan into the choices, and its chart on the desk."""
        written = self._read(plan)
        if written is None:
            return
        self._setup.show_plan(plan, written)
        # A take that was asked for before there was a window has its chart already.
        if not self._state.playing:
            self.show()

    def lay_chosen(self) -> None:
        """Another chart was chosen, or the other hand for it."""
        before = self._laid
        plan = self._setup.plan()
        written = self._read(plan)
        if written is None:
            return
        if before is not None and before[0] == plan.chart:
            self._setup.show_hand(written)
        else:
            self._setup.show_chart(written)
        self.show()

    def show(self) -> None:
        """Show the whole chart at the chosen speed, with what is chosen of it."""
        if self._written is None:
            return
        practice = self._setup.practice
        try:
            grid = self._written.grid_at(practice.speed)
        except ValueError as error:
            self._complain(f"{self._written.chart.title}: {error}; choose another tempo.")
            return
        if self._state.grid is not grid or self._state.take_id:
            self._state.lay_out(grid)
        self._state.practice = practice

    def stay_at(self, bar: int) -> None:
        """The bar that was played when the player stopped is the chosen one."""
        grid = self._state.grid
        if grid is not None and 0 <= bar < grid.bars:
            self._setup.show_practice(self._setup.practice.at(grid.written_bar(bar) - 1))

    def act(self, act: Act) -> tuple[str, str]:
        """What a key does; returns what it changed, as a big word and a line."""
        before = self._setup.practice
        if act in _BPM_STEPS:
            after = before.stepped_bpm(_BPM_STEPS[act], self._setup.written_bpm)
        else:
            after = _CHANGES[act](before)
        self._setup.show_practice(after)
        self.show()
        bpm = words.bpm(round(float(after.bpm(self._setup.written_bpm)), 1))
        percent = f"{words.bpm(round(float(after.speed * 100), 1))} %"
        if act in _BPM_STEPS:
            return bpm, f"BPM · {percent}"
        if act in (Act.FASTER, Act.SLOWER):
            return percent, f"SPEED · {bpm} BPM"
        if act in (Act.BAR_BACK, Act.BAR_ON):
            return f"BAR {after.bar + 1}", after.bars_line()
        return ("LOOP" if after.loop else "WHOLE"), after.bars_line()

    def _read(self, plan: Plan) -> Written | None:
        try:
            chart, complaint = plan.read()
        except StationError as error:
            self._complain(str(error))
            return None
        if complaint:
            self._complain(complaint)
        self._laid = plan.chart, plan.left_handed
        self._written = Written(chart)
        return self._written


_CHANGES: dict[Act, Callable[[Practice], Practice]] = {
    Act.BAR_BACK: lambda p: p.moved(-1),
    Act.BAR_ON: lambda p: p.moved(1),
    Act.FROM_HERE: Practice.from_here,
    Act.TO_HERE: Practice.to_here,
    Act.LOOP: Practice.toggled,
    Act.WHOLE: Practice.whole,
    Act.FASTER: lambda p: p.stepped_speed(SPEED_STEP_PERCENT),
    Act.SLOWER: lambda p: p.stepped_speed(-SPEED_STEP_PERCENT),
}
_BPM_STEPS = {
    Act.BPM_UP: BPM_STEP,
    Act.BPM_DOWN: -BPM_STEP,
    Act.BPM_FINE_UP: BPM_FINE_STEP,
    Act.BPM_FINE_DOWN: -BPM_FINE_STEP,
}
PRACTICE_ACTS = frozenset(_CHANGES) | frozenset(_BPM_STEPS)
