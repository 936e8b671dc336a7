"""Click and kit voices of one take on one sound card."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.charts.chart import Chart
from station.clock import MONOTONIC, Clock
from station.errors import SoundError
from station.model import Mark, Pad, Zone
from station.sound.card_clock import CardClock
from station.sound.click import Clicks, lay_clicks
from station.sound.click_plan import ClickPlan
from station.sound.click_voices import Strength
from station.sound.desk import Desk
from station.sound.gap_marks import GapMarks
from station.sound.kit_voices import choke_group, cuts_off, voice_of
from station.sound.output import SoundOutput, open_output
from station.sound.rhythm_gate import Gate, lets_through
from station.sound.turns import GridTurns, Turn
from station.sound.voices import voice_bank
from station.units import NS_PER_MS

_LOOK_EVERY_NS = 5 * NS_PER_MS
# The frame that tick 0 falls on is fixed so long before the first click is mixed: as late as
# can be, since the fit of the clocks gets better all the time.
_FIXED_BEFORE_NS = 40 * NS_PER_MS
# A hit of velocity 127 is this often as loud, in decibels, as one of 64.
_VELOCITY_POWER = 1.6


@dataclass(frozen=True, slots=True)
class SoundStatus:
    """An open card, for people.

    Attributes
    ----------
    latency_ns
        From mixing to hearing, as the card says; what is really heard is calibrated.
    """

    address: str
    name: str
    rate_hz: int
    latency_ns: int


@dataclass(frozen=True, slots=True)
class Pumped:
    """What came of a look at the card.

    Attributes
    ----------
    turns
        For `TakeRun.turn_grid`, each before its time.
    marks
        For the take: where the card dropped out.
    problem
        The card is gone; said once.
    """

    turns: tuple[Turn, ...] = ()
    marks: tuple[Mark, ...] = ()
    problem: SoundError | None = None


_NOTHING = Pumped()


@dataclass(frozen=True, slots=True)
class KitSound:
    """How the kit's own voices sound.

    Attributes
    ----------
    volume, balance
        As for `ClickPlan`.
    gate
        Which hits sound.
    """

    volume: float = 0.8
    balance: float = 0.0
    gate: Gate = Gate.OFF


class Metronome:
    """A card with a click on it; without a card, all of it does nothing.

    One thread calls everything. A card may be open for many takes: its clock is known the
    better the longer it plays, so it should be opened before the player says start.

    Parameters
    ----------
    clock
        The host's monotonic clock.
    """

    def __init__(self, clock: Clock = MONOTONIC) -> None:
        self._clock = clock
        self._output: SoundOutput | None = None
        self._desk: Desk | None = None
        self._card: CardClock | None = None
        self._gap_marks = GapMarks()
        self._clicks: Clicks | None = None
        self._plan = ClickPlan()
        self._kit = KitSound()
        self._muted = False
        self._start_ns: int | None = None
        self._zero_frame: int | None = None
        self._to_schedule = False
        self._turns: GridTurns | None = None
        self._look_due_ns = 0

    @property
    def status(self) -> SoundStatus | None:
        """The open card; None where there is none, or it is gone."""
        output = self._output
        if output is None:
            return None
        return SoundStatus(output.address, output.name, output.rate_hz, output.latency_ns)

    @property
    def lead_ns(self) -> int:
        """So long before its first click a take has to be started, to have all of that click."""
        latency_ns = self._output.latency_ns if self._output is not None else 0
        return latency_ns + _FIXED_BEFORE_NS + 2 * _LOOK_EVERY_NS

    @property
    def zero_frame(self) -> int | None:
        """Which of the card's frames tick 0 is; None until that is decided."""
        return self._zero_frame

    def frame_heard(self, host_ns: int) -> float | None:
        """Which of the card's frames is heard at a moment; None without a card."""
        if self._card is None or not self._card.fit.buckets:
            return None
        return self._card.fit.frame(host_ns)

    def open(self, address: str) -> None:
        """Open a card in place of the one before; it plays silence.

        Parameters
        ----------
        address
            `audio://default`, `audio://` and a part of a name, `audio://none`, `simsound://`.

        Raises
        ------
        WrongUse
            When the address makes no sense.
        SoundError
            When there is no such card or it refuses; there is none open then.
        """
        self.close()
        output = open_output(address, self._clock)
        if output is None:
            return
        desk = Desk(voice_bank(output.rate_hz), output.channels, jack=output.jack)
        try:
            output.play(desk)
        except SoundError:
            output.close()
            raise
        self._output, self._desk = output, desk
        self._card = CardClock(output, desk)
        self._set_levels()

    def prepare(self, chart: Chart, plan: ClickPlan) -> None:
        """What is to be clicked; in a take, instead of what was said before, at the same place.

        Parameters
        ----------
        plan
            Its count-in counts from tick 0 backwards.
        """
        self._clicks, self._plan = lay_clicks(chart, plan), plan
        self._set_levels()
        self._to_schedule = self._zero_frame is not None

    def sound_kit(self, kit: KitSound) -> None:
        """How `strike` sounds from now on."""
        self._kit = kit
        self._set_levels()

    def mute(self, *, muted: bool) -> None:
        """Let no click be heard from the next block on, or let it be heard again.

        The grid runs on meanwhile, and kit voices sound.
        """
        self._muted = muted
        # Between takes the click has no level, lest the end of one is heard in the next.
        if self._start_ns is not None:
            self._set_levels()

    def start(self, start_ns: int) -> None:
        """Let tick 0's click leave the speaker at `start_ns`, and all others by the card's clock.

        Parameters
        ----------
        start_ns
            On the host's clock. `lead_ns` after now at least, plus the count-in; what lies
            before is left out.
        """
        self.stop()
        if self._desk is not None:
            self._start_ns = start_ns

    def stop(self) -> None:
        """No more clicks; the card stays open."""
        self._start_ns = self._zero_frame = self._turns = None
        self._to_schedule = False
        if self._desk is not None:
            self._desk.levels(click=(0.0, 0.0))
            self._to_schedule = True

    def pump(self, now_ns: int) -> Pumped:
        """Look at the card; to be called every few ms at least, costs nothing in between."""
        if now_ns < self._look_due_ns or self._output is None or self._card is None:
            return _NOTHING
        self._look_due_ns = now_ns + _LOOK_EVERY_NS
        problem = self._output.tend()
        self._gap_marks.add(self._card.look(), self._card.fit, self._output.rate_hz)
        marks = self._gap_marks.due(now_ns)
        if problem is not None:
            turns = (self._turns.let_go(now_ns),) if self._turns is not None else ()
            self.close()
            return Pumped(turns, marks, problem)
        self._fix_zero(now_ns)
        if self._to_schedule:
            self._schedule()
        turn = self._turns.next(now_ns) if self._turns is not None else None
        if turn is None and not marks:
            return _NOTHING
        return Pumped((turn,) if turn is not None else (), marks)

    def strike(self, pad: Pad, zone: Zone, velocity: int, offset_ns: int | None = None) -> bool:
        """Let a hit sound with the card's next block.

        Parameters
        ----------
        velocity
            0 to 127.
        offset_ns
            As it was judged at once, for the gate; None for an extra hit.

        Returns
        -------
        bool
            Whether it sounds.
        """
        if self._desk is None or not lets_through(self._kit.gate, offset_ns):
            return False
        voice = self._desk.bank.places[voice_of(pad, zone)]
        gain = (min(127, max(0, velocity)) / 127) ** _VELOCITY_POWER
        return self._desk.strike(voice, gain, choke_group(pad), cuts=cuts_off(pad, zone))

    def choke(self, pad: Pad) -> None:
        """A hand on a cymbal."""
        group = choke_group(pad)
        if self._desk is not None and group:
            self._desk.strike(-1, 0.0, group, cuts=True)

    def close(self) -> None:
        """Let the card go; may be called twice."""
        output, self._output = self._output, None
        self._desk = self._card = None
        self._start_ns = self._zero_frame = self._turns = None
        if output is not None:
            output.close()

    def _set_levels(self) -> None:
        if self._desk is not None:
            self._desk.levels(
                click=(0.0, 0.0) if self._muted else _sides(self._plan.volume, self._plan.balance),
                kit=_sides(self._kit.volume, self._kit.balance),
            )

    def _fix_zero(self, now_ns: int) -> None:
        """Decide which frame tick 0 is, when its time has come."""
        if self._start_ns is None or self._zero_frame is not None:
            return
        if self._card is None or self._clicks is None or not self._card.fit.buckets:
            return
        times = self._clicks.times_ns()
        first_ns = self._start_ns + (min(0, int(times[0])) if len(times) else 0)
        if now_ns < first_ns - self.lead_ns:
            return
        rate_hz = self._card_rate
        self._zero_frame = round(self._card.fit.frame(self._start_ns))
        self._turns = GridTurns(self._card.fit, rate_hz, self._zero_frame, self._start_ns)
        self._to_schedule = True

    @property
    def _card_rate(self) -> int:
        assert self._output is not None
        return self._output.rate_hz

    def _schedule(self) -> None:
        """Hand the clicks to the card, as soon as it takes them."""
        assert self._desk is not None
        if self._zero_frame is None or self._clicks is None:
            frames = np.zeros(0, np.int64)
            voices = np.zeros(0, np.int32)
        else:
            frames = self._zero_frame + self._clicks.frames(self._card_rate)
            # The rest of a click that should have begun is no click.
            still = frames >= self._desk.position
            frames = frames[still]
            voices = self._voices()[still]
        if self._desk.schedule(frames, voices, np.ones(len(frames), np.float32)):
            self._to_schedule = False
            self._set_levels()

    def _voices(self) -> NDArray[np.int32]:
        assert self._desk is not None
        assert self._clicks is not None
        by_strength = [self._desk.bank.click(self._plan.voice, s) for s in Strength]
        return np.array(by_strength, np.int32)[self._clicks.strengths]


def _sides(volume: float, balance: float) -> tuple[float, float]:
    """Loudness left and right. Ears hear powers, so the volume is squared."""
    loud = volume * volume
    return loud * min(1.0, 1 - balance), loud * min(1.0, 1 + balance)
