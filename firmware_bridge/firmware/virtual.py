"""The core at the end of a line in virtual time, where else a simulated board is."""

from __future__ import annotations

import heapq
from collections.abc import Callable

from firmware_bridge.firmware.core_lib import CoreBoard
from firmware_bridge.simboard.clock import SimClock
from station.units import NS_PER_S, NS_PER_US

_BITS_A_BYTE = 10
_A_PORTION = 64


class VirtualCore:
    """A board of the real firmware; times are the host's, handed in.

    Parameters
    ----------
    make
        Makes the board, given its own time at the start; asked again at every reset.
    now_ns
        True time of its start.
    ppm, started_us
        How much too fast its clock runs, and what it shows at the start.
    baud
        Of its line.
    decided_after_us
        From a strike to its decision, for `strike`.

    Attributes
    ----------
    board
        As it is since the last reset.
    clock
        Its clock.
    reading
        While False the host takes nothing: the line stands still.
    """

    def __init__(
        self,
        make: Callable[[int], CoreBoard],
        now_ns: int,
        ppm: float = 50.0,
        started_us: int = 0,
        baud: int = 1_000_000,
        decided_after_us: int = 1_300,
    ) -> None:
        self._make = make
        self._ppm = ppm
        self._started_us = started_us
        self._byte_ns = _BITS_A_BYTE * NS_PER_S // baud
        self._decided_after_us = decided_after_us
        self.reading = True
        self._ran_ns = now_ns
        self.reset(now_ns)

    def reset(self, now_ns: int) -> None:
        """Start anew, with what the board's memory keeps."""
        self.clock = SimClock(now_ns, self._ppm, started_us=self._started_us)
        self.board = self._make(self._started_us)
        self._coming: list[tuple[int, int, int]] = []
        self._line_free_ns = now_ns

    def strike(self, t_ns: int, pad: int, velocity: int = 40_000) -> None:
        """Strike a pad at a true time; the trigger is passed by."""
        due_ns = t_ns + self._decided_after_us * NS_PER_US
        heapq.heappush(self._coming, (due_ns, pad, velocity))

    def receive(self, data: bytes, now_ns: int) -> None:
        """Bytes from the host."""
        self._run(now_ns)
        self.board.receive(data, self.clock.now_us(now_ns))

    def output(self, now_ns: int) -> bytes:
        """What goes onto the line by now; it takes a byte after the other."""
        self._run(now_ns)
        out: list[bytes] = []
        while self.reading and self._line_free_ns <= now_ns:
            portion = self.board.send(_A_PORTION, self.clock.now_us(now_ns))
            if not portion:
                break
            self._line_free_ns = now_ns + len(portion) * self._byte_ns
            out.append(portion)
        return b"".join(out)

    @property
    def next_ns(self) -> int:
        """When it has something to do next, if nothing comes before."""
        now_us = self.clock.now_us(self._ran_ns)
        times = [self.clock.true_ns(self.board.next_us(now_us))]
        if self._coming:
            times.append(self._coming[0][0])
        if self.reading and self.board.has_to_say:
            times.append(self._line_free_ns)
        return min(times)

    def _run(self, now_ns: int) -> None:
        self._ran_ns = now_ns
        while self._coming and self._coming[0][0] <= now_ns:
            due_ns, pad, velocity = heapq.heappop(self._coming)
            struck_us = self.clock.now_us(due_ns) - self._decided_after_us
            self.board.strike(struck_us, pad, velocity)
        self.board.run(self.clock.now_us(now_ns))
