"""A take that is kept in memory only: for benchmarks and trials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from station.errors import StoreError
from station.grid_clock import on_grid
from station.hits import HitArray, to_array
from station.model import GridStep, Hit, Mark, Take, TakeState


class MemoryTake:
    """Takes what a `TakeWriter` takes, and forgets it with the process.

    Attributes
    ----------
    take
        The take, its state as it is now.
    marks
        So far.
    """

    def __init__(self, take: Take) -> None:
        self.take = take
        self.marks: list[Mark] = []
        self._hits: list[Hit] = []
        self._steps: list[GridStep] = []

    @property
    def take_id(self) -> str:
        """The take's id."""
        return self.take.id

    @property
    def problem(self) -> StoreError | None:
        """Memory has none."""
        return None

    def set_start(self, start_ns: int) -> None:
        """Tick 0, once the first hit has told it."""
        self.take = replace(self.take, start_ns=start_ns)

    def set_end(self, end_ns: int) -> None:
        """When it was stopped."""
        self.take = replace(self.take, end_ns=end_ns)

    def add(self, hits: Sequence[Hit]) -> None:
        """Keep hits."""
        self._hits += hits

    def mark(self, mark: Mark) -> None:
        """Keep a mark."""
        self.marks.append(mark)

    def grid_step(self, step: GridStep) -> None:
        """Keep how the click's clock runs."""
        self._steps.append(step)

    def finish(self, state: TakeState) -> None:
        """Say how it ended."""
        self.take = replace(self.take, state=state)

    def hits_on_grid(self) -> HitArray:
        """All hits, `HIT_DTYPE`, in order of arrival, their times on the chart's clock."""
        return on_grid(to_array(self._hits), self._steps)
