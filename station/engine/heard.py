"""Hits as they are heard: of several kits in one order, and shown when no take judges them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from station.clock import Clock
from station.engine.ring import RingWriter
from station.model import Flag, Hit, Judgement, JudgementKind


def in_time_order(hits: list[Hit]) -> list[Hit]:
    """Hits of several kits in order of time, and numbered in that order."""
    numbers = sorted(hit.seq for hit in hits)
    ordered = sorted(hits, key=lambda hit: (hit.t_ns, hit.seq))
    return [replace(hit, seq=n) for hit, n in zip(ordered, numbers, strict=True)]


def show_heard(ring: RingWriter, hits: Sequence[Hit], clock: Clock) -> None:
    """Outside a take a hit is no judgement, but the player sees that it was heard."""
    for hit in hits:
        heard = Judgement(
            kind=JudgementKind.EXTRA,
            confirmed=False,
            hit_seq=hit.seq,
            chart_index=-1,
            pad=hit.pad,
            t_ns=hit.t_ns,
            offset_ns=0,
            t_sigma_ns=hit.t_sigma_ns,
            velocity=hit.velocity,
            flags=Flag(hit.flags),
        )
        ring.put(heard, hit.arrival_ns, clock.now_ns())
