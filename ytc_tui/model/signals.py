"""Setups: the patterns that analysis finds, and how a scan reports them.

Decides what a setup says about itself and how it is recognised bar after bar.
Imports the model floor only.
Invariant: a setup's id depends on kind, symbol, side and anchor alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from ytc_tui.model.market import NS_PER_S, Side
from ytc_tui.model.structure import Regime


class SetupKind(StrEnum):
    """The five setups (domain.md 2.7)."""

    TST = "TST"
    BOF = "BOF"
    BPB = "BPB"
    PB = "PB"
    CPB = "CPB"

    @property
    def meaning(self) -> str:
        """What the letters stand for."""
        return _MEANINGS[self]


_MEANINGS = {
    SetupKind.TST: "test of a level",
    SetupKind.BOF: "failed breakout",
    SetupKind.BPB: "breakout pullback",
    SetupKind.PB: "simple pullback",
    SetupKind.CPB: "complex pullback",
}


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One part of a score: `points` reached of `of` possible."""

    name: str
    points: float
    of: float


@dataclass(frozen=True, slots=True)
class Setup:
    """A pattern found at `found_ns`, with everything known before an entry (domain.md Y-29).

    Prices in quote. `trigger` starts the stop-limit entry, `limit` is the worst price it may pay
    (the tighter of `lwp` and `lrp`, Y-32). `t2` is None when no further zone is known. `score` is
    0 to 100 and the sum of `score_parts`. `anchor_ns` is the open time of the swing, or of the bar at a
    level, that the setup stands on. The entry order expires at `expires_ns`.
    """

    setup_id: str
    kind: SetupKind
    symbol: str
    side: Side
    found_ns: int
    anchor_ns: int
    trigger: float
    limit: float
    stop: float
    t1: float
    t2: float | None
    lwp: float
    lrp: float
    score: float
    score_parts: tuple[ScorePart, ...]
    confluence: tuple[str, ...]
    regime: Regime
    regime_fit: float
    expires_ns: int
    grade: str


class GateStep(NamedTuple):
    """One gate of a scan in the order in which they are asked: what it is, whether it let through, and
    why in words."""

    gate: str
    ok: bool
    why: str


@dataclass(frozen=True, slots=True)
class SetupScan:
    """The answer of one scan: the setups found and, where there are none, what was missing."""

    setups: tuple[Setup, ...]
    missing: tuple[str, ...]


def setup_id(kind: SetupKind, symbol: str, side: Side, anchor_ns: int) -> str:
    """The name of a setup, equal for every bar on which it is seen: `PB-BTCUSDT-buy-1667908980`.

    The last part is the open time of the anchor in epoch seconds.
    """
    return f"{kind}-{symbol}-{side}-{anchor_ns // NS_PER_S}"


def parts_of(name: str) -> tuple[str, str, str]:
    """Kind, symbol and side in the name of a setup; empty where it is no such name."""
    parts = name.split("-")
    return (parts[0], parts[1], parts[2]) if len(parts) == 4 else ("", "", "")
