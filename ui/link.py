"""The engine as the dashboard sees it: what `engine.client.EngineClient` does, and its double."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from station.engine.messages import Command, Message
from station.engine.ring import RECORD_DTYPE, Records
from station.errors import EngineError
from station.model import PAD_INDEX, Judgement


class EngineLink(Protocol):
    """A running engine; `EngineClient` is one."""

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        ...

    @property
    def lost(self) -> int:
        """Judgements that came too fast to be read."""
        ...

    @property
    def beat_ns(self) -> int:
        """When it last said that it is alive; 0 before the first time."""
        ...

    def send(self, command: Command) -> None:
        """Tell it something; raises `EngineError` when it has ended."""
        ...

    def poll(self) -> Records:
        """Judgements since the last poll."""
        ...

    def messages(self) -> list[Message]:
        """Messages since the last call."""
        ...

    def obituary(self) -> str:
        """One sentence about an engine that ended by itself."""
        ...

    def close(self) -> None:
        """End it; may be called twice."""
        ...


class FakeEngine:
    """An engine that says what it is told to say; for tests of anything that shows takes.

    Attributes
    ----------
    sent
        Commands in order.
    alive, lost, beat_ns
        As in `EngineLink`; set them at will.
    closed
        Whether `close` was called.
    """

    def __init__(self) -> None:
        self.sent: list[Command] = []
        self.alive = True
        self.lost = 0
        self.beat_ns = 0
        self.closed = False
        self._messages: list[Message] = []
        self._records: list[Records] = []

    def say(self, *messages: Message) -> None:
        """Have these messages come with the next call of `messages`."""
        self._messages += messages

    def judge(self, *judgements: Judgement, judged_ns: int = 0) -> None:
        """Have these judgements come with the next poll."""
        self.put(records_of(judgements, judged_ns))

    def put(self, records: Records) -> None:
        """Have these records come with the next poll."""
        self._records.append(records)

    def send(self, command: Command) -> None:
        """Remember the command."""
        if not self.alive:
            raise EngineError(self.obituary())
        self.sent.append(command)

    def poll(self) -> Records:
        """What `judge` and `put` gave."""
        found, self._records = self._records, []
        return np.concatenate(found) if found else np.empty(0, RECORD_DTYPE)

    def messages(self) -> list[Message]:
        """What `say` gave."""
        found, self._messages = self._messages, []
        return found

    def obituary(self) -> str:
        """One sentence."""
        return "The engine ended unexpectedly (by signal 9); what was recorded is kept."

    def close(self) -> None:
        """Be ended."""
        self.closed, self.alive = True, False


def records_of(judgements: tuple[Judgement, ...], judged_ns: int = 0) -> Records:
    """Judgements as the ring would hand them out."""
    records = np.zeros(len(judgements), RECORD_DTYPE)
    for record, j in zip(records, judgements, strict=True):
        record["kind"], record["confirmed"] = j.kind, j.confirmed
        record["pad"], record["velocity"] = PAD_INDEX[j.pad], j.velocity
        record["hit_seq"], record["chart_index"] = j.hit_seq, j.chart_index
        record["t_ns"], record["offset_ns"] = j.t_ns, j.offset_ns
        record["t_sigma_ns"], record["flags"] = j.t_sigma_ns, int(j.flags)
        record["judged_ns"] = judged_ns
    return records
