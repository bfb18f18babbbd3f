from __future__ import annotations

import pytest

from ytc_tui.analysis.regime import REGIME_FIT, classify_regime
from ytc_tui.analysis.strength import NOT_APPLICABLE
from ytc_tui.model.signals import SetupKind
from ytc_tui.model.structure import (
    Regime,
    StrengthRating,
    StrengthState,
    TrendDirection,
    TrendLabel,
    TrendState,
)

KINDS = (SetupKind.PB, SetupKind.CPB, SetupKind.BPB, SetupKind.TST, SetupKind.BOF)


def trend(direction: TrendDirection, *, weakened: bool = False, changes: int = 0) -> TrendState:
    return TrendState(direction, TrendLabel.DEVELOPING, 0.4, 0, 2, 0, weakened, changes)


def strength(combined: float) -> StrengthState:
    return StrengthState(0.0, 0.0, 0.0, combined, StrengthRating.MODERATE, ())


def regime(state: TrendState, combined: float | None = 55.0, age: int | None = None) -> Regime:
    rated = NOT_APPLICABLE if combined is None else strength(combined)
    return classify_regime(state, rated, breakout_age_bars=age, breakout_bars=10, choppy_changes=3)


@pytest.mark.parametrize("direction", [TrendDirection.UP, TrendDirection.DOWN])
def test_trend_is_steady_unless_weak_or_broken_inside(direction: TrendDirection) -> None:
    assert regime(trend(direction)) is Regime.STEADY_TREND
    assert regime(trend(direction), 40.0) is Regime.STEADY_TREND
    assert regime(trend(direction), 39.9) is Regime.WEAKENING_TREND
    assert regime(trend(direction, weakened=True), 90.0) is Regime.WEAKENING_TREND


def test_a_trend_whose_strength_cannot_be_rated_is_not_weak() -> None:
    assert regime(trend(TrendDirection.UP), None) is Regime.STEADY_TREND


def test_breakout_expansion_lasts_ten_bars() -> None:
    assert regime(trend(TrendDirection.UP), age=0) is Regime.BREAKOUT_EXPANSION
    assert regime(trend(TrendDirection.UP), age=9) is Regime.BREAKOUT_EXPANSION
    assert regime(trend(TrendDirection.UP), age=10) is Regime.STEADY_TREND


def test_sideways_stands_over_breakout() -> None:
    assert regime(trend(TrendDirection.SIDEWAYS), age=0) is Regime.SIDEWAYS


def test_choppy_is_undetermined_with_three_changes() -> None:
    assert regime(trend(TrendDirection.UNDETERMINED, changes=3)) is Regime.CHOPPY
    assert regime(trend(TrendDirection.UNDETERMINED, changes=2)) is Regime.STEADY_TREND
    assert regime(trend(TrendDirection.UP, changes=5)) is Regime.STEADY_TREND


def test_fit_table_is_complete_and_as_published() -> None:
    assert {r: tuple(REGIME_FIT[r][k] for k in KINDS) for r in Regime} == {
        Regime.STEADY_TREND: (1.00, 0.90, 0.80, 0.20, 0.30),
        Regime.WEAKENING_TREND: (0.30, 0.90, 0.40, 0.50, 0.80),
        Regime.SIDEWAYS: (0.20, 0.20, 0.30, 1.00, 0.90),
        Regime.BREAKOUT_EXPANSION: (0.40, 0.35, 1.00, 0.30, 0.70),
        Regime.CHOPPY: (0.10, 0.10, 0.10, 0.15, 0.15),
    }
    assert all(set(row) == set(SetupKind) for row in REGIME_FIT.values())
