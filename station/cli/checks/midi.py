"""MIDI: which systems are there, which kits are in, and how their notes are read."""

from __future__ import annotations

import shutil
import sys

from station.cli.checks.finding import Finding, ok, problem, remark
from station.errors import KitError
from station.hal.jack import virtual_midi_available
from station.hal.registry import discover, driver_for, drivers, why_not
from station.hal.rtmidi_port import systems_for
from station.kits.library import load_library, own_folder


def check() -> list[Finding]:
    """The systems, virtual ports, drivers, kits and their profiles."""
    return [_systems(), _virtual(), *_drivers(), _kits(), *_profiles(), *_no_kits()]


def _systems() -> Finding:
    try:
        there = systems_for(None)
    except KitError as error:
        said, _, way_out = str(error).partition("; ")
        return problem("MIDI", said, way_out.rstrip("."))
    return ok("MIDI", ", ".join(f"{s.title} (±{s.sigma_ns / 1e6:.1f} ms)" for s in there))


def _virtual() -> Finding:
    if virtual_midi_available():
        return ok("virtual MIDI", "ports of one's own can be made: 'simulate' and 'verify' work")
    if sys.platform == "win32":
        return remark(
            "virtual MIDI",
            "Windows has none of its own: 'simulate' and 'verify' need a loopback port",
            "install a loopback driver such as loopMIDI",
        )
    if shutil.which("jackd"):
        return ok("virtual MIDI", "'verify' starts a JACK server of its own (jackd is installed)")
    return remark(
        "virtual MIDI",
        "none: 'simulate' into a port and 'verify' cannot work",
        "sudo apt-get install jackd2",
    )


def _drivers() -> list[Finding]:
    """Only the drivers that cannot be loaded."""
    found = []
    for scheme in sorted(drivers()):
        try:
            driver_for(scheme)
        except KitError as error:
            found.append(problem(f"driver {scheme}://", str(error), "pip install edrum-station"))
    return found


def _kits() -> Finding:
    real = [info for info in discover() if not info.simulated]
    if not real:
        return remark(
            "kits",
            "none is attached: only the simulated drummer can play",
            "plug it in by USB and switch it on, then ask again",
        )
    return ok("kits", "; ".join(f"{info.name} ({info.address})" for info in real))


def _profiles() -> list[Finding]:
    """Only a person's own profiles that cannot be read."""
    way_out = f"correct it in {own_folder()}, or teach the kit again: 'station kits learn'"
    return [remark("kit profile", said, way_out) for said in load_library().problems]


def _no_kits() -> list[Finding]:
    """Devices that were met in looking for kits, and cannot be opened."""
    found = []
    for sentence in why_not():
        said, _, way_out = sentence.rstrip(".").partition("; ")
        found.append(remark("device", said, way_out))
    return found
