"""For which kit a calibration holds."""

import pytest

from station.calibration.names import kit_name


@pytest.mark.parametrize(
    ("addresses", "name"),
    [
        (["midi://TD-17"], "midi://TD-17"),
        (["sim://?player=steady&seed=1&offset_ms=12"], "sim://?offset_ms=12&player=steady"),
        (["sim://?seed=1"], "sim://"),
        (["serial:///dev/ttyACM0?baud=115200"], "serial:///dev/ttyACM0?baud=115200"),
        (["midi://B", "midi://A"], "midi://A + midi://B"),
    ],
)
def test_what_changes_from_take_to_take_is_left_out(addresses, name):
    assert kit_name(addresses) == name
