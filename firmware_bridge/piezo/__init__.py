"""A physical model of struck pads and of the converter that reads them, with known truth.

What a trigger firmware is fed in tests: seeded, written from the physics, made to be realistic
rather than easy. `Rig` puts pads side by side; `Rig.play` turns strikes into readings.

    pads         what is struck: mesh, rubber, cymbal, kick, each drawn from a seed
    strikes      what a player does; velocity and strength
    touch        strikes to forces, forces to what a sensor gives
    waves        the physics: force, ringing modes, the circuit, the stand
    rims         second zones: a piezo, a switch, a hand that chokes
    pedal        a hi-hat's controller
    rig          pads on a stand, with crosstalk and hum
    converter    the circuit and the converter, with their faults
    faults       floating, stuck and humming inputs
    playing      singles, rolls, flams, unisons, buzz
"""

from firmware_bridge.piezo.converter import Converter
from firmware_bridge.piezo.pads import Pad, PadKind, make_pad
from firmware_bridge.piezo.rig import Recording, Rig
from firmware_bridge.piezo.rims import Grab, Rim, RimKind, make_rim
from firmware_bridge.piezo.strikes import FULL_VELOCITY, Strike, amplitude_of, velocity_of

__all__ = [
    "FULL_VELOCITY",
    "Converter",
    "Grab",
    "Pad",
    "PadKind",
    "Recording",
    "Rig",
    "Rim",
    "RimKind",
    "Strike",
    "amplitude_of",
    "make_pad",
    "make_rim",
    "velocity_of",
]
