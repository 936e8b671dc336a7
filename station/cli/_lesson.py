"""Learning a module: which note each place sends. Knows no clock, no kit and no keyboard."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from station.charts.lanes import PLACES

# In the order in which one asks: what every kit has comes first.
USUAL_PLACES = (
    "kick", "snare", "snare-rim", "snare-cross-stick",
    "hi-hat-closed", "hi-hat-open", "hi-hat-pedal",
    "tom-1", "tom-1-rim", "tom-2", "tom-2-rim", "tom-3", "tom-3-rim",
    "crash-1", "crash-1-edge", "crash-2", "crash-2-edge", "ride", "ride-edge", "ride-bell",
)  # fmt: skip
_CLOSED, _OPEN, _BOW = "hi-hat-closed", "hi-hat-open", "hi-hat-bow"
_HOW = {
    _CLOSED: "hi-hat, pedal down",
    _OPEN: "hi-hat, pedal up",
    "hi-hat-pedal": "hi-hat with the foot alone",
}
_USUAL_CONTROLLER = 4
_WIDE = 40  # a pedal moves its controller by more than this from closed to open


@dataclass(frozen=True, slots=True)
class Strike:
    """The loudest of what came when a pad was struck.

    Attributes
    ----------
    number
        The MIDI note, or the board's own pad number.
    zone
        The board's zone; −1 for a MIDI note.
    controllers
        Each MIDI controller's last value.
    """

    number: int
    zone: int
    controllers: dict[int, int]


class Lesson:
    """Asks for one place after the other, and keeps what it is told.

    Parameters
    ----------
    places
        Names of `lanes.PLACES`, in the order in which to ask.
    """

    def __init__(self, places: Sequence[str] = USUAL_PLACES) -> None:
        self._places = list(places)
        self._at = 0
        self._learnt: dict[str, Strike] = {}

    @property
    def place(self) -> str | None:
        """What is asked for now; None when the lesson is over."""
        return self._places[self._at] if self._at < len(self._places) else None

    @property
    def question(self) -> str:
        """What to say to the player."""
        place = self.place
        return "" if place is None else _HOW.get(place, place.replace("-", " "))

    @property
    def learnt(self) -> int:
        """How many places are known."""
        return len(self._learnt)

    def skip(self) -> None:
        """This kit has no such place."""
        self._at += 1

    def hear(self, strike: Strike) -> str:
        """Take a strike for the place that is asked for; a sentence says what came of it.

        A strike that another place has already is not taken, and the question stays: except
        that a hi-hat may send one note however open it is.
        """
        place = self.place
        if place is None:
            return ""
        known = self._place_of(strike)
        if known is not None and (known, place) != (_CLOSED, _OPEN):
            return f"that is '{known}' already; strike {self.question}, or skip it."
        self._learnt[place] = strike
        self._at += 1
        return f"{place} = {_called(strike)}"

    def toml(self, title: str, port_pattern: str, wire: str) -> str:
        """The profile as a file."""
        lines = [
            "# Made by 'station kits learn'; every line may be changed by hand.",
            f"title = {_quoted(title)}",
            f"wire = {_quoted(wire)}",
            f"ports = [{_quoted(port_pattern)}]",
        ]
        notes = self._notes()
        if notes:
            lines += ["", "[notes]", *(f"{n} = {_quoted(place)}" for n, place in notes.items())]
            lines += self._hi_hat()
        boards = self._strikes()
        if boards:
            lines += ["", "[strikes]"]
            for pad, zones in boards.items():
                lines.append(f"{pad} = [{', '.join(map(_quoted, zones))}]")
        return "\n".join(lines) + "\n"

    def _place_of(self, strike: Strike) -> str | None:
        for place, known in self._learnt.items():
            if (known.number, known.zone) == (strike.number, strike.zone):
                return place
        return None

    def _notes(self) -> dict[int, str]:
        notes = {s.number: place for place, s in self._learnt.items() if s.zone < 0}
        closed, open_ = self._learnt.get(_CLOSED), self._learnt.get(_OPEN)
        if closed and open_ and closed.zone < 0 and closed.number == open_.number:
            # One note: only the pedal's controller tells how far it is open.
            notes[closed.number] = _BOW
        return notes

    def _strikes(self) -> dict[int, list[str]]:
        """Each pad's zones; one that was not struck is taken for the zone before it."""
        boards: dict[int, dict[int, str]] = {}
        for place, strike in self._learnt.items():
            if strike.zone >= 0:
                boards.setdefault(strike.number, {})[strike.zone] = place
        return {
            pad: [
                zones[max((z for z in zones if z <= wanted), default=min(zones))]
                for wanted in range(max(zones) + 1)
            ]
            for pad, zones in boards.items()
        }

    def _hi_hat(self) -> list[str]:
        """Which controller moved between closed and open, and which end is closed."""
        closed, open_ = self._learnt.get(_CLOSED), self._learnt.get(_OPEN)
        if closed is None or open_ is None:
            return []
        moved = {
            number: value - open_.controllers[number]
            for number, value in closed.controllers.items()
            if number in open_.controllers and abs(value - open_.controllers[number]) > _WIDE
        }
        if not moved:
            return []
        number = _USUAL_CONTROLLER if _USUAL_CONTROLLER in moved else min(moved)
        closed_at = 127 if moved[number] > 0 else 0
        return ["", "[hi-hat]", f"controller = {number}", f"closed_at = {closed_at}"]


def known_places(typed: str) -> list[str]:
    """Names of places from `kick,snare,ride-bell`.

    Raises
    ------
    ValueError
        Naming the first that is none.
    """
    places = [name.strip() for name in typed.split(",") if name.strip()]
    for name in places:
        if name not in PLACES:
            raise ValueError(f"'{name}' is no place on a kit; places are {', '.join(PLACES)}")
    if not places:
        raise ValueError("no place is named")
    return list(dict.fromkeys(places))


def file_name(port_name: str) -> str:
    """A profile's name for a port: `TD-17:TD-17 MIDI 1` becomes `td-17-td-17-midi-1`."""
    return re.sub(r"[^a-z0-9]+", "-", port_name.lower()).strip("-")[:60] or "my-kit"


def pattern(port_name: str) -> str:
    """A pattern that fits this port's name, wherever it is plugged in."""
    return "*" + re.sub(r"[\[*?]", lambda m: f"[{m[0]}]", port_name) + "*"


def _called(strike: Strike) -> str:
    if strike.zone < 0:
        return f"note {strike.number}"
    return f"pad {strike.number}, zone {strike.zone}"


def _quoted(text: str) -> str:
    """A TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else " " for c in escaped) + '"'
