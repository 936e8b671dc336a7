from __future__ import annotations

import threading
import uuid

from hypothesis import given
from hypothesis import strategies as st

from station.takes.ids import IdMaker, uuid7


def test_id_is_a_uuid_of_version_7_that_carries_its_millisecond() -> None:
    made = uuid.UUID(IdMaker(lambda: 0x0123_4567_89AB).make())
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert made.int >> 80 == 0x0123_4567_89AB


def test_id_of_now_is_in_canonical_form() -> None:
    made = uuid7()
    assert made == str(uuid.UUID(made))


@given(st.lists(st.integers(0, 2**48 - 2**20), min_size=2, max_size=60))
def test_ids_rise_even_when_the_clock_stands_or_goes_back(times: list[int]) -> None:
    clock = iter(times)
    maker = IdMaker(lambda: next(clock))
    made = [maker.make() for _ in times]
    assert made == sorted(set(made))


def test_a_used_up_millisecond_borrows_from_the_next() -> None:
    maker = IdMaker(lambda: 1000)
    before = maker.make()
    maker._tail = 2**74 - 1
    after = uuid.UUID(maker.make())
    assert after.int >> 80 == 1001
    assert str(after) > before
    assert after.version == 7


def test_two_machines_in_the_same_millisecond_differ() -> None:
    makers = [IdMaker(lambda: 1000) for _ in range(500)]
    assert len({maker.make() for maker in makers}) == 500


def test_threads_share_no_id() -> None:
    maker = IdMaker(lambda: 1000)
    made: list[list[str]] = []

    def work() -> None:
        made.append([maker.make() for _ in range(500)])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one for some in made for one in some}) == 2000
    assert all(some == sorted(some) for some in made)
