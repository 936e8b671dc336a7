"""What a recording says: where each click and each stroke began, and when that was.

Pure. The recorder is called for a cycle a little late, never early; so when a frame began is
read off the earliest of the calls around it. A server that was held up starts its count of time
anew, always later; so the calls after a frame tell, not those before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from station.units import NS_PER_S

# Within so many cycles one call is on time.
_CYCLES = 100
# A step in the server's time by more than this is no lateness.
_RESTARTED_NS = 300_000


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A recorder's two channels.

    Attributes
    ----------
    samples
        Left and right, shape (2, frames).
    places, frames, called_ns
        Of each cycle: where in the samples it begins, its first frame's number, and when the
        recorder was called; shape (cycles,).
    rate_hz
        Frames a second.
    """

    samples: NDArray[np.float32]
    places: NDArray[np.int64]
    frames: NDArray[np.int64]
    called_ns: NDArray[np.int64]
    rate_hz: int

    def onsets(self, channel: int, longest_gap: int) -> NDArray[np.int64]:
        """Frames at which sound begins after silence.

        Parameters
        ----------
        longest_gap
            Zeros within a sound are at most so many frames.
        """
        loud = np.flatnonzero(self.samples[channel])
        if len(loud) == 0:
            return loud
        first = np.concatenate(([True], np.diff(loud) > longest_gap))
        return self.frame_at(loud[first])

    def frame_at(self, place: NDArray[np.int64]) -> NDArray[np.int64]:
        """The card's number of a sample; cycles that the server left out are counted."""
        cycle = np.searchsorted(self.places, place, side="right") - 1
        frames: NDArray[np.int64] = self.frames[cycle] + place - self.places[cycle]
        return frames

    def began_ns(self, frames: NDArray[np.int64]) -> NDArray[np.int64]:
        """When each frame was due, on the host's clock; a card's latency is not in it."""
        offsets = self._offsets()
        cycle = np.searchsorted(self.frames, frames, side="right") - 1
        began: NDArray[np.int64] = self._nominal_ns(frames) + offsets[cycle]
        return began

    def restarts_ns(self) -> NDArray[np.int64]:
        """When the server had been held up and began its time anew."""
        offsets = self._offsets()
        restarts: NDArray[np.int64] = self.called_ns[1:][np.diff(offsets) > _RESTARTED_NS]
        return restarts

    def strayed_ns(self) -> int:
        """How far the card's clock was off the host's at the end, both being equal before."""
        offsets = self._offsets()
        return int(offsets[-1] - offsets[0])

    def _nominal_ns(self, frames: NDArray[np.int64]) -> NDArray[np.int64]:
        nominal: NDArray[np.int64] = (frames - self.frames[0]) * NS_PER_S // self.rate_hz
        return nominal

    def _offsets(self) -> NDArray[np.int64]:
        late = self.called_ns - self._nominal_ns(self.frames)
        padded = np.concatenate((late, np.full(_CYCLES - 1, late[-_CYCLES:].min())))
        earliest: NDArray[np.int64] = sliding_window_view(padded, _CYCLES).min(axis=1)
        return earliest
