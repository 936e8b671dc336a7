"""What a player chooses of the sound, and what the engine is told of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from station.engine.host_sound import plan_of
from station.engine.messages import KitVoices, OpenSound
from station.files import load_chart
from station.sound.click import lay_clicks
from station.sound.click_plan import Subdivision
from station.sound.click_voices import CLICK_VOICES
from station.sound.rhythm_gate import Gate
from station.sound_choice import CLICKS, GATES, SUBDIVISIONS, SoundChoice

LOUD = SoundChoice(card="simsound://")


def test_the_names_are_those_of_the_sound() -> None:
    assert set(CLICKS) == set(CLICK_VOICES)
    assert tuple(Subdivision) == SUBDIVISIONS
    assert tuple(Gate) == GATES


@pytest.mark.parametrize(("on", "off"), [(1, 0), (3, 1), (2, 2), (1, 3)])
def test_the_silent_bars_are_those_that_have_no_click(on: int, off: int) -> None:
    chosen = replace(LOUD, on_bars=on, off_bars=off)
    chart = load_chart("pulse").repeated(3)
    click = chosen.click_message()
    assert click is not None
    times = lay_clicks(chart, plan_of(click, 1)).times_ns()
    starts = chart.tempo.ns_of(np.array([bar.tick for bar in chart.bars()]))
    heard = set((np.searchsorted(starts, times[times >= 0] + 1, side="right") - 1).tolist())
    bars = range(len(starts))
    assert {bar for bar in bars if not chosen.is_silent(bar)} == heard
    assert not chosen.is_silent(-1)


def test_nothing_is_chosen_at_first() -> None:
    nothing = SoundChoice()
    assert not nothing.clicks
    assert (nothing.click_message(), nothing.tapping_message(90, 24)) == (None, None)
    assert nothing.card_message() == OpenSound("audio://none")


def test_the_engine_is_told_what_was_chosen() -> None:
    chosen = replace(LOUD, click="rim", module="TD", off_bars=1, volume=0.5, kit_voices=True)
    click, tapping = chosen.click_message(), chosen.tapping_message(100, 32)
    assert click is not None
    assert tapping is not None
    assert (tapping.bpm, tapping.beats, tapping.kit_voices) == (100, 32, KitVoices())
    gated = replace(chosen, gate="tight").tapping_message(100, 32)
    assert gated == tapping
    tapped = tapping.click
    assert (click.voice, click.midi_port, click.midi_port_needed) == ("rim", "TD", False)
    assert (click.off_bars, click.volume) == (1, 0.5)
    # Whoever taps needs every click, and the module that makes it.
    assert (tapped.off_bars, tapped.voice, tapped.midi_port_needed) == (0, "rim", True)
    assert chosen.card_message() == OpenSound("simsound://", KitVoices())


def test_kit_voices_need_a_card_and_a_click_something_to_sound_from() -> None:
    assert SoundChoice(module="TD").clicks
    assert not replace(LOUD, click="none").clicks
    assert not replace(LOUD, click="none", module="TD").clicks
    assert SoundChoice(kit_voices=True).voices_message() is None
    assert replace(LOUD, kit_voices=True, gate="tight").voices_message() == KitVoices(gate="tight")
    by_module = SoundChoice(module="TD", module_voices=True, gate="wide")
    assert by_module.voices_message() == KitVoices(
        gate="wide", midi_port="TD", midi_port_needed=False
    )
    assert by_module.card_message().kit_voices == by_module.voices_message()
    assert not by_module.voiceless
    assert SoundChoice(module_voices=True).voiceless
    assert SoundChoice(kit_voices=True).voiceless
