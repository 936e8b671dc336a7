"""Who plays what, and what the verdict must be."""

from __future__ import annotations

from dataclasses import dataclass, replace

from station.drummer.params import DrummerParams
from station.drummer.presets import PRESETS
from station.model import PlacementCall, TempoCall


@dataclass(frozen=True, slots=True)
class Scenario:
    """One drummer, and what the station may say of them.

    Attributes
    ----------
    name
        For the report.
    params
        Who plays; the truth.
    tempo, placement
        Calls that are true of this drummer. 'Undecided' is among them wherever the take may
        be too short to prove more.
    """

    name: str
    params: DrummerParams
    tempo: frozenset[TempoCall]
    placement: frozenset[PlacementCall]

    def within(self, beats: int) -> Scenario:
        """The same, of a take of so many beats: in few beats nothing need be proven."""
        if beats >= _BEATS_TO_CALL:
            return self
        return replace(self, placement=self.placement | {PlacementCall.UNDECIDED})


# A mean of 15 ms is proven to be more than 6 ms in so many beats, nearly always.
_BEATS_TO_CALL = 96
_NOT_MOVING = frozenset({TempoCall.STEADY, TempoCall.UNDECIDED})
_NOT_OFF = frozenset({PlacementCall.CENTRED, PlacementCall.UNDECIDED})

# Against a click that the players hear: none of them moves away from it for long.
SCENARIOS: tuple[Scenario, ...] = (
    Scenario("steady", PRESETS["steady"], _NOT_MOVING, _NOT_OFF),
    Scenario("ahead", PRESETS["ahead"], _NOT_MOVING, frozenset({PlacementCall.AHEAD})),
    Scenario("behind", PRESETS["behind"], _NOT_MOVING, frozenset({PlacementCall.BEHIND})),
    Scenario(
        "careless",
        replace(
            PRESETS["steady"], miss_rate=0.05, extra_rate=0.05, double_trigger_rate=0.03, seed=7
        ),
        _NOT_MOVING,
        _NOT_OFF,
    ),
)


def scenario_named(name: str) -> Scenario | None:
    """The scenario of this name, or None."""
    return next((s for s in SCENARIOS if s.name == name), None)
