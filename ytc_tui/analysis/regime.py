"""The market environment and which setups fit it.

Decides the regime (semantics.md 5) and the fit of each setup to it (domain.md Y-28).
Imports the model only.
Invariant: a pure function of trend, strength and the age of the last breakout.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ytc_tui.model.signals import SetupKind
from ytc_tui.model.structure import Regime, StrengthRating, StrengthState, TrendDirection, TrendState

_WEAK_SCORE = 40.0
NEEDS_TREND = frozenset({SetupKind.PB, SetupKind.CPB})


def _row(pb: float, cpb: float, bpb: float, tst: float, bof: float) -> Mapping[SetupKind, float]:
    return MappingProxyType(
        {
            SetupKind.PB: pb,
            SetupKind.CPB: cpb,
            SetupKind.BPB: bpb,
            SetupKind.TST: tst,
            SetupKind.BOF: bof,
        }
    )


REGIME_FIT: Mapping[Regime, Mapping[SetupKind, float]] = MappingProxyType(
    {
        Regime.STEADY_TREND: _row(pb=1.00, cpb=0.90, bpb=0.80, tst=0.20, bof=0.30),
        Regime.WEAKENING_TREND: _row(pb=0.30, cpb=0.90, bpb=0.40, tst=0.50, bof=0.80),
        Regime.SIDEWAYS: _row(pb=0.20, cpb=0.20, bpb=0.30, tst=1.00, bof=0.90),
        Regime.BREAKOUT_EXPANSION: _row(pb=0.40, cpb=0.35, bpb=1.00, tst=0.30, bof=0.70),
        Regime.CHOPPY: _row(pb=0.10, cpb=0.10, bpb=0.10, tst=0.15, bof=0.15),
    }
)


def classify_regime(
    trend: TrendState,
    strength: StrengthState,
    *,
    breakout_age_bars: int | None,
    breakout_bars: int,
    choppy_changes: int,
) -> Regime:
    """The regime, tested in the order sideways, breakout, weakening, choppy, else steady trend.

    `breakout_age_bars` counts TTF bars since the last wide close beyond an HTF zone, 0 for the
    current bar, None when there was none.
    """
    if trend.direction is TrendDirection.SIDEWAYS:
        return Regime.SIDEWAYS
    if breakout_age_bars is not None and breakout_age_bars < breakout_bars:
        return Regime.BREAKOUT_EXPANSION
    if trend.direction is TrendDirection.UNDETERMINED:
        return Regime.CHOPPY if trend.changes >= choppy_changes else Regime.STEADY_TREND
    rated = strength.rating is not StrengthRating.NOT_APPLICABLE
    if trend.weakened or (rated and strength.combined < _WEAK_SCORE):
        return Regime.WEAKENING_TREND
    return Regime.STEADY_TREND
