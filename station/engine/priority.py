"""Ask the system to let the engine run first; go on without where it will not."""

from __future__ import annotations

import contextlib
import os

# Above everything that is not real-time, below the system's own threads, and below the threads
# that play sound (JACK gives its clients 5 at least): at the same priority, some work of ours held
# one up for a whole slice of 100 ms.
_REALTIME_PRIORITY = 4
_NICENESS = -10


def run_first() -> str:
    """Raise the priority of this thread and of those that it starts from now on.

    Real-time scheduling where the system allows it (on Linux for members of the audio group,
    as a rule), else a better niceness, else nothing.

    Returns
    -------
    str
        What was granted: "real-time", "nice" or "" for nothing.
    """
    if hasattr(os, "sched_setscheduler"):
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(_REALTIME_PRIORITY))
            return "real-time"
    if hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, _NICENESS)
            return "nice"
    return ""
