"""The policy `ytc`: order flow past the last wholesale price, and the profit guard."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.agents.builders import RULES, D, trade
from tests.agents.test_exit_execution import ENTERED, after, closes_of, idle
from ytc_tui.agents.base import ManagementRules
from ytc_tui.analysis.exit_policy import ProfitGuard
from ytc_tui.model.market import Side
from ytc_tui.model.trades import TradeState

# -- scratch: no order flow past the last wholesale price ----------------------------------------


def flow(best: float, side: Side = Side.BUY, **changes: Any) -> list[tuple[str, str]]:
    """What becomes of a trade after four bars whose most favourable price was `best`; the LWP is 2 away."""
    held = trade(side, lwp=D(1000 + 2 * side.sign), **ENTERED)
    extremes = (999.0, best) if side is Side.BUY else (best, 1001.0)
    return closes_of(idle(changes.pop("bars", 4), 1000.0), held, excursions={"T1": extremes}, **changes)


def test_a_price_that_never_passed_the_last_wholesale_price_scratches() -> None:
    why = "no order flow past the last wholesale price 1002 after 4 bars, at 0.0000 R"
    assert flow(1001.9) == [("scratch", why)]
    assert flow(1002.0) == [("scratch", why)]  # reached is not passed
    assert flow(1002.1) == []
    assert flow(1001.9, bars=3) == []


def test_a_short_needs_the_flow_below() -> None:
    assert [one for one, _ in flow(998.0, Side.SELL)] == ["scratch"]
    assert flow(997.9, Side.SELL) == []


def test_the_bars_that_flow_has_are_a_rule_and_never_fewer_than_the_least() -> None:
    assert flow(1001.0, management=replace(RULES, scratch_flow_bars=5)) == []
    early = replace(RULES, scratch_flow_bars=1, scratch_min_bars=4)
    assert flow(1001.0, bars=3, management=early) == []


def test_a_trade_without_a_setup_or_with_its_stop_at_breakeven_waits_for_no_flow() -> None:
    assert closes_of(idle(4, 1000.0), excursions={"T1": (999.0, 1001.0)}) == []
    held = trade(lwp=D(1002), stop=D(1000), **ENTERED)
    assert closes_of(idle(4, 1000.5), held, excursions={"T1": (999.0, 1001.0)}) == []


# -- the profit guard, where asked for -----------------------------------------------------------

GUARDED = replace(RULES, profit_guard=ProfitGuard())
PART_TWO: dict[str, Any] = {
    "state": TradeState.T1_HIT, "exited_quantity": D("0.5"), "stop": D(1001), **ENTERED,
}  # fmt: skip


def guarded(last: float, best: float, rules: ManagementRules = GUARDED, **changes: Any) -> list[str]:
    """A part two at a close of `last` after one bar down from 1012, the best price having been `best`."""
    analysis = after(1004, 1008, 1012, last)
    held = trade(**{**PART_TWO, **changes})
    return [one for one, _ in closes_of(analysis, held, excursions={"T1": (999.0, best)}, management=rules)]


def test_half_of_a_peak_given_back_in_one_wide_bar_is_taken() -> None:
    assert guarded(1006.0, 1012.0) == ["signal"]
    assert guarded(1006.1, 1012.0) == []
    assert guarded(1005.9, 1011.9) == []  # 1.19 R is not enough of a peak


def test_the_guard_is_for_part_two_and_only_where_asked_for() -> None:
    assert guarded(1006.0, 1012.0, RULES) == []
    assert guarded(1006.0, 1011.9, replace(RULES, profit_guard=ProfitGuard(reached_r=D("1.1")))) == []
    whole: dict[str, Any] = {"state": TradeState.IN_POSITION, "exited_quantity": D(0), "t1": D(1030)}
    assert guarded(1006.0, 1012.0, **whole) == []


def test_a_narrow_bar_does_not_call_the_guard() -> None:
    assert guarded(1006.0, 1012.0, replace(RULES, profit_guard=ProfitGuard(bar_atr=D(9)))) == []
