"""What a person or program wants of a board: its parameters, read, set and kept."""

from __future__ import annotations

from typing import TypeVar

from firmware_bridge.handshake import BoardInfo
from firmware_bridge.messages import (
    Applied,
    Capability,
    Described,
    Got,
    Message,
    Refusal,
    Refused,
    Save,
    Saved,
)
from firmware_bridge.parameters import BoardParameter, ParameterList
from firmware_bridge.source import SerialSource
from station.errors import KitError, KitReason

_M = TypeVar("_M", bound=Message)

_WHY = {
    Refusal.UNKNOWN_TYPE: "its firmware does not know this question; update it",
    Refusal.MALFORMED: "it does not understand the question; update its firmware",
    Refusal.NO_SUCH_ID: "it has no such parameter",
    Refusal.NO_SUCH_PAD: "it has no such pad",
    Refusal.NOT_CAPABLE: "it cannot do this",
    Refusal.BUSY: "it is busy; try again",
    Refusal.FAILED: "it failed; perhaps its memory is worn out",
}


class BoardControl:
    """Questions to an open board, each waiting for its answer.

    Parameters
    ----------
    source
        An open `serial://` source with a board of our protocol.
    """

    def __init__(self, source: SerialSource) -> None:
        self._source = source
        self._parameters: ParameterList | None = None

    @property
    def board(self) -> BoardInfo:
        """Who it is.

        Raises
        ------
        KitError
            When the kit is no board of ours.
        """
        return self._source.board

    def parameters(self) -> ParameterList:
        """What can be set, in the board's own words; asked once.

        Raises
        ------
        KitError
            When the board does not answer.
        """
        if self._parameters is None:
            known = ParameterList()
            while (question := known.question()) is not None:
                chunk = self._ask(question, Described)
                if not chunk.parameters:
                    break  # it promised more than it has
                known.hear(chunk)
            self._parameters = known
        return self._parameters

    def has(self, name: str) -> bool:
        """Whether the board has a parameter of this name."""
        return any(parameter.name == name for parameter in self.parameters())

    def get(self, name: str, pad: int | None = None) -> int:
        """A parameter's value, for a pad or (None) the whole board.

        Raises
        ------
        WrongUse, KitError
            When there is no such parameter or pad, or no answer.
        """
        return self._ask(self._named(name).get(pad, self.board.pads), Got).value

    def set(self, name: str, value: int, pad: int | None = None) -> int:
        """Set a parameter until the board loses power; the value that it took.

        Raises
        ------
        WrongUse, KitError
            When there is no such parameter, pad or value, or no answer.
        """
        return self._ask(self._named(name).set(value, pad, self.board.pads), Applied).value

    def save(self) -> None:
        """Keep all values beyond the loss of power.

        Raises
        ------
        KitError
            When the board cannot, or does not answer.
        """
        if Capability.SAVE not in self.board.capabilities:
            raise KitError(
                "This board keeps nothing beyond the loss of power; its values hold until then.",
                KitReason.NOT_A_KIT,
            )
        self._ask(Save(), Saved)

    def _named(self, name: str) -> BoardParameter:
        return self.parameters().named(name)

    def _ask(self, question: Message, kind: type[_M]) -> _M:
        answer = self._source.ask(question)
        if isinstance(answer, kind):
            return answer
        name = type(question).__name__.lower()
        why = "it answers something else; update its firmware"
        if isinstance(answer, Refused):
            reasons = {int(reason): text for reason, text in _WHY.items()}
            why = reasons.get(answer.reason, f"it refuses for reason {answer.reason}")
        raise KitError(f"The board did not do '{name}': {why}.", KitReason.NOT_A_KIT)
