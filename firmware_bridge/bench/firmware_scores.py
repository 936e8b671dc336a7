"""Hits against the truth: found, doubled, how hard and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from firmware_bridge.bench.firmware_heard import Heard
from firmware_bridge.messages import HitFlag
from firmware_bridge.piezo import Strike

# A hit may belong to a strike that began at most so long before its stamp.
_EARLIEST_US, _LATEST_US = -1_500.0, 9_000.0
# A bounce that does not count is heard when it stands out of the ring, if at all.
_LATEST_BOUNCE_US = 30_000.0


@dataclass(slots=True)
class Score:
    """What became of strikes; more of them may be added.

    Attributes
    ----------
    strikes, found
        Those that count, and how many of them were heard.
    extra, extra_flagged
        Hits that belong to no strike, and how many of them the board itself suspects.
    wrongly_flagged
        Strikes that the board suspects.
    velocity_error, stamp_us, wire_us, velocity
        Of every strike found: heard less true velocity; stamp less touch; from the touch to the
        line; true velocity.
    """

    strikes: int = 0
    found: int = 0
    extra: int = 0
    extra_flagged: int = 0
    wrongly_flagged: int = 0
    velocity_error: list[float] = field(default_factory=list)
    stamp_us: list[float] = field(default_factory=list)
    wire_us: list[float] = field(default_factory=list)
    velocity: list[float] = field(default_factory=list)
    missed: list[Strike] = field(default_factory=list)
    extras: list[Heard] = field(default_factory=list)

    def add(self, strikes: Sequence[Strike], heard: Sequence[Heard], suspect: HitFlag) -> None:
        """Count a recording.

        Parameters
        ----------
        suspect
            The flag that says that a hit may be no strike.
        """
        free = sorted((h for h in heard if not h.flags & HitFlag.CHOKE), key=lambda h: h.t_us)
        for strike in strikes:
            hit = next((h for h in free if _belongs(h, strike)), None)
            self.strikes += strike.counts
            if hit is None:
                if strike.counts:
                    self.missed.append(strike)
                continue
            free.remove(hit)
            if not strike.counts:
                continue
            self.found += 1
            self.wrongly_flagged += bool(hit.flags & suspect)
            self.velocity.append(strike.velocity)
            self.velocity_error.append(hit.velocity - strike.velocity)
            self.stamp_us.append(hit.t_us - strike.onset_us)
            self.wire_us.append(hit.sent_us - strike.onset_us)
        self.extra += len(free)
        self.extra_flagged += sum(bool(h.flags & suspect) for h in free)
        self.extras += free


def _belongs(hit: Heard, strike: Strike) -> bool:
    late = hit.t_us - strike.onset_us
    latest = _LATEST_US if strike.counts else _LATEST_BOUNCE_US
    return hit.pad == strike.pad and _EARLIEST_US <= late <= latest
