"""Board time to host time without jumps: later is later, whatever is learned in between.

Every exchange moves the line a little. Were hits put on the line of the moment, two of
them could change places, and one that is sent again could get another time than before. So
the map is kept: what has been said stays said, and from there the map runs towards the new
line, at most `SLEW` faster or slower than time.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from firmware_bridge.sync.line import Line
from station.units import NS_PER_US

# In ns per µs: a correction of 100 µs takes 2 ms.
SLEW = 0.05 * NS_PER_US
# Two minutes of ten exchanges a second, for hits that come late.
_PIECES = 1200


@dataclass(frozen=True, slots=True)
class _Piece:
    """From `from_us` on: the line, and what the map is still away from it there."""

    from_us: int
    line: Line
    away_ns: float

    def left_ns(self, board_us: int) -> float:
        """How far the map is still from the line at this time."""
        done_ns = SLEW * (board_us - self.from_us)
        if abs(self.away_ns) <= done_ns:
            return 0.0
        return self.away_ns - done_ns if self.away_ns > 0 else self.away_ns + done_ns

    def after_ns(self, board_us: int) -> float:
        """Host time after `line.host_ns`."""
        if board_us < self.from_us:  # before anything was known: the line alone
            return self.line.at(board_us) + self.away_ns
        return self.line.at(board_us) + self.left_ns(board_us)


class MonotoneMap:
    """A growing function from board µs to host ns, whose past does not change.

    Parameters
    ----------
    line
        The first line that is worth using.
    """

    def __init__(self, line: Line) -> None:
        self._pieces: deque[_Piece] = deque([_Piece(line.board_us, line, 0.0)], maxlen=_PIECES)
        self._said_us = line.board_us

    @property
    def line(self) -> Line:
        """The newest line."""
        return self._pieces[-1].line

    def follow(self, line: Line) -> None:
        """Run towards a new line, from the latest time that has been said."""
        self._said_us = max(self._said_us, line.heard_us)
        last = self._pieces[-1]
        here_ns = last.line.host_ns - line.host_ns + last.after_ns(self._said_us)
        self._pieces.append(_Piece(self._said_us, line, here_ns - line.at(self._said_us)))

    def host_ns(self, board_us: int) -> tuple[int, float]:
        """Host time of a board time, and its standard deviation, both in ns."""
        self._said_us = max(self._said_us, board_us)
        piece = self._piece_of(board_us)
        host_ns = piece.line.host_ns + round(piece.after_ns(board_us))
        away_ns = piece.left_ns(board_us) if board_us >= piece.from_us else 0.0
        return host_ns, piece.line.sigma_ns(board_us) + abs(away_ns)

    def _piece_of(self, board_us: int) -> _Piece:
        for piece in reversed(self._pieces):
            if piece.from_us <= board_us:
                return piece
        return self._pieces[0]
