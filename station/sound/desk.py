"""The mixing desk: the tables that a card's thread reads, and who may write to them when.

One thread of ours writes, the card's thread reads, and nobody waits. Whatever is handed over
is written first and counted afterwards. A new schedule goes where the card does not look.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.sound import mixer
from station.sound.jack_clock import JackClock
from station.sound.voices import VoiceBank
from station.timing.tables import addresses


@dataclass(frozen=True, slots=True)
class Gap:
    """Where the card was not fed.

    Attributes
    ----------
    frame
        The first that was missed.
    lost
        How many frames; 0 where the card complained and nothing was lost.
    """

    frame: int
    lost: int


class Desk:
    """One card's mix.

    Parameters
    ----------
    bank
        The voices, at the card's rate.
    channels
        1 or 2.
    jack
        Where JACK's count of frames is to be had.

    Attributes
    ----------
    where
        The tables' addresses, as the kernels take them.
    """

    def __init__(self, bank: VoiceBank, channels: int, jack: JackClock | None = None) -> None:
        self.bank = bank
        self.channels = channels
        self._control = np.zeros(1, mixer.CONTROL)
        self._levels = np.ones(1, mixer.LEVELS)
        self._strikes = np.zeros(mixer.STRIKES, mixer.STRIKE)
        self._ringing = np.zeros(mixer.POLYPHONY, mixer.RINGING)
        self._ringing["voice"] = -1
        self._blocks = np.zeros(mixer.BLOCKS, mixer.BLOCK)
        self._gaps = np.zeros(mixer.GAPS, mixer.GAP)
        self._schedules = [np.zeros(0, mixer.CLICK), np.zeros(0, mixer.CLICK)]
        self._control["rate_hz"] = self._control["true_hz"] = bank.rate_hz
        self._control["channels"] = channels
        if jack is not None:
            self._control["jack_client"] = jack.client
            self._control["jack_frames_at"] = jack.frames_at
            self._control["jack_time_at"] = jack.time_at
        self._blocks_read = self._gaps_read = 0
        self._samples, self._first = bank.samples.copy(), bank.first.copy()
        rows: list[tuple[NDArray[Any], np.dtype[Any]]] = [
            (self._control, mixer.CONTROL),
            (self._levels, mixer.LEVELS),
            (self._samples, np.dtype(np.float32)),
            (self._first, np.dtype(np.int64)),
            (self._schedules[0], mixer.CLICK),
            (self._schedules[1], mixer.CLICK),
            (self._strikes, mixer.STRIKE),
            (self._ringing, mixer.RINGING),
            (self._blocks, mixer.BLOCK),
            (self._gaps, mixer.GAP),
        ]
        self.where = addresses([a for a, _ in rows], [d for _, d in rows])

    @property
    def position(self) -> int:
        """The frame that the next block begins with, counted from when the card was opened."""
        return int(self._control["position"][0])

    @property
    def blocks_played(self) -> int:
        """How many blocks the card has asked for."""
        return int(self._control["blocks"][0])

    def runs_at(self, true_hz: float) -> None:
        """How many of the card's frames there are in a second of the host's."""
        self._control["true_hz"] = true_hz

    def schedule(
        self, frames: NDArray[np.int64], voices: NDArray[np.int32], gains: NDArray[np.float32]
    ) -> bool:
        """Let these clicks sound from the next block on, instead of those before.

        Parameters
        ----------
        frames
            When each begins, on the card's clock, in order; shape (n,).
        voices, gains
            What sounds, and how loud; shape (n,).

        Returns
        -------
        bool
            False: the card has not yet taken the schedule before; ask again after a block.
        """
        control = self._control[0]
        if control["asked"] != control["sounding"]:
            return False
        clicks = np.zeros(len(frames), mixer.CLICK)
        clicks["frame"], clicks["voice"], clicks["gain"] = frames, voices, gains
        place = 1 - int(control["sounding"])
        self._schedules[place] = clicks
        self.where[mixer.T_CLICKS + place] = clicks.ctypes.data, len(clicks)
        self._control["asked"] = place
        return True

    def levels(
        self, *, click: tuple[float, float] | None = None, kit: tuple[float, float] | None = None
    ) -> None:
        """Loudness left and right, 0 to 1, of the click and of the kit."""
        if click is not None:
            self._levels["click_left"], self._levels["click_right"] = click
        if kit is not None:
            self._levels["kit_left"], self._levels["kit_right"] = kit

    def strike(self, voice: int, gain: float, group: int = 0, *, cuts: bool = False) -> bool:
        """Let a voice begin with the next block.

        Parameters
        ----------
        voice
            Its number in the bank; −1 only cuts.
        gain
            0 to 1.
        group, cuts
            Whether it ends what still rings of its group.

        Returns
        -------
        bool
            False when more strokes wait than anybody can strike within a block.
        """
        control = self._control[0]
        written = int(control["strikes_written"])
        if written - int(control["strikes_read"]) >= mixer.STRIKES:
            return False
        self._strikes[written % mixer.STRIKES] = voice, group, cuts, gain
        self._control["strikes_written"] = written + 1
        return True

    def new_blocks(self) -> NDArray[np.void]:
        """Blocks played since last asked, `mixer.BLOCK`; what was missed meanwhile is left out."""
        written = self.blocks_played
        # Those that the card may be writing over are left alone.
        begin = max(self._blocks_read, written - mixer.BLOCKS + 8)
        self._blocks_read = written
        return self._blocks[np.arange(begin, written) % mixer.BLOCKS]

    def new_gaps(self) -> list[Gap]:
        """Dropouts since last asked."""
        written = int(self._control["gaps_written"][0])
        begin = max(self._gaps_read, written - mixer.GAPS)
        self._gaps_read = written
        rows = self._gaps[np.arange(begin, written) % mixer.GAPS]
        return [Gap(int(row["frame"]), int(row["lost"])) for row in rows]
