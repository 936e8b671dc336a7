from __future__ import annotations

import numpy as np
import pytest

from station.timing.kernel import kernel
from station.timing.tables import addresses, table

PAIR = np.dtype([("a", "f8"), ("b", "i4")])
FLOATS = np.dtype("f8")


@kernel
def scale(where: np.ndarray, by: float) -> int:
    pairs = table(where, 0, PAIR)
    grid = table(where, 1, FLOATS).reshape(2, 3)
    for i in range(len(pairs)):
        pairs[i]["a"] *= by
        pairs[i]["b"] += 1
    for i in range(2):
        for j in range(3):
            grid[i, j] *= by
    return len(pairs)


def test_a_kernel_writes_into_the_arrays_themselves():
    pairs = np.array([(1.5, 7), (2.5, 8)], dtype=PAIR)
    grid = np.arange(6.0).reshape(2, 3)
    assert scale(addresses((pairs, grid), (PAIR, FLOATS)), 2.0) == 2
    assert pairs.tolist() == [(3.0, 8), (5.0, 9)]
    assert grid.tolist() == [[0.0, 2.0, 4.0], [6.0, 8.0, 10.0]]


def read_only(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array


@pytest.mark.parametrize(
    "array",
    [np.zeros(4, dtype="f4"), np.zeros(8)[::2], np.zeros((2, 2)).T[:1], read_only(np.zeros(4))],
    ids=["other type", "with gaps", "across", "read only"],
)
def test_what_a_kernel_would_take_for_something_else_is_refused(array):
    with pytest.raises(TypeError, match="no plain table of float64"):
        addresses((array,), (FLOATS,))


def test_a_table_too_few_is_refused():
    with pytest.raises(ValueError, match="argument 2 is longer"):
        addresses((np.zeros(1),), (FLOATS, FLOATS))
