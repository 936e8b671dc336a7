"""A whole recorded MIDI file to hits in one step: what `Translator` does event by event.

The same rules in the same order, over arrays. The kernel knows nothing but numbers; what they
mean is laid out before, from the kit's profile.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.charts.gm import place_of_note
from station.hal.smf_events import PlayedFile
from station.hits import HIT_DTYPE, MAX_SIGMA_NS, HitArray
from station.kits.din import BYTE_NS, MAX_WAIT_NS, SLACK_NS, doubted_sigma_ns
from station.kits.profile import KIND_OF_PAD, Choke, PadKind, Profile, Wire
from station.model import PAD_INDEX, PADS, ZONE_INDEX, Flag, Mark, MarkKind, Pad, Zone
from station.timing.kernel import kernel

_DOUBLE, _CROSSTALK, _UNMAPPED = (
    int(Flag.DOUBLE_TRIGGER), int(Flag.CROSSTALK), int(Flag.UNMAPPED)
)  # fmt: skip
_LONG_AGO_NS = -(2**62)
_CHANNEL_CHOKE = len(PADS)  # the whole kit's, beside those of the pads
_NO_CHOKE, _POLY_PRESSURE, _CHANNEL_PRESSURE = range(3)
_CHOKES = {
    Choke.NONE: _NO_CHOKE,
    Choke.POLY_PRESSURE: _POLY_PRESSURE,
    Choke.CHANNEL_PRESSURE: _CHANNEL_PRESSURE,
}

# Where each of the 128 notes is on the kit.
_NOTE = np.dtype(
    [
        ("pad", "i8"),
        ("zone", "i8"),
        ("skew_ns", "i8"),
        ("flags", "i8"),
        ("hi_hat", "?"),
        ("zone_by_pedal", "?"),
    ]
)
# When a hit on each of the pads is suspicious.
_PAD = np.dtype([("double_window_ns", "i8"), ("double_ratio", "f8"), ("shakes", "?")])
# What else there is to know of a kit: one row.
_KIT = np.dtype(
    [
        ("channel", "i8"),
        ("controller", "i8"),
        ("choke", "i8"),
        ("din", "?"),
        ("crosstalk_window_ns", "i8"),
        ("crosstalk_ratio", "f8"),
        ("crosstalk_velocity", "i8"),
    ]
)
# What comes out: of a message its hit, and how long it had waited for the wire.
_STRUCK = np.dtype(
    [
        ("t_ns", "i8"),
        ("arrival_ns", "i8"),
        ("wait_ns", "i8"),
        ("note", "i8"),
        ("zone", "i8"),
        ("velocity", "i8"),
        ("flags", "i8"),
        ("openness", "i8"),
    ]
)
_CHOKED = np.dtype([("t_ns", "i8"), ("pad", "i8")])


@dataclass(frozen=True, slots=True, eq=False)
class PlayedHits:
    """What came of a file, in its order.

    Attributes
    ----------
    hits
        Of `hits.HIT_DTYPE`; `seq` counts from 0.
    marks
        The chokes.
    """

    hits: HitArray
    marks: list[Mark]


def hits_of_file(played: PlayedFile, profile: Profile) -> PlayedHits:
    """Hits and marks of a recorded file, as `Translator` would have told them.

    Parameters
    ----------
    played
        The messages of the file that are to be heard.
    profile
        How the kit speaks that it was recorded from.
    """
    struck = np.empty(len(played.t_ns), dtype=_STRUCK)
    chokes = np.empty(len(played.t_ns), dtype=_CHOKED)
    notes = _note_table(profile)
    hit_count, choke_count = _translate(
        played.t_ns, played.data, notes, _pad_table(profile), _kit_row(profile),
        *_pedal_tables(profile), struck, chokes,
    )  # fmt: skip
    struck, chokes = struck[:hit_count], chokes[:choke_count]
    hits = np.zeros(hit_count, dtype=HIT_DTYPE)
    for column in ("t_ns", "arrival_ns", "note", "zone", "velocity", "flags", "openness"):
        hits[column] = struck[column]
    hits["pad"] = notes["pad"][struck["note"]]
    hits["seq"] = np.arange(hit_count)
    waits, which = np.unique(struck["wait_ns"], return_inverse=True)
    sigmas = [
        doubted_sigma_ns(played.sigma_ns, wait) if wait else played.sigma_ns
        for wait in waits.tolist()
    ]
    hits["t_sigma_ns"] = np.minimum(np.array(sigmas, dtype=np.int64), MAX_SIGMA_NS)[which]
    marks = [
        Mark(t_ns, MarkKind.CHOKE, "" if pad == _CHANNEL_CHOKE else PADS[pad].value)
        for t_ns, pad in chokes.tolist()
    ]
    return PlayedHits(hits, marks)


def _note_table(profile: Profile) -> NDArray[np.void]:
    rows = []
    for note in range(128):
        pad, zone = place_of_note(note, profile.notes)
        rows.append(
            (
                PAD_INDEX[pad],
                ZONE_INDEX[zone],
                profile.skew_ns.get(pad, 0),
                0 if note in profile.notes else _UNMAPPED,
                pad in {Pad.HI_HAT, Pad.HI_HAT_PEDAL},
                pad is Pad.HI_HAT and zone in {Zone.BOW, Zone.EDGE},
            )
        )
    return np.array(rows, dtype=_NOTE)


def _pad_table(profile: Profile) -> NDArray[np.void]:
    kinds = [KIND_OF_PAD[pad] for pad in PADS]
    doubles = [profile.suspects.double[kind] for kind in kinds]
    return np.array(
        [
            (double.window_ns, double.ratio, kind is not PadKind.PEDAL)
            for double, kind in zip(doubles, kinds, strict=True)
        ],
        dtype=_PAD,
    )


def _kit_row(profile: Profile) -> NDArray[np.void]:
    crosstalk = profile.suspects.crosstalk
    row = (
        -1 if profile.channel is None else profile.channel,
        profile.hi_hat.controller,
        _CHOKES[profile.choke],
        profile.wire is Wire.DIN,
        crosstalk.window_ns,
        crosstalk.ratio,
        crosstalk.velocity,
    )
    return np.array([row], dtype=_KIT)


def _pedal_tables(profile: Profile) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Openness of each value of the pedal, and the zone of each openness; shape (128,)."""
    opennesses = [profile.hi_hat.openness(value) for value in range(128)]
    zones = [ZONE_INDEX[profile.hi_hat.zone(openness)] for openness in range(128)]
    return np.array(opennesses, dtype=np.int64), np.array(zones, dtype=np.int64)


@kernel
def _translate(  # noqa: PLR0912, PLR0915 - one pass over one stream of messages
    times_ns: NDArray[np.int64],
    data: NDArray[np.uint8],
    notes: NDArray[np.void],
    pads: NDArray[np.void],
    kit_row: NDArray[np.void],
    openness_of_value: NDArray[np.int64],
    zone_of_openness: NDArray[np.int64],
    struck: NDArray[np.void],
    chokes: NDArray[np.void],
) -> tuple[int, int]:
    """Fills `struck` and `chokes`; returns how many rows of each."""
    kit = kit_row[0]
    hit_count = choke_count = 0
    openness = -1
    last_ns = first_ns = np.int64(_LONG_AGO_NS)  # of the wire's queue
    held = np.zeros(len(pads) + 1, dtype=np.bool_)
    pad_ns = np.full(len(pads), _LONG_AGO_NS)  # of each pad's last hit that was no double
    pad_velocity = np.zeros(len(pads), dtype=np.int64)
    peak_ns, peak_velocity, peak_pad = np.int64(_LONG_AGO_NS), np.int64(0), np.int64(-1)
    for i in range(len(times_ns)):
        t_ns = times_ns[i]
        status, first, second = np.int64(data[i, 0]), np.int64(data[i, 1]), np.int64(data[i, 2])
        kind = status & 0xF0
        wait_ns = 0
        if kit["din"]:
            size = 2 if kind in (0xC0, 0xD0) else 3
            if not 0 <= t_ns - last_ns <= size * BYTE_NS + SLACK_NS:
                first_ns = t_ns
            last_ns = t_ns
            wait_ns = min(t_ns - first_ns, MAX_WAIT_NS)
        stamp_ns = t_ns - wait_ns
        if kit["channel"] >= 0 and status & 0x0F != kit["channel"]:
            continue
        if kind == 0xB0:
            if first == kit["controller"]:
                openness = openness_of_value[second]
            continue
        if kind in (0xA0, 0xD0):
            if kind == 0xA0 and kit["choke"] == _POLY_PRESSURE:
                grabbed, pressure = notes[first]["pad"], second
            elif kind == 0xD0 and kit["choke"] == _CHANNEL_PRESSURE:
                grabbed, pressure = len(pads), first
            else:
                continue
            if pressure > 0 and not held[grabbed]:
                chokes[choke_count]["t_ns"] = stamp_ns
                chokes[choke_count]["pad"] = grabbed
                choke_count += 1
            held[grabbed] = pressure > 0
            continue
        if kind != 0x90 or second == 0:
            continue

        note = notes[first]
        pad = note["pad"]
        hit_ns = stamp_ns - note["skew_ns"]
        flags = note["flags"]
        since_ns = hit_ns - pad_ns[pad]
        if (
            0 <= since_ns <= pads[pad]["double_window_ns"]
            and second <= pad_velocity[pad] * pads[pad]["double_ratio"]
        ):
            flags |= _DOUBLE
        else:
            pad_ns[pad] = hit_ns
            pad_velocity[pad] = second
        from_peak_ns = hit_ns - peak_ns
        if from_peak_ns > kit["crosstalk_window_ns"] or second >= peak_velocity:
            peak_ns, peak_velocity, peak_pad = hit_ns, second, pad
        elif (
            -kit["crosstalk_window_ns"] <= from_peak_ns
            and pad != peak_pad
            and second <= kit["crosstalk_velocity"]
            and second <= peak_velocity * kit["crosstalk_ratio"]
            and pads[pad]["shakes"]
        ):
            flags |= _CROSSTALK
        held[pad] = False

        hit = struck[hit_count]
        hit["t_ns"], hit["arrival_ns"], hit["wait_ns"] = hit_ns, t_ns, wait_ns
        hit["note"], hit["velocity"], hit["flags"] = first, second, flags
        hit["openness"] = openness if note["hi_hat"] else -1
        hit["zone"] = note["zone"]
        if note["zone_by_pedal"] and openness >= 0:
            hit["zone"] = zone_of_openness[openness]
        hit_count += 1
    return hit_count, choke_count
