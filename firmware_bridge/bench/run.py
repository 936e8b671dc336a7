"""All that can be measured without a wire, as numbers and as a page: decoder, noise, clock sync."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from firmware_bridge.bench.decoding import measure_decoder
from firmware_bridge.bench.estimators import OURS
from firmware_bridge.bench.fuzzing import measure_fuzz
from firmware_bridge.bench.stamps import compare_estimators

SCHEMA = "firmware_bridge.bench/1"


def _say_nothing(_what: str) -> None:
    """Keep still about what is being done."""


def run(
    frames: int = 100_000,
    fuzzed: int = 200_000,
    seconds: int = 120,
    takes: int = 3,
    note: Callable[[str], None] = _say_nothing,
) -> dict[str, Any]:
    """Measure; some twenty seconds as it stands.

    Parameters
    ----------
    frames
        Of a run of the decoder.
    fuzzed
        Mutated frames; a million take some fifteen seconds.
    seconds, takes
        Length (more than ten) and number of the simulated takes for each estimator and line.
    note
        Told what is being measured.
    """
    note("the decoder")
    decoder = measure_decoder(frames)
    note(f"a session under {fuzzed:,} mutated frames")
    fuzz = measure_fuzz(fuzzed)
    note("clock sync beside its peers")
    lines = compare_estimators(seconds, takes)
    return {
        "schema": SCHEMA,
        "decoder": decoder,
        "fuzz": fuzz,
        "sync": {"seconds": seconds, "takes": takes, "lines": lines},
    }


def render(result: dict[str, Any]) -> str:
    """The numbers for people."""
    decoder, fuzz, sync = result["decoder"], result["fuzz"], result["sync"]
    rates = ", ".join(
        f"{rate:,} in portions of {chunk}" for chunk, rate in decoder["frames_per_s"].items()
    )
    lines = [
        f"Decoder, frames a second: {rates} bytes; {decoder['messages_per_s']:,} messages.",
        f"A wrong bit costs {decoder['frames_lost_per_bit_error']} frames "
        f"({decoder['bit_errors']:,} wrong bits).",
        f"Fuzz: {fuzz['frames']:,} mutated frames in {fuzz['seconds']} s: "
        f"{fuzz['exceptions']} exceptions, {fuzz['false_hits']} false hits "
        f"({fuzz['implausible_hits_refused']} implausible ones refused), "
        f"{fuzz['hits_heard']:,} true hits heard.",
        f"Clock sync, error of a hit's time in µs after the first 10 s "
        f"({sync['takes']} takes of {sync['seconds']} s, wander 2 ppm):",
    ]
    for line, estimators in sync["lines"].items():
        ours = estimators[OURS]
        lines.append(f"  {line}")
        for name, e in estimators.items():
            lines.append(
                f"    {name:20} SD {e['sd_us']:8.1f}  p99 {e['p99_us']:8.1f}  "
                f"max {e['max_us']:8.1f}  first 10 s p99 {e['first_10_s_p99_us']:8.1f}  "
                f"{e['sd_us'] / ours['sd_us']:6.1f} × ours"
            )
    return "\n".join(lines)
