"""From a driver's deltas to stamps on the host's clock: pure, no clock of its own.

A MIDI system stamps a message where it comes in, and RtMidi hands on the difference to the
message before. The sum of these deltas is exact but has no origin; the time of arrival has
one but comes late by however long the message waited. The smallest wait seen so far ties the
one to the other: `anchor = min(arrival − sum)`. Two clocks never run alike, so the anchor
is let go by a little with time, up to where a new smallest wait catches it; downwards it
follows at once. Every stamp then lies between the true time and the arrival.

It is a one-way form of NTP's minimum filter (Mills 1991), with the slope bounded, not fitted.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from station.model import StampedBy
from station.units import NS_PER_MS, NS_PER_S, NS_PER_US, ns_from_s

# A host's clock is steered by NTP and two quartzes differ: together some 100 ppm. RtMidi cuts
# each of ALSA's deltas to whole microseconds, so the sum also falls behind with every message.
LET_GO_PPM = 250
LET_GO_PER_MESSAGE_NS = NS_PER_US

# More than this beyond what is known to be unsure is not the machine's but the deltas' fault.
_TOLERANCE_NS = 2 * NS_PER_MS
# Of so many messages in a row, over so long, one is quick even on a machine with no time.
_LATE_NS = 5 * NS_PER_MS
_LATE_MESSAGES = 32
_LATE_FOR_NS = NS_PER_S
# How often the anchor's place is compared with where it was.
_CHECK_EVERY_NS = 5 * NS_PER_S

# One disagreement is a laptop that slept or a message that was dropped; this many in this
# long are a driver whose deltas do not add up.
_DISAGREEMENTS = 4
_WITHIN_NS = 60 * NS_PER_S

# Standard deviation of what may be anywhere within a width of one.
_UNIFORM = 1 / math.sqrt(12)
ARRIVAL_SIGMA_NS = NS_PER_MS


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a message was, how sure that is (standard deviation), and who says so."""

    t_ns: int
    sigma_ns: int
    stamped_by: StampedBy


class Stamper:
    """Stamps for the messages of one port, in the order of the wire.

    A stamp is never before the last one, never after its arrival, and never earlier than
    `lateness_ns` before the driver's queue was last seen empty: so it can be said at any time
    up to when all has been heard.

    Parameters
    ----------
    sigma_ns
        Standard deviation of the MIDI system's own stamps.
    lateness_ns
        The longest way from the system's stamp into the driver's queue.

    Attributes
    ----------
    sigma_ns
        As given: what the stamps are worth at best.
    stamped_by
        `DRIVER`, or `ARRIVAL` once the deltas have disagreed with the arrivals too often
        (repeated on some systems, drifting on others); it stays so until `restart`.
    """

    def __init__(self, sigma_ns: int, lateness_ns: int) -> None:
        self.sigma_ns = sigma_ns
        self._lateness_ns = lateness_ns
        self._last_t_ns: int | None = None
        self.restart()

    def restart(self) -> None:
        """Forget the sum: the port was opened anew, or messages are known to be missing."""
        self.stamped_by = StampedBy.DRIVER
        self._disagreed_ns: deque[int] = deque(maxlen=_DISAGREEMENTS)
        self._started = False

    def stamp(self, delta_s: float, arrival_ns: int, seen_empty_ns: int) -> Stamp:
        """Stamp the next message.

        Parameters
        ----------
        delta_s
            Seconds since the message before, as the driver says; the first one's is ignored.
        arrival_ns
            When the host first saw it; not before the last one's.
        seen_empty_ns
            When the driver's queue was last seen empty, so that this message was not there.
        """
        wait_ns = arrival_ns - seen_empty_ns
        if self._started:
            self._follow(delta_s, arrival_ns, wait_ns)
        else:
            self._begin(arrival_ns, wait_ns)
        if self.stamped_by is StampedBy.DRIVER:
            t_ns = self._sum_ns + self._anchor_ns
            unsure_ns = min(self._slack_ns, wait_ns) * _UNIFORM
            sigma_ns = round(math.hypot(self.sigma_ns, unsure_ns))
        else:
            t_ns = arrival_ns
            sigma_ns = max(self.sigma_ns, ARRIVAL_SIGMA_NS, round(wait_ns * _UNIFORM))
        t_ns = max(t_ns, seen_empty_ns - self._lateness_ns)
        if self._last_t_ns is not None:
            t_ns = max(t_ns, self._last_t_ns)
        t_ns = min(t_ns, arrival_ns)
        self._last_t_ns = t_ns
        return Stamp(t_ns, sigma_ns, self.stamped_by)

    def _begin(self, arrival_ns: int, wait_ns: int) -> None:
        self._started = True
        self._sum_ns = 0
        self._arrival_ns = arrival_ns
        self._anchor_at(arrival_ns, wait_ns)
        self._check_again_from(arrival_ns)

    def _follow(self, delta_s: float, arrival_ns: int, wait_ns: int) -> None:
        let_go_ns = (arrival_ns - self._arrival_ns) * LET_GO_PPM // 1_000_000
        let_go_ns += LET_GO_PER_MESSAGE_NS
        self._arrival_ns = arrival_ns
        if not (0 <= delta_s < math.inf):
            self._disagree(arrival_ns)
            delta_s = 0.0
        self._sum_ns += ns_from_s(delta_s)
        self._anchor_ns += let_go_ns
        self._slack_ns += let_go_ns
        self._allowed_ns += 2 * let_go_ns

        late_ns = arrival_ns - self._sum_ns - self._anchor_ns
        if late_ns < -(self._slack_ns + _TOLERANCE_NS):
            self._disagree(arrival_ns)
        if late_ns <= 0 or self._late_for_long(late_ns, arrival_ns):
            self._anchor_at(arrival_ns - self._sum_ns, wait_ns)
        if arrival_ns - self._checked_ns >= _CHECK_EVERY_NS:
            if abs(self._anchor_ns - self._checked_anchor_ns) > self._allowed_ns + self._slack_ns:
                self._disagree(arrival_ns)
            self._check_again_from(arrival_ns)

    def _anchor_at(self, anchor_ns: int, wait_ns: int) -> None:
        """Tie the sum to the clock by a message that waited for `wait_ns` at most."""
        self._anchor_ns = anchor_ns
        self._slack_ns = wait_ns
        self._late_messages = 0

    def _check_again_from(self, arrival_ns: int) -> None:
        self._checked_ns = arrival_ns
        self._checked_anchor_ns = self._anchor_ns
        self._allowed_ns = self._slack_ns + _TOLERANCE_NS

    def _late_for_long(self, late_ns: int, arrival_ns: int) -> bool:
        """Whether no message has been quick for so long that the sum must have fallen short."""
        if late_ns <= _LATE_NS:
            self._late_messages = 0
            return False
        if self._late_messages == 0:
            self._late_since_ns = arrival_ns
        self._late_messages += 1
        if self._late_messages < _LATE_MESSAGES or arrival_ns - self._late_since_ns < _LATE_FOR_NS:
            return False
        self._disagree(arrival_ns)
        return True

    def _disagree(self, arrival_ns: int) -> None:
        self._disagreed_ns.append(arrival_ns)
        often = len(self._disagreed_ns) == _DISAGREEMENTS
        if often and arrival_ns - self._disagreed_ns[0] <= _WITHIN_NS:
            self.stamped_by = StampedBy.ARRIVAL
