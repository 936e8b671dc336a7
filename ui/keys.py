"""The keys of the dashboard: one table, for what they do and for the page that explains them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from ui.practice import BPM_FINE_STEP, BPM_STEP, SPEED_STEP_PERCENT


class Act(Enum):
    """What a key does."""

    START_STOP = auto()
    LEAVE = auto()
    BAR_BACK = auto()
    BAR_ON = auto()
    FROM_HERE = auto()
    TO_HERE = auto()
    LOOP = auto()
    WHOLE = auto()
    BPM_UP = auto()
    BPM_DOWN = auto()
    BPM_FINE_UP = auto()
    BPM_FINE_DOWN = auto()
    FASTER = auto()
    SLOWER = auto()
    MUTE = auto()
    VISUAL_CLICK = auto()
    CALIBRATE = auto()
    SHEET = auto()
    BY_HEART = auto()
    KEYS = auto()
    FULL_SCREEN = auto()
    SEARCH = auto()


# In mid-take nothing changes under a drummer's hands: a key ends the take, or takes the click
# away, or does nothing.
IN_TAKE = frozenset({Act.START_STOP, Act.LEAVE, Act.MUTE, Act.FULL_SCREEN})

# Held down, these go on.
REPEATING = frozenset(
    {Act.BAR_BACK, Act.BAR_ON, Act.BPM_UP, Act.BPM_DOWN, Act.BPM_FINE_UP, Act.BPM_FINE_DOWN}
)

BINDINGS: tuple[tuple[str, Act], ...] = (
    ("Space", Act.START_STOP),
    ("Escape", Act.LEAVE),
    ("Left", Act.BAR_BACK),
    ("Right", Act.BAR_ON),
    ("A", Act.FROM_HERE),
    ("[", Act.FROM_HERE),
    ("B", Act.TO_HERE),
    ("]", Act.TO_HERE),
    ("L", Act.LOOP),
    ("Home", Act.WHOLE),
    ("Up", Act.BPM_UP),
    ("Down", Act.BPM_DOWN),
    ("Shift+Up", Act.BPM_FINE_UP),
    ("Shift+Down", Act.BPM_FINE_DOWN),
    ("+", Act.FASTER),
    ("=", Act.FASTER),
    ("-", Act.SLOWER),
    ("M", Act.MUTE),
    ("V", Act.VISUAL_CLICK),
    ("C", Act.CALIBRATE),
    ("S", Act.SHEET),
    ("H", Act.BY_HEART),
    ("?", Act.KEYS),
    ("F1", Act.KEYS),
    ("F11", Act.FULL_SCREEN),
    ("F5", Act.SEARCH),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page of keys: what is printed on the keys, and what they do."""

    keys: str
    does: str


PAGE: tuple[Line, ...] = (
    Line("SPACE", "start, stop"),
    Line("← →", "choose a bar"),
    Line("A  B", "loop from, to"),
    Line("L", "loop on, off"),
    Line("HOME", "whole chart"),
    Line("↑ ↓", f"±{BPM_STEP} BPM (shift ±{BPM_FINE_STEP})"),
    Line("+ −", f"speed ±{SPEED_STEP_PERCENT} %"),
    Line("M", "mute the click"),
    Line("V", "visual click"),
    Line("C", "calibrate"),
    Line("S", "sheet, lanes"),
    Line("H", "sheet by heart"),
    Line("F11", "full screen"),
    Line("ESC", "back, leave"),
)
