"""A trigger board without hardware: for tests, demonstrations and anybody's CI."""

from __future__ import annotations

from firmware_bridge.simboard.board import SimBoard
from firmware_bridge.simboard.config import SimBoardConfig
from firmware_bridge.simboard.faults import FaultyLine, LineFaults
from firmware_bridge.simboard.runner import PtyBoard
from firmware_bridge.simboard.truth import TrueHit, truth_json

__all__ = [
    "FaultyLine",
    "LineFaults",
    "PtyBoard",
    "SimBoard",
    "SimBoardConfig",
    "TrueHit",
    "truth_json",
]
