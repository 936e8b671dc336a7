"""Questions that wait for their answers, and are put again when none comes."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_bridge.messages import ANSWER, TYPE_OF, Cue, Message, Refused
from station.units import NS_PER_MS

ASK_AGAIN_NS = 250 * NS_PER_MS
ASK_TIMES = 4
_SEQS = 256


@dataclass(slots=True)
class _Open:
    """A question on its way: when and how often it was put."""

    question: Message
    asked_ns: int = 0
    times: int = 0


class Questions:
    """The host's side of ask-and-answer; numbers the host's frames."""

    def __init__(self) -> None:
        self._open: dict[int, _Open] = {}
        self._seq = 0

    def __len__(self) -> int:
        return len(self._open)

    def number(self) -> int:
        """The `seq` for the host's next frame; not one that a question waits under."""
        for _ in range(_SEQS):
            self._seq = (self._seq + 1) % _SEQS
            if self._seq not in self._open:
                break
        return self._seq

    def put(self, question: Message) -> int:
        """Put a question; it goes out with the next `due`.

        Returns
        -------
        int
            The `seq` under which its answer comes.
        """
        seq = self.number()
        self._open[seq] = _Open(question)
        return seq

    def due(self, now_ns: int) -> tuple[list[tuple[int, Message]], list[Message]]:
        """Questions to send now, each with its `seq`, and those that are given up."""
        send: list[tuple[int, Message]] = []
        given_up: list[Message] = []
        for seq, waiting in list(self._open.items()):
            if waiting.times:
                # A cue is answered when it is done, and done twice if it is sent twice.
                if isinstance(waiting.question, Cue) or now_ns < waiting.asked_ns + ASK_AGAIN_NS:
                    continue
                if waiting.times >= ASK_TIMES:
                    del self._open[seq]
                    given_up.append(waiting.question)
                    continue
            waiting.asked_ns = now_ns
            waiting.times += 1
            send.append((seq, waiting.question))
        return send, given_up

    def answered(self, seq: int, answer: Message) -> Message | None:
        """The question of this answer; None when nobody asked."""
        waiting = self._open.get(seq)
        if waiting is None:
            return None
        asked = TYPE_OF[type(waiting.question)]
        said = answer.type if isinstance(answer, Refused) else TYPE_OF[type(answer)] - ANSWER
        if asked != said:
            return None
        del self._open[seq]
        return waiting.question

    def forget(self) -> list[Message]:
        """The board is gone: nothing will be answered; what had been asked."""
        asked = [waiting.question for waiting in self._open.values()]
        self._open.clear()
        return asked

    def forget_cues(self, until_us: int | None = None) -> list[Cue]:
        """The cues that will not be answered any more.

        Parameters
        ----------
        until_us
            Those before this time of the board's clock; None: all.
        """
        gone: list[Cue] = []
        for seq, waiting in list(self._open.items()):
            cue = waiting.question
            if isinstance(cue, Cue) and (until_us is None or cue.at_us < until_us):
                del self._open[seq]
                gone.append(cue)
        return gone

    @property
    def next_ns(self) -> int | None:
        """When `due` has something to do next; None when nothing waits."""
        times = [
            waiting.asked_ns + ASK_AGAIN_NS if waiting.times else 0
            for waiting in self._open.values()
            if not (waiting.times and isinstance(waiting.question, Cue))
        ]
        return min(times, default=None)
