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
        return replace(
            self,
            tempo=self.tempo | {TempoCall.UNDECIDED},
            placement=self.placement | {PlacementCall.UNDECIDED},
        )


# A mean of 15 ms is proven to be more than 6 ms, and a tempo of 1.5 % to be more than 0.3 %,
# in so many beats, nearly always.
_BEATS_TO_CALL = 96
_NOT_MOVING = frozenset({TempoCall.STEADY, TempoCall.UNDECIDED})
_NOT_OFF = frozenset({PlacementCall.CENTRED, PlacementCall.UNDECIDED})

_ANYWHERE = frozenset(PlacementCall)

# The first three and the last keep to a click; the others leave it, by several notes in a take.
SCENARIOS: tuple[Scenario, ...] = (
    Scenario("steady", PRESETS["steady"], _NOT_MOVING, _NOT_OFF),
    Scenario("ahead", PRESETS["ahead"], _NOT_MOVING, frozenset({PlacementCall.AHEAD})),
    Scenario("behind", PRESETS["behind"], _NOT_MOVING, frozenset({PlacementCall.BEHIND})),
    Scenario("rushing", PRESETS["rushing"], frozenset({TempoCall.RUSHING}), _ANYWHERE),
    Scenario("dragging", PRESETS["dragging"], frozenset({TempoCall.DRAGGING}), _ANYWHERE),
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
