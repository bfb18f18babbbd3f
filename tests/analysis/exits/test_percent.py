"""The policy `percent`: prices to the tick, both sides, and when it leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.agents.builders import FALLING, RULES, D, context, instrument, market, quiet, trade
from tests.analysis.series import minutes_of
from ytc_tui.agents.base import open_trade
from ytc_tui.analysis.exit_policy import OpenTrade, PercentRules
from ytc_tui.analysis.exits.percent import leave, shape, stops
from ytc_tui.model.market import Side
from ytc_tui.model.money import ZERO
from ytc_tui.model.risk import TradePlan
from ytc_tui.model.structure import TrendDirection
from ytc_tui.model.trades import ExitReason

FLAT = market(minutes_of(quiet(90)))
PERCENT = replace(RULES, policy="percent", percent=PercentRules())


def plan(side: Side, entry: str = "1000") -> TradePlan:
    far = D(900) if side is Side.BUY else D(1100)
    return TradePlan("BTCUSDT", side, ZERO, D(entry), far, D(1), D(2), ZERO)


def seen(side: Side, mark: float, rules: Any = PERCENT, **changes: Any) -> OpenTrade:
    held = trade(side, opened_ns=FLAT.now_ns, **changes)
    return open_trade(context(FLAT, trades=(held,), marks={"BTCUSDT": mark}, management=rules), held)


@pytest.mark.parametrize(
    ("side", "entry", "stop", "target"),
    [
        (Side.BUY, "1000", "995", "1015"),
        (Side.SELL, "1000", "1005", "985"),
        # Off the grid the stop is rounded away from the entry, the target toward it.
        (Side.BUY, "1000.1", "995.0", "1015.1"),
        (Side.SELL, "1000.1", "1005.2", "985.1"),
    ],
)
def test_the_plan_has_stop_and_one_target_at_their_percentages(
    side: Side, entry: str, stop: str, target: str
) -> None:
    shaped = shape(plan(side, entry), instrument(), PERCENT)
    assert (shaped.stop, shaped.t1, shaped.t2) == (D(stop), D(target), None)
    assert (shaped.entry, shaped.side) == (D(entry), side)


@given(
    st.sampled_from(list(Side)),
    st.decimals("0.1", "100000", places=1),
    st.decimals("0.05", "20", places=2),
    st.decimals("0.05", "50", places=2),
)
def test_a_plan_never_risks_on_the_wrong_side(side: Side, entry: Any, loss: Any, profit: Any) -> None:
    rules = replace(PERCENT, percent=PercentRules(loss, profit))
    shaped = shape(plan(side, str(entry)), instrument(), rules)
    tick = instrument().tick
    assert shaped.stop is not None
    for price in (shaped.stop, shaped.t1):
        assert price >= tick
        assert price % tick == 0
    if entry > 2 * tick:
        assert (entry - shaped.stop) * side.sign > ZERO
        assert abs(entry - shaped.stop) <= entry * loss / 100 + tick
    assert (shaped.t1 - entry) * side.sign >= ZERO or shaped.t1 == tick


def told(view: OpenTrade) -> list[tuple[ExitReason, Any]]:
    return [(idea.basis, idea.price) for idea in stops(view)]


def test_in_profit_the_stop_trails_the_price_and_not_before() -> None:
    assert told(seen(Side.BUY, 1000.0)) == [(ExitReason.STOP, D(995))]
    assert told(seen(Side.BUY, 999.0)) == [(ExitReason.STOP, D(995))]
    assert told(seen(Side.BUY, 1010.0)) == [
        (ExitReason.STOP, D(995)),
        (ExitReason.TRAILING_STOP, D("1004.9")),
    ]
    assert told(seen(Side.SELL, 990.0)) == [
        (ExitReason.STOP, D(1005)),
        (ExitReason.TRAILING_STOP, D("995.0")),
    ]


def test_a_trailing_distance_of_zero_trails_nothing() -> None:
    still = replace(PERCENT, percent=PercentRules(trailing_pct=ZERO))
    assert told(seen(Side.BUY, 1010.0, still)) == [(ExitReason.STOP, D(995))]


@pytest.mark.parametrize("side", list(Side))
def test_a_trend_that_turned_against_the_trade_after_its_entry_is_left(side: Side) -> None:
    against = TrendDirection.DOWN if side is Side.BUY else TrendDirection.UP
    assert FALLING.trend.direction is TrendDirection.DOWN
    before, after = FALLING.trend.since_ns, FALLING.trend.since_ns - 1

    def left(opened_ns: int, rules: Any = PERCENT) -> bool:
        held = trade(side, opened_ns=opened_ns)
        found = leave(open_trade(context(FALLING, trades=(held,), management=rules), held))
        assert found is None or found.reason is ExitReason.SIGNAL
        return found is not None

    assert left(after) is (against is TrendDirection.DOWN)
    assert not left(before)
    assert not left(after, replace(PERCENT, percent=PercentRules(signal_exit=False)))
