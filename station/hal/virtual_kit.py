"""Kits that nobody strikes but a program: simulated devices at the far end of a real wire.

Found by their entry points (group `station.virtual_kits`, name = URL scheme, object =
`Callable[[Path | None], VirtualKit]`), so that a wire brings its own.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

from station.errors import KitError, KitReason

GROUP = "station.virtual_kits"


class VirtualKit(Protocol):
    """A simulated device that knows pads; a context manager, gone at its end."""

    @property
    def address(self) -> str:
        """What opens it, from any process of this machine."""
        ...

    @property
    def pads(self) -> int:
        """How many it has; they are numbered from 0."""
        ...

    @property
    def softest(self) -> int:
        """The least velocity that is heard."""
        ...

    def strike(self, t_ns: int, pad: int, zone: int, velocity: int) -> None:
        """Strike a pad at a time to come, on the host's monotonic clock; velocity 0 to 127."""
        ...

    def close(self) -> None:
        """Take it away; may be called twice."""
        ...

    def __enter__(self) -> VirtualKit: ...

    def __exit__(self, *error: object) -> None: ...


VirtualKitType = Callable[[Path | None], VirtualKit]


def open_virtual_kit(scheme: str, path: Path | None = None) -> VirtualKit:
    """A simulated device on the wire of this scheme.

    Parameters
    ----------
    scheme
        As in an address: `serial`.
    path
        What its port is to be called; None: a name for this time only.

    Raises
    ------
    KitError
        When nothing is installed that has such a device, or this system cannot.
    """
    for point in entry_points(group=GROUP, name=scheme):
        make: VirtualKitType = point.load()
        return make(path)
    raise KitError(
        f"No simulated {scheme}:// kit is installed; install the station again.",
        KitReason.NO_DRIVER,
    )
