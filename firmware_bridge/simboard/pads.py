"""What the pads make of a strike: the strike, and what else is heard of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from firmware_bridge.messages import HitFlag
from firmware_bridge.simboard.config import SimBoardConfig
from station.units import NS_PER_US

FULL = 65_535
_CROSSTALK_AFTER_US = 1_500
_RETRIGGER_AFTER_US = 12_000


class Cause(StrEnum):
    """Why there was a hit."""

    STRUCK = "struck"
    CROSSTALK = "crosstalk"
    RETRIGGER = "retrigger"


@dataclass(frozen=True, slots=True, order=True)
class Heard:
    """What one pad hears at one true time."""

    t_ns: int
    pad: int
    velocity: int
    zone: int = 0
    flags: int = 0
    cause: Cause = Cause.STRUCK


def heard_of(
    strike: Heard, config: SimBoardConfig, value: Callable[[str, int], int]
) -> Iterator[Heard]:
    """A strike and its echoes, as the board's parameters let them through.

    Parameters
    ----------
    value
        A parameter's value by name and pad.
    """

    def loud_enough(pad: int, velocity: int) -> bool:
        return velocity * 100 >= value("threshold", pad) * FULL

    if loud_enough(strike.pad, strike.velocity):
        yield strike
    echo = round(strike.velocity * config.retrigger)
    masked = value("mask", strike.pad) >= _RETRIGGER_AFTER_US
    if config.retrigger and not masked and loud_enough(strike.pad, echo):
        later_ns = strike.t_ns + _RETRIGGER_AFTER_US * NS_PER_US
        flags = int(HitFlag.RETRIGGER_SUSPECT)
        yield Heard(later_ns, strike.pad, echo, strike.zone, flags, Cause.RETRIGGER)
    neighbour = (strike.pad + 1) % config.pads
    echo = round(strike.velocity * config.crosstalk)
    heard = config.crosstalk and neighbour != strike.pad and loud_enough(neighbour, echo)
    if heard and config.crosstalk * 100 >= value("crosstalk", neighbour):
        later_ns = strike.t_ns + _CROSSTALK_AFTER_US * NS_PER_US
        flags = int(HitFlag.CROSSTALK_SUSPECT)
        yield Heard(later_ns, neighbour, echo, 0, flags, Cause.CROSSTALK)
