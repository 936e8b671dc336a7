"""What the engine's process and its client say to each other: one JSON object a line.

Judgements, the many and the urgent, go through the ring; this is for commands and for the
rare messages. Every message is a frozen dataclass; `kind` on the line is its class's name.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any, TypeVar

from station.errors import EngineError

# ---------------------------------------------------------------- to the engine


@dataclass(frozen=True, slots=True)
class Connect:
    """Open these kits and listen; closes what was open before."""

    addresses: list[str]


@dataclass(frozen=True, slots=True)
class Start:
    """Begin a take.

    Attributes
    ----------
    chart
        The chart as a document (`station.charts.document`).
    count_in_bars
        Bars before tick 0.
    on_first_hit
        True: no count-in; the first hit is the first note (placement is then not calibrated).
    latency_ms
        Taken off every hit's time; None: not calibrated, nothing is taken off.
    start_ns
        Tick 0 on the monotonic clock; None: a count-in from now.
    player
        Who plays.
    keep
        False: the take is not written to the store (benchmarks).
    """

    chart: str
    count_in_bars: int = 1
    on_first_hit: bool = False
    latency_ms: float | None = None
    start_ns: int | None = None
    player: str = ""
    keep: bool = True


@dataclass(frozen=True, slots=True)
class Stop:
    """End the take now, and keep it."""


@dataclass(frozen=True, slots=True)
class AskReport:
    """Compute the report of a kept take again from its raw hits."""

    take_id: str


@dataclass(frozen=True, slots=True)
class Quit:
    """End the process; a running take is finished and kept."""


# -------------------------------------------------------------- from the engine


@dataclass(frozen=True, slots=True)
class Progress:
    """Something that takes a while, for people to read."""

    text: str


@dataclass(frozen=True, slots=True)
class Ready:
    """The engine can take commands.

    Attributes
    ----------
    pid
        Of the engine's process.
    """

    pid: int


@dataclass(frozen=True, slots=True)
class KitStatus:
    """A kit as it is now; said when it is opened and whenever its link or stamps change.

    Attributes
    ----------
    state
        A `hal.api.LinkState`.
    stamped_by, sigma_ms
        What its stamps are worth.
    hint
        For people, when the profile was a guess; else empty.
    """

    address: str
    name: str
    profile: str
    state: str
    stamped_by: str
    sigma_ms: float
    simulated: bool
    detail: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """A take has begun.

    Attributes
    ----------
    start_ns
        Tick 0 on the monotonic clock; −1 while the first hit is awaited.
    """

    take_id: str
    start_ns: int


@dataclass(frozen=True, slots=True)
class VerdictNow:
    """The verdict as the JSON of a take has it, whenever it has changed."""

    verdict: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FoundAgain:
    """The player had stopped or lost a beat, and is followed again.

    Attributes
    ----------
    t_ns
        When it was noticed, on the monotonic clock.
    text
        One sentence to the player.
    """

    t_ns: int
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something went wrong, and the engine goes on.

    Attributes
    ----------
    message
        One sentence to a person.
    exit_code
        What a command would exit with for it.
    passing
        Whether it may be over by itself; if it is not when the take ends, it is said again.
    """

    message: str
    exit_code: int = 3
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """A take has ended and is kept.

    Attributes
    ----------
    state
        A `model.TakeState`.
    report
        The JSON of the take (`station.take/1`).
    """

    take_id: str
    state: str
    report: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReportReady:
    """The answer to `AskReport`."""

    take_id: str
    report: dict[str, Any]


Command = Connect | Start | Stop | AskReport | Quit
Message = (
    Progress | Ready | KitStatus | Started | VerdictNow | FoundAgain | Problem | Ended | ReportReady
)

_COMMANDS: dict[str, type[Command]] = {
    c.__name__: c for c in (Connect, Start, Stop, AskReport, Quit)
}
_MESSAGES: dict[str, type[Message]] = {
    m.__name__: m
    for m in (
        Progress,
        Ready,
        KitStatus,
        Started,
        VerdictNow,
        FoundAgain,
        Problem,
        Ended,
        ReportReady,
    )
}
_T = TypeVar("_T")


def to_line(message: Command | Message) -> str:
    """One line of JSON, newline included."""
    body = {f.name: getattr(message, f.name) for f in dataclasses.fields(message)}
    return json.dumps({"kind": type(message).__name__, **body}, allow_nan=False) + "\n"


def command_of(line: str) -> Command:
    """Parse a command.

    Raises
    ------
    EngineError
        When the line is none.
    """
    return _parse(line, _COMMANDS)


def message_of(line: str) -> Message:
    """Parse a message from the engine.

    Raises
    ------
    EngineError
        When the line is none.
    """
    return _parse(line, _MESSAGES)


def _parse(line: str, kinds: dict[str, type[_T]]) -> _T:
    try:
        body = json.loads(line)
        return kinds[body.pop("kind")](**body)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineError(
            f"Engine and client do not understand each other ({line.strip()[:80]!r}); "
            "are both of the same version?"
        ) from error
