"""Many arrays as one argument of a kernel.

A call from Python takes every array apart that it passes, at some 0.1 µs each: the twenty of
a take cost more than a hit's judgement. So a kernel is given the arrays' addresses and lengths,
which are one array, and makes of them again what they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import carray, njit, types  # type: ignore[attr-defined]
from numba.extending import intrinsic
from numpy.typing import NDArray


def addresses(arrays: Sequence[NDArray[Any]], dtypes: Sequence[np.dtype[Any]]) -> NDArray[np.int64]:
    """Where arrays are and how many elements they have, for kernels.

    Whoever keeps the answer keeps the arrays, too: a kernel writes to where they were.

    Parameters
    ----------
    arrays
        C-contiguous and writable.
    dtypes
        What the kernel takes them for.

    Returns
    -------
    NDArray
        Address and length, shape (arrays, 2).

    Raises
    ------
    TypeError
        When an array is not what the kernel takes it for: it would write anywhere.
    """
    for array, dtype in zip(arrays, dtypes, strict=True):
        if array.dtype != dtype or not (array.flags.c_contiguous and array.flags.writeable):
            raise TypeError(f"{array.dtype} is no plain table of {dtype}")
    return np.array([(array.ctypes.data, array.size) for array in arrays], dtype=np.int64)


def _to_pointer(_context: Any, address: Any) -> Any:
    """An integer as a pointer, for numba to generate."""

    def generate(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], context.get_value_type(types.voidptr))

    return types.voidptr(address), generate


# In a kernel: an address as a pointer, for `carray`.
to_pointer: Any = intrinsic(_to_pointer)


@njit(inline="always", nogil=True)
def table(where: NDArray[np.int64], place: int, dtype: Any) -> NDArray[Any]:
    """In a kernel: the array at a place of `addresses`, flat.

    Parameters
    ----------
    dtype
        A constant.
    """
    return carray(to_pointer(where[place, 0]), (where[place, 1],), dtype)
