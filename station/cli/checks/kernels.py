"""The timing kernels: compiled once, and kept."""

from __future__ import annotations

from station.cli.checks.finding import Finding, ok, remark
from station.timing.warm import KernelCacheState, kernel_cache_state

_WAY_OUT = "set NUMBA_CACHE_DIR to a folder that can be written"


def check() -> list[Finding]:
    """Where the kernels are kept."""
    return [judge(kernel_cache_state())]


def judge(state: KernelCacheState) -> Finding:
    """What a cache's state means for the player."""
    if state.directory is None:
        return remark("kernels", "kept nowhere: compiled at every start (half a minute)", _WAY_OUT)
    if not state.kept and not state.writable:
        return remark(
            "kernels", f"{state.directory} cannot be written: compiled at every start", _WAY_OUT
        )
    if not state.kept:
        return remark("kernels", f"not compiled yet: the first start does it ({state.directory})")
    return ok("kernels", f"compiled, in {state.directory}")
