"""One kit of the engine: its source, its profile, and how it is doing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from station.clock import Clock
from station.engine.messages import KitStatus
from station.hal.api import BringsItsTime, KitSource, LinkEvent, LinkState
from station.hal.registry import create_source
from station.kits.library import pick_profile
from station.kits.translate import Translated, Translator
from station.model import KitUsed
from station.units import ms_from_ns

_NOTHING = Translated([], [])


class KitLink:
    """A kit that is listened to.

    Parameters
    ----------
    address
        The kit's URL.
    number
        Which kit of the engine, from 0.
    numbers
        Gives every hit its `seq`; shared by all kits of the engine.
    """

    def __init__(self, address: str, number: int, numbers: Iterator[int], clock: Clock) -> None:
        self.address = address
        self.source: KitSource = create_source(address, clock)
        self._number = number
        self._numbers = numbers
        self._state = LinkState.OPEN
        self._detail = ""
        self._said: KitStatus | None = None

    def open(self, wake: Callable[[], None]) -> None:
        """Open the source and pick the profile by the name that it then has.

        Raises
        ------
        KitError
            When the kit cannot be opened.
        """
        self.source.open(wake)
        picked = pick_profile(self.source.info.name)
        self._profile = (
            picked.profile.without_corrections() if self.source.info.corrected else picked.profile
        )
        self._hint = picked.hint or ""
        self._translator = Translator(self._profile, self._number, self._numbers)

    def pump(self) -> Translated:
        """Everything that came since the last call, as hits and marks."""
        events = self.source.read()
        if not events:
            return _NOTHING
        for event in events:
            if isinstance(event, LinkEvent):
                self._state, self._detail = event.state, event.detail
        return self._translator.translate(events)

    def begin_take(self, numbers: Iterator[int], wake: Callable[[], None]) -> None:
        """Forget what came before: the take's hits are counted by `numbers`, from here on.

        A replay begins anew, at its first hit.
        """
        if isinstance(self.source, BringsItsTime):
            self.source.close()
            self.source.open(wake)  # what is there to be read from now on is the take
        else:
            self.source.read()
        self._state, self._detail = LinkState.OPEN, ""
        self._numbers = numbers
        self._translator = Translator(self._profile, self._number, numbers)

    def watermark_ns(self) -> int:
        """No hit with an earlier time will come any more."""
        return self.source.watermark_ns() - self._profile.max_skew_ns

    @property
    def ended(self) -> bool:
        """Whether nothing will come any more: a replay at its end."""
        return self._state is LinkState.ENDED

    def news(self) -> KitStatus | None:
        """The kit's status when it is not what was last said, else None."""
        now = self.status()
        if now == self._said:
            return None
        self._said = now
        return now

    def status(self) -> KitStatus:
        """The kit as it is now."""
        info = self.source.info
        return KitStatus(
            address=self.address,
            name=info.name,
            profile=self._profile.name,
            state=self._state.value,
            stamped_by=info.stamped_by.value,
            # Rounded, so that an estimate that breathes is not news at every pump.
            sigma_ms=round(ms_from_ns(info.sigma_ns), 1),
            simulated=info.simulated,
            detail=self._detail or info.detail,
            hint=self._hint,
        )

    def used(self) -> KitUsed:
        """The kit as it is written into a take."""
        info = self.source.info
        return KitUsed(
            address=self.address,
            name=info.name,
            profile=self._profile.name,
            stamped_by=info.stamped_by,
            sigma_ns=info.sigma_ns,
        )

    def close(self) -> None:
        """Stop listening."""
        self.source.close()
