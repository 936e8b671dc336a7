from __future__ import annotations

import threading

from station.hal.api import LinkEvent, LinkState, MidiEvent, OverflowEvent
from station.hal.inbox import Inbox
from station.model import StampedBy


def event(seq: int) -> MidiEvent:
    return MidiEvent(seq, 1000 * seq, 1, 1000 * seq, StampedBy.DRIVER, b"\x99\x26\x40")


def test_events_come_out_once_and_in_order() -> None:
    inbox = Inbox()
    sent = [event(i) for i in range(5)]
    for e in sent:
        inbox.put(e)
    assert inbox.drain() == sent
    assert inbox.drain() == []


def test_every_put_wakes_after_the_event_is_there() -> None:
    seen: list[int] = []
    inbox = Inbox(lambda: seen.append(len(inbox.drain())))
    inbox.put(event(0))
    inbox.put(event(1))
    assert seen == [1, 1]


def test_what_does_not_fit_is_counted_and_said_in_its_place() -> None:
    inbox = Inbox(limit=3)
    for i in range(5):
        inbox.put(event(i))
    assert inbox.drain() == [event(0), event(1), event(2), OverflowEvent(3000, 2)]
    inbox.put(event(5))
    assert inbox.drain() == [event(5)]


def test_a_link_event_gets_in_when_nothing_else_does() -> None:
    inbox = Inbox(limit=1)
    lost = LinkEvent(2500, LinkState.LOST)
    inbox.put(event(0))
    inbox.put(event(1))
    inbox.put(lost)
    inbox.put(event(3))
    assert inbox.drain() == [event(0), OverflowEvent(1000, 1), lost, OverflowEvent(3000, 1)]


def test_a_drivers_own_loss_is_added_up_when_it_does_not_fit() -> None:
    inbox = Inbox(limit=1)
    inbox.put(event(0))
    inbox.put(OverflowEvent(1000, 40))
    inbox.put(event(2))
    assert inbox.drain() == [event(0), OverflowEvent(1000, 41)]


def test_two_threads_and_a_reader_lose_nothing_and_account_for_every_drop() -> None:
    inbox = Inbox(limit=50)
    per_thread = 5_000

    def fill() -> None:
        for i in range(per_thread):
            inbox.put(event(i))

    threads = [threading.Thread(target=fill) for _ in range(2)]
    for thread in threads:
        thread.start()
    out = []
    while any(thread.is_alive() for thread in threads):
        out += inbox.drain()
    out += inbox.drain()
    taken = sum(isinstance(e, MidiEvent) for e in out)
    lost = sum(e.lost for e in out if isinstance(e, OverflowEvent))
    assert taken + lost == 2 * per_thread
