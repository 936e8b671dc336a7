"""Drivers by entry point: whatever is installed can be opened."""

from __future__ import annotations

import contextlib
from functools import cache
from importlib.metadata import entry_points

from station.clock import MONOTONIC, Clock
from station.errors import KitError, KitReason
from station.hal.address import parse_address
from station.hal.api import KitDriver, KitInfo, KitSource, TellsWhyNot

GROUP = "station.kit_drivers"


@cache
def drivers() -> dict[str, str]:
    """Installed drivers: URL scheme to the object's place, without importing any."""
    return {point.name: point.value for point in entry_points(group=GROUP)}


@cache
def driver_for(scheme: str) -> KitDriver:
    """The driver of a URL scheme.

    Raises
    ------
    KitError
        When none is installed, or it cannot be loaded.
    """
    for point in entry_points(group=GROUP, name=scheme):
        try:
            loaded: KitDriver = point.load()
        except ImportError as error:
            raise KitError(
                f"The driver for {scheme}:// cannot be loaded ({error}); "
                "install the station again.",
                KitReason.NO_DRIVER,
            ) from error
        return loaded
    known = ", ".join(f"{name}://" for name in sorted(drivers()))
    raise KitError(f"No driver for {scheme}://; installed are {known}.", KitReason.NO_DRIVER)


def create_source(address: str, clock: Clock = MONOTONIC) -> KitSource:
    """A source for a kit's address, not yet open.

    Raises
    ------
    WrongUse, KitError
        When the address makes no sense or no driver takes it.
    """
    parsed = parse_address(address)
    return driver_for(parsed.scheme).create(parsed, clock)


def discover() -> list[KitInfo]:
    """Every kit that could be opened now, real ones first."""
    found: list[KitInfo] = []
    for scheme in sorted(drivers()):
        # A driver that cannot be loaded must not hide the kits of the others.
        with contextlib.suppress(KitError):
            found += driver_for(scheme).discover()
    return sorted(found, key=lambda info: (info.simulated, info.address))


def why_not() -> list[str]:
    """What the last `discover` met that cannot be opened: a sentence on each device."""
    said: list[str] = []
    for scheme in sorted(drivers()):
        with contextlib.suppress(KitError):
            driver = driver_for(scheme)
            if isinstance(driver, TellsWhyNot):
                said += driver.why_not()
    return said
