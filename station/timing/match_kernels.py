"""The kernels of `station.timing.matching`, over arrays that it owns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from station.timing.kernel import kernel

EXTRA = -1
LATE = -2  # extra, because its time had already been judged
MISSED = -1  # in place of a ticket

# A hit as it is told, and the answer: a ticket by which it is confirmed later (tickets are
# used again after that), and the chart index, EXTRA or LATE.
HEARD = np.dtype(
    [("t_ns", "i8"), ("seq", "i8"), ("lane", "i4"), ("suspect", "i4"), ("ticket", "i4"),
     ("label", "i4")]
)  # fmt: skip
# What became of a hit, or of a note: chart_index is EXTRA or ticket is MISSED where there is
# no pair. `counts` is 1 for a pair without suspicion: what verdicts are fed with.
CONFIRMED = np.dtype(
    [("ticket", "i4"), ("chart_index", "i4"), ("offset_ns", "i8"), ("counts", "i8")]
)
# A hit that waits for its confirmation; `next` chains the hits of a window, or free rows.
WAITING = np.dtype([("t_ns", "i8"), ("seq", "i8"), ("next", "i4"), ("suspect", "i4")])
HEAP = np.dtype([("major", "i8"), ("minor", "i8"), ("item", "i8")])
STATE = np.dtype(
    [("watermark_ns", "i8"), ("closed", "i8"), ("strays", "i8"), ("free", "i4"), ("used", "i4")]
)
_SUSPECT_NS = 2**62  # farther away than any hit in a window


@kernel
def _push(heap: NDArray[np.void], size: int, major: int, minor: int, item: int) -> int:
    """Put `item` into a heap of `size` entries; the heap's new size.

    Parameters
    ----------
    heap
        Of dtype `HEAP`, longer than `size`.
    """
    at = size
    while at > 0:
        parent = (at - 1) >> 1
        above = heap[parent]
        if above["major"] < major or (above["major"] == major and above["minor"] <= minor):
            break
        heap[at] = above
        at = parent
    entry = heap[at]
    entry["major"] = major
    entry["minor"] = minor
    entry["item"] = item
    return size + 1


@kernel
def _pop(heap: NDArray[np.void], size: int) -> int:
    """Take out the first of `size` (at least one) entries; its item."""
    item = heap[0]["item"]
    major = heap[size - 1]["major"]
    minor = heap[size - 1]["minor"]
    last = heap[size - 1]["item"]
    size -= 1
    at = 0
    child = 1
    while child < size:
        if child + 1 < size and (
            heap[child + 1]["major"] < heap[child]["major"]
            or (
                heap[child + 1]["major"] == heap[child]["major"]
                and heap[child + 1]["minor"] < heap[child]["minor"]
            )
        ):
            child += 1
        below = heap[child]
        if major < below["major"] or (major == below["major"] and minor <= below["minor"]):
            break
        heap[at] = below
        at = child
        child = 2 * at + 1
    entry = heap[at]
    entry["major"] = major
    entry["minor"] = minor
    entry["item"] = last
    return int(item)


@kernel
def _find(t_ns: int, lane: int, table: NDArray[np.void], lane_begin: NDArray[np.int64]) -> int:
    """Place of the lane's window that holds `t_ns`, or −1."""
    low = lane_begin[lane]
    high = lane_begin[lane + 1]
    begin = low
    while low < high:
        middle = (low + high) >> 1
        if table[middle]["first_ns"] <= t_ns:
            low = middle + 1
        else:
            high = middle
    if low > begin and t_ns <= table[low - 1]["last_ns"]:
        return int(low - 1)
    return -1


@kernel
def _label(window: np.void, suspect: int, notes: NDArray[np.int32]) -> int:
    """The note that a hit in `window` is called at once, or EXTRA."""
    # A note that only a suspect has taken is still free for a hit without suspicion.
    taken = window["labels"] if suspect else window["clean_labels"]
    if taken >= window["notes"]:
        return EXTRA
    window["labels"] += 1
    if not suspect:
        window["clean_labels"] += 1
    return int(notes[window["notes_begin"] + taken])


@kernel
def hear(
    hits: NDArray[np.void],
    table: NDArray[np.void],
    lane_begin: NDArray[np.int64],
    notes: NDArray[np.int32],
    waiting: NDArray[np.void],
    strays: NDArray[np.void],
    states: NDArray[np.void],
) -> None:
    """Label hits at once and let them wait for their confirmation."""
    state = states[0]
    for i in range(len(hits)):
        hit = hits[i]
        t_ns = hit["t_ns"]
        ticket = state["free"]
        row = waiting[ticket]
        state["free"] = row["next"]
        state["used"] += 1
        row["t_ns"] = t_ns
        row["seq"] = hit["seq"]
        row["suspect"] = hit["suspect"]
        place = _find(t_ns, hit["lane"], table, lane_begin)
        settled_at = table[place]["last_ns"] if place >= 0 else t_ns
        hit["ticket"] = ticket
        if place >= 0 and settled_at >= state["watermark_ns"]:
            hit["label"] = _label(table[place], hit["suspect"], notes)
            row["next"] = table[place]["newest"]
            table[place]["newest"] = ticket
        else:
            hit["label"] = EXTRA if settled_at >= state["watermark_ns"] else LATE
            state["strays"] = _push(strays, state["strays"], t_ns, hit["seq"], ticket)


@kernel
def _settle(
    window: np.void,
    notes: NDArray[np.int32],
    waiting: NDArray[np.void],
    scratch: NDArray[np.void],
    line: NDArray[np.int64],
    settled: NDArray[np.void],
    n: int,
) -> int:
    """Confirm a window's hits, in order of time, and then its missed notes; the new n."""
    count = 0
    ticket = window["newest"]
    while ticket >= 0:
        row = waiting[ticket]
        count = _push(scratch, count, row["t_ns"], row["seq"], ticket)
        ticket = row["next"]
    tickets = line[0]
    wins = line[1]
    for i in range(count):
        tickets[i] = _pop(scratch, count - i)
        wins[i] = 0
    for i in range(count):
        row = waiting[tickets[i]]
        distance = abs(row["t_ns"] - window["written_ns"])
        _push(scratch, i, distance + (_SUSPECT_NS if row["suspect"] else 0), i, i)
    winners = min(count, window["notes"])
    for i in range(winners):
        wins[_pop(scratch, count - i)] = 1
    note = window["notes_begin"]
    for i in range(count):
        out = settled[n]
        row = waiting[tickets[i]]
        out["ticket"] = tickets[i]
        out["chart_index"] = notes[note] if wins[i] else EXTRA
        out["offset_ns"] = row["t_ns"] - window["written_ns"] if wins[i] else 0
        out["counts"] = wins[i] and not row["suspect"]
        note += wins[i]
        n += 1
    for i in range(note, window["notes_begin"] + window["notes"]):
        out = settled[n]
        out["ticket"] = MISSED
        out["chart_index"] = notes[i]
        out["offset_ns"] = 0
        out["counts"] = 0
        n += 1
    return n


@kernel
def advance(
    watermark_ns: int,
    table: NDArray[np.void],
    notes: NDArray[np.int32],
    closing: NDArray[np.int32],
    waiting: NDArray[np.void],
    strays: NDArray[np.void],
    scratch: NDArray[np.void],
    line: NDArray[np.int64],
    states: NDArray[np.void],
    settled: NDArray[np.void],
) -> int:
    """Settle all windows and strays before the watermark, in order of time; how many rows."""
    state = states[0]
    state["watermark_ns"] = max(state["watermark_ns"], watermark_ns)
    until = state["watermark_ns"]
    n = 0
    while True:
        open_left = state["closed"] < len(closing)
        place = closing[state["closed"]] if open_left else 0
        closes = table[place]["last_ns"] if open_left else until
        if state["strays"] > 0 and strays[0]["major"] < until and strays[0]["major"] <= closes:
            out = settled[n]
            out["ticket"] = _pop(strays, state["strays"])
            out["chart_index"] = EXTRA
            out["offset_ns"] = 0
            out["counts"] = 0
            state["strays"] -= 1
            n += 1
        elif open_left and closes < until:
            n = _settle(table[place], notes, waiting, scratch, line, settled, n)
            state["closed"] += 1
        else:
            break
    for i in range(n):
        ticket = settled[i]["ticket"]
        if ticket >= 0:
            waiting[ticket]["next"] = state["free"]
            state["free"] = ticket
            state["used"] -= 1
    return n
