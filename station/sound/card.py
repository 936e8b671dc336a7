"""One block of a sound card's life: where it is on the card's own clock, then the mixing.

A dropout is a gap, never a shift. A card that could not be fed goes on counting; so does the
desk. JACK says how many frames have passed. Of other cards only the time is known that a block
will be heard at, and a callback that came late says too much of it for once, never too little.
So a jump is believed at once where the card complains, and corrected as soon as a later block
shows that it was less; where nobody complains, it is believed when it is still there after a
tenth of a second.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numba import carray, types  # type: ignore[attr-defined]
from numpy.typing import NDArray

from station.sound.jack_clock import ask_frames, ask_time
from station.sound.mixer import (
    BLOCK,
    BLOCKS,
    CONTROL,
    GAP,
    GAPS,
    T_BLOCKS,
    T_CONTROL,
    T_GAPS,
    TABLES,
    mix,
)
from station.timing.kernel import c_function, kernel
from station.timing.tables import table

# PortAudio's paOutputUnderflow.
UNDERFLOW = 4
# For so many blocks after a complaint the size of the gap may still be corrected.
_CORRECTED_FOR = 32
# A jump that nobody complains of: so large, and there for so many blocks and so long.
_JUMP_S = 0.003
_STILL_THERE_BLOCKS = 16
_STILL_THERE_S = 0.1
# How quickly the time that is due follows one that is later; one that is earlier it takes over.
# The second is such that it lies over the true one by as much as the earliest of the blocks
# does by which a gap is corrected: what is the same before and after a gap cancels.
_FOLLOW_UNKNOWN, _FOLLOW = 0.05, 0.5 / _CORRECTED_FOR**2


@kernel
def play_block(
    where: NDArray[np.int64],
    out: NDArray[np.float32],
    frames: int,
    now_s: float,
    heard_s: float,
    flags: int,
) -> None:
    """Find the position, remember the block's time, mix.

    Parameters
    ----------
    where
        The desk's tables.
    out
        Frames of interleaved channels, shape (frames · channels,).
    now_s, heard_s
        What the card's clock shows now, and what it will when the block's first frame is heard.
    flags
        PortAudio's: `UNDERFLOW` or not.
    """
    control = table(where, T_CONTROL, CONTROL)[0]
    if heard_s <= 0:  # some systems do not say
        heard_s = now_s
    if not control.begun:
        flags = 0  # what a stream stumbles over while it is opened, nobody hears
    heard_ns = np.int64(heard_s * 1e9)
    if control.jack_client:
        # PortAudio's time is JACK's estimate, which strays; JACK's clock does not.
        asked_ns = np.int64(ask_time(control.jack_time_at)) * 1000
        heard_ns = asked_ns + np.int64((heard_s - now_s) * 1e9)
        _follow_count(
            where, control, ask_frames(control.jack_frames_at, control.jack_client), flags
        )
        control.counted += frames
    else:
        _follow_time(where, control, heard_s, frames, flags)
    control.begun = 1
    blocks = table(where, T_BLOCKS, BLOCK)
    block = blocks[control.blocks % BLOCKS]
    block.frame = control.position
    block.heard_ns = heard_ns
    control.blocks += 1
    mix(where, out, frames)


@kernel
def _follow_count(where: NDArray[np.int64], control: Any, count: int, flags: int) -> None:
    """Go to where the card is that counts frames itself, modulo 2³²."""
    lost = (np.int64(count) - control.counted) & 0xFFFFFFFF if control.begun else 0
    control.counted = np.int64(count)
    if lost > 0 or flags & UNDERFLOW:
        _note_gap(where, control, control.position, lost)
        control.position += lost


@kernel
def _follow_time(
    where: NDArray[np.int64], control: Any, heard_s: float, frames: int, flags: int
) -> None:
    """Go to where the card must be by the time that the block will be heard at."""
    if not control.begun:
        control.due_s = heard_s
    late_s = heard_s - control.due_s
    complained = flags & UNDERFLOW
    if complained and control.correcting:
        _settle(where, control)
    if complained or control.correcting:
        if complained:
            control.correcting = _CORRECTED_FOR
            control.gap_frame, control.lost = control.position, 0
        # Rounded to the nearest: up at the complaint, and only down after it.
        jump = int(np.floor(late_s * control.true_hz + 0.5))
        jump = max(-control.lost, jump if complained else min(0, jump))
        control.position += jump
        control.lost += jump
        control.due_s += jump / control.true_hz
        late_s -= jump / control.true_hz
        control.correcting -= 1
        if control.correcting == 0:
            _settle(where, control)
    elif late_s > max(_JUMP_S, frames / control.true_hz):
        if control.suspected == 0 or late_s < control.least_late_s:
            control.least_late_s = late_s
        control.suspected += 1
        long_s = control.suspected * frames / control.true_hz
        if control.suspected >= _STILL_THERE_BLOCKS and long_s >= _STILL_THERE_S:
            lost = int(np.floor(control.least_late_s * control.true_hz + 0.5))
            _note_gap(where, control, control.position, lost)
            control.position += lost
            control.due_s += lost / control.true_hz
            control.suspected = 0
        control.due_s += frames / control.true_hz
        return
    control.suspected = 0
    follow = _FOLLOW if control.true_hz != control.rate_hz else _FOLLOW_UNKNOWN
    control.due_s += late_s if late_s < 0 else follow * late_s
    control.due_s += frames / control.true_hz


@kernel
def _settle(where: NDArray[np.int64], control: Any) -> None:
    control.correcting = 0
    _note_gap(where, control, control.gap_frame, control.lost)


@kernel
def _note_gap(where: NDArray[np.int64], control: Any, frame: int, lost: int) -> None:
    gap = table(where, T_GAPS, GAP)[control.gaps_written % GAPS]
    gap.frame = frame
    gap.lost = lost
    control.gaps_written += 1


def _callback(
    _input: Any, output: Any, frames: Any, times: Any, flags: Any, user: Any
) -> int:  # pragma: no cover - compiled
    """PortAudio's callback: PaStreamCallback."""
    where = carray(user, (TABLES, 2), np.int64)
    channels = table(where, T_CONTROL, CONTROL)[0].channels
    # Unsigned as they come: numba would go on in floating point.
    count: Any = np.int64(frames)
    said: Any = np.int64(flags)
    out = carray(output, (count * channels,), np.float32)
    when = carray(times, (3,), np.float64)
    play_block(where, out, count, when[1], when[2], said)
    return 0


@cache
def callback() -> Any:
    """PortAudio's callback, compiled: its `address` is for a library in C."""
    signature = types.int32(
        types.voidptr, types.voidptr, types.ulong, types.voidptr, types.ulong, types.voidptr
    )
    return c_function(_callback, signature)
