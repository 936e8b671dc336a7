"""What can be built: one row for each image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from firmware_bridge.firmware.avr_image import finish_avr
from firmware_bridge.firmware.pico_image import finish_pico
from firmware_bridge.firmware.toolchain import Compiler

HERE = Path(__file__).parent

WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Werror")

Finish = Callable[[Path], list[Path]]


@dataclass(frozen=True, slots=True)
class Target:
    """One image.

    Attributes
    ----------
    name
        What it is called on the command line.
    about
        What it runs on, for people.
    compiler
        What it is compiled with.
    sources
        Globs of C and assembler files, from this folder on; `core` is always among them.
    flags
        For the compiler, beside `WARNINGS` and the folders of the sources to look for headers in.
        ``{here}`` is this folder.
    output
        The name of what the compiler makes.
    finish
        Makes of that what is flashed: takes its path, and gives back the paths of what it made.
    needs
        Further files that the image depends on (linker scripts, headers), as globs.
    in_all
        Whether ``all`` builds it; what only tests need is left out.
    """

    name: str
    about: str
    compiler: Compiler
    sources: tuple[str, ...]
    flags: tuple[str, ...]
    output: str
    finish: Finish | None = None
    needs: tuple[str, ...] = ()
    in_all: bool = True


# A library in which undefined behaviour ends the process: it is made for tests.
_HOST = (
    "-std=c11",
    "-O2",
    "-g",
    "-shared",
    "-fPIC",
    "-fsanitize=undefined",
    "-fsanitize-trap=undefined",
)

# The whole program is compiled as one (-flto): the core is then inlined into the port's loops.
_PICO = (
    "-target",
    "thumb-freestanding-eabi",
    "-mcpu=cortex_m0plus",
    "-std=c11",
    "-O2",
    "-flto",
    "-fno-sanitize=undefined",
    "-ffunction-sections",
    "-fdata-sections",
    "-Wl,-T,{here}/ports/pico/pico.ld",
    "-Wl,--entry=ed_boot2",
    "-Wl,--gc-sections",
)

_M3 = (
    "-target",
    "thumb-freestanding-eabi",
    "-mcpu=cortex_m3",
    "-std=c11",
    "-O2",
    "-fno-sanitize=undefined",
    "-DED_CHANNELS=8",
    "-Wl,-T,{here}/ports/m3/m3.ld",
    "-Wl,--entry=ed_reset",
    "-Wl,--gc-sections",
)

# ED_PERIOD_US: six conversions of 21 µs. -fno-ivopts: otherwise avr-gcc walks along every field of
# the inputs with a pointer of its own, and keeps them all on the stack.
_AVR = (
    "-DF_CPU=16000000UL",
    "-std=gnu11",
    "-O2",
    "-fno-ivopts",
    "-fno-tree-switch-conversion",
    "-mrelax",
    "-flto",
    "-fuse-linker-plugin",
    "-ffunction-sections",
    "-fdata-sections",
    "-Wl,--gc-sections",
    "-DED_SMALL",
    "-DED_PERIOD_US=126",
    "-DED_PAST=20",
    "-DED_RX_PAYLOAD=24",
    "-DED_OWN_SWEEP",
)

TARGETS = (
    Target(
        name="host",
        about="the core as a library for tests, as big as on a Pico",
        compiler=Compiler.ZIG,
        sources=("ports/host/*.c",),
        flags=_HOST,
        output="libedrum_host.so",
    ),
    Target(
        name="host-small",
        about="the same, as small as on an Uno",
        compiler=Compiler.ZIG,
        sources=("ports/host/*.c",),
        flags=(*_HOST, "-DED_SMALL"),
        output="libedrum_host_small.so",
        in_all=False,
    ),
    Target(
        name="pico",
        about="Raspberry Pi Pico (RP2040): eight pads with rims and a hi-hat controller",
        compiler=Compiler.ZIG,
        sources=("ports/pico/*.c", "ports/pico/*.S"),
        flags=(*_PICO, "-DED_CHANNELS=17"),
        output="edrum-pico.elf",
        finish=finish_pico,
        needs=("ports/pico/pico.ld", "pico_image.py"),
    ),
    Target(
        name="pico-direct",
        about="Raspberry Pi Pico without multiplexers: three inputs",
        compiler=Compiler.ZIG,
        sources=("ports/pico/*.c", "ports/pico/*.S"),
        flags=(*_PICO, "-DED_PICO_DIRECT", "-DED_CHANNELS=3", "-DED_PADS=3"),
        output="edrum-pico-direct.elf",
        finish=finish_pico,
        needs=("ports/pico/pico.ld", "pico_image.py"),
    ),
    Target(
        name="m3",
        about="a Cortex-M3 in QEMU, whose clock is the host's: the truth for clock sync",
        compiler=Compiler.ZIG,
        sources=("ports/m3/*.c",),
        flags=_M3,
        output="edrum-m3.elf",
        needs=("ports/m3/m3.ld",),
    ),
    Target(
        name="uno",
        about="Arduino Uno or Nano (ATmega328P): six pads",
        compiler=Compiler.AVR_GCC,
        sources=("ports/avr/*.c",),
        flags=("-mmcu=atmega328p", *_AVR),
        output="edrum-uno.elf",
        finish=finish_avr,
        needs=("avr_image.py",),
    ),
    Target(
        name="leonardo",
        about="Arduino Leonardo or Micro (ATmega32U4): six pads, USB of its own",
        compiler=Compiler.AVR_GCC,
        sources=("ports/avr/*.c", "ports/avr/usb/*.c"),
        flags=("-mmcu=atmega32u4", *_AVR),
        output="edrum-leonardo.elf",
        finish=finish_avr,
        needs=("avr_image.py",),
    ),
)


def target_named(name: str) -> Target | None:
    """The row of this name."""
    return next((target for target in TARGETS if target.name == name), None)
