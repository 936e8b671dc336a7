from __future__ import annotations

import pytest

from station.hal.port_names import bare, may_be_a_kit, meant, same_again

PORTS = [
    "Midi Through:Midi Through Port-0 14:0",
    "TD-17:TD-17 MIDI 1 20:0",
    "TD-17:TD-17 MIDI 2 20:1",
    "Alesis Nitro:Alesis Nitro MIDI 1 24:0",
    "Virtual kit:out 130:0",
    "edrum-station:in 129:0",
]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("TD-17:TD-17 MIDI 1 20:0", "TD-17:TD-17 MIDI 1"),
        ("TD-07:TD-07 MIDI 1 20:0", "TD-07:TD-07 MIDI 1"),
        ("TD-17 0", "TD-17"),
        ("kit-01:midi", "kit:midi"),
        ("TD-17", "TD-17"),
        ("DTX-PRO:midi", "DTX-PRO:midi"),
    ],
)
def test_bare_takes_off_what_the_system_added(name: str, expected: str) -> None:
    assert bare(name) == expected


def test_the_loop_and_our_own_ports_are_no_kits() -> None:
    assert [name for name in PORTS if may_be_a_kit(name)] == PORTS[1:5]


@pytest.mark.parametrize(
    ("typed", "places"),
    [
        ("nitro", [3]),
        ("  Alesis ", [3]),
        ("TD-17", [1, 2]),
        ("td-17 midi 2", [2]),
        ("TD-17:TD-17 MIDI 1", [1]),
        ("TD-17:TD-17 MIDI 1 20:0", [1]),
        ("through", [0]),
        ("midi 1", [1, 3]),
        ("DTX", []),
    ],
)
def test_any_part_of_a_name_in_any_case(typed: str, places: list[int]) -> None:
    assert meant(typed, PORTS) == [PORTS[i] for i in places]


def test_an_exact_name_wins_over_a_part_of_a_longer_one() -> None:
    assert meant("pad", ["pad 2:a", "pad", "launchpad"]) == ["pad"]


def test_a_port_that_came_back_is_known_under_its_new_number() -> None:
    back = ["Alesis Nitro:Alesis Nitro MIDI 1 28:0"]
    assert same_again("Alesis Nitro:Alesis Nitro MIDI 1 24:0", back, []) == back[0]


def test_a_second_kit_of_the_same_make_is_not_the_lost_one() -> None:
    lost, other = "TD-17:TD-17 MIDI 1 20:0", "TD-17:TD-17 MIDI 1 24:0"
    assert same_again(lost, [other], [other]) is None
    assert same_again(lost, [other, "TD-17:TD-17 MIDI 1 28:0"], [other]) == (
        "TD-17:TD-17 MIDI 1 28:0"
    )
    assert same_again(lost, [other, lost], [other]) == lost
