"""Fixtures that several kinds of test share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from firmware_bridge.firmware.core_lib import CoreLib, core_lib
from firmware_bridge.firmware.toolchain import Compiler, command_of
from station.errors import OutsideError
from station.hal.jack import DummyServer


@pytest.fixture(scope="session")
def jack_server() -> Iterator[DummyServer]:
    """A JACK dummy server, which MIDI ports and sound of this process (and its children) use."""
    if shutil.which("jackd") is None:
        pytest.skip("jackd is not installed (Debian and Ubuntu: 'sudo apt install jackd2')")
    with DummyServer() as server, pytest.MonkeyPatch.context() as patch:
        for name, value in server.environment().items():
            patch.setenv(name, value)
        yield server


@pytest.fixture(scope="session")
def zig() -> None:
    """The compiler that builds the firmware's core for this machine."""
    try:
        command_of(Compiler.ZIG)
    except OutsideError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session", params=["host", "host-small"])
def core(request: pytest.FixtureRequest, zig: None) -> CoreLib:
    """The firmware's core built for this machine, as big as on a Pico and as small as on an Uno."""
    return core_lib(str(request.param))
