"""What the dashboard shows, as plain values: no Qt, no clock, no engine."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.engine.messages import (
    Calibrated,
    CalibrationNow,
    Ended,
    FoundAgain,
    GridNow,
    KitStatus,
    Message,
    Problem,
    Progress,
    Ready,
    ReportReady,
    SoundStatus,
    Started,
    VerdictNow,
)
from station.engine.ring import Records
from station.grid_clock import GridClock
from station.model import PADS, Flag, JudgementKind
from station.sound_choice import SoundChoice
from station.units import NS_PER_MS
from ui.grid import Grid, Place
from ui.marks import Marks
from ui.practice import Practice
from ui.sheet.live import LivePlayed

METER_HITS = 16
# Polls that are kept while the start of the take is not known yet.
_MOST_EARLY = 64
_MOST_PROBLEMS = 2
_SUSPECT = Flag.DOUBLE_TRIGGER | Flag.CROSSTALK
# People tap before the click that they know is coming, by less than this.
_TAP_EARLY_NS = 200 * NS_PER_MS


class Phase(StrEnum):
    """Where the dashboard is.

    STARTING until the engine is ready; IDLE between takes; ASKED from the press of the key
    until the engine has begun; AWAITING the first hit; PLAYING; DEAD without an engine.
    """

    STARTING = "starting"
    IDLE = "idle"
    ASKED = "asked"
    AWAITING = "awaiting"
    PLAYING = "playing"
    DEAD = "dead"


class Dashboard:
    """The view-model.

    Attributes
    ----------
    phase
        See `Phase`.
    progress
        What the engine is busy with before it is ready.
    kits
        By address, as last said.
    grid
        Of the chart on the desk, or None.
    count_in_bars
        Of the take.
    player
        Who plays; may be empty.
    take_id
        Of the running or the last take; empty before the first.
    start_ns
        Tick 0 on the monotonic clock, or None when not known (yet).
    sound
        The sound card as last said, or None.
    verdict
        The JSON of the verdict as last said, or None.
    notice
        What the player should know in mid-take, one sentence; empty for nothing.
    report, take_state
        Of the last take that has ended.
    problems
        The last troubles since a take was asked for, one sentence each.
    marks
        Hits and missed notes of the take.
    played
        The same, note by note.
    offsets_ns
        The last confirmed offsets, oldest first, at most `METER_HITS`.
    hits, missed, extra
        Confirmed so far.
    practice
        What is chosen of the chart on the desk, between takes; None without a chart.
    sound_choice
        How takes are to sound.
    muted
        Whether no click is heard for now.
    calibration
        What is kept for the kit with the click, as last said; None when nobody asked.
    tapping
        Whether a calibration is running or about to, in place of a take.
    taps
        Heard in it so far.
    calibrated
        What came of the last one; None while it runs.
    uncalled
        Why placement is not called in this take, one sentence; empty where it may be.
    heard_ns
        For each of `model.PADS`: when it was last struck, 0 for never.
    """

    def __init__(self) -> None:
        self.phase = Phase.STARTING
        self.progress = "Starting the engine …"
        self.kits: dict[str, KitStatus] = {}
        self.grid: Grid | None = None
        self.count_in_bars = 1
        self.player = ""
        self.take_id = ""
        self.start_ns: int | None = None
        self.sound: SoundStatus | None = None
        self.verdict: dict[str, Any] | None = None
        self.notice = ""
        self.report: dict[str, Any] | None = None
        self.take_state = ""
        self.problems: tuple[str, ...] = ()
        self.marks = Marks()
        self.played = LivePlayed()
        self.offsets_ns: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self.hits = self.missed = self.extra = 0
        self.heard_ns: NDArray[np.int64] = np.zeros(len(PADS), dtype=np.int64)
        self.practice: Practice | None = None
        self.sound_choice = SoundChoice()
        self.muted = False
        self.calibration: CalibrationNow | None = None
        self.tapping = False
        self.taps = 0
        self.calibrated: Calibrated | None = None
        self.uncalled = ""
        self._kits_wanted = 1
        self._asked_ns = 0
        self._early: list[Records] = []
        self._clock = GridClock()

    # ------------------------------------------------------------------- asked

    @property
    def playing(self) -> bool:
        """Whether a take is running or about to."""
        if self.phase is Phase.STARTING:
            return self._asked_ns > 0
        return self.phase in (Phase.ASKED, Phase.AWAITING, Phase.PLAYING)

    @property
    def simulated(self) -> bool:
        """Whether nobody strikes what is heard."""
        return bool(self.kits) and all(kit.simulated for kit in self.kits.values())

    @property
    def deaf(self) -> bool:
        """Whether a click was chosen that has nothing to sound from: it is to be seen then."""
        card = self.sound is not None and bool(self.sound.name)
        module = self.calibration is not None and self.calibration.sound.startswith("midi:")
        chosen = self.sound_choice
        missing = (chosen.has_card and self.sound is not None and not card) or (
            not chosen.has_card and self.calibration is not None and not module
        )
        return chosen.clicks and missing

    def chart_ns(self, now_ns: int) -> int | None:
        """Chart time now; None when no take is running."""
        if self.phase is not Phase.PLAYING or self.start_ns is None:
            return None
        return self._clock.at(now_ns) - self.start_ns

    def place(self, now_ns: int) -> Place | None:
        """Where in the music we are; None when no take is running or it is over."""
        t_ns = self.chart_ns(now_ns)
        if t_ns is None or self.grid is None or t_ns >= self.grid.chart.length_ns:
            return None
        if t_ns < -self.count_in_bars * self.grid.beats_in_bar * self.grid.count_in_beat_ns:
            return None
        return self.grid.place_at(t_ns)

    # -------------------------------------------------------------------- told

    def lay_out(self, grid: Grid) -> None:
        """Put another chart on the desk."""
        self.grid = grid
        self._clear_take()

    def asked(self, now_ns: int, count_in_bars: int, player: str) -> None:
        """A take has been asked for at `now_ns`."""
        self._clear_take()
        self._asked_ns = now_ns
        self.count_in_bars = count_in_bars
        self.player = player
        self.problems = ()
        if self.phase is not Phase.STARTING:
            self.phase = Phase.ASKED

    def asked_to_tap(self, now_ns: int) -> None:
        """A calibration has been asked for at `now_ns`."""
        self.asked(now_ns, 1, self.player)
        self.tapping, self.taps, self.calibrated = True, 0, None

    def connecting(self, kits: int) -> None:
        """So many kits are being opened, in place of those that were."""
        self.kits = {}
        self._kits_wanted = kits

    def complain(self, problem: str) -> None:
        """Something went wrong; one sentence."""
        others = [p for p in self.problems if p != problem]
        self.problems = (*others, problem)[-_MOST_PROBLEMS:]

    def died(self) -> None:
        """The engine is gone."""
        self.phase = Phase.DEAD
        self.kits = {}
        self.start_ns = None
        self.tapping = False
        self.sound = self.calibration = None
        self._asked_ns = 0

    def reborn(self) -> None:
        """A new engine starts."""
        self.phase = Phase.STARTING
        self.problems = ()

    def take_message(self, message: Message) -> None:
        """Take over what the engine said."""
        match message:
            case Progress():
                self.progress = message.text
            case Ready():
                self.progress = ""
                # A take that was asked for while the engine started is still to come.
                self.phase = Phase.ASKED if self._asked_ns else Phase.IDLE
            case KitStatus():
                self._see(message)
            case SoundStatus() | CalibrationNow() | Calibrated():
                self._hear_of_sound(message)
            case Started():
                self._begin(message)
            case GridNow():
                self._clock.turn(message.host_ns, message.rate_ppb)
            case VerdictNow():
                self.verdict = message.verdict
            case FoundAgain():
                self.notice = message.text
            case Ended():
                self.take_id, self.take_state = message.take_id, message.state
                self.report = message.report or None
                self._rest()
            case ReportReady():
                self.take_id, self.report = message.take_id, message.report
            case Problem():
                self.complain(message.message)
                # What may be over by itself never kept a take from beginning.
                if self.phase is Phase.ASKED and not message.passing:
                    self._rest()

    def take_records(self, records: Records) -> None:
        """Take over judgements, oldest first."""
        if not len(records):
            return
        # What is confirmed was heard before.
        struck = records[(records["kind"] != JudgementKind.MISSED) & (records["confirmed"] == 0)]
        pads = np.minimum(struck["pad"], len(PADS) - 1)
        np.maximum.at(self.heard_ns, pads, struck["judged_ns"])
        if self.tapping:
            self._count_taps(struck)
        elif self.phase is Phase.PLAYING and self.start_ns is not None:
            self._judge(records)
        elif self.playing:
            # Judgements can be here before the message that a take has begun.
            mine = records[records["judged_ns"] >= self._asked_ns]
            self._early = [*self._early, mine][-_MOST_EARLY:]

    # ----------------------------------------------------------------- private

    def _rest(self) -> None:
        self.phase, self._asked_ns = Phase.IDLE, 0
        self.tapping, self._early = False, []

    def _count_taps(self, struck: Records) -> None:
        # With the first click, not with the count-in; a bounce is no tap.
        if self.start_ns is not None:
            taps = struck[(struck["flags"] & int(_SUSPECT)) == 0]
            self.taps += int(np.count_nonzero(taps["t_ns"] > self.start_ns - _TAP_EARLY_NS))

    def _clear_take(self) -> None:
        self.marks.clear()
        self.played.clear()
        self.offsets_ns = np.empty(0, dtype=np.int64)
        self.hits = self.missed = self.extra = 0
        self.verdict = self.report = None
        self.notice = ""
        self.start_ns = None
        self.take_id = self.take_state = ""
        self._early = []
        self.uncalled = ""
        self._clock = GridClock()

    def _see(self, kit: KitStatus) -> None:
        # The last word of a kit that has just been closed may still be on its way: the
        # newest ones are those that are open.
        others = {a: k for a, k in self.kits.items() if a != kit.address}
        newest = [*others.items(), (kit.address, kit)][-self._kits_wanted :]
        self.kits = dict(newest)

    def _hear_of_sound(self, message: SoundStatus | CalibrationNow | Calibrated) -> None:
        if isinstance(message, Calibrated):
            self._rest()
            self._clear_take()
            self.calibrated = message
            if message.calibration is not None:
                found = message.calibration
                self.calibration = CalibrationNow(message.kit, message.sound, found)
            return
        if isinstance(message, SoundStatus):
            self.sound = message
        else:
            self.calibration = message
        if message.problem:
            self.complain(message.problem)

    def _begin(self, message: Started) -> None:
        self.take_id = message.take_id
        if message.start_ns < 0:
            self.phase = Phase.AWAITING
            return
        self.phase, self.start_ns = Phase.PLAYING, message.start_ns
        early, self._early = self._early, []
        if early:
            self._judge(np.concatenate(early))

    def _judge(self, records: Records) -> None:
        assert self.start_ns is not None
        written_ns = self.grid.chart.written_ns if self.grid else np.empty(0, dtype=np.int64)
        self.marks.add(records, self.start_ns, written_ns)
        self.played.add(records, self.start_ns, len(written_ns))
        sure = records[records["confirmed"] != 0]
        pairs = sure["offset_ns"][sure["kind"] == JudgementKind.HIT]
        self.offsets_ns = np.concatenate([self.offsets_ns, pairs])[-METER_HITS:]
        self.hits += len(pairs)
        self.missed += int(np.count_nonzero(sure["kind"] == JudgementKind.MISSED))
        self.extra += int(np.count_nonzero(sure["kind"] == JudgementKind.EXTRA))
