"""What a board can be told: its own list of parameters, by name.

The host knows none of them beforehand; it shows what the board describes, and checks what a
person typed against that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from firmware_bridge.handshake import printable
from firmware_bridge.messages import WHOLE_BOARD, Describe, Described, Get, Parameter, Scope, Set
from station.errors import WrongUse


@dataclass(frozen=True, slots=True)
class BoardParameter:
    """One parameter; values are whole numbers of `unit`.

    Attributes
    ----------
    id
        The board's number for it.
    name, unit
        As the board calls them; `unit` is empty for a plain number.
    min, max, default
        What it may be, and what it is on a new board.
    per_pad
        Whether every pad has its own value.
    """

    id: int
    name: str
    unit: str
    min: int
    max: int
    default: int
    per_pad: bool

    def index(self, pad: int | None, pads: int) -> int:
        """The index of the value for a pad (None: the whole board).

        Raises
        ------
        WrongUse
            When the pad does not fit the parameter.
        """
        if not self.per_pad:
            if pad is not None:
                raise WrongUse(
                    f"'{self.name}' is one value for the whole board; leave out the pad."
                )
            return WHOLE_BOARD
        if pad is None:
            raise WrongUse(f"'{self.name}' has a value for each pad; say which, 0 to {pads - 1}.")
        if not 0 <= pad < pads:
            raise WrongUse(f"There is no pad {pad}; the board has 0 to {pads - 1}.")
        return pad

    def get(self, pad: int | None, pads: int) -> Get:
        """The question for its value."""
        return Get(self.id, self.index(pad, pads))

    def set(self, value: int, pad: int | None, pads: int) -> Set:
        """The order to set its value.

        Raises
        ------
        WrongUse
            When the value or the pad is out of range.
        """
        if not self.min <= value <= self.max:
            unit = f" {self.unit}" if self.unit else ""
            raise WrongUse(
                f"'{self.name}' cannot be {value}{unit}; it takes {self.min} to {self.max}{unit}."
            )
        return Set(self.id, self.index(pad, pads), value)


class ParameterList:
    """A board's parameters, gathered from its answers to `Describe`.

    Chunks may come twice or in any order; what is inconsistent is left out.
    """

    def __init__(self) -> None:
        self._total: int | None = None
        self._by_place: dict[int, BoardParameter] = {}

    @property
    def complete(self) -> bool:
        """Whether all that the board promised are here."""
        return self._total is not None and len(self._by_place) >= self._total

    def question(self) -> Describe | None:
        """What to ask next; None when all are here."""
        if self.complete:
            return None
        return Describe(next(n for n in range(256) if n not in self._by_place))

    def hear(self, chunk: Described) -> None:
        """Take a piece of the list."""
        if self._total != chunk.total:  # the first piece, or another firmware
            self._total = chunk.total
            self._by_place.clear()
        for place, described in enumerate(chunk.parameters, start=chunk.first):
            if place < chunk.total:
                self._by_place[place] = _parameter(described)

    def __iter__(self) -> Iterator[BoardParameter]:
        return (self._by_place[place] for place in sorted(self._by_place))

    def __len__(self) -> int:
        return len(self._by_place)

    def named(self, name: str) -> BoardParameter:
        """The parameter of this name.

        Raises
        ------
        WrongUse
            Naming those that there are.
        """
        for parameter in self:
            if parameter.name == name:
                return parameter
        known = ", ".join(sorted({p.name for p in self})) or "none"
        raise WrongUse(f"The board has no parameter '{name}'; it has {known}.")


def _parameter(described: Parameter) -> BoardParameter:
    return BoardParameter(
        id=described.id,
        name=printable(described.name),
        unit=printable(described.unit),
        min=described.min,
        max=described.max,
        default=described.default,
        per_pad=described.scope == Scope.PAD,
    )
