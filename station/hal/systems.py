"""The MIDI systems of the platforms: what their stamps are worth, and whether one is there."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from station.units import NS_PER_MS, NS_PER_US

ALSA_SEQUENCER = Path("/dev/snd/seq")

# What `station.hal.jack.DummyServer` runs at, and the least that people set: 64 frames at 48 kHz.
JACK_PERIOD_NS = 64 * 1_000_000_000 // 48_000


@dataclass(frozen=True, slots=True)
class MidiSystem:
    """One of the systems that RtMidi speaks to.

    Attributes
    ----------
    name
        RtMidi's own, as in `midi://…?api=alsa`.
    title
        For people.
    sigma_ns
        Standard deviation of its stamps.
    lateness_ns
        The longest way from its stamp into RtMidi's queue, on a machine that is not starved.
    """

    name: str
    title: str
    sigma_ns: int
    lateness_ns: int


# Best stamps first: where a port is in two systems (a bridge), the first one is taken.
# ALSA and CoreMIDI stamp where the USB packet comes in, and USB asks a kit once a millisecond:
# 1 ms / √12. JACK's stamps lie on its periods at both ends: a triangle, period / √6. WinMM
# counts whole milliseconds, and not all of its drivers well.
SYSTEMS: tuple[MidiSystem, ...] = (
    MidiSystem("core", "CoreMIDI", 290 * NS_PER_US, 30 * NS_PER_MS),
    MidiSystem("winmm", "Windows MIDI", NS_PER_MS, 30 * NS_PER_MS),
    MidiSystem("alsa", "ALSA", 290 * NS_PER_US, 30 * NS_PER_MS),
    MidiSystem("jack", "JACK", round(JACK_PERIOD_NS / 6**0.5), 2 * NS_PER_MS),
)
BY_NAME: dict[str, MidiSystem] = {system.name: system for system in SYSTEMS}


def sequencer_usable() -> bool:
    """Whether ALSA's sequencer is there and we may use it.

    Asked before ALSA's library is, because that one prints to stderr when it is not.
    """
    return os.access(ALSA_SEQUENCER, os.R_OK | os.W_OK)


def why_none() -> str:
    """One sentence on why no MIDI system is there, with the way out."""
    if not sys.platform.startswith("linux"):
        return "This machine's MIDI system does not answer; restart the machine."
    if ALSA_SEQUENCER.exists():
        return (
            f"There is no permission to use MIDI ({ALSA_SEQUENCER}); "
            "add yourself to the group 'audio' and log in again."
        )
    return (
        f"There is no MIDI system on this machine (no {ALSA_SEQUENCER}, no JACK server); "
        "load it with 'sudo modprobe snd-seq', or start a JACK server."
    )
