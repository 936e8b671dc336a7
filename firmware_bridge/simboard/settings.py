"""The parameters of the simulated board."""

from __future__ import annotations

from firmware_bridge.messages import (
    TYPE_OF,
    WHOLE_BOARD,
    Applied,
    Describe,
    Described,
    Get,
    Got,
    Message,
    Parameter,
    Refusal,
    Refused,
    Scope,
    Set,
)

PARAMETERS = (
    Parameter(1, Scope.PAD, 0, 100, 3, "threshold", "%"),
    Parameter(2, Scope.PAD, 1_000, 50_000, 8_000, "mask", "us"),
    Parameter(3, Scope.PAD, 500, 10_000, 1_300, "scan", "us"),
    Parameter(4, Scope.PAD, 0, 100, 0, "crosstalk", "%"),
    Parameter(5, Scope.BOARD, 0, 255, 128, "led brightness", ""),
)
_IN_A_CHUNK = 3


class Values:
    """What the parameters are set to, and what is kept over a reset.

    Parameters
    ----------
    pads
        How many values a parameter of pads has.
    """

    def __init__(self, pads: int) -> None:
        self._pads = pads
        self._kept = {
            (p.id, index): p.default
            for p in PARAMETERS
            for index in (range(pads) if p.scope == Scope.PAD else (WHOLE_BOARD,))
        }
        self._now = dict(self._kept)

    def reset(self) -> None:
        """Back to what was kept."""
        self._now = dict(self._kept)

    def save(self) -> None:
        """Keep what is now."""
        self._kept = dict(self._now)

    def of(self, name: str, pad: int) -> int:
        """A pad's value by the parameter's name."""
        parameter = next(p for p in PARAMETERS if p.name == name)
        return self._now[parameter.id, pad]

    def describe(self, question: Describe) -> Described:
        """A piece of the list."""
        piece = PARAMETERS[question.first : question.first + _IN_A_CHUNK]
        return Described(len(PARAMETERS), question.first, piece)

    def get(self, question: Get) -> Message:
        """A parameter's value, or why not."""
        refused = self._refuse(question)
        if refused is not None:
            return refused
        return Got(question.id, question.index, self._now[question.id, question.index])

    def set(self, question: Set) -> Message:
        """Set the nearest possible value, or say why not."""
        refused = self._refuse(question)
        if refused is not None:
            return refused
        parameter = next(p for p in PARAMETERS if p.id == question.id)
        applied = min(parameter.max, max(parameter.min, question.value))
        self._now[question.id, question.index] = applied
        return Applied(question.id, question.index, applied)

    def _refuse(self, question: Get | Set) -> Refused | None:
        if (question.id, question.index) in self._now:
            return None
        known = any(p.id == question.id for p in PARAMETERS)
        reason = Refusal.NO_SUCH_PAD if known else Refusal.NO_SUCH_ID
        return Refused(TYPE_OF[type(question)], reason)
