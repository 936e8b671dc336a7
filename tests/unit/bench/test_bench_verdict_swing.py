from __future__ import annotations

from station.bench import verdict_swing


def test_swing_is_called_on_the_side_where_it_lies():
    rows = verdict_swing.rows(4, 400, 3)
    assert len(rows) == 8
    by = {row["chart"]: row for row in rows if row["player"] == "kit, truly steady"}
    assert by["straight"]["wider_share"] >= 0.5
    assert by["2:1"]["narrower_share"] == 1
    assert by["2:1"]["narrower_beats"] <= 400
    assert by["as played"]["narrower_share"] == by["as played"]["wider_share"] == 0
    assert by["as played"]["within_share"] > 0
    assert any("2:1" in line for line in verdict_swing.render(rows))


def test_targets_are_of_the_worst_player():
    calm = {"narrower_share": 0.0, "wider_share": 0.0}
    told = [
        {"chart": "as played", **calm},
        {"chart": "as played", **calm, "wider_share": 0.02},
        {"chart": "straight", **calm, "wider_share": 1.0},
        {"chart": "2:1", **calm, "wider_share": 0.01},
        {"chart": "at the margin", **calm, "wider_share": 0.5},
    ]
    assert [value for _, value, _ in verdict_swing.targets(told)] == [2.0, 1.0]
