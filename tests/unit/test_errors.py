from __future__ import annotations

import pytest

from station import errors
from station.errors import KitError, KitReason, StationError, StoreError, StoreReason


def every_error() -> list[type[StationError]]:
    found, left = [], [StationError]
    while left:
        kind = left.pop()
        found.append(kind)
        left += kind.__subclasses__()
    return found


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    assert errors.__doc__ is not None
    for kind in every_error():
        assert kind.__name__ in errors.__doc__


@pytest.mark.parametrize(
    ("kind", "code"),
    [(errors.WrongUse, 2), (errors.FileError, 3), (errors.ChartError, 3), (errors.StationBug, 70)],
)
def test_exit_codes(kind: type[StationError], code: int) -> None:
    assert kind("x").exit_code == code


def test_reasons_for_programs() -> None:
    assert KitError("The port is busy.", KitReason.BUSY).reason is KitReason.BUSY
    assert StoreError("The disk is full.", StoreReason.FULL).reason == "full"
    assert (
        KitError("x", KitReason.LOST).exit_code == StoreError("x", StoreReason.FULL).exit_code == 3
    )
