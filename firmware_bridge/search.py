"""Finding a board again that was unplugged: by what it is, not by what its port is called."""

from __future__ import annotations

from collections.abc import Callable

from firmware_bridge.knock import Found, Knock
from firmware_bridge.port import Device, PortLost, devices, open_port
from firmware_bridge.refusals import is_there
from station.clock import Clock
from station.errors import KitError
from station.units import NS_PER_MS, NS_PER_S

# The own path is looked at often, it costs microseconds; the list of all devices, milliseconds.
_LOOK_EVERY_NS = 10 * NS_PER_MS
_LIST_EVERY_NS = 100 * NS_PER_MS
# A port that does not open now may do so once the system has set its rights.
_AGAIN_AFTER_NS = 50 * NS_PER_MS
# Another board is where ours was; it may be changed back.
_OTHER_AGAIN_NS = NS_PER_S
_STEP_S = 0.005


class Search:
    """Looks where the board was, and at every device that came since.

    What was there all the while is another's and is left alone. A board that resets when it is
    opened is asked for as long as it takes.

    Parameters
    ----------
    path, baud
        Where it was, and how fast.
    board_id
        Which one it is; None for a dialect, whose boards do not say: there, what comes back at
        the same path is taken, or what has the same serial number on USB.
    clock
        The host's.
    usb_serial
        The device's serial number on USB, for a dialect; empty without one.
    list_devices
        What is there now.
    """

    def __init__(
        self,
        path: str,
        baud: int,
        board_id: str | None,
        clock: Clock,
        usb_serial: str = "",
        list_devices: Callable[[], list[Device]] = devices,
    ) -> None:
        self._path = path
        self._baud = baud
        self._board_id = board_id
        self._clock = clock
        self._usb_serial = usb_serial
        self._list = list_devices
        self._others = {device.path for device in list_devices()} - {path}
        self._new: list[str] = []
        self._listed_ns = clock.now_ns()
        self._knocks: dict[str, Knock] = {}
        self._not_before_ns: dict[str, int] = {}

    def step(self) -> Found | None:
        """Look and listen for some milliseconds; the board, once it is found."""
        now_ns = self._clock.now_ns()
        if now_ns - self._listed_ns >= _LIST_EVERY_NS:
            self._listed_ns = now_ns
            there = self._list()
            self._others &= {device.path for device in there}  # what goes and comes back is new
            self._new = [d.path for d in there if self._may_be_ours(d)]
        for path in (self._path, *self._new):
            if path in self._knocks or now_ns < self._not_before_ns.get(path, 0):
                continue
            self._not_before_ns[path] = now_ns + _AGAIN_AFTER_NS
            if is_there(path):
                found = self._open(path)
                if found is not None:
                    return found
        return self._listen()

    @property
    def idle(self) -> bool:
        """Whether there is nobody to listen to now: the caller may rest for a while."""
        return not self._knocks

    @property
    def rest_s(self) -> float:
        """For how long."""
        return _LOOK_EVERY_NS / NS_PER_S

    def close(self) -> None:
        """Give back every port that was not found to be the board's."""
        for knock in self._knocks.values():
            knock.close()
        self._knocks.clear()

    def _may_be_ours(self, device: Device) -> bool:
        if device.path in self._others or device.path == self._path:
            return False
        if self._board_id is not None:
            return True
        return bool(self._usb_serial) and device.usb_serial == self._usb_serial

    def _open(self, path: str) -> Found | None:
        try:
            if self._board_id is None:
                return Found(open_port(path, self._baud), self._baud, None, None)
            self._knocks[path] = Knock(path, (self._baud,), self._clock)
        except KitError:
            pass  # not there yet, or not ours yet
        return None

    def _listen(self) -> Found | None:
        for path, knock in list(self._knocks.items()):
            try:
                found = knock.step(_STEP_S)
            except (PortLost, KitError):
                self._leave(path)
                continue
            if found is None:
                continue
            if found.board is not None and found.board.board_id == self._board_id:
                del self._knocks[path]
                return found
            self._leave(path)
            self._others.add(path)
            self._not_before_ns[path] = self._clock.now_ns() + _OTHER_AGAIN_NS
        return None

    def _leave(self, path: str) -> None:
        self._knocks.pop(path).close()
