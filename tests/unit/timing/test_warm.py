from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import station.timing
from station.timing.warm import compile_kernels, kernel_cache_state

WARM_TWICE = """
from station.timing.warm import compile_kernels, kernel_cache_state
compile_kernels(print)
assert kernel_cache_state().kept
"""


def test_warm_kernels_are_not_told_of():
    compile_kernels(lambda line: None)
    told = []
    compile_kernels(told.append)
    assert told == []
    state = kernel_cache_state()
    assert state.kept
    assert state.writable
    assert state.directory is not None


def test_a_new_cache_is_filled_once_and_says_so(tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    root = Path(station.timing.__file__).parents[2]
    outputs = [
        subprocess.run(
            [sys.executable, "-c", WARM_TWICE],
            env=environment,
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert outputs[0].startswith("Compiling the kernels")
    assert "hit_kernel.judge" in outputs[0]
    assert outputs[1] == ""
