"""Numbers out of an address."""

from __future__ import annotations

import math

from station.errors import WrongUse
from station.hal.address import Address


def number_from(address: Address, name: str, default: float, low: float, high: float) -> float:
    """The parameter `name` as a number from `low` to `high`, or `default` if not given.

    Raises
    ------
    WrongUse
        When it is no number, or outside.
    """
    text = address.params.get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise WrongUse(f"{address}: '{name}' is a number from {low:g} to {high:g}, not '{text}'.")
    return value


def whole_number_from(address: Address, name: str, default: int, low: int, high: int) -> int:
    """The parameter `name` as a whole number from `low` to `high`, or `default` if not given.

    Raises
    ------
    WrongUse
        When it is no whole number, or outside.
    """
    value = number_from(address, name, default, low, high)
    if value != int(value):
        raise WrongUse(f"{address}: '{name}' is a whole number, not '{address.params[name]}'.")
    return int(value)
