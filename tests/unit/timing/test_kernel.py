from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core.dispatcher import Dispatcher

import station.timing
from station.timing import kernel as kernel_module
from station.timing.kernel import kernel


def test_where_nothing_can_be_kept_a_kernel_is_compiled_all_the_same(monkeypatch):
    asked = []

    def njit(**options):
        asked.append(options)
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: function

    monkeypatch.setattr(kernel_module, "njit", njit)

    @kernel
    def double(x: int) -> int:
        return 2 * x

    assert double(4) == 8
    assert [options.get("cache", False) for options in asked] == [True, False]


USES = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from station.timing import kernel
kernel._FOLDER = Path(sys.argv[1])
from caller import twice
print(twice(5), sum(twice.stats.cache_hits.values()))
"""
CALLER = """
from callee import once
from station.timing.kernel import kernel

@kernel
def twice(x: int) -> int:
    return once(once(x))
"""
CALLEE = """
from station.timing.kernel import kernel

@kernel
def once(x: int) -> int:
    return x + {step}
"""


def test_what_is_kept_is_not_used_when_a_kernel_in_another_file_has_changed(tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "kept")}
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "caller.py").write_text(CALLER)

    def said(step: int) -> list[int]:
        (folder / "callee.py").write_text(CALLEE.format(step=step))
        words = [sys.executable, "-c", USES, str(folder)]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
        return [int(word) for word in done.stdout.split()]

    assert said(1) == [7, 0]
    assert said(1) == [7, 1]  # kept, and used again
    assert said(3) == [11, 0]
    assert said(3) == [11, 1]


TIMING = Path(station.timing.__file__).parent
SOURCES = [path for path in sorted(TIMING.rglob("*.py")) if "@kernel" in path.read_text()]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_kernels_use_nothing_that_is_not_looked_at_for_changes(path):
    from_elsewhere = {
        name.asname or name.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("station")
        for name in node.names
        if not f"{node.module}.".startswith("station.timing.")
    }
    words = path.relative_to(TIMING.parents[1]).with_suffix("").parts
    module = importlib.import_module(".".join(words))
    kernels = [x for x in vars(module).values() if isinstance(x, Dispatcher)]
    assert len(kernels) > 0
    for each in kernels:
        assert from_elsewhere.isdisjoint(each.py_func.__code__.co_names)
