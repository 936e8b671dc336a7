"""Which lines of the firmware's core its tests run: by hand, where GCC and gcov are.

    python tests/by_hand/core_coverage.py [MORE FOR PYTEST ...]

Builds the host's libraries once more with GCC's own counters, runs the tests that drive them, and
prints a line for each file of the core: how many of its lines were run, and which were not.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest

from firmware_bridge.firmware import core_lib
from firmware_bridge.firmware.targets import HERE, Target, target_named

_VARIANTS = ("host", "host-small")
_TESTS = (
    "tests/unit/firmware",
    "tests/property/test_firmware_protocol.py",
    "tests/property/test_firmware_trigger.py",
)


def main(more: list[str]) -> int:
    """Build, test, count."""
    place = Path(tempfile.mkdtemp())

    @cache
    def counted(target: Target, out: Path | None = None) -> Path:
        del out
        return _build(target, place / target.name)

    core_lib.built = counted
    # The counters are written when the process that has the library ends.
    child = os.fork()
    if child == 0:
        sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *_TESTS, *more]))
    failed = os.waitpid(child, 0)[1]
    for path, (run, missed) in sorted(_lines(place).items()):
        total = run + len(missed)
        print(f"{path:20}{run:5} of {total:4} {100 * run / total:6.1f} %  {missed or ''}")
    shutil.rmtree(place)
    return int(failed != 0)


def _build(target: Target, folder: Path) -> Path:
    folder.mkdir()
    sources = [*sorted((HERE / "core").glob("*.c")), *sorted((HERE / "ports/host").glob("*.c"))]
    flags = [f for f in target.flags if not f.startswith("-fsanitize") and f != "-O2"]
    out = folder / Path(target.output).name
    command = ["gcc", *flags, "-O0", "--coverage", f"-I{HERE / 'core'}"]
    command += [f"-I{HERE / 'ports/host'}", "-o", str(out), *map(str, sources)]
    subprocess.run(command, check=True, cwd=folder)
    return out


def _lines(place: Path) -> dict[str, tuple[int, list[int]]]:
    """By file of the core: lines run in any build, and the numbers of those run in none."""
    counts: dict[str, dict[int, int]] = {}
    for variant in _VARIANTS:
        folder = place / variant
        for data in folder.glob("*.gcda"):
            told = subprocess.run(
                ["gcov", "--json-format", "--stdout", str(data)],
                check=True,
                capture_output=True,
                cwd=folder,
            )
            for file in json.loads(told.stdout)["files"]:
                name = Path(file["file"]).name
                if name.startswith("ed_") and not name.startswith("ed_host"):
                    lines = counts.setdefault(name, {})
                    for line in file["lines"]:
                        number = line["line_number"]
                        lines[number] = lines.get(number, 0) + line["count"]
    return {
        name: (sum(c > 0 for c in lines.values()), sorted(n for n, c in lines.items() if not c))
        for name, lines in counts.items()
    }


if __name__ == "__main__":
    assert all(target_named(variant) for variant in _VARIANTS)
    sys.exit(main(sys.argv[1:]))
