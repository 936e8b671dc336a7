"""Compilers: where they are, and a sentence where they are not.

The host library, the Pico's image and the Cortex-M3's are built with Zig's C compiler, which is a
package (``pip install ziglang``); the Arduinos' with avr-gcc, which is one of the system.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

from station.errors import OutsideError

ZIG_VARIABLE = "EDRUM_ZIG"


class Compiler(StrEnum):
    """What a target is compiled with."""

    ZIG = "zig"
    AVR_GCC = "avr-gcc"


def command_of(compiler: Compiler) -> list[str]:
    """The words that start a C compiler.

    Raises
    ------
    OutsideError
        When it is not there; the message says where it is to be had.
    """
    if compiler is Compiler.AVR_GCC:
        found = shutil.which("avr-gcc")
        if found is None:
            raise OutsideError(
                "There is no avr-gcc, which builds the Arduinos' images; "
                "install gcc-avr and avr-libc."
            )
        return [found]
    return [*_zig(), "cc"]


def run(command: list[str], what: str) -> None:
    """Run a tool of the chain, in silence when all is well.

    Raises
    ------
    OutsideError
        With the tool's own words when it fails.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OutsideError(f"{what} cannot be built: {(done.stderr or done.stdout).strip()}")


def _zig() -> list[str]:
    """Zig itself: named by the environment, a package of this Python, or on the path."""
    named = os.environ.get(ZIG_VARIABLE)
    if named:
        if shutil.which(named) is None:
            raise OutsideError(f"{ZIG_VARIABLE} names {named}, where there is no program.")
        is_python = Path(named).name.startswith("python")
        return [named, "-m", "ziglang"] if is_python else [named]
    if importlib.util.find_spec("ziglang") is not None:
        return [sys.executable, "-m", "ziglang"]
    found = shutil.which("zig")
    if found is None:
        raise OutsideError(
            "There is no Zig, which builds the firmware; "
            f"`pip install ziglang`, or name one in {ZIG_VARIABLE}."
        )
    return [found]
