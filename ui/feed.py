"""The only part of the window that talks to the engine."""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Callable

from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal

from station.clock import MONOTONIC, Clock
from station.engine.messages import (
    Calibrate,
    Calibrated,
    CalibrationNow,
    Command,
    Connect,
    Ended,
    KitStatus,
    Message,
    MuteClick,
    OpenSound,
    Problem,
    SoundStatus,
    Start,
    Started,
    Stop,
    VerdictNow,
)
from station.engine.ring import Records
from station.errors import EngineError
from station.model import Pad
from station.start_pad import PadLearner, StartPad
from station.units import NS_PER_S
from ui.link import EngineLink
from ui.outbox import Outbox
from ui.state import Dashboard, Phase

_FRAME_MS = 16
# The engine says that it is alive every few milliseconds.
_SILENT_AFTER_NS = 3 * NS_PER_S
_CLOSE_TIMEOUT_S = 12.0


class Feed(QObject):
    """Polls the engine at the screen's pace and keeps the view-model.

    Parameters
    ----------
    engine
        A running engine.
    state
        The view-model; the feed keeps it up to date.
    launch
        Starts another engine when the first one has ended.
    outbox
        Sends what is to be sent.

    Attributes
    ----------
    state
        What is shown.
    start_pad
        The pad that starts and stops, or None.

    learner
        Hears which pad is to start and stop; None when nobody is choosing one.

    Signals
    -------
    frame(now_ns)
        Paint: everything that came until now is in `state`.
    changed
        The phase, the progress or the problems have changed.
    kit_changed
        A kit's status is another.
    pad_struck
        The player gave the sign on the start pad.
    pad_learnt(pad)
        What the learner heard; None when its time was over.
    sound_changed, calibration_told
        The sound card is another, or it was said what is kept for it.
    calibrated
        A calibration has ended.
    take_started, verdict_changed, take_ended
        As they say; details are in `state`.
    engine_lost(str)
        The engine has ended, or does not answer; one sentence.
    engine_back
        A silent engine answers again, or a new one has been started.
    """

    frame = pyqtSignal("qint64")
    changed = pyqtSignal()
    kit_changed = pyqtSignal()
    pad_struck = pyqtSignal()
    pad_learnt = pyqtSignal(object)
    sound_changed = pyqtSignal()
    calibration_told = pyqtSignal()
    calibrated = pyqtSignal()
    take_started = pyqtSignal()
    verdict_changed = pyqtSignal()
    take_ended = pyqtSignal()
    engine_lost = pyqtSignal(str)
    engine_back = pyqtSignal()

    def __init__(
        self,
        engine: EngineLink,
        state: Dashboard,
        launch: Callable[[], EngineLink],
        outbox: Outbox,
        clock: Clock = MONOTONIC,
    ) -> None:
        super().__init__()
        self.state = state
        self.start_pad: StartPad | None = None
        self.learner: PadLearner | None = None
        self._sound: OpenSound | None = None
        self._engine: EngineLink | None = engine
        self._launch = launch
        self._outbox = outbox
        self._old_outboxes: list[Outbox] = []
        self._clock = clock
        self._kits: list[str] = []
        self._silent = False
        self._lost = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self.tick)

    def run(self) -> None:
        """Begin to poll."""
        self._timer.start()

    # ---------------------------------------------------------------- commands

    def connect_kits(self, addresses: list[str]) -> None:
        """Open these kits instead of those that are open."""
        self._kits = addresses
        self.state.connecting(len(addresses))
        self._send(Connect(addresses))
        self.kit_changed.emit()

    def remember_kits(self, addresses: list[str]) -> None:
        """These kits are being opened already; a new engine will open them, too."""
        self._kits = addresses

    def start(self, command: Start) -> None:
        """Begin a take."""
        self.state.asked(self._clock.now_ns(), command.count_in_bars, command.player)
        self._send(command)
        self.changed.emit()

    def open_sound(self, command: OpenSound) -> None:
        """Open this card instead of the one that is open; a new engine will open it, too."""
        self._sound = command
        self.state.sound = None
        self._send(command)

    def mute(self, *, muted: bool) -> None:
        """Let no click be heard, or let it be heard again."""
        self.state.muted = muted
        self._send(MuteClick(muted))
        self.changed.emit()

    def calibrate(self, command: Calibrate) -> None:
        """Begin a calibration."""
        self.state.asked_to_tap(self._clock.now_ns())
        self._send(command)
        self.changed.emit()

    def tell(self, command: Command) -> None:
        """Tell the engine anything else."""
        self._send(command)

    def learn_pad(self, *, learn: bool) -> None:
        """Listen for the pad that is to start and stop, or listen no more."""
        self.learner = PadLearner(self._clock.now_ns()) if learn else None

    def stop(self) -> None:
        """End the take."""
        self._send(Stop())

    def complain(self, problem: str) -> None:
        """Show a problem, one sentence."""
        self.state.complain(problem)
        self.changed.emit()

    def dismiss_problems(self) -> None:
        """The player has read them."""
        self.state.problems = ()
        self.changed.emit()

    def new_engine(self) -> None:
        """Give up the engine that has ended or does not answer, and start another."""
        if self._engine is not None:
            self._outbox.end(self._engine)
            self._engine = None
        # An engine that does not answer takes seconds to end; the next one need not wait.
        self._old_outboxes.append(self._outbox)
        self._outbox = Outbox()
        try:
            self._engine = self._launch()
        except EngineError as error:
            self.engine_lost.emit(str(error))
            return
        self._silent, self._lost = False, 0
        self.state.reborn()
        self.engine_back.emit()
        if self._kits:
            self.connect_kits(self._kits)
        if self._sound is not None:
            self.open_sound(self._sound)
        if self.state.muted:
            self._send(MuteClick(True))
        self.changed.emit()

    def close(self) -> None:
        """End the engine; a running take is finished and kept."""
        self._timer.stop()
        if self._engine is not None:
            self._outbox.end(self._engine)
            self._engine = None
        for outbox in (*self._old_outboxes, self._outbox):
            outbox.finish(_CLOSE_TIMEOUT_S)

    # ------------------------------------------------------------------- frame

    def tick(self) -> None:
        """Take over what came, and have it painted."""
        now_ns = self._clock.now_ns()
        if self._engine is not None:
            # Asked first: what a dying engine said before is heard in this frame.
            alive = self._engine.alive
            for message in self._engine.messages():
                self._hear(message)
            records = self._engine.poll()
            self.state.take_records(records)
            self._hear_pads(records, now_ns)
            self._count_lost()
            if not alive:
                self._bury()
            else:
                self._mind_silence(now_ns)
        with contextlib.suppress(queue.Empty):
            while True:
                # An engine that has ended is spoken of by its obituary, not by every command.
                failure = self._outbox.failures.get_nowait()
                if self.state.phase is not Phase.DEAD:
                    self.complain(failure)
        self.frame.emit(now_ns)

    def _hear(self, message: Message) -> None:
        self.state.take_message(message)
        match message:
            case KitStatus():
                self.kit_changed.emit()
            case Started():
                self.take_started.emit()
            case VerdictNow():
                self.verdict_changed.emit()
            case Ended():
                self.take_ended.emit()
            case SoundStatus():
                self.sound_changed.emit()
            case CalibrationNow():
                self.calibration_told.emit()
            case Calibrated():
                self.calibrated.emit()
            case _:
                pass
        if isinstance(message, Problem) or not isinstance(message, KitStatus | VerdictNow):
            self.changed.emit()

    def _hear_pads(self, records: Records, now_ns: int) -> None:
        # A simulated drummer operates nothing, nor do taps to a click.
        if self.state.simulated or self.state.tapping:
            return
        if self.learner is not None:
            pad: Pad | None = self.learner.hear(records, now_ns)
            if pad is not None or self.learner.left_ns(now_ns) <= 0:
                self.learner = None
                self.pad_learnt.emit(pad)
        elif self.start_pad is not None and self.start_pad.hear(records):
            self.pad_struck.emit()

    def _send(self, command: Command) -> None:
        if self._engine is not None:
            self._outbox.send(self._engine, command)

    def _count_lost(self) -> None:
        assert self._engine is not None
        lost = self._engine.lost
        if lost > self._lost:
            self.complain(
                f"{lost} judgements came too fast to be drawn; the take and its report have all."
            )
        self._lost = lost

    def _bury(self) -> None:
        assert self._engine is not None
        obituary = self._engine.obituary()
        self._outbox.end(self._engine)
        self._engine = None
        self.state.died()
        self.engine_lost.emit(obituary)
        self.changed.emit()

    def _mind_silence(self, now_ns: int) -> None:
        assert self._engine is not None
        beat_ns = self._engine.beat_ns
        silent = beat_ns > 0 and now_ns - beat_ns > _SILENT_AFTER_NS
        if silent and not self._silent:
            self.engine_lost.emit(
                "The engine does not answer; wait, or start a new one (what was recorded is kept)."
            )
        elif self._silent and not silent:
            self.engine_back.emit()
        self._silent = silent
