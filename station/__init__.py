"""An e-drum practice station that answers one question: rushing, or dragging?

The station without pixels or wires. `station/README.md` has the picture of the parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from station._version import __version__

if TYPE_CHECKING:
    from station.analysis import analyse

__all__ = ["__version__", "analyse"]


def __getattr__(name: str) -> object:
    # The kernels (and numba behind them) load only for those who judge: the dashboard
    # imports the nouns from here and must be on the screen in a blink.
    if name == "analyse":
        from station.analysis import analyse  # noqa: PLC0415

        return analyse
    raise AttributeError(f"module 'station' has no attribute {name!r}")
