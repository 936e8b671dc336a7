"""A question and its answer: what two clocks say about each other."""

from __future__ import annotations

from dataclasses import dataclass

from station.units import NS_PER_US


@dataclass(frozen=True, slots=True)
class Exchange:
    """One ping and its pong.

    Attributes
    ----------
    sent_ns, heard_ns
        On the host's clock: just before the ping was written, just after the pong was read.
    received_us, answered_us
        On the board's clock, 64 bits: when the ping came, when the pong went.
    """

    sent_ns: int
    received_us: int
    answered_us: int
    heard_ns: int

    @property
    def round_trip_ns(self) -> int:
        """On the wire and in queues: without the time that the board took to answer."""
        return self.heard_ns - self.sent_ns - NS_PER_US * (self.answered_us - self.received_us)

    @property
    def possible(self) -> bool:
        """Whether no clock went backwards and nothing took less than no time.

        The board may count a little faster than the host, hence the tolerance of 1 %.
        """
        away_ns = self.heard_ns - self.sent_ns
        busy_ns = NS_PER_US * (self.answered_us - self.received_us)
        return 0 <= busy_ns <= away_ns + away_ns // 100 + 2 * NS_PER_US
