"""What a player asks of the click: plain values, without a chart and without a clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from station.errors import WrongUse
from station.sound.click_voices import CLICK_VOICES


class Beats(StrEnum):
    """Which beats of a bar sound."""

    ALL = "all"
    FIRST = "first"  # the bar's first only
    BACKBEATS = "backbeats"  # every second one, from the second: 2 and 4
    OFFBEATS = "offbeats"  # half-way between the beats, and not on them
    GROUPS = "groups"  # where a group of the metre begins
    NONE = "none"


class Subdivision(StrEnum):
    """What sounds between the beats, softer than they do; in a metre of eighths, the beats are
    eighths already."""

    NONE = "none"
    EIGHTHS = "eighths"
    TRIPLETS = "triplets"
    SIXTEENTHS = "sixteenths"


@dataclass(frozen=True, slots=True)
class ClickPlan:
    """How the click of one take sounds.

    Attributes
    ----------
    voice
        One of `CLICK_VOICES`.
    beats, subdivision
        What sounds.
    accents
        Whether a bar's first beat is accented (and each group's).
    groups
        How a bar is counted, in beats: (3, 2, 2) for 7/8; empty as the chart says, and else as
        one group.
    count_in_bars
        Bars before tick 0 whose beats all sound, whatever else is said here.
    on_bars, off_bars
        So many bars sound, then so many are silent, over and over; `off_bars` 0: all sound.
    silent_bars
        Further bars that are silent, from 0.
    bar_beats
        Bars of which it is said beat by beat (`BarPlan.clicks`); goes before all other rules
        but the count-in.
    volume
        0 to 1.
    balance
        −1 left to 1 right.

    Raises
    ------
    WrongUse
        Naming the setting that makes no sense.
    """

    voice: str = "wood"
    beats: Beats = Beats.ALL
    subdivision: Subdivision = Subdivision.NONE
    accents: bool = True
    groups: tuple[int, ...] = ()
    count_in_bars: int = 1
    on_bars: int = 1
    off_bars: int = 0
    silent_bars: frozenset[int] = frozenset()
    bar_beats: Mapping[int, tuple[bool, ...]] = field(default_factory=lambda: MappingProxyType({}))
    volume: float = 0.8
    balance: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what cannot be played."""
        if self.voice not in CLICK_VOICES:
            known = ", ".join(CLICK_VOICES)
            raise WrongUse(f"No click is called '{self.voice}'; there are {known}.")
        if not 0 <= self.volume <= 1:
            raise WrongUse(f"A volume of {self.volume:g} is outside 0 to 1.")
        if not -1 <= self.balance <= 1:
            raise WrongUse(f"A balance of {self.balance:g} is outside −1 (left) to 1 (right).")
        if self.on_bars < 1 or self.off_bars < 0:
            raise WrongUse(
                f"{self.on_bars} bars on and {self.off_bars} off cannot be counted; "
                "write 1 or more on, 0 or more off."
            )
        if self.count_in_bars < 0:
            raise WrongUse(f"A count-in of {self.count_in_bars} bars is shorter than none.")
        if any(beats < 1 for beats in self.groups):
            raise WrongUse("A group of a metre has one beat at least.")
        if self.beats is Beats.GROUPS and not self.groups:
            raise WrongUse("To click on groups only, say how the metre is counted: 3+2+2.")
