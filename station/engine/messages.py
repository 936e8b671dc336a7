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
from station.model import Calibration

# ---------------------------------------------------------------- to the engine


@dataclass(frozen=True, slots=True)
class Connect:
    """Open these kits and listen; closes what was open before."""

    addresses: list[str]


@dataclass(frozen=True, slots=True)
class KitVoices:
    """Hits sound: by the card in voices of our own, or by a drum module.

    Attributes
    ----------
    volume, balance
        0 to 1; −1 left to 1 right.
    gate
        Which hits sound: `off` (all), `wide`, `medium` or `tight`.
    midi_port, midi_channel
        Any unique part of the name of a MIDI port whose drum module plays the hits in the
        card's place (its local control off), and 1 to 16; an empty name: the card does.
    midi_port_needed
        True: without it there is an error. False: that is said, and no hit sounds.
    """

    volume: float = 0.8
    balance: float = 0.0
    gate: str = "off"
    midi_port: str = ""
    midi_channel: int = 10
    midi_port_needed: bool = True


@dataclass(frozen=True, slots=True)
class OpenSound:
    """Open a sound card, in place of the one before; answered by `SoundStatus`.

    Attributes
    ----------
    address
        `audio://default`, `audio://` and a part of a name, `audio://none`, `simsound://`.
    kit_voices
        How hits sound from now on; None: not at all.
    """

    address: str
    kit_voices: KitVoices | None = None


@dataclass(frozen=True, slots=True)
class Click:
    """How the click of a take sounds: `station.sound.click_plan.ClickPlan` as plain values.

    Attributes
    ----------
    midi_port, midi_channel
        Any unique part of the name of a MIDI port whose drum module clicks as well (or alone,
        where no sound card is open), and 1 to 16; an empty name: none.
    midi_port_needed
        True: without it the take does not begin. False: that is said, and the take goes on.
    """

    voice: str = "wood"
    beats: str = "all"
    subdivision: str = "none"
    accents: bool = True
    groups: list[int] = field(default_factory=list)
    on_bars: int = 1
    off_bars: int = 0
    volume: float = 0.8
    balance: float = 0.0
    midi_port: str = ""
    midi_channel: int = 10
    midi_port_needed: bool = True


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
        Taken off every hit's time; None: what was measured of this kit and sound, and where
        nobody did, nothing is taken off and the take is not calibrated.
    start_ns
        Tick 0 on the monotonic clock; None: a count-in from now.
    player
        Who plays.
    keep
        False: the take is not written to the store, nor anything read there (benchmarks,
        calibrating).
    click
        On the sound card that is open, or by MIDI; None: none.
    kit_voices
        How hits sound from now on; None: not at all.
    """

    chart: str
    count_in_bars: int = 1
    on_first_hit: bool = False
    latency_ms: float | None = None
    start_ns: int | None = None
    player: str = ""
    keep: bool = True
    click: Click | None = None
    kit_voices: KitVoices | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """End the take now, and keep it."""


@dataclass(frozen=True, slots=True)
class MuteClick:
    """Let no click be heard from now on, or let it be heard again; in mid-take as well.

    The grid runs on, and so does the rest of the sound.
    """

    muted: bool


@dataclass(frozen=True, slots=True)
class AskCalibration:
    """What was measured of the open kits with the click; answered by `CalibrationNow`.

    Attributes
    ----------
    midi_port
        As in `Click`, for where no sound card is open.
    """

    midi_port: str = ""


@dataclass(frozen=True, slots=True)
class Calibrate:
    """Click evenly, listen to taps, and keep the constant between them.

    Answered by `Started` like a take, and in the end by `Calibrated`; `Stop` ends it earlier.

    Attributes
    ----------
    click
        As for a take: all of it has to sound.
    bpm, beats
        The click's tempo, and how many clicks follow a bar of count-in.
    kit_voices
        As for a take; a gate would let nothing sound that is late.
    """

    click: Click
    bpm: float = 90.0
    beats: int = 24
    kit_voices: KitVoices | None = None


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
class SoundStatus:
    """The sound card as it is now; said when one was asked for, and when it is lost.

    Attributes
    ----------
    address
        As it was asked for.
    name
        The card's; empty where none is open.
    rate_hz, latency_ms
        As the card says; what is really heard is calibrated.
    problem
        One sentence on why there is no sound; empty for nothing.
    """

    address: str
    name: str = ""
    rate_hz: int = 0
    latency_ms: float = 0.0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class GridNow:
    """From a moment on, the take's clock runs so against the host's: `station.model.GridStep`."""

    host_ns: int
    grid_ns: int
    rate_ppb: int


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


@dataclass(frozen=True, slots=True)
class CalibrationNow:
    """The answer to `AskCalibration`.

    Attributes
    ----------
    kit, sound
        As calibrations name them; an empty sound: no click would be heard.
    calibration
        The newest of both together; None where nobody measured them.
    problem
        Why no click would be heard from where it was asked for, one sentence; or empty.
    """

    kit: str
    sound: str
    calibration: Calibration | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What came of `Calibrate`.

    Attributes
    ----------
    kit, sound
        As calibrations name them.
    calibration
        What was measured, and is kept; None where it was refused.
    sd_ms
        Standard deviation of the single taps.
    refused
        One sentence: what is wrong, and the way out; empty for nothing.
    """

    kit: str
    sound: str
    calibration: Calibration | None = None
    sd_ms: float = 0.0
    refused: str = ""


Command = (
    Connect | OpenSound | Start | Stop | MuteClick | AskCalibration | Calibrate | AskReport | Quit
)
Message = (
    Progress
    | Ready
    | KitStatus
    | SoundStatus
    | Started
    | GridNow
    | VerdictNow
    | FoundAgain
    | Problem
    | Ended
    | ReportReady
    | CalibrationNow
    | Calibrated
)

_COMMANDS: dict[str, type[Command]] = {
    c.__name__: c
    for c in (
        Connect,
        OpenSound,
        Start,
        Stop,
        MuteClick,
        AskCalibration,
        Calibrate,
        AskReport,
        Quit,
    )
}
# What is a record inside of a message.
_INSIDE: dict[str, type[Click] | type[KitVoices] | type[Calibration]] = {
    "click": Click,
    "kit_voices": KitVoices,
    "calibration": Calibration,
}
_MESSAGES: dict[str, type[Message]] = {
    m.__name__: m
    for m in (
        Progress,
        Ready,
        KitStatus,
        SoundStatus,
        Started,
        GridNow,
        VerdictNow,
        FoundAgain,
        Problem,
        Ended,
        ReportReady,
        CalibrationNow,
        Calibrated,
    )
}
_T = TypeVar("_T")


def to_line(message: Command | Message) -> str:
    """One line of JSON, newline included."""
    body = {f.name: getattr(message, f.name) for f in dataclasses.fields(message)}
    for name in _INSIDE.keys() & body.keys():
        if body[name] is not None:
            body[name] = dataclasses.asdict(body[name])
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
        for name in _INSIDE.keys() & body.keys():
            if body[name] is not None:
                body[name] = _INSIDE[name](**body[name])
        return kinds[body.pop("kind")](**body)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineError(
            f"Engine and client do not understand each other ({line.strip()[:80]!r}); "
            "are both of the same version?"
        ) from error
