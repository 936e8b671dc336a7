"""What is measured about the serial wire without a wire: decoder, noise and clock sync."""

from __future__ import annotations

from firmware_bridge.bench.run import render, run

__all__ = ["render", "run"]
