"""Repeats, endings, D.C., D.S. and codas: from bars as written to bars as played."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from station.charts.complaints import Complaints

# A repeat is played twice unless it says otherwise.
_TWICE = 2
_ANY = None


@dataclass(slots=True)
class Marks:
    """What a bar says about where to go on.

    Attributes
    ----------
    forward, backward
        It begins with, or ends with, a repeat sign.
    times
        How often the part before `backward` is played; 0 when it does not say.
    after_jump
        The repeat is played even after a jump.
    ending_starts
        The passes for which an ending that begins here is played; empty: none begins.
    ending_stops
        The ending that this bar belongs to is over behind it.
    segnos, codas
        Signs at its beginning, by name.
    to_coda, dal_segno, da_capo, fine
        What happens behind it; a sign by name (may be empty), None for nothing.
    until
        Where a jump from here leads in the end: `fine`, `coda`, or empty for either.
    passes
        The jump is made in these passes only; empty: always.
    with_repeats
        Repeats are played after the jump from here, too.
    said_times
        How often words in this bar say that a repeat is played; 0 when they do not.
    """

    forward: bool = False
    backward: bool = False
    times: int = 0
    after_jump: bool = False
    ending_starts: frozenset[int] = frozenset()
    ending_stops: bool = False
    segnos: set[str] = field(default_factory=set)
    codas: set[str] = field(default_factory=set)
    to_coda: str | None = None
    dal_segno: str | None = None
    da_capo: bool = False
    fine: bool = False
    until: str = ""
    passes: frozenset[int] = frozenset()
    with_repeats: bool = False
    said_times: int = 0


@dataclass(slots=True)
class _Section:
    """What lies between two repeat signs, and the endings behind it."""

    start: int
    passes: int = 1
    now: int = 1


@dataclass(slots=True)
class _Bar:
    """A bar's place among the repeats."""

    section: _Section | None = None  # whose passes count here
    repeats: _Section | None = None  # which is begun again behind it
    ending: frozenset[int] = frozenset()
    ending_end: int = 0  # the first bar behind the ending


def playing_order(
    bars: Sequence[Marks], names: Sequence[str], complaints: Complaints, most: int
) -> list[int]:
    """Which bars are played, one after the other.

    A jump is made once, at the end of its bar; after one, repeats are played once only, with
    their last ending, unless they say otherwise.

    Parameters
    ----------
    bars, names
        As written, and what they are called.
    complaints
        Gets the jumps that lead nowhere.
    most
        How many bars there may be.

    Raises
    ------
    ValueError
        When there are more.
    """
    _settle_bare_codas(bars)
    _settle_said_times(bars, names, complaints)
    return _Player(bars, names, complaints, most).play()


def _settle_bare_codas(bars: Sequence[Marks]) -> None:
    """Of two coda signs without a word, the first is where one leaves."""
    signs = [bar for bar in bars if bar.codas]
    if len(signs) > 1 and all(bar.to_coda is None for bar in bars):
        signs[0].to_coda = min(signs[0].codas)
        signs[0].codas = set()


def _settle_said_times(bars: Sequence[Marks], names: Sequence[str], complaints: Complaints) -> None:
    """`4x` in words counts for the repeat that begins or ends in its bar."""
    for i, (bar, name) in enumerate(zip(bars, names, strict=True)):
        if not bar.said_times:
            continue
        end = bar if bar.backward else _end_of_repeat(bars, i)
        if end is None:
            complaints.add(name, f"'{bar.said_times}x' stands at no repeat and is not read")
        elif end.times and end.times != bar.said_times:
            complaints.add(
                name, f"'{bar.said_times}x' is not read: the repeat itself says {end.times} times"
            )
        else:
            end.times = bar.said_times


def _end_of_repeat(bars: Sequence[Marks], begin: int) -> Marks | None:
    """The bar where the repeat ends that begins with a bar; None where none begins or ends."""
    if not bars[begin].forward:
        return None
    behind = islice(bars, begin + 1, None)
    following = next((one for one in behind if one.backward or one.forward), None)
    return None if following is None or following.forward else following


class _Player:
    def __init__(
        self, bars: Sequence[Marks], names: Sequence[str], complaints: Complaints, most: int
    ) -> None:
        self._bars, self._names, self._complaints, self._most = bars, names, complaints, most
        self._places = _places(bars)
        sections = [one for place in self._places for one in (place.section, place.repeats) if one]
        self._sections = list({id(one): one for one in sections}.values())
        self._after_jump = {
            id(place.repeats) for bar, place in zip(bars, self._places, strict=True)
            if bar.after_jump
        }  # fmt: skip
        self._signs = {"segnos": _by_name(bar.segnos for bar in bars),
                       "codas": _by_name(bar.codas for bar in bars)}  # fmt: skip
        self._jumped = False
        self._with_repeats = False
        self._until = ""
        self._done: set[int] = set()

    def play(self) -> list[int]:
        order: list[int] = []
        at = 0
        while at < len(self._bars):
            place = self._places[at]
            if place.ending and place.section and not self._is_played(place):
                at = place.ending_end
                continue
            order.append(at)
            if len(order) > self._most:
                raise ValueError(f"its repeats play more than {self._most:,} bars")
            following = self._behind(at)
            if following is None:
                break
            at = following
        return order

    def _is_played(self, place: _Bar) -> bool:
        assert place.section is not None
        now = place.section.now
        last = self._jumped and not self._with_repeats
        return now in place.ending or (last and max(place.ending) >= place.section.passes)

    def _behind(self, at: int) -> int | None:
        """The bar after this one; None at the end."""
        bar, place = self._bars[at], self._places[at]
        if place.repeats is not None:
            section = place.repeats
            once = self._jumped and not bar.after_jump and not self._with_repeats
            if section.now < section.passes and not once:
                section.now += 1
                self._begin_inner(section, at)
                return section.start
        if self._jumped:
            if bar.fine and self._until != "coda":
                return None
            if bar.to_coda is not None and self._until != "fine":
                coda = self._find("codas", bar.to_coda, after=at)
                if coda is not None:
                    self._until = "coda"
                    return coda
                self._complaints.add(self._names[at], "there is no coda to go to")
        return self._jump(at)

    def _jump(self, at: int) -> int | None:
        bar, section = self._bars[at], self._places[at].section
        if not bar.da_capo and bar.dal_segno is None:
            return at + 1
        now = section.now if section is not None else 1
        if at in self._done or (bar.passes and now not in bar.passes):
            return at + 1
        target: int | None = 0
        if not bar.da_capo:
            target = self._find("segnos", bar.dal_segno or "", after=-1)
        if target is None:
            self._complaints.add(self._names[at], "there is no segno to go back to")
            return at + 1
        self._done.add(at)
        self._jumped, self._until, self._with_repeats = True, bar.until, bar.with_repeats
        for one in self._sections:
            again = self._with_repeats or id(one) in self._after_jump
            one.now = 1 if again else one.passes
        return target

    def _begin_inner(self, outer: _Section, end: int) -> None:
        """Repeats inside one that begins again are played again, too."""
        for place in self._places[outer.start : end + 1]:
            for one in (place.section, place.repeats):
                if one is not None and one is not outer and one.start > outer.start:
                    one.now = 1

    def _find(self, what: str, name: str, after: int) -> int | None:
        """The next bar with that sign: of that name, else of any."""
        signs = self._signs[what]
        for bars in (signs.get(name, []), signs[_ANY]):
            place = bisect_right(bars, after)
            if place < len(bars):
                return bars[place]
        return None


def _by_name(marks: Iterable[set[str]]) -> dict[str | None, list[int]]:
    """For each name the bars that have a sign of it, ascending, and those that have any."""
    found: dict[str | None, list[int]] = {_ANY: []}
    for i, names in enumerate(marks):
        for name in names:
            found.setdefault(name, []).append(i)
        if names:
            found[_ANY].append(i)
    return found


def _places(bars: Sequence[Marks]) -> list[_Bar]:
    """Which bars belong to which repeat, and to which ending."""
    places = [_Bar() for _ in bars]
    stack = [_Section(0)]
    ending: frozenset[int] = frozenset()
    ending_start = 0
    for i, (bar, place) in enumerate(zip(bars, places, strict=True)):
        if bar.forward:
            stack.append(_Section(i))
        if bar.ending_starts:
            ending, ending_start = bar.ending_starts, i
        section = stack[-1]
        place.section, place.ending = section, ending
        if ending:
            section.passes = max(section.passes, *ending)
        if bar.backward:
            place.repeats = section
            section.passes = max(section.passes, bar.times or (1 if ending else _TWICE))
        another = i + 1 < len(bars) and bool(bars[i + 1].ending_starts)
        over = bar.ending_stops or bar.backward or another or i + 1 == len(bars)
        in_ending = bool(ending)
        if in_ending and over:
            for one in places[ending_start : i + 1]:
                one.ending_end = i + 1
            ending = frozenset()
        # Behind an ending, another one goes on with the same repeat.
        if (over and not another) if in_ending else bar.backward:
            stack.pop()
            if not stack:
                stack.append(_Section(i + 1))
    return places
