"""The simulated board as a kit that a drummer with known truth can play."""

from __future__ import annotations

from pathlib import Path

from firmware_bridge.simboard import PtyBoard, SimBoardConfig
from station.errors import KitError, KitReason

# As many as the profile for trigger boards has places for.
_PADS = 12
_VELOCITY_SHIFT = 16 - 7


class VirtualBoard:
    """A simulated trigger board on a pty.

    Parameters
    ----------
    path
        Where the link to its pty is put; None: in a new folder for temporary files.

    Raises
    ------
    KitError
        When there are no ptys here, or the link cannot be made.
    """

    def __init__(self, path: Path | None = None) -> None:
        if path is not None and path.exists() and not path.is_symlink():
            raise KitError(
                f"{path} exists and is no link to a simulated board; choose another name.",
                KitReason.BUSY,
            )
        try:
            self._board = PtyBoard(SimBoardConfig(pads=_PADS), path)
        except OSError as error:
            raise KitError(
                f"No simulated board at {path or 'a pty'} ({error.strerror or error}); choose "
                "another place, on a system with ptys.",
                KitReason.NO_SYSTEM,
            ) from error

    @property
    def address(self) -> str:
        """What opens it."""
        return f"serial://{self._board.path}"

    @property
    def pads(self) -> int:
        """How many it has."""
        return self._board.config.pads

    @property
    def softest(self) -> int:
        """The least velocity that is heard: just above the board's threshold of 3 %."""
        return 4

    def strike(self, t_ns: int, pad: int, zone: int, velocity: int) -> None:
        """Strike a pad at a true time to come; velocity 0 to 127."""
        self._board.strike(pad, velocity << _VELOCITY_SHIFT, zone, t_ns)

    def close(self) -> None:
        """Take it away; may be called twice."""
        self._board.close()

    def __enter__(self) -> VirtualBoard:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
