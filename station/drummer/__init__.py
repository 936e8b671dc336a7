"""A simulated drummer with known truth: pure, no clock, no I/O.

`perform` plays a chart as a `DrummerParams` says and returns every strike together with the
note it was meant for. What was generated is the truth that a judgement is measured against.
"""

from station.drummer.params import DrummerParams, WanderShape
from station.drummer.perform import perform
from station.drummer.performance import Cause, Performance, Strike
from station.drummer.presets import PRESETS
from station.drummer.query import params_from_query

__all__ = [
    "PRESETS",
    "Cause",
    "DrummerParams",
    "Performance",
    "Strike",
    "WanderShape",
    "params_from_query",
    "perform",
]
