"""Firmata: a protocol for pins. Recognised, since the boards look alike; it cannot carry hits.

It says its version when it has started (0xF9 major minor), then its name (0xF0 0x79 major minor
name 0xF7). Protocol documentation 2.x, "Query Firmware Name and Version".
"""

from __future__ import annotations

import re

# Versions are small numbers, and a name is text in pairs of 7 bits. The version alone is three
# bytes that others may say as well: it counts when the name begins behind it.
_VERSION = re.compile(rb"\xf9[\x01-\x0f][\x00-\x1f]\xf0\x79")
_NAME = re.compile(rb"\xf0\x79[\x01-\x0f][\x00-\x1f](?P<name>[\x00-\x7f]*)\xf7", re.S)

WHY_NOT = (
    "it sends each pin's reading every 19 ms or so at best and without a time, which is neither "
    "a strike nor when it was; flash a trigger firmware onto the board"
)


def is_firmata(data: bytes) -> bool:
    """Whether this is a Firmata board's greeting."""
    return bool(_VERSION.search(data) or _NAME.search(data))


def firmware_name(data: bytes) -> str:
    """What the board's sketch calls itself; empty when it was not heard."""
    found = _NAME.search(data)
    if found is None:
        return ""
    pairs = found["name"]
    letters = (low | high << 7 for low, high in zip(pairs[::2], pairs[1::2], strict=False))
    return "".join(chr(letter) for letter in letters).strip()
