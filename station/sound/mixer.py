"""The mixing kernel: voices into a block of frames, sample-exactly, without allocating.

It runs in the sound card's own thread (`portaudio`), where nothing may wait: it takes no lock
and never sees Python. What it works on are the tables of a `desk`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.timing.kernel import kernel
from station.timing.tables import table

# ------------------------------------------------------------------------------ the tables

CONTROL = np.dtype(
    [
        ("position", "<i8"),  # the frame that the next block begins with
        ("blocks", "<i8"),  # played so far
        ("asked", "<i8"),  # which of the two schedules is to sound
        ("sounding", "<i8"),  # which one does
        ("next_click", "<i8"),  # the first of it that may still be heard
        ("strikes_written", "<i8"),
        ("strikes_read", "<i8"),
        ("gaps_written", "<i8"),
        ("channels", "<i8"),
        ("rate_hz", "<f8"),
        ("true_hz", "<f8"),  # as the host's clock has it, once it is known
        ("due_s", "<f8"),  # the rest: see `card`
        ("correcting", "<i8"),
        ("gap_frame", "<i8"),
        ("lost", "<i8"),
        ("suspected", "<i8"),
        ("least_late_s", "<f8"),
        ("counted", "<i8"),
        ("jack_client", "<i8"),
        ("jack_frames_at", "<i8"),
        ("jack_time_at", "<i8"),
        ("begun", "<i8"),
    ]
)
LEVELS = np.dtype(
    [("click_left", "<f4"), ("click_right", "<f4"), ("kit_left", "<f4"), ("kit_right", "<f4")]
)
CLICK = np.dtype([("frame", "<i8"), ("voice", "<i4"), ("gain", "<f4")])
STRIKE = np.dtype([("voice", "<i4"), ("group", "<i4"), ("cuts", "<i4"), ("gain", "<f4")])
RINGING = np.dtype(
    [("voice", "<i4"), ("group", "<i4"), ("at", "<i8"), ("gain", "<f4"), ("fall", "<f4")]
)
# When its first frame is heard, by the clock that the card's output pairs with the host's.
BLOCK = np.dtype([("frame", "<i8"), ("heard_ns", "<i8")])
GAP = np.dtype([("frame", "<i8"), ("lost", "<i8")])

STRIKES = 64
POLYPHONY = 32
BLOCKS = 2048
GAPS = 64

# The tables' places in the array of addresses.
T_CONTROL, T_LEVELS, T_SAMPLES, T_FIRST, T_CLICKS, T_OTHER_CLICKS = 0, 1, 2, 3, 4, 5
T_STRIKES, T_RINGING, T_BLOCKS, T_GAPS = 6, 7, 8, 9
TABLES = 10

# A choked cymbal is not cut with a knife: it falls to 1/1000 in this time.
_CHOKED_WITHIN_S = 0.030
_SILENT = 1e-4


@kernel
def mix(where: NDArray[np.int64], out: NDArray[np.float32], frames: int) -> None:
    """Fill a block with what sounds from the desk's position on, and go on by its length.

    Parameters
    ----------
    where
        The desk's tables (`timing.tables.addresses`), shape (TABLES, 2).
    out
        Frames of interleaved channels, shape (frames · channels,).
    """
    control = table(where, T_CONTROL, CONTROL)[0]
    levels = table(where, T_LEVELS, LEVELS)[0]
    samples = table(where, T_SAMPLES, np.float32)
    first = table(where, T_FIRST, np.int64)
    channels = control.channels
    out[:] = np.float32(0)

    if control.asked != control.sounding:
        control.sounding = control.asked
        control.next_click = 0
    clicks = table(where, T_CLICKS + control.sounding, CLICK)
    _mix_clicks(control, levels, clicks, samples, first, out, frames, channels)

    ringing = table(where, T_RINGING, RINGING)
    strikes = table(where, T_STRIKES, STRIKE)
    while control.strikes_read < control.strikes_written:
        strike = strikes[control.strikes_read % STRIKES]
        _begin(ringing, strike.voice, strike.group, strike.cuts, strike.gain, control.rate_hz)
        control.strikes_read += 1
    for i in range(POLYPHONY):
        if ringing[i].voice >= 0:
            _mix_ringing(ringing[i], levels, samples, first, out, frames, channels)

    for i in range(frames * channels):
        out[i] = min(np.float32(1), max(np.float32(-1), out[i]))
    control.position += frames


@kernel
def _mix_clicks(
    control: Any,
    levels: Any,
    clicks: NDArray[np.void],
    samples: NDArray[np.float32],
    first: NDArray[np.int64],
    out: NDArray[np.float32],
    frames: int,
    channels: int,
) -> None:
    begin = control.position
    # A voice that is over lets the search begin behind it; they end in the order they begin
    # in but for the last few, which a look at each costs nothing.
    while control.next_click < len(clicks):
        click = clicks[control.next_click]
        if click.frame + first[click.voice + 1] - first[click.voice] > begin:
            break
        control.next_click += 1
    for i in range(control.next_click, len(clicks)):
        click = clicks[i]
        if click.frame >= begin + frames:
            break
        voice = first[click.voice]
        length = first[click.voice + 1] - voice
        since = max(0, begin - click.frame)
        at = max(0, click.frame - begin)
        left, right = click.gain * levels.click_left, click.gain * levels.click_right
        for k in range(min(length - since, frames - at)):
            _add(out, at + k, channels, samples[voice + since + k], left, right)


@kernel
def _begin(
    ringing: NDArray[np.void], voice: int, group: int, cuts: int, gain: float, rate_hz: float
) -> None:
    """Let a stroke ring; voice −1 only ends what rings of a group."""
    if cuts:
        fall = np.float32(0.001 ** (1 / (_CHOKED_WITHIN_S * rate_hz)))
        for i in range(POLYPHONY):
            if ringing[i].voice >= 0 and ringing[i].group == group:
                ringing[i].fall = fall
    if voice < 0:
        return
    place, oldest = 0, np.int64(-1)
    for i in range(POLYPHONY):
        if ringing[i].voice < 0:
            place = i
            break
        if ringing[i].at > oldest:
            place, oldest = i, ringing[i].at
    slot = ringing[place]
    slot.voice = voice
    slot.group = group
    slot.at = 0
    slot.gain = gain
    slot.fall = np.float32(1)


@kernel
def _mix_ringing(
    slot: Any,
    levels: Any,
    samples: NDArray[np.float32],
    first: NDArray[np.int64],
    out: NDArray[np.float32],
    frames: int,
    channels: int,
) -> None:
    voice = first[slot.voice]
    length = first[slot.voice + 1] - voice
    count = min(length - slot.at, frames)
    gain = slot.gain
    for k in range(count):
        _add(
            out,
            k,
            channels,
            samples[voice + slot.at + k],
            gain * levels.kit_left,
            gain * levels.kit_right,
        )
        gain *= slot.fall
    slot.at += count
    slot.gain = gain
    if slot.at >= length or gain < _SILENT:
        slot.voice = -1


@kernel
def _add(
    out: NDArray[np.float32], frame: int, channels: int, sample: float, left: float, right: float
) -> None:
    if channels == 1:
        out[frame] += sample * (left + right) / 2
    else:
        out[frame * channels] += sample * left
        out[frame * channels + 1] += sample * right
