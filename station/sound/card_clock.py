"""A card's blocks, told on the host's clock: what the fit is fed with."""

from __future__ import annotations

from station.sound.clockfit import ClockFit
from station.sound.desk import Desk, Gap
from station.sound.output import SoundOutput
from station.units import NS_PER_US

# Looking at two clocks takes a microsecond or two; longer is a thread that was put aside.
_PUT_ASIDE_NS = 20 * NS_PER_US
_KNOWN_AFTER = 40  # two seconds: by then within a few ppm


class CardClock:
    """Reads a desk's news for the fit.

    Attributes
    ----------
    fit
        Frames of the card against the host's clock.
    """

    def __init__(self, output: SoundOutput, desk: Desk) -> None:
        self.fit = ClockFit(output.rate_hz)
        self._output = output
        self._desk = desk
        self._card_less_host_ns: int | None = None
        self._width_ns = 0

    def look(self) -> list[Gap]:
        """Feed what was played since; to be called every few ms.

        Returns
        -------
        list of Gap
            Dropouts since.
        """
        gaps = self._desk.new_gaps()
        if gaps and self._output.jack is not None:
            # Its frames are counted, so what it stumbled over was its own clock.
            self.fit.stood_still()
        blocks = self._desk.new_blocks()
        if len(blocks):
            self.fit.hear(blocks["frame"], blocks["heard_ns"] - self._difference_ns())
            if self.fit.buckets >= _KNOWN_AFTER:
                self._desk.runs_at(self._output.rate_hz * (1 + self.fit.rate))
        return gaps

    def _difference_ns(self) -> int:
        pair = self._output.pair()
        if self._card_less_host_ns is None or pair.width_ns <= self._width_ns + _PUT_ASIDE_NS:
            self._card_less_host_ns = pair.card_ns - pair.host_ns
            self._width_ns = pair.width_ns
        return self._card_less_host_ns
