"""What could not be read of a chart: one sentence each, with the bars that it is about."""

from __future__ import annotations

MAX_SENTENCES = 40
_MAX_BARS = 8


class Complaints:
    """Collects what is wrong, and says the same thing once for all bars.

    A bar is called what the file calls it.
    """

    def __init__(self) -> None:
        self._bars: dict[str, dict[str, None]] = {}

    def add(self, bar: str, what: str) -> None:
        """`what` (a clause without a full stop) is wrong in `bar`; empty: in the whole file."""
        bars = self._bars.setdefault(what, {})
        if bar:
            bars[bar] = None

    def sentences(self) -> tuple[str, ...]:
        """One for each thing, in the order in which they were met; at most `MAX_SENTENCES`."""
        said = [_sentence(list(bars), what) for what, bars in self._bars.items()]
        if len(said) > MAX_SENTENCES:
            more = len(said) - MAX_SENTENCES + 1
            said = [*said[: MAX_SENTENCES - 1], f"And {more:,} more things could not be read."]
        return tuple(said)


def _sentence(bars: list[str], what: str) -> str:
    if not bars:
        return f"{what[:1].upper()}{what[1:]}."
    if len(bars) == 1:
        return f"Bar {bars[0]}: {what}."
    if len(bars) > _MAX_BARS:
        return f"Bars {', '.join(bars[:_MAX_BARS])} and {len(bars) - _MAX_BARS:,} more: {what}."
    return f"Bars {', '.join(bars[:-1])} and {bars[-1]}: {what}."
