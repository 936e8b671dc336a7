"""The stage that sound's tests play on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from station.clock import ManualClock
from station.sound import simulated
from station.sound.output import SoundAddress

# What the tests share is a module beside them.
sys.path.insert(0, str(Path(__file__).parent))

from sound_stage import Stage


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    made = Stage()
    plain: Callable[..., simulated.SimulatedCard] = simulated.open_card

    def recording(address: SoundAddress, clock: ManualClock) -> simulated.SimulatedCard:
        card = plain(address, clock)
        card._record = True
        made.cards.append(card)
        return card

    monkeypatch.setattr(simulated, "open_card", recording)
    yield made
    made.metronome.close()
