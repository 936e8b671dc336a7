from __future__ import annotations

from pathlib import Path

import pytest

from station import settings


def test_the_shipped_data_is_found() -> None:
    assert (settings.config_dir() / "kits").is_dir()
    assert (settings.config_dir() / "charts").is_dir()


@pytest.mark.parametrize(
    ("variable", "where"),
    [
        ("STATION_DATA_DIR", settings.data_dir),
        ("STATION_CONFIG_DIR", settings.user_config_dir),
        ("STATION_RUNTIME_DIR", settings.runtime_dir),
    ],
)
def test_every_place_can_be_moved(
    variable: str, where: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(where)
    monkeypatch.delenv(variable, raising=False)
    assert where() != tmp_path
    monkeypatch.setenv(variable, str(tmp_path))
    assert where() == tmp_path
