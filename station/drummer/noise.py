"""Random numbers that are the same on every machine, for every version of everything.

Library generators promise their raw integers at best, never their normal deviates, and a
libm's `log` and `sin` differ in the last bit from one system to the next. So here:

- Integers: SplitMix64 (Steele, Lea & Flood, OOPSLA 2014) as a counter. Number `i` of a stream
  depends on the stream's key and on `i` alone, so a longer chart begins like a shorter one,
  and a stream drawn less often leaves the others as they were.
- Uniforms: the top 52 bits, at the centre of their interval: never 0, never 1.
- Normals: Box & Muller (1958), with `log` and `sin` below.
- All arithmetic is +, −, ×, ÷ and √ of IEEE doubles, one rounding each: `log` and `sin` are
  their power series, good to about 1e-15.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_LN_2 = 0.6931471805599453
_TWO_PI = 6.283185307179586
_SQRT_HALF = 0.7071067811865476
_ATANH_SERIES = tuple(1 / (2 * k + 1) for k in range(13))
_SINE_SERIES = tuple((-1) ** k / math.factorial(2 * k + 1) for k in range(13))


@dataclass(frozen=True, slots=True)
class Noise:
    """All random numbers of one seed, as streams by name.

    Attributes
    ----------
    seed
        Any integer.
    """

    seed: int

    def uniform(self, stream: str, count: int) -> Floats:
        """The first `count` numbers of a stream, strictly between 0 and 1, shape (count,)."""
        digest = hashlib.sha256(f"{self.seed}/{stream}".encode()).digest()
        key = np.frombuffer(digest[:8], dtype="<u8").astype(np.uint64)
        z = key + np.arange(1, count + 1, dtype=np.uint64) * _GAMMA
        z = (z ^ (z >> np.uint64(30))) * _MIX_1
        z = (z ^ (z >> np.uint64(27))) * _MIX_2
        z = z ^ (z >> np.uint64(31))
        uniform: Floats = ((z >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
        return uniform

    def normal(self, stream: str, count: int) -> Floats:
        """The first `count` standard normal deviates of a stream, shape (count,)."""
        radius = np.sqrt(-2.0 * log(self.uniform(f"{stream}/radius", count)))
        angle: Floats = sin_turns(self.uniform(f"{stream}/angle", count) + 0.25)
        return radius * angle

    def choice(self, stream: str, count: int, options: int) -> NDArray[np.int64]:
        """The first `count` places out of `options`, each as likely, shape (count,)."""
        places = np.floor(self.uniform(stream, count) * options).astype(np.int64)
        return np.minimum(places, options - 1)


def log(x: Floats) -> Floats:
    """Natural logarithm of positive numbers: 2·atanh((m−1)/(m+1)) + e·ln 2, x = m·2^e."""
    mantissa, exponent = np.frexp(x)
    low = mantissa < _SQRT_HALF
    mantissa = np.where(low, mantissa * 2.0, mantissa)
    exponent = np.where(low, exponent - 1, exponent).astype(np.float64)
    s = (mantissa - 1.0) / (mantissa + 1.0)
    result: Floats = exponent * _LN_2 + 2.0 * s * _horner(_ATANH_SERIES, s * s)
    return result


def sin_turns(turns: Floats) -> Floats:
    """Sine of angles given in turns (1 is a full circle)."""
    centred = turns - np.rint(turns)
    folded = np.where(np.abs(centred) > 0.25, np.copysign(0.5, centred) - centred, centred)
    x = folded * _TWO_PI
    result: Floats = x * _horner(_SINE_SERIES, x * x)
    return result


def _horner(coefficients: tuple[float, ...], x: Floats) -> Floats:
    total = np.full_like(x, coefficients[-1])
    for c in reversed(coefficients[:-1]):
        total = total * x + c
    return total
