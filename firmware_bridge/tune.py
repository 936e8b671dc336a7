"""Pads that need care: what a while of playing says about thresholds, masks and crosstalk. Pure.

Three things go wrong with home-made pads. A strike *rings on* and is heard twice: a longer mask.
It *shakes another pad*, which is heard as well, always much weaker and at the same time: a
higher threshold where real strikes on that pad are stronger than what it only feels, else the
board's own crosstalk suppression. And *soft strokes* stay below the threshold and are never
heard: a lower one where nothing false is heard at all.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from station.hal.api import StrikeEvent
from station.model import Flag
from station.units import NS_PER_MS

FULL = 127
# What is shaken is heard within this time of the cause, before it or after.
_CROSSTALK_NS = 30 * NS_PER_MS
_CROSSTALK_RATIO = 0.35
# A pad shakes another one often, or not at all: what is rare is two hands.
_CROSSTALK_SHARE = 0.2
_CROSSTALK_TIMES = 3
# One strike heard twice: the second is weaker and comes sooner than a hand can.
_DOUBLE_NS = 45 * NS_PER_MS
_DOUBLE_RATIO = 0.6
# Two hands play 45 ms apart, and a mask that is longer eats one of them.
MASK_LIMIT_US = 40_000
_MASK_MARGIN = 1.15
_FEWEST_HITS = 8
_SOFT_PART = 0.05
_LOUD_PART = 0.95
# How much below the softest stroke a threshold lies when nothing false is heard.
_BELOW_SOFTEST = 0.5
_PEAK_FALLS_NS = 1_500 * NS_PER_MS


@dataclass(slots=True)
class PadHeard:
    """What was heard of one pad.

    Attributes
    ----------
    sound
        Velocities of strikes on it, 1 to 127.
    doubles_us
        Of strikes heard twice: how long after the first.
    shaken_by
        Other pads whose strikes it felt: how strong, as a part of theirs.
    shaken
        Velocities of what it only felt.
    clipped
        Strikes beyond the converter's range.
    """

    sound: list[int] = field(default_factory=list)
    doubles_us: list[int] = field(default_factory=list)
    shaken_by: defaultdict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    shaken: list[int] = field(default_factory=list)
    clipped: int = 0


@dataclass(frozen=True, slots=True)
class Advice:
    """A parameter of a pad that might be better.

    Attributes
    ----------
    pad
        Which.
    parameter
        `threshold`, `mask` or `crosstalk`.
    value
        In the parameter's usual unit: % of full strength, µs.
    higher
        Whether it is good only as a higher value than there is now, or only as a lower one.
    why
        What was heard, for people.
    """

    pad: int
    parameter: str
    value: int
    higher: bool
    why: str


class Tuning:
    """Listens to strikes; says what was heard, and what would be better.

    Attributes
    ----------
    pads
        What was heard of each pad, by its number.
    """

    def __init__(self) -> None:
        self.pads: defaultdict[int, PadHeard] = defaultdict(PadHeard)
        self._recent: deque[StrikeEvent] = deque()
        self._peaks: dict[int, tuple[int, int]] = {}
        self._last_sound: dict[int, StrikeEvent] = {}

    def hear(self, strikes: Iterable[StrikeEvent]) -> None:
        """Take strikes, in the order of the wire.

        A strike is judged once everything that may explain it has come, `settle` after it.
        """
        for strike in strikes:
            self._peaks[strike.pad] = (strike.velocity, strike.t_ns)
            self._recent.append(strike)
            self.settle(strike.t_ns)

    def settle(self, now_ns: int) -> None:
        """Judge what is old enough at this time; at the end, with a time far ahead."""
        while self._recent and self._recent[0].t_ns < now_ns - 2 * _CROSSTALK_NS:
            self._judge(self._recent[0])
            self._recent.popleft()

    def peak(self, pad: int, now_ns: int) -> float:
        """How strong the pad's last strike was, 0 to 1, falling back to 0 in a while."""
        velocity, t_ns = self._peaks.get(pad, (0, 0))
        return velocity / FULL * max(0.0, 1 - (now_ns - t_ns) / _PEAK_FALLS_NS)

    def advice(self) -> list[Advice]:
        """What would be better, pad by pad; nothing where too little was heard."""
        return [one for pad in sorted(self.pads) for one in self._advice_for(pad)]

    def shakes(self, pad: int) -> list[tuple[int, float]]:
        """Which pads shake this one, and how strongly: (pad, part of the cause's velocity)."""
        return [
            (cause, _at(sorted(ratios), _LOUD_PART))
            for cause, ratios in sorted(self.pads[pad].shaken_by.items())
            if self._often(ratios, cause)
        ]

    def _judge(self, strike: StrikeEvent) -> None:
        heard = self.pads[strike.pad]
        heard.clipped += Flag.CLIPPED in strike.flags
        before = self._last_sound.get(strike.pad)
        if before is not None:
            after_ns = strike.t_ns - before.t_ns
            suspected = Flag.DOUBLE_TRIGGER in strike.flags
            weaker = strike.velocity <= before.velocity * _DOUBLE_RATIO
            if 0 < after_ns <= _DOUBLE_NS and (suspected or weaker):
                heard.doubles_us.append(after_ns // 1_000)
                return
        cause = self._cause(strike)
        if cause is not None:
            heard.shaken_by[cause.pad].append(strike.velocity / cause.velocity)
            heard.shaken.append(strike.velocity)
            return
        heard.sound.append(strike.velocity)
        self._last_sound[strike.pad] = strike

    def _cause(self, strike: StrikeEvent) -> StrikeEvent | None:
        """The much stronger strike on another pad that this may be the echo of."""
        near = [
            other
            for other in (*self._last_sound.values(), *self._recent)
            if other.pad != strike.pad
            and abs(other.t_ns - strike.t_ns) <= _CROSSTALK_NS
            and strike.velocity <= other.velocity * _CROSSTALK_RATIO
        ]
        return max(near, key=lambda other: other.velocity, default=None)

    def _often(self, ratios: Sequence[float], cause: int) -> bool:
        struck = len(self.pads[cause].sound)
        return len(ratios) >= max(_CROSSTALK_TIMES, _CROSSTALK_SHARE * struck)

    def _advice_for(self, pad: int) -> list[Advice]:
        heard = self.pads[pad]
        advice = []
        if heard.doubles_us and len(heard.sound) >= _FEWEST_HITS:
            longest_us = _at(sorted(heard.doubles_us), _LOUD_PART)
            mask_us = min(MASK_LIMIT_US, round(longest_us * _MASK_MARGIN / 100) * 100)
            times = _times(len(heard.doubles_us))
            advice.append(
                Advice(
                    pad,
                    "mask",
                    mask_us,
                    True,
                    f"heard twice {times}, up to {longest_us / 1000:.1f} ms apart",
                )
            )
        return advice + self._against_shaking(pad)

    def _against_shaking(self, pad: int) -> list[Advice]:
        heard = self.pads[pad]
        soft = _at(sorted(heard.sound), _SOFT_PART) if len(heard.sound) >= _FEWEST_HITS else None
        shakes = self.shakes(pad)
        if not shakes:
            if soft is None:
                return []
            percent = max(1, int(100 * soft * _BELOW_SOFTEST / FULL))
            why = f"nothing false was heard, the softest stroke is {100 * soft / FULL:.0f} %"
            return [Advice(pad, "threshold", percent, False, why)]
        causes = ", ".join(f"pad {cause}" for cause, _ in shakes)
        felt = max(heard.shaken)
        times = _times(sum(len(heard.shaken_by[cause]) for cause, _ in shakes))
        if soft is None or soft > felt * 1.2:
            top = felt * 1.1 if soft is None else (felt * soft) ** 0.5
            percent = min(100, -int(-100 * top // FULL))
            why = f"felt {causes} {times}, at most {100 * felt / FULL:.0f} %"
            return [Advice(pad, "threshold", percent, True, why)]
        percent = min(100, -int(-100 * max(part for _, part in shakes) * 1.2 // 1))
        why = f"feels {causes} as strongly as soft strokes of its own ({times})"
        return [Advice(pad, "crosstalk", percent, True, why)]


def _at(ordered: Sequence[float], part: float) -> float:
    """The value below which this part of sorted values lies."""
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
