"""A sample of times, said in a few numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def summary_ms(sample_ns: NDArray[np.int64]) -> dict[str, Any]:
    """Count, median, 99th percentile and maximum of a sample, in ms.

    Parameters
    ----------
    sample_ns
        Nanoseconds, shape (n,), n ≥ 1.
    """
    p50, p99 = np.percentile(sample_ns, [50, 99]) / 1e6
    return {
        "count": len(sample_ns),
        "p50_ms": round(float(p50), 4),
        "p99_ms": round(float(p99), 4),
        "max_ms": round(float(sample_ns.max()) / 1e6, 4),
    }
