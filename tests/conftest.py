"""Fixtures that several kinds of test share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

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
