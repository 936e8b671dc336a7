"""The engine's process without the process: kits, a take, commands in, messages out.

One thread calls everything here. Drivers' threads only wake the loop.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime

from station._version import __version__
from station.calibration.names import LOOPBACK, kit_name
from station.charts import document
from station.charts.chart import Chart
from station.clock import Clock
from station.engine.heard import in_time_order, show_heard
from station.engine.host_calibration import (
    Tapping,
    begin_tapping,
    calibration_now,
    end_tapping,
    tapping_start,
)
from station.engine.host_sound import HostSound
from station.engine.kit_link import KitLink
from station.engine.memory_take import MemoryTake
from station.engine.messages import (
    AskCalibration,
    AskReport,
    Calibrate,
    Command,
    Connect,
    Ended,
    Message,
    MuteClick,
    OpenSound,
    Problem,
    Quit,
    ReportReady,
    Start,
    Started,
    Stop,
    VerdictNow,
)
from station.engine.ring import RingWriter
from station.engine.take_run import TakeRun
from station.errors import KitError, KitReason, StationError, StoreReason, WrongUse
from station.hal.api import BringsItsTime, FollowsChart
from station.kept import kept_report, report_of
from station.model import Calibration, Take, TakeState, Verdict
from station.report import verdict_dict
from station.takes.ids import uuid7
from station.takes.store import Store
from station.takes.writer import TakeWriter
from station.units import NS_PER_MS, NS_PER_S, ns_from_ms

# From the command to the first click, so that the window can draw it before it sounds.
_LEAD_NS = 100 * NS_PER_MS
_VERDICT_EVERY_NS = 100 * NS_PER_MS
# Confirming is in no hurry, and the loop goes round ten thousand times a second.
_CONFIRM_EVERY_NS = 2 * NS_PER_MS
_BEFORE_ALL_TIME_NS = -(2**63)
# The longest that opening a kit may take.
_OPENED_WITHIN_NS = 8 * NS_PER_S
# … and a sound card, whose voices are rendered and whose kernels may have to be compiled.
_SOUND_WITHIN_NS = 60 * NS_PER_S
_STATUS_EVERY_NS = 200 * NS_PER_MS


class Host:
    """Kits and at most one take.

    Parameters
    ----------
    ring
        Where judgements go.
    say
        Takes messages; must not block.
    wake
        Given to the drivers.
    clock
        The host's monotonic clock.

    Attributes
    ----------
    quitting
        True once the process should end.
    """

    def __init__(
        self,
        ring: RingWriter,
        say: Callable[[Message], None],
        wake: Callable[[], None],
        clock: Clock,
    ) -> None:
        self.quitting = False
        self._ring = ring
        self._say = say
        self._wake = wake
        self._clock = clock
        self._numbers = itertools.count()
        self._links: list[KitLink] = []
        self._sound = HostSound(clock, say)
        self._store: Store | None = None
        self._run: TakeRun | None = None
        self._sink: TakeWriter | MemoryTake | None = None
        self._tapping: Tapping | None = None
        self._said_verdict: Verdict | None = None
        self._said_reason: StoreReason | None = None
        self._verdict_due_ns = 0
        self._confirm_due_ns = _BEFORE_ALL_TIME_NS
        self._status_due_ns = 0

    @property
    def playing(self) -> bool:
        """Whether a take is running."""
        return self._run is not None

    # ---------------------------------------------------------------- commands

    def obey(self, command: Command) -> None:
        """Carry out one command; what goes wrong is said, never raised."""
        try:
            match command:
                case Connect():
                    self._connect(command.addresses)
                case OpenSound():
                    self._open_sound(command)
                case Start():
                    self._start(command)
                case Stop():
                    self.end_take(TakeState.FINISHED, self._clock.now_ns())
                case MuteClick():
                    self._sound.mute(self._run, muted=command.muted)
                case AskCalibration():
                    port = command.midi_port
                    self._say(calibration_now(self._kit, self._sound, port, self._open_store))
                case Calibrate():
                    self._start(tapping_start(command), tapping=True)
                case AskReport():
                    report = kept_report(self._open_store(), command.take_id)
                    self._say(ReportReady(command.take_id, report.to_dict()))
                case Quit():
                    self.end_take(TakeState.FINISHED, self._clock.now_ns())
                    self.quitting = True
        except StationError as error:
            self._say(Problem(str(error), error.exit_code))

    def complain(self, problem: Problem) -> None:
        """Say what was wrong with a command that could not be read."""
        self._say(problem)

    def _connect(self, addresses: list[str]) -> None:
        if self.playing:
            raise WrongUse("The kit cannot be changed in mid-take; stop the take first.")
        self._close_links()
        # A board is asked who it is, a busy MIDI system lets one wait: silence is no death then.
        self._ring.beat(self._clock.now_ns() + len(addresses) * _OPENED_WITHIN_NS)
        for number, address in enumerate(addresses):
            link = KitLink(address, number, self._numbers, self._clock)
            try:
                link.open(self._wake)
            except StationError:
                link.close()
                self._close_links()
                raise
            self._links.append(link)
        self._say_status()

    def _open_sound(self, command: OpenSound) -> None:
        if self.playing:
            raise WrongUse("The sound card cannot be changed in mid-take; stop the take first.")
        self._ring.beat(self._clock.now_ns() + _SOUND_WITHIN_NS)
        self._sound.open(command.address, command.kit_voices)

    def _start(self, command: Start, *, tapping: bool = False) -> None:
        if self.playing:
            raise WrongUse("A take is running; stop it first.")
        if not self._links:
            raise KitError(
                "No kit is connected; choose one that 'station kits' lists.", KitReason.NOT_A_KIT
            )
        chart = document.parse(command.chart)
        if not chart.notes:
            raise WrongUse(f"'{chart.title}' has no notes to play; choose another chart.")
        store = self._open_store() if command.keep else None
        self._prepare_sound(command, chart)
        self._tapping = begin_tapping(self._kit, self._sound.heard_from, chart) if tapping else None
        # What was struck before belongs to no take.
        self._numbers = itertools.count()
        for link in self._links:
            link.begin_take(self._numbers, self._wake)
        start_ns, awaited = self._start_time(command, chart)
        for link in self._links:
            if isinstance(link.source, FollowsChart):
                link.source.follow(chart, start_ns)
        take = self._take_of(command, chart, start_ns)
        self._sink = store.begin(take) if store is not None else MemoryTake(take)
        self._confirm_due_ns = _BEFORE_ALL_TIME_NS
        self._said_verdict, self._said_reason = None, None
        self._run = TakeRun(
            chart,
            None if awaited else start_ns,
            latency_ns=take.latency_ns,
            calibrated=take.calibrated,
            ring=self._ring,
            sink=self._sink,
            clock=self._clock,
            at_once=self._sound.strike_judged if self._sound.gated else None,
        )
        if not awaited:
            self._sound.start(self._run, start_ns)
        self._say(Started(take.id, -1 if awaited else start_ns))

    def _prepare_sound(self, command: Start, chart: Chart) -> None:
        bringing = any(isinstance(link.source, BringsItsTime) for link in self._links)
        # What was played long ago, no click can go with.
        click = None if bringing else command.click
        self._sound.prepare(chart, click, 0 if command.on_first_hit else command.count_in_bars)
        self._sound.sound_kit(command.kit_voices)

    def _start_time(self, command: Start, chart: Chart) -> tuple[int, bool]:
        """When tick 0 is, and whether the first hit is awaited instead."""
        bringing = [link.source for link in self._links if isinstance(link.source, BringsItsTime)]
        if bringing:
            return bringing[0].start_ns, False
        if command.start_ns is not None:
            return command.start_ns, False
        metre = chart.metre[0]
        bar_ns = round(metre.beats * 60e9 / chart.bpm)
        lead_ns = max(_LEAD_NS, self._sound.lead_ns)
        start_ns = self._clock.now_ns() + lead_ns + command.count_in_bars * bar_ns
        return start_ns, command.on_first_hit

    def _take_of(self, command: Start, chart: Chart, start_ns: int) -> Take:
        found = self._calibration(command)
        given = command.latency_ms is not None and not command.on_first_hit
        # A loop-back knows when the click sounds, and nothing of the pad: that is taken off, but
        # where the hits lie against the click is not known by it.
        calibrated = given or (found is not None and found.method != LOOPBACK)
        latency_ns = found.latency_ns if found else ns_from_ms(command.latency_ms or 0.0)
        return Take(
            id=str(uuid7()),
            player=command.player,
            started_at=datetime.now(UTC).astimezone().isoformat(timespec="milliseconds"),
            start_ns=start_ns,
            chart_title=chart.title,
            chart_json=command.chart,
            kits=tuple(link.used() for link in self._links),
            latency_ns=latency_ns,
            calibrated=calibrated,
            state=TakeState.RECORDING,
            version=__version__,
            calibration=found,
        )

    def _calibration(self, command: Start) -> Calibration | None:
        """What was measured of these kits with this sound, where it holds for the take."""
        sound = self._sound.heard_from
        asked = command.keep and command.latency_ms is None and not command.on_first_hit
        if not asked or not sound:
            return None
        return self._open_store().calibration(self._kit, sound)

    @property
    def _kit(self) -> str:
        """The open kits, as calibrations name them."""
        return kit_name(link.address for link in self._links)

    # -------------------------------------------------------------------- life

    def pump(self) -> None:
        """Hear what came, judge it, and let time go on."""
        hits = []
        for link in self._links:
            found = link.pump()
            hits += found.hits
            self._sound.choke(found.marks)
            if self._run is not None and found.marks:
                self._run.mark(found.marks)
        if len(self._links) > 1:
            hits = in_time_order(hits)
        run = self._run
        if run is None or not self._sound.gated:
            # Nothing is nearer to the player's ear than this.
            self._sound.strike(hits)
        if run is None:
            show_heard(self._ring, hits, self._clock)
        else:
            awaited = run.start_ns is None
            watermark_ns = min(link.watermark_ns() for link in self._links)
            over = False
            if hits or watermark_ns >= self._confirm_due_ns:
                self._confirm_due_ns = watermark_ns + _CONFIRM_EVERY_NS
                over = run.judge(hits, watermark_ns)
            if run.start_ns is None:
                show_heard(self._ring, hits, self._clock)
            if awaited and run.start_ns is not None and self._sink is not None:
                self._sink.set_start(run.start_ns)
                self._sound.start(run, run.start_ns)
                self._say(Started(self._sink.take_id, run.start_ns))
            if over or all(link.ended for link in self._links):
                self.end_take(TakeState.FINISHED)
        self._sound.pump(self._run)
        self._talk()

    def end_take(self, state: TakeState, end_ns: int | None = None) -> None:
        """Finish a running take, keep it, and say its report; nothing when none runs.

        Parameters
        ----------
        state
            How it ended.
        end_ns
            When it was stopped; None when the chart is over.
        """
        run, sink = self._run, self._sink
        if run is None or sink is None:
            return
        self._run = self._sink = None
        tapping, self._tapping = self._tapping, None
        heard_from = self._sound.heard_from
        self._sound.stop()
        if end_ns is not None:
            end_ns = run.grid_ns(end_ns)
        run.finish(end_ns)
        if end_ns is not None:
            sink.set_end(end_ns)
        sink.finish(state)
        if sink.problem is not None:
            self._say(Problem(str(sink.problem), sink.problem.exit_code))
        try:
            report = (
                report_of(sink.take, sink.hits_on_grid(), sink.marks)
                if isinstance(sink, MemoryTake)
                else kept_report(self._open_store(), sink.take_id)
            )
            if tapping is not None:
                told = report.to_dict()
                self._say(end_tapping(tapping, heard_from, told, self._open_store))
                return
            self._say(Ended(sink.take_id, state.value, report.to_dict()))
        except StationError as error:
            self._say(Problem(str(error), error.exit_code))
            self._say(Ended(sink.take_id, state.value))

    def close(self) -> None:
        """Close kits and store; a running take is marked as broken off, and kept."""
        self.end_take(TakeState.BROKEN_OFF, self._clock.now_ns())
        self._close_links()
        self._sound.close()
        if self._store is not None:
            self._store.close()
            self._store = None

    # ----------------------------------------------------------------- private

    def _open_store(self) -> Store:
        if self._store is None:
            self._store = Store.open()
        return self._store

    def _close_links(self) -> None:
        for link in self._links:
            link.close()
        self._links.clear()

    def _talk(self) -> None:
        """Say what is news, at a pace that people and pipes can follow."""
        now = self._clock.now_ns()
        self._ring.beat(now)
        if now >= self._status_due_ns:
            self._status_due_ns = now + _STATUS_EVERY_NS
            self._say_status()
            self._say_problem()
        if self._run is not None and now >= self._verdict_due_ns:
            self._verdict_due_ns = now + _VERDICT_EVERY_NS
            for found in self._run.found_again():
                self._say(found)
            verdict = self._run.verdict()
            if verdict is not None and verdict != self._said_verdict:
                self._said_verdict = verdict
                self._say(VerdictNow(verdict_dict(verdict)))

    def _say_problem(self) -> None:
        """Say once what stands in the way of keeping; its sentence counts the hits, and grows."""
        problem = self._sink.problem if self._sink is not None else None
        reason = problem.reason if problem is not None else None
        if problem is not None and reason is not self._said_reason:
            self._say(Problem(str(problem), problem.exit_code, passing=True))
        self._said_reason = reason

    def _say_status(self) -> None:
        for link in self._links:
            news = link.news()
            if news is not None:
                self._say(news)
