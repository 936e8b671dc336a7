"""Which kept take a command means, and the shortest name that says so."""

from __future__ import annotations

from collections.abc import Sequence

from station.errors import StoreError, StoreReason
from station.takes.store import Store

LATEST = "latest"
_SHORTEST = 8


def chosen_take_id(store: Store, typed: str) -> str:
    """The whole id of a take named by `latest`, its id, or the beginning of it.

    Raises
    ------
    StoreError
        When there is none.
    WrongUse
        When the beginning fits several.
    """
    if typed != LATEST:
        return store.take(typed).id
    newest = store.takes(limit=1)
    if not newest:
        raise StoreError("No take is kept yet; 'station play' records one.", StoreReason.NOT_FOUND)
    return newest[0].id


def short_ids(ids: Sequence[str]) -> dict[str, str]:
    """For each id its shortest unique beginning, of at least eight characters."""
    in_order = sorted(ids)
    short = {}
    for i, one in enumerate(in_order):
        neighbours = in_order[max(0, i - 1) : i] + in_order[i + 1 : i + 2]
        same = max((_common(one, other) for other in neighbours), default=0)
        short[one] = one[: max(_SHORTEST, same + 1)]
    return short


def _common(a: str, b: str) -> int:
    """How many characters two texts begin with in common."""
    return next(
        (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
