"""A DIN wire's queue, undone.

A DIN cable carries 31,250 bits a second, ten a byte: a note takes 0.96 ms, and pads that are
struck at once arrive one behind the other, in wire order. A message that comes back to back
with the one before it has waited; how long is not known, but drummers strike pads together
far more often than a millisecond apart, so it is taken to be of one time with the first of its
row, and doubted by the spread of what is possible.
"""

from __future__ import annotations

import math
from dataclasses import replace

from station.hal.api import MidiEvent
from station.units import NS_PER_US

BYTE_NS = 320 * NS_PER_US
NOTE_NS = 3 * BYTE_NS
# Four limbs: the last of four notes has waited for three. Longer rows are pedals and pads that
# really came later.
MAX_WAIT_NS = 3 * NOTE_NS
# The sender pauses a little between messages, and stamps have their own noise.
SLACK_NS = 300 * NS_PER_US


class DinQueue:
    """Takes off each message's time what it has probably waited for the wire."""

    def __init__(self) -> None:
        self._last_ns = -(2**62)
        self._first_ns = self._last_ns

    def undo(self, event: MidiEvent) -> MidiEvent:
        """The message with the time that it would have had on a free wire."""
        wait_ns = self.wait_ns(event.t_ns, len(event.data))
        if not wait_ns:
            return event
        sigma_ns = doubted_sigma_ns(event.t_sigma_ns, wait_ns)
        return replace(event, t_ns=event.t_ns - wait_ns, t_sigma_ns=sigma_ns)

    def wait_ns(self, t_ns: int, size: int) -> int:
        """How much earlier a message was sent than a free wire would have carried it.

        Parameters
        ----------
        t_ns
            Its stamp; messages are told in the order of the wire.
        size
            Its bytes.

        Returns
        -------
        int
            0 to `MAX_WAIT_NS`; 0 for a message that found the wire free.
        """
        if not 0 <= t_ns - self._last_ns <= size * BYTE_NS + SLACK_NS:
            self._first_ns = t_ns
        self._last_ns = t_ns
        return min(t_ns - self._first_ns, MAX_WAIT_NS)


def doubted_sigma_ns(sigma_ns: int, wait_ns: int) -> int:
    """A stamp's standard deviation when up to `wait_ns` of it is a guess (an even spread)."""
    return round(math.hypot(sigma_ns, wait_ns / math.sqrt(12)))
