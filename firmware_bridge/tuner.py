"""`station kits tune` for boards of our own protocol: listen, advise, set, save.

Found by the command line under the entry points `station.kit_tuners`; it says lines of text,
and the command draws them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from firmware_bridge.control import BoardControl
from firmware_bridge.source import SerialSource
from firmware_bridge.tune import FULL, Advice, Tuning
from station.clock import MONOTONIC, Clock
from station.hal.address import parse_address
from station.hal.api import LinkEvent, LinkState, StrikeEvent
from station.units import NS_PER_S

_METER = 30
_FAR_NS = 3_600 * NS_PER_S


@dataclass(frozen=True, slots=True)
class Change:
    """A parameter that would be set.

    Attributes
    ----------
    advice
        Which, and why.
    before, after
        The value now, and the one that the board can take.
    unit
        Of both.
    """

    advice: Advice
    before: int
    after: int
    unit: str


class BoardTuner:
    """A board that is listened to while somebody plays.

    Parameters
    ----------
    address
        Opens the board.
    wake
        Called from another thread when something was struck.

    Raises
    ------
    KitError
        When the board cannot be opened, or is none of our own protocol.
    """

    def __init__(self, address: str, wake: Callable[[], None], clock: Clock = MONOTONIC) -> None:
        self._clock = clock
        self._source = SerialSource(parse_address(address), clock)
        self._source.open(wake)
        try:
            self._control = BoardControl(self._source)
            self._pads = self._control.board.pads
            self._known = {
                p.name: p for p in self._control.parameters() if p.name in _MEANT and p.per_pad
            }
        except BaseException:
            self._source.close()
            raise
        self._tuning = Tuning()
        self._there = True

    @property
    def title(self) -> str:
        """Which board."""
        info = self._source.info
        return f"{info.name}: {info.detail}"

    def close(self) -> None:
        """Let go of the board."""
        self._source.close()

    def listen(self) -> None:
        """Take what was struck since the last time.

        Raises
        ------
        KitError
            When the board is gone.
        """
        strikes = []
        for event in self._source.read():
            if isinstance(event, StrikeEvent):
                strikes.append(event)
            elif isinstance(event, LinkEvent):
                self._there = event.state is LinkState.OPEN
        self._tuning.hear(strikes)

    def view(self) -> list[str]:
        """Every pad: its peak, how often it was struck, and what is suspicious."""
        now_ns = self._clock.now_ns()
        lines = [] if self._there else ["the board is gone: plug it in again"]
        lines.append(f"pad  {'peak':<{_METER}}  struck  softest  loudest  twice  felt from")
        for pad in range(self._pads):
            heard = self._tuning.pads[pad]
            bar = "#" * round(_METER * self._tuning.peak(pad, now_ns))
            soft = f"{100 * min(heard.sound) / FULL:.0f} %" if heard.sound else "-"
            loud = f"{100 * max(heard.sound) / FULL:.0f} %" if heard.sound else "-"
            felt = ", ".join(
                f"{cause} ({100 * part:.0f} %)" for cause, part in self._tuning.shakes(pad)
            )
            clipped = f"  clipped {heard.clipped}" if heard.clipped else ""
            lines.append(
                f"{pad:3}  {bar:<{_METER}}  {len(heard.sound):6}  {soft:>7}  {loud:>7}  "
                f"{len(heard.doubles_us):5}  {felt or '-'}{clipped}"
            )
        return lines

    def finish(self) -> None:
        """Playing is over: judge what came last."""
        self.listen()
        self._tuning.settle(self._clock.now_ns() + _FAR_NS)

    def changes(self) -> list[Change]:
        """What would be better than it is, in values that the board can take.

        Raises
        ------
        KitError
            When the board does not say its values.
        """
        changes = []
        for advice in self._tuning.advice():
            parameter = self._known.get(advice.parameter)
            if parameter is None or parameter.unit != _MEANT[advice.parameter]:
                continue
            after = min(parameter.max, max(parameter.min, advice.value))
            before = self._control.get(advice.parameter, advice.pad)
            if after > before if advice.higher else after < before:
                changes.append(Change(advice, before, after, parameter.unit))
        return changes

    def apply(self, changes: list[Change]) -> list[str]:
        """Set and keep them; what the board says to each.

        Raises
        ------
        KitError
            When it refuses or does not answer.
        """
        said = []
        for change in changes:
            advice = change.advice
            applied = self._control.set(advice.parameter, change.after, advice.pad)
            said.append(f"pad {advice.pad} {advice.parameter}: {applied} {change.unit}")
        self._control.save()
        return said

    def summary(self) -> dict[str, Any]:
        """What was heard, for programs."""
        return {
            "board_id": self._control.board.board_id,
            "pads": [
                {
                    "pad": pad,
                    "struck": len(heard.sound),
                    "softest_percent": _percent(min(heard.sound, default=None)),
                    "loudest_percent": _percent(max(heard.sound, default=None)),
                    "heard_twice": len(heard.doubles_us),
                    "clipped": heard.clipped,
                    "felt_from": [
                        {"pad": cause, "percent": round(100 * part, 1)}
                        for cause, part in self._tuning.shakes(pad)
                    ],
                }
                for pad in range(self._pads)
                for heard in (self._tuning.pads[pad],)
            ],
        }


# The units in which advice is given; a board that counts otherwise is left as it is.
_MEANT = {"threshold": "%", "mask": "us", "crosstalk": "%"}


def _percent(velocity: int | None) -> float | None:
    return None if velocity is None else round(100 * velocity / FULL, 1)
