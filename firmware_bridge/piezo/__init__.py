"""A physical model of struck pads and of the converter that reads them, with known truth.

What a trigger firmware is fed in tests: seeded, written from the physics, made to be realistic
rather than easy. `Rig` puts pads side by side; `Rig.play` turns strikes into readings.
"""

from firmware_bridge.piezo.converter import Converter
from firmware_bridge.piezo.pads import Pad, PadKind, make_pad
from firmware_bridge.piezo.rig import Recording, Rig
from firmware_bridge.piezo.strikes import FULL_VELOCITY, Strike, amplitude_of, velocity_of

__all__ = [
    "FULL_VELOCITY",
    "Converter",
    "Pad",
    "PadKind",
    "Recording",
    "Rig",
    "Strike",
    "amplitude_of",
    "make_pad",
    "velocity_of",
]
