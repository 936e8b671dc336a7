"""Reports of kept takes: computed again from the raw hits, every time."""

from __future__ import annotations

from collections.abc import Sequence

from station.charts import document
from station.hits import HitArray
from station.model import Mark, Take
from station.report import Report, build_report
from station.takes.store import Store


def report_of(take: Take, hits: HitArray, marks: Sequence[Mark] = ()) -> Report:
    """Judge a take from its raw hits.

    Parameters
    ----------
    take
        With its chart, its start and how it ended.
    hits
        Of `hits.HIT_DTYPE`, in any order, their times on the chart's clock.
    marks
        What else happened.

    Raises
    ------
    ChartError
        When the chart in the take cannot be read.
    """
    return build_report(
        document.parse(take.chart_json),
        hits,
        start_ns=take.start_ns,
        latency_ns=take.latency_ns,
        calibrated=take.calibrated,
        kit=take.kits[0],
        state=take.state,
        end_ns=take.end_ns,
        marks=marks,
        calibration=take.calibration,
    )


def kept_report(store: Store, take_id: str) -> Report:
    """The report of a take in the store; the id, or a unique beginning of it.

    Raises
    ------
    StoreError
        When there is no such take, or it cannot be read.
    """
    take = store.take(take_id)
    return report_of(take, store.hits_on_grid(take.id), store.marks(take.id))
