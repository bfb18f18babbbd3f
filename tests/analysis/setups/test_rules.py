"""What holds for every setup of every kind, on ten days of two markets and on the same upside down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from tests.analysis.series import demo_bars, mirrored
from ytc_tui.analysis import levels
from ytc_tui.analysis.params import AnalysisParams, SetupParams
from ytc_tui.analysis.regime import REGIME_FIT
from ytc_tui.analysis.setups import finders, scan
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.market import NS_PER_MIN, Bar
from ytc_tui.model.signals import Setup, SetupKind
from ytc_tui.model.structure import SwingKind, TrendDirection

PARAMS = SetupParams()
DAYS = 5 * 1440


def test_every_setup_on_market_data_keeps_the_rules() -> None:
    market = SymbolAnalysis("BTCUSDT", 0.1, AnalysisParams())
    found: Counter[SetupKind] = Counter()
    for bar in demo_bars():
        market.on_minute(bar)
        told = scan(market, PARAMS)
        assert len(told.setups) + len(told.missing) == len(finders())
        for setup in told.setups:
            found[setup.kind] += 1
            keeps_the_rules(setup, market)
    assert all(found[kind] >= 3 for kind in SetupKind)


def keeps_the_rules(setup: Setup, market: SymbolAnalysis) -> None:
    sign = setup.side.sign
    assert (setup.limit - setup.trigger) * sign >= 0
    assert (setup.lwp - setup.limit) * sign >= -1e-6
    assert (setup.lrp - setup.limit) * sign >= -1e-6
    assert (setup.trigger - setup.stop) * sign >= 0.5
    assert (setup.t1 - setup.limit) * sign >= (setup.limit - setup.stop) * sign - 0.2
    if setup.t2 is not None:
        assert (setup.t2 - setup.t1) * sign >= 0
    assert setup.anchor_ns < setup.found_ns == market.now_ns
    assert setup.expires_ns == setup.found_ns + PARAMS.expiry_bars * NS_PER_MIN
    assert setup.score == pytest.approx(sum(p.points for p in setup.score_parts))
    assert all(0 <= p.points <= p.of for p in setup.score_parts)
    assert sum(p.of for p in setup.score_parts) == 100
    assert len(set(setup.confluence)) == len(setup.confluence)
    assert setup.regime_fit == REGIME_FIT[setup.regime][setup.kind]
    for price in (setup.trigger, setup.limit, setup.stop, setup.t1):
        assert levels.on_grid_below(price, 0.1) == pytest.approx(price)
    trend = market.trend.direction
    if setup.kind in (SetupKind.PB, SetupKind.CPB):
        assert trend is (TrendDirection.UP if sign > 0 else TrendDirection.DOWN)
        turning = SwingKind.LOW if sign > 0 else SwingKind.HIGH
        (anchor,) = (s for s in market.swings_ttf if (s.kind, s.at_ns) == (turning, setup.anchor_ns))
        assert anchor.known_ns <= setup.found_ns
    if setup.kind is SetupKind.BPB:
        assert trend is not (TrendDirection.DOWN if sign > 0 else TrendDirection.UP)
    # The stop stands beyond all that the last minutes reached against the trade.
    recent = market.recent_ltf(3)
    against = min(b.low for b in recent) if sign > 0 else max(b.high for b in recent)
    assert (against - setup.stop) * sign > 0


def on_eighths(bars: Sequence[Bar]) -> list[Bar]:
    """Prices on a grid of eighths are mirrored without rounding."""

    def near(price: float) -> float:
        return round(price * 8) / 8

    return [
        b._replace(open=near(b.open), high=near(b.high), low=near(b.low), close=near(b.close)) for b in bars
    ]


@pytest.mark.parametrize("kind", list(SetupKind))
def test_market_data_upside_down_gives_the_setups_upside_down(kind: SetupKind) -> None:
    # Limits in percent of price are lifted, as they are not alike on both sides of the mirror.
    around = 40_000.0
    # A breakout pullback is rare in ten days: a wider idea of "at the level" finds some to compare.
    params = SetupParams(fib_tolerance_pct=100.0, proximity_atr=1.5 if kind is SetupKind.BPB else 0.3)
    bars = demo_bars()
    upright = on_eighths(bars if kind is SetupKind.BPB else bars[:DAYS])

    def found(bars: Sequence[Bar]) -> list[Setup]:
        market = SymbolAnalysis("BTCUSDT", 0.125, AnalysisParams(zone_cap_pct=100.0))
        result: list[Setup] = []
        for bar in bars:
            market.on_minute(bar)
            result += finders()[kind](market, params).setups
        return result

    ups, downs = found(upright), found(mirrored(upright, around))
    assert len(ups) == len(downs) > 0
    for up, down in zip(ups, downs, strict=True):
        assert down.side is up.side.opposite
        assert (down.found_ns, down.anchor_ns) == (up.found_ns, up.anchor_ns)
        assert [around - p for p in (down.trigger, down.stop, down.t1, down.limit)] == pytest.approx(
            [up.trigger, up.stop, up.t1, up.limit]
        )
        assert down.score == pytest.approx(up.score)
        assert len(down.confluence) == len(up.confluence)
