"""A take by way of the engine's process: connect, start, watch, end in good order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Any, TypeVar

from station.cli._keys import ReadKey
from station.cli._live import LiveView
from station.cli._screen import Screen, Silent
from station.clock import MONOTONIC
from station.engine.client import EngineClient
from station.engine.messages import (
    Calibrate,
    Calibrated,
    Connect,
    Ended,
    FoundAgain,
    GridNow,
    KitStatus,
    Message,
    OpenSound,
    Problem,
    Progress,
    Ready,
    SoundStatus,
    Start,
    Started,
    Stop,
    VerdictNow,
)
from station.errors import EngineError, OutsideError, StationBug, StationError, WrongUse
from station.start_pad import StartPad
from station.units import NS_PER_S

_M = TypeVar("_M", bound=Message)
_FRAME_S = 0.05
_ANSWER_S = 0.2
_END_WITHIN_NS = 20 * NS_PER_S
_BEGIN_KEYS = frozenset(" \r\n")
_LEAVE_KEYS = frozenset("qQ\x1b\x04")
_END_KEYS = _BEGIN_KEYS | _LEAVE_KEYS


@dataclass(slots=True)
class Outcome:
    """How a take went.

    Attributes
    ----------
    take_id, report
        The kept take, and its `station.take/1`; an empty report when it could not be made.
    problems
        What went wrong and was not over by itself, in the engine's words.
    """

    take_id: str
    report: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0, or that of the worst problem."""
        return max((problem.exit_code for problem in self.problems), default=0)


class Session:
    """One engine, from launch to the end of one take.

    Parameters
    ----------
    engine
        Just launched.
    view
        Told everything that happens.
    tell
        Says a sentence to the player.
    start_pad
        The pad that starts and stops, or None.
    """

    def __init__(
        self,
        engine: EngineClient,
        view: LiveView,
        tell: Callable[[str], None],
        start_pad: StartPad | None = None,
    ) -> None:
        self._engine = engine
        self._view = view
        self._tell = tell
        self._start_pad = start_pad
        self._problems: list[Problem] = []
        self._ended: Ended | Calibrated | None = None

    def prepare(self, addresses: Sequence[str]) -> None:
        """Wait for the engine and open the kits.

        Raises
        ------
        StationError
            What the engine says is wrong; `EngineError` when it ends.
        """
        self._await(Ready)
        self._engine.send(Connect(list(addresses)))
        for _ in addresses:
            status = self._await(KitStatus)
            if status.hint:
                self._tell(status.hint)

    def open_sound(self, asked: OpenSound) -> SoundStatus:
        """Open a sound card; where there is none, the player is told, and plays without.

        Raises
        ------
        StationError
            When the address makes no sense; `EngineError` when the engine ends.
        """
        self._engine.send(asked)
        return self._await(SoundStatus)

    def await_sign(self, key: ReadKey, stop: Event) -> bool:
        """Wait until the player begins, with the start pad or the space bar; false: not at all.

        Without a start pad nobody is waited for, nor where a simulated drummer plays.

        Raises
        ------
        EngineError
            When the engine ends.
        """
        if self._start_pad is None or self._view.kit is None or self._view.kit.simulated:
            return True
        pad = self._start_pad.pad.value
        self._tell(f"strike the {pad} twice, or press the space bar, to begin; q leaves.")
        while True:
            pressed = key(_FRAME_S)
            if stop.is_set() or pressed in _LEAVE_KEYS:
                return False
            self._listen()
            if self._start_pad.hear(self._engine.poll()) or pressed in _BEGIN_KEYS:
                return True

    def play(self, start: Start, screen: Screen, key: ReadKey, stop: Event) -> Outcome:
        """Play one take to its end, or until a key or `stop` ends it.

        Raises
        ------
        StationError
            When it cannot be started; `EngineError` when the engine ends in the middle.
        """
        self._run(start, screen, key, stop)
        ended = self._ended
        assert isinstance(ended, Ended)
        return Outcome(ended.take_id, ended.report, self._problems)

    def calibrate(self, command: Calibrate, key: ReadKey, stop: Event) -> Calibrated:
        """Let the player tap; nothing is shown, so that nothing but the click leads them.

        Raises
        ------
        StationError
            When it cannot be begun; `EngineError` when the engine ends in the middle.
        """
        self._run(command, Silent(), key, stop)
        if not isinstance(self._ended, Calibrated):
            raise OutsideError("What was tapped could not be read; try again.")
        return self._ended

    def _run(self, command: Start | Calibrate, screen: Screen, key: ReadKey, stop: Event) -> None:
        self._engine.send(command)
        self._view.begin()
        self._await(Started)
        asked_ns: int | None = None
        sign = False
        while self._ended is None:
            pressed = key(_FRAME_S)
            now_ns = MONOTONIC.now_ns()
            if asked_ns is None and (sign or pressed in _END_KEYS or stop.is_set()):
                asked_ns = now_ns
                self._engine.send(Stop())
            if asked_ns is not None and now_ns > asked_ns + _END_WITHIN_NS:
                raise EngineError(
                    "The engine does not end the take; what was recorded is kept: see "
                    "'station takes'."
                )
            self._listen()
            heard = self._engine.poll()
            self._view.hear(heard)
            sign = self._start_pad is not None and self._start_pad.hear(heard)
            screen.show(self._view, now_ns)

    def _listen(self) -> None:
        """Take in what the engine has said."""
        alive = self._engine.alive
        for message in self._engine.messages():
            self._take_in(message)
        while not alive and self._ended is None:
            # Its last words may still be on their way.
            last = self._engine.wait_message(_ANSWER_S)
            if last is None:
                raise EngineError(self._engine.obituary())
            self._take_in(last)

    def _await(self, kind: type[_M]) -> _M:
        """Wait for a message of this kind; a problem that comes first is raised."""
        while True:
            alive = self._engine.alive
            message = self._engine.wait_message(_ANSWER_S)
            if message is None:
                if not alive:
                    raise EngineError(self._engine.obituary())
                continue
            if isinstance(message, Problem):
                raise error_of(message)
            self._take_in(message)
            if isinstance(message, kind):
                return message

    def _take_in(self, message: Message) -> None:
        match message:
            case Progress():
                self._tell(message.text)
            case KitStatus():
                self._view.kit = message
            case Started():
                self._view.start_ns = None if message.start_ns < 0 else message.start_ns
            case SoundStatus():
                if message.problem:
                    self._tell(message.problem)
            case GridNow():
                self._view.turn_grid(message)
            case VerdictNow():
                self._view.judge(message.verdict)
            case FoundAgain():
                self._tell(message.text)
            case Problem():
                if not message.passing:
                    self._problems.append(message)
                self._tell(message.message)
            case Ended() | Calibrated():
                self._ended = message
            case _:
                pass


def error_of(problem: Problem) -> StationError:
    """What the engine said was wrong, as the error that it was there."""
    kinds: dict[int, type[StationError]] = {
        WrongUse.exit_code: WrongUse,
        StationBug.exit_code: StationBug,
    }
    return kinds.get(problem.exit_code, OutsideError)(problem.message)
