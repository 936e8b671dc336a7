from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.errors import KitError, KitReason, WrongUse
from station.hal.address import Address, parse_address
from station.hal.registry import create_source, driver_for, drivers


@pytest.mark.parametrize(
    ("text", "scheme", "target", "params"),
    [
        ("midi://TD-17", "midi", "TD-17", {}),
        ("midi://Alesis Nitro Max", "midi", "Alesis Nitro Max", {}),
        ("serial:///dev/ttyACM0", "serial", "/dev/ttyACM0", {}),
        ("sim://?player=rushing&seed=1", "sim", "", {"player": "rushing", "seed": "1"}),
        ("replay://my take.mid?speed=max", "replay", "my take.mid", {"speed": "max"}),
        ("replay://C:\\takes\\a.mid", "replay", "C:\\takes\\a.mid", {}),
        ("sim://?empty=", "sim", "", {"empty": ""}),
        (" midi://X ", "midi", "X", {}),
    ],
)
def test_what_people_type(text: str, scheme: str, target: str, params: dict[str, str]) -> None:
    address = parse_address(text)
    assert (address.scheme, address.target, dict(address.params)) == (scheme, target, params)


@pytest.mark.parametrize("text", ["", "TD-17", "midi:TD-17", "://x", "MIDI PORT://x"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(WrongUse, match="station kits"):
        parse_address(text)


names = st.text(st.characters(blacklist_characters="?", blacklist_categories=("Cs",)), max_size=20)
words = st.text(st.characters(min_codepoint=33, max_codepoint=0x24F), min_size=1, max_size=9)


@given(target=names, params=st.dictionaries(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), words))
def test_an_address_reads_as_it_is_written(target: str, params: dict[str, str]) -> None:
    address = parse_address(str(Address("sim", target.strip(), params)))
    assert (address.target, dict(address.params)) == (target.strip(), params)


def test_an_unknown_parameter_is_refused_by_name() -> None:
    with pytest.raises(WrongUse, match=r"'sped'.*speed"):
        parse_address("replay://x?sped=2").only({"speed"})


def test_an_unknown_scheme_names_the_known_ones() -> None:
    with pytest.raises(KitError, match=r"bluetooth://.*midi://") as caught:
        create_source("bluetooth://x")
    assert caught.value.reason is KitReason.NO_DRIVER


@pytest.mark.parametrize("scheme", ["midi", "sim", "replay"])
def test_the_shipped_drivers_are_installed(scheme: str) -> None:
    assert scheme in drivers()
    assert driver_for(scheme).scheme == scheme
