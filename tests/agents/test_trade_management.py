from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.agents.builders import (
    SYMBOL,
    D,
    answer,
    context,
    instrument,
    market,
    minute_ns,
    quiet,
    result,
    trade,
)
from tests.analysis.series import minutes_of
from ytc_tui.agents.trade_management import consider
from ytc_tui.analysis.exits.ytc import breakeven_price
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.market import Side
from ytc_tui.model.structure import SwingKind
from ytc_tui.model.trades import Trade, TradeState

BUY, SELL = Side.BUY, Side.SELL
FLAT = market(minutes_of(quiet(90)))
ENTRY_NS = FLAT.now_ns


def actions(held: Trade, mark: float, extremes: tuple[float, float] | None, **changes: Any) -> list[Any]:
    analysis = changes.pop("analysis", FLAT)
    ctx = context(
        analysis,
        trades=(held,),
        marks={SYMBOL: mark},
        excursions={held.trade_id: extremes} if extremes else {},
        **changes,
    )
    found: list[Any] = answer(consider, ctx).result["actions"]
    return found


def at_breakeven(found: list[Any]) -> bool:
    return [(one["basis"], D(one["price"])) for one in found] == [("breakeven_stop", D(1001))]


def test_stop_goes_to_breakeven_plus_costs_at_one_r_exactly() -> None:
    held = trade(opened_ns=ENTRY_NS)
    assert actions(held, 1005.0, (999.0, 1009.9)) == []
    (action,) = actions(held, 1005.0, (999.0, 1010.0))
    assert action == {
        "trade_id": "T1",
        "action": "tighten_stop",
        "price": "1001",
        "basis": "breakeven_stop",
        "reason": "price reached +1 R: stop to breakeven plus costs",
    }


def test_a_short_mirrors_it() -> None:
    held = trade(SELL, opened_ns=ENTRY_NS)
    assert actions(held, 995.0, (990.1, 1001.0)) == []
    (action,) = actions(held, 995.0, (990.0, 1001.0))
    assert (action["price"], action["basis"]) == ("999", "breakeven_stop")


def test_t1_filled_moves_the_stop_even_when_t1_is_nearer_than_one_r() -> None:
    held = trade(opened_ns=ENTRY_NS, state=TradeState.T1_HIT, t1=D(1005), exited_quantity=D("0.5"))
    assert at_breakeven(actions(held, 1004.0, (999.0, 1005.1)))


def test_t1_is_remembered_by_quantity_after_a_restored_cover() -> None:
    held = trade(opened_ns=ENTRY_NS, t1=D(1005), exited_quantity=D("0.5"))
    assert at_breakeven(actions(held, 1004.0, (999.0, 1005.1)))
    part = trade(opened_ns=ENTRY_NS, t1=D(1005), exited_quantity=D("0.499"))
    assert actions(part, 1004.0, (999.0, 1005.1)) == []
    sold_by_hand = trade(opened_ns=ENTRY_NS, t1=D(1005), exited_quantity=D("0.5"))
    assert actions(sold_by_hand, 1004.0, (999.0, 1004.9)) == []


def test_a_trade_that_could_not_be_split_has_no_part_one_to_lose() -> None:
    whole = trade(opened_ns=ENTRY_NS, t1=D(1005), part_one_quantity=D(0), exited_quantity=D("0.5"))
    assert actions(whole, 1004.0, (999.0, 1005.1)) == []


def test_half_of_a_partly_filled_entry_counts_as_part_one() -> None:
    held = trade(
        opened_ns=ENTRY_NS,
        t1=D(1005),
        entered_quantity=D("0.401"),
        entry_notional=D(401),
        exited_quantity=D("0.2"),
    )
    assert at_breakeven(actions(held, 1004.0, (999.0, 1005.1)))


def test_nothing_is_proposed_on_the_wrong_side_of_the_mark() -> None:
    held = trade(opened_ns=ENTRY_NS)
    assert actions(held, 1001.0, (999.0, 1010.0)) == []
    assert at_breakeven(actions(held, 1001.1, (999.0, 1010.0)))


def test_nothing_is_proposed_without_a_price_or_an_entry() -> None:
    assert result(consider, context(FLAT, trades=(trade(),), marks={}))["actions"] == []
    unfilled = trade(state=TradeState.PARTIALLY_FILLED, entered_quantity=D(0), entry_notional=D(0))
    assert actions(unfilled, 1020.0, None) == []


def test_a_stop_that_stands_there_is_not_proposed_again() -> None:
    assert actions(trade(opened_ns=ENTRY_NS, stop=D("1001.0")), 1011.0, (999.0, 1011.0)) == []


@pytest.mark.parametrize("state", [TradeState.CLOSING, TradeState.CLOSE_FAILED, TradeState.UNPROTECTED])
def test_trades_that_are_leaving_or_bare_are_left_to_the_kernel(state: TradeState) -> None:
    held = trade(opened_ns=ENTRY_NS, state=state)
    told = result(
        consider, context(FLAT, trades=(held,), marks={SYMBOL: 1015.0}, excursions={"T1": (999.0, 1015.0)})
    )
    assert told["actions"] == []
    assert bool(told["alerts"]) is (state is not TradeState.CLOSING)
    assert "T1" in told["position_updates"]


def test_ended_trades_are_not_looked_at() -> None:
    told = result(consider, context(FLAT, trades=(trade(state=TradeState.STOPPED_OUT),)))
    assert told == {"actions": [], "position_updates": {}, "alerts": []}


def legs(*turns: float) -> SymbolAnalysis:
    """90 quiet minutes, then straight legs of twelve minutes from one price to the next."""
    closes, price = quiet(90), 1000.0
    for target in turns:
        closes += [round(price + (target - price) * (i + 1) / 12, 1) for i in range(12)]
        price = target
    return market(minutes_of(closes))


def lows_after(analysis: SymbolAnalysis, at_ns: int) -> list[float]:
    return [s.price for s in analysis.swings_ttf if s.kind is SwingKind.LOW and s.known_ns > at_ns]


def test_first_favourable_pivot_earns_breakeven() -> None:
    rising = legs(1006, 1003, 1007)
    entered = minute_ns(90)
    assert lows_after(rising, entered) == [1002.9]
    (action,) = actions(trade(opened_ns=entered), 1007.0, (999.0, 1007.1), analysis=rising)
    assert (action["basis"], action["price"]) == ("breakeven_stop", "1001")
    assert "pivot at 1002.9" in action["reason"]


def test_a_pivot_at_the_breakeven_price_is_not_favourable() -> None:
    rising = legs(1006, 1001.1, 1007)
    entered = minute_ns(90)
    assert lows_after(rising, entered) == [1001.0]
    assert actions(trade(opened_ns=entered), 1007.0, (999.0, 1007.1), analysis=rising) == []


def test_a_pivot_from_before_the_entry_earns_nothing() -> None:
    rising = legs(1006, 1003, 1007)
    late = rising.swings_ttf[-1].known_ns
    assert actions(trade(opened_ns=late), 1007.0, (999.0, 1007.1), analysis=rising) == []


def test_trailing_starts_after_t1_two_ticks_beyond_the_newest_swing() -> None:
    rising = legs(1016, 1008, 1018)
    entered = minute_ns(90)
    assert lows_after(rising, entered) == [1007.9]
    before = actions(trade(opened_ns=entered), 1018.0, (999.0, 1018.1), analysis=rising)
    assert at_breakeven(before)
    after = trade(opened_ns=entered, state=TradeState.T1_HIT, exited_quantity=D("0.5"))
    (action,) = actions(after, 1018.0, (999.0, 1018.1), analysis=rising)
    assert (action["basis"], action["price"]) == ("trailing_stop", "1007.7")


def test_trailing_needs_a_swing_that_became_known_after_the_entry() -> None:
    rising = legs(1016, 1008, 1018)
    (low,) = (s for s in rising.swings_ttf if s.price == 1007.9)
    held: dict[str, Any] = {"state": TradeState.T1_HIT, "exited_quantity": D("0.5"), "stop": D(1001)}
    assert actions(trade(opened_ns=low.known_ns, **held), 1018.0, (999.0, 1018.1), analysis=rising) == []
    assert actions(trade(opened_ns=low.known_ns - 1, **held), 1018.0, (999.0, 1018.1), analysis=rising) != []


@pytest.mark.parametrize(
    ("side", "turns", "price"), [(BUY, (1016, 1008, 1018), 1006.5), (SELL, (984, 992, 982), 993.5)]
)
def test_a_trailing_stop_off_the_grid_is_rounded_away(
    side: Side, turns: tuple[float, ...], price: float
) -> None:
    coarse = replace(instrument(), tick=D("0.5"))
    held = trade(side, opened_ns=minute_ns(90), state=TradeState.T1_HIT, exited_quantity=D("0.5"))
    mark = turns[-1]
    found = actions(held, mark, (mark, mark), analysis=legs(*turns), instruments={SYMBOL: coarse})
    assert [float(action["price"]) for action in found] == [price]


def test_a_short_trails_above_the_newest_swing_high() -> None:
    falling = legs(984, 992, 982)
    held = trade(SELL, opened_ns=minute_ns(90), state=TradeState.TRAILING_STOP, exited_quantity=D("0.5"))
    (action,) = actions(held, 982.0, (981.9, 1001.0), analysis=falling)
    assert (action["basis"], action["price"]) == ("trailing_stop", "992.3")


def test_trailing_never_goes_back_to_a_lower_swing() -> None:
    stepping = legs(1016, 1010, 1020, 1006, 1018)
    lows = lows_after(stepping, minute_ns(90))
    assert lows == [1009.9, 1005.9]
    held = trade(
        opened_ns=minute_ns(90), state=TradeState.TRAILING_STOP, exited_quantity=D("0.5"), stop=D("1009.7")
    )
    assert actions(held, 1018.0, (999.0, 1020.1), analysis=stepping) == []


@pytest.mark.parametrize(
    ("side", "entry", "price"),
    [(BUY, "1000", "1001.0"), (BUY, "1000.1", "1001.2"), (SELL, "1000", "999.0"), (SELL, "1000.1", "999.0")],
)
def test_breakeven_covers_its_costs_on_the_grid(side: Side, entry: str, price: str) -> None:
    assert breakeven_price(D(entry), side, D(10), D("0.1")) == D(price)


def test_updates_tell_stop_targets_and_breakeven() -> None:
    held = trade(opened_ns=ENTRY_NS, state=TradeState.T1_HIT, exited_quantity=D("0.5"), stop=D("1001.0"))
    told = result(consider, context(FLAT, trades=(held,)))["position_updates"]["T1"]
    assert told == {
        "stop_loss": "1001.0",
        "targets_remaining": ["1030"],
        "breakeven": True,
        "closed_quantity": "0.5",
    }
