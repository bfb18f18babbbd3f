from __future__ import annotations

import numpy as np
import pytest
import talib
from hypothesis import given, strategies as st

from tests.analysis.series import demo_bars, random_walk
from ytc_tui.analysis.atr import WilderATR
from ytc_tui.model.market import Bar


def reference(bars: list[Bar], period: int) -> list[float | None]:
    high, low, close = (np.array([getattr(b, name) for b in bars]) for name in ("high", "low", "close"))
    values = talib.ATR(high, low, close, timeperiod=period)
    return [None if np.isnan(v) else float(v) for v in values]


def values(bars: list[Bar], period: int) -> list[float | None]:
    atr = WilderATR(period)
    result = []
    for b in bars:
        atr.add(b)
        result.append(atr.value)
    return result


@given(st.integers(0, 10_000), st.sampled_from([2, 5, 14]))
def test_agrees_with_talib(seed: int, period: int) -> None:
    bars = random_walk(seed, 60)
    for ours, theirs in zip(values(bars, period), reference(bars, period), strict=True):
        assert (ours is None) == (theirs is None)
        if ours is not None:
            assert ours == pytest.approx(theirs, rel=1e-10)


def test_agrees_with_talib_on_market_data() -> None:
    bars = list(demo_bars()[:3000])
    ours, theirs = values(bars, 14), reference(bars, 14)
    assert ours[:14] == [None] * 14
    assert ours[14:] == pytest.approx(theirs[14:], rel=1e-9)


def test_restart_starts_over() -> None:
    bars = random_walk(3, 80)
    atr = WilderATR(14)
    for b in bars[:40]:
        atr.add(b)
    atr.restart()
    assert atr.value is None
    for b in bars[40:]:
        atr.add(b)
    assert atr.value == values(bars[40:], 14)[-1]


def test_period_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        WilderATR(0)
