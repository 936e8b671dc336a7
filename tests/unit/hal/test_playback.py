"""Events handed out at their times, or as fast as it goes."""

import threading

import pytest

from station.clock import ManualClock
from station.hal.api import END_OF_TIME_NS, LinkEvent, LinkState, MidiEvent
from station.hal.playback import CHUNK, Cue, FastPlayback, TimedPlayback
from station.model import StampedBy

S = 1_000_000_000


class SteppedClock:
    """A clock that goes on only when the test says so, and whose waiters wait until then."""

    def __init__(self):
        self._now_ns = 0
        self._changed = threading.Condition()
        self._waiting_until_ns = None

    def now_ns(self):
        return self._now_ns

    def wait(self, event, timeout_ns):
        with self._changed:
            until_ns = self._now_ns + timeout_ns
            self._waiting_until_ns = until_ns
            self._changed.notify_all()
            while self._now_ns < until_ns and not event.is_set():
                self._changed.wait(0.01)
            self._waiting_until_ns = None
            return event.is_set()

    def go_to(self, now_ns):
        """Let time pass, and return when the thread waits for something later."""
        with self._changed:
            # How long to wait is worked out before: no step until then.
            self._await(lambda until_ns: True)
            self._now_ns = now_ns
            self._changed.notify_all()
            self._await(lambda until_ns: until_ns > now_ns)

    def _await(self, holds):
        assert self._changed.wait_for(
            lambda: self._waiting_until_ns is not None and holds(self._waiting_until_ns),
            timeout=10,
        )


def hit(seq, t_ns):
    return MidiEvent(seq, t_ns, 0, t_ns, StampedBy.FILE, b"\x99\x26\x40")


def nothing():
    """Wake nobody."""


@pytest.fixture
def clock():
    return SteppedClock()


def test_events_come_when_they_are_due_and_the_watermark_follows(clock):
    cues = [Cue(2 * S, hit(0, 2 * S)), Cue(3 * S, hit(1, 1 * S)), Cue(9 * S, hit(2, 9 * S))]
    playback = TimedPlayback(cues, clock, nothing)
    try:
        clock.go_to(S // 2)
        assert playback.read() == []
        assert playback.watermark_ns() == S // 2
        clock.go_to(2 * S)
        # The second event is late by two seconds: nothing behind it may be given up.
        assert playback.watermark_ns() == 1 * S
        assert [e.seq for e in playback.read()] == [0]
        assert playback.watermark_ns() == 1 * S
        clock.go_to(4 * S)
        assert playback.watermark_ns() == 1 * S  # it is there, but was not read
        (late,) = playback.read()
        assert (late.t_ns, late.arrival_ns) == (1 * S, 4 * S)
        assert playback.watermark_ns() == 4 * S
    finally:
        playback.close()


def test_a_lost_link_holds_the_watermark_for_two_seconds(clock):
    cues = [
        Cue(1 * S, LinkEvent(1 * S, LinkState.LOST)),
        Cue(8 * S, LinkEvent(8 * S, LinkState.OPEN)),
        Cue(9 * S, hit(0, 9 * S)),
    ]
    playback = TimedPlayback(cues, clock, nothing)
    try:
        said = []
        for now_ns in (S // 2, 2 * S, 3 * S - 1, 3 * S, 5 * S, 8 * S):
            clock.go_to(now_ns)
            playback.read()
            said.append(playback.watermark_ns())
        assert said == [S // 2, 1 * S, 1 * S, 3 * S, 5 * S, 8 * S]
    finally:
        playback.close()


def test_twice_the_speed_hands_out_sooner_and_changes_no_time():
    clock = ManualClock(100)
    woken = threading.Event()
    cues = [
        Cue(100 + 4 * S, hit(0, 100 + 4 * S)),
        Cue(100 + 6 * S, LinkEvent(100 + 6 * S, LinkState.ENDED)),
    ]
    playback = TimedPlayback(cues, clock, woken.set, speed=2.0)
    events = []
    while len(events) < 2:
        assert woken.wait(10)
        woken.clear()
        events += playback.read()
    assert clock.now_ns() == 100 + 3 * S
    assert events[0].t_ns == 100 + 4 * S
    assert events[0].arrival_ns == 100 + 4 * S
    assert playback.watermark_ns() == END_OF_TIME_NS
    playback.close()


def test_closing_stops_the_thread_at_once_and_may_be_done_twice(clock):
    playback = TimedPlayback([Cue(9 * S, hit(0, 9 * S))], clock, nothing)
    clock.go_to(1)
    playback.close()
    playback.close()
    assert not [t for t in threading.enumerate() if t.name == "kit-playback"]
    assert playback.read() == []


def test_as_fast_as_it_goes_comes_in_chunks_that_wake():
    events = [hit(i, i) for i in range(2 * CHUNK + 10)]
    woken = []
    playback = FastPlayback([Cue(e.t_ns, e) for e in events], lambda: woken.append(None))
    assert playback.watermark_ns() == 0
    read = []
    while woken:
        woken.pop()
        chunk = playback.read()
        assert 0 < len(chunk) <= CHUNK
        read += chunk
        more = len(read) < len(events)
        assert playback.watermark_ns() == (len(read) if more else END_OF_TIME_NS)
    assert read == events
    assert playback.read() == []


def test_the_watermark_knows_of_an_event_that_is_out_of_order():
    events = [hit(0, 50), *(hit(1 + i, 100 + i) for i in range(CHUNK)), hit(9999, 20)]
    playback = FastPlayback([Cue(e.t_ns, e) for e in events], nothing)
    playback.read()
    assert playback.watermark_ns() == 20
