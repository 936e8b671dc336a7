"""A JACK server with no sound card: virtual MIDI on machines that have no MIDI system.

Containers and most CI machines have no kernel sequencer. JACK's dummy server runs as an
ordinary process there and carries MIDI (and audio) between programs all the same.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from station.errors import OutsideError
from station.hal.systems import sequencer_usable

# Not a name that a client has: JACK names the sockets of both alike, and the client's goes first.
DEFAULT_NAME = "edrum-virtual-midi"
RATE_HZ = 48_000
PERIOD_FRAMES = 64

# JACK has eight slots for servers on a machine, and one that was killed keeps its slot until
# a server of the same name comes: so the names are few and used again.
_NAMES_TRIED = 4
_REALTIME_PRIORITY = 15
_START_WITHIN_S = 10.0
_STOP_WITHIN_S = 5.0
_SOCKET_DIRS = (Path("/dev/shm"), Path(tempfile.gettempdir()))


def server_answers(name: str | None = None) -> bool:
    """Whether a JACK server listens.

    Asked before JACK's library is, because that one prints to stderr when none does, and
    goes on showing the ports of one that has died.

    Parameters
    ----------
    name
        The server's; by default the one that programs started from here would use.
    """
    family = getattr(socket, "AF_UNIX", None)
    if family is None:
        return False
    name = name or os.environ.get("JACK_DEFAULT_SERVER") or "default"
    return any(_listens(folder / f"jack_{name}_{os.getuid()}_0") for folder in _SOCKET_DIRS)


def virtual_midi_available() -> bool:
    """Whether a program can make a MIDI port of its own here and now."""
    return sys.platform == "darwin" or sequencer_usable() or server_answers()


class DummyServer:
    """A JACK server of our own, as a context manager; ends its own process, no other.

    It lives no longer than the thread that started it (on Linux), so that nothing is left
    running behind a program that was killed.

    Parameters
    ----------
    name
        What to call it; when a server of this name is running, a number is put behind.

    Attributes
    ----------
    name
        As it is called, once started.

    Raises
    ------
    OutsideError
        On entering: jackd is not installed, or does not come up.
    """

    def __init__(self, name: str = DEFAULT_NAME, period_frames: int = PERIOD_FRAMES) -> None:
        self.name = name
        self._period_frames = period_frames
        self._wanted = name
        self._process: subprocess.Popen[bytes] | None = None

    def environment(self) -> Mapping[str, str]:
        """What a program needs in its environment to use this server."""
        return {"JACK_DEFAULT_SERVER": self.name, "JACK_NO_START_SERVER": "1"}

    def start(self) -> None:
        """Start the server and return when it answers."""
        jackd = shutil.which("jackd")
        if jackd is None:
            raise OutsideError(
                "jackd is not installed; install it for a virtual MIDI device "
                "(Debian and Ubuntu: 'sudo apt install jackd2')."
            )
        said = f"servers called '{self._wanted}' are running already"
        for number in range(1, _NAMES_TRIED + 1):
            self.name = self._wanted if number == 1 else f"{self._wanted}-{number}"
            if not server_answers(self.name):
                said = self._try(jackd)
            if self._process is not None:
                return
        raise OutsideError(f"No JACK server could be started ({said}); try 'jackd -d dummy'.")

    def stop(self) -> None:
        """End the server and remove what it left; may be called twice."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(_STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if not server_answers(self.name):  # somebody else's, begun at the same moment
                _remove_remains(self.name)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _try(self, jackd: str) -> str:
        """Start it under its name; what it said last if it did not come up."""
        # -S: each period waits for every client, so that a loaded machine loses no message
        # (and for five seconds, all clients still, for one that is killed in mid-period).
        # Few ports and no locked memory: it fits into a container's 64 MB of shared memory.
        # Real-time where that is allowed: else a window that paints makes its periods late.
        scheduling = ["-R", f"-P{_REALTIME_PRIORITY}"] if _realtime_allowed() else ["--no-realtime"]
        command = [jackd, "-n", self.name, *scheduling, "--no-mlock", "--port-max", "256", "-S"]
        command += ["-d", "dummy", "-r", str(RATE_HZ), "-p", str(self._period_frames)]
        setpriv = shutil.which("setpriv")
        if setpriv is not None:
            command = [setpriv, "--pdeathsig", "TERM", *command]
        with tempfile.TemporaryFile() as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
            self._process = process
            give_up = time.monotonic() + _START_WITHIN_S
            while process.poll() is None and time.monotonic() < give_up:
                if server_answers(self.name):
                    return ""
                time.sleep(0.002)
            self.stop()
            log.seek(0)
            lines = log.read().decode(errors="replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def _realtime_allowed() -> bool:
    """Whether this user may schedule in real time; tried in a thread that then ends."""
    if not hasattr(os, "sched_setscheduler"):
        return False
    allowed: list[bool] = []

    def try_it() -> None:
        try:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_REALTIME_PRIORITY))
        except OSError:
            allowed.append(False)
        else:
            allowed.append(True)

    thread = threading.Thread(target=try_it)
    thread.start()
    thread.join()
    return allowed[0]


def _remove_remains(name: str) -> None:
    """Its clients' semaphores, and its socket if it was killed."""
    user = os.getuid()
    for folder in _SOCKET_DIRS:
        for pattern in (f"jack_sem.{user}_{name}_*", f"jack_{name}_{user}_0"):
            for path in folder.glob(pattern):
                path.unlink(missing_ok=True)
