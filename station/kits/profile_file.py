"""Kit profiles as people write them: TOML, every mistake named with its line.

::

    title = "Roland TD series"
    wire = "usb"                      # or "din", "serial", "sim"
    ports = ["*TD-17*"]               # patterns of port names
    choke = "poly-pressure"           # or "channel-pressure", "none"
    channel = 10                      # hears only this one; without it, all

    [notes]                           # MIDI note = place (names: station/charts/lanes.py)
    38 = "snare"
    40 = "snare-rim"

    [hi-hat]
    controller = 4
    closed_at = 127                   # or 0
    closed_to = 25                    # 0 closed … 127 open
    open_from = 90

    [skew_ms]                         # a pad that is stamped later than the others
    ride = 3.5

    [suspects]                        # all pads; [suspects.cymbal] and so on for one kind
    double_window_ms = 30
    double_ratio = 0.5
    crosstalk_window_ms = 5
    crosstalk_ratio = 0.2
    crosstalk_velocity = 20

    [strikes]                         # a board's pad number = its zones in order
    1 = ["snare", "snare-rim"]
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from station import units
from station.charts.lanes import PLACES, Place
from station.errors import ProfileError
from station.kits.profile import (
    Choke,
    Crosstalk,
    DoubleTrigger,
    HiHat,
    PadKind,
    Profile,
    SuspectSettings,
    Wire,
)
from station.model import Pad
from station.toml_source import Table, nearest, parse_toml

_E = TypeVar("_E", bound=StrEnum)

# Sixteenths at 400 BPM are 37.5 ms apart: no window may reach them. A chord of four on a DIN
# wire is smeared over 2.9 ms, and nobody plays a soft note within 10 ms of a loud one by will
# often enough to have it suspected.
MAX_DOUBLE_WINDOW_MS = 35.0
MAX_CROSSTALK_WINDOW_MS = 10.0
MAX_DOUBLE_RATIO = 0.8
MAX_CROSSTALK_RATIO = 0.5
MAX_SKEW_MS = 20.0

_KEYS = (
    "title", "wire", "ports", "choke", "channel", "notes", "hi-hat", "skew_ms", "suspects",
    "strikes",
)  # fmt: skip
_DOUBLE_KEYS = ("double_window_ms", "double_ratio")
_CROSSTALK_KEYS = ("crosstalk_window_ms", "crosstalk_ratio", "crosstalk_velocity")


def read_profile(text: str, name: str, file_name: str) -> Profile:
    """A profile from TOML text.

    Parameters
    ----------
    text
        The whole file.
    name
        The profile's name.
    file_name
        What messages call it.

    Raises
    ------
    ProfileError
        Naming the file, the line and the key, and the way out.
    """
    root = parse_toml(text, file_name, ProfileError)
    root.only(_KEYS)
    return Profile(
        name=name,
        title=root.text("title"),
        ports=tuple(root.texts("ports", [])),
        wire=_choice(root, "wire", Wire, Wire.USB),
        notes=_notes(root),
        channel=root.integer("channel", 1, 16) - 1 if "channel" in root else None,
        hi_hat=_hi_hat(root.table("hi-hat")),
        choke=_choice(root, "choke", Choke, Choke.NONE),
        suspects=_suspects(root.table("suspects")),
        skew_ns=_skew_ns(root.table("skew_ms")),
        strikes=_strikes(root.table("strikes")),
    )


def _choice(table: Table, key: str, kind: type[_E], default: _E) -> _E:
    text = table.text(key, default.value)
    known = [member.value for member in kind]
    if text not in known:
        table.fail(key, f"'{text[:40]}' is not known; {nearest(text, known)}")
    return kind(text)


def _notes(root: Table) -> Mapping[int, Place]:
    table = root.table("notes")
    if not (table.values or root.table("strikes").values):
        root.fail("notes", 'there is no note; write [notes] with lines like 38 = "snare".')
    return MappingProxyType(
        {_numbered(table, key, "MIDI note"): _place(table, key, table.text(key)) for key in table}
    )


def _strikes(table: Table) -> Mapping[int, tuple[Place, ...]]:
    strikes = {}
    for key in table:
        zones = table.texts(key)
        if not zones:
            table.fail(key, 'names no zone; write at least one, like ["snare"].')
        number = _numbered(table, key, "pad number")
        strikes[number] = tuple(_place(table, key, zone) for zone in zones)
    return MappingProxyType(strikes)


def _numbered(table: Table, key: str, what: str) -> int:
    if not (key.isascii() and key.isdigit() and len(key) <= 3 and int(key) <= 127):
        table.fail(key, f"is no {what}; write a number from 0 to 127.")
    return int(key)


def _place(table: Table, key: str, name: str) -> Place:
    if name not in PLACES:
        table.fail(key, f"'{name[:40]}' is no place on a kit; {nearest(name, PLACES)}")
    return PLACES[name]


def _hi_hat(table: Table) -> HiHat:
    table.only(("controller", "closed_at", "closed_to", "open_from"))
    usual = HiHat()
    closed_at = table.integer("closed_at", 0, 127, usual.closed_at)
    if closed_at not in {0, 127}:
        table.fail("closed_at", f"{closed_at} is neither end of the pedal; write 127 or 0.")
    closed_to = table.integer("closed_to", 0, 126, usual.closed_to)
    open_from = table.integer("open_from", 1, 127, usual.open_from)
    if closed_to >= open_from:
        table.fail("open_from", f"{open_from} is not above closed_to = {closed_to}; raise it.")
    controller = table.integer("controller", -1, 127, usual.controller)
    return HiHat(controller, closed_at, closed_to, open_from)


def _skew_ns(table: Table) -> Mapping[Pad, int]:
    pads = [pad.value for pad in Pad]
    table.only(pads)
    return MappingProxyType(
        {Pad(key): units.ns_from_ms(table.number(key, -MAX_SKEW_MS, MAX_SKEW_MS)) for key in table}
    )


def _suspects(table: Table) -> SuspectSettings:
    kinds = [kind.value for kind in PadKind]
    table.only((*_DOUBLE_KEYS, *_CROSSTALK_KEYS, *kinds))
    everywhere = _double(table, DoubleTrigger())
    double = dict.fromkeys(PadKind, everywhere)
    for kind in PadKind:
        inner = table.table(kind.value)
        inner.only(_DOUBLE_KEYS)
        double[kind] = _double(inner, everywhere)
    usual = Crosstalk()
    return SuspectSettings(
        double=MappingProxyType(double),
        crosstalk=Crosstalk(
            window_ns=_window_ns(
                table, "crosstalk_window_ms", MAX_CROSSTALK_WINDOW_MS, usual.window_ns
            ),
            ratio=table.number("crosstalk_ratio", 0.0, MAX_CROSSTALK_RATIO, usual.ratio),
            velocity=table.integer("crosstalk_velocity", 0, 127, usual.velocity),
        ),
    )


def _double(table: Table, usual: DoubleTrigger) -> DoubleTrigger:
    return DoubleTrigger(
        window_ns=_window_ns(table, "double_window_ms", MAX_DOUBLE_WINDOW_MS, usual.window_ns),
        ratio=table.number("double_ratio", 0.0, MAX_DOUBLE_RATIO, usual.ratio),
    )


def _window_ns(table: Table, key: str, most_ms: float, usual_ns: int) -> int:
    return units.ns_from_ms(table.number(key, 0.0, most_ms, units.ms_from_ns(usual_ns)))
