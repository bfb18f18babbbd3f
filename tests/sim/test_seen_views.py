"""The views of the screens beside the desk, as a session on a tape gives them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.engine.situations import SYMBOL, book, fill, long_entry, settle, trading
from tests.engine.test_order_answers import STOP, entered
from tests.sim.stage import stage
from tests.sim.tape import Tape, on_day
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.market import MarketView
from ytc_tui.engine.risk.registry import RULES
from ytc_tui.engine.runner import AgentRunner
from ytc_tui.engine.seeing import RunFacts, see
from ytc_tui.engine.situation import Situation
from ytc_tui.engine.watchlist import watchlist
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.market import NS_PER_S, Side
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.own import Bias, SetBias
from ytc_tui.model.session import StepResult
from ytc_tui.model.signals import SetupKind, setup_id
from ytc_tui.model.state import AgentRecord, State
from ytc_tui.model.trades import ExitReason
from ytc_tui.views import exposure, health, rules, signals, trades
from ytc_tui.views.seen import Seen
from ytc_tui.views.watchlist import WatchRow

D = Decimal


@pytest.fixture
def sit(tmp_path: Path) -> Situation:
    return trading(tmp_path)


def seen(sit: Situation, **facts: Any) -> Seen:
    runner = AgentRunner(sit.registry, max_concurrent=1, stopwatch=lambda: 0, observe=lambda agent, ms: None)
    return see(sit, runner, RunFacts("max", "paper", **facts), at_ns=sit.at_ns)


# ---- rules and limits --------------------------------------------------------------------------------


def test_every_rule_of_the_gate_is_there_with_its_limits(sit: Situation) -> None:
    view = rules.build(sit.state, seen(sit))
    assert [line.rule for line in view.rules] == [rule.name for rule in RULES]
    assert all(line.summary for line in view.rules)
    limits = {line.rule: [row.rule for row in line.limits] for line in view.rules}
    assert limits["session_loss"] == ["session_loss"]
    assert limits["stop_side"] == []


def test_the_path_ends_at_the_loss_that_flattens(sit: Situation) -> None:
    start = sit.base_balance()
    view = rules.build(sit.state, seen(sit))
    assert [(step.at_pct, step.away) for step in view.path.steps] == [
        (D("2.5"), start * D("0.025")),
        (D("3"), start * D("0.03")),
    ]
    assert view.path.at_stops_pct == 0
    entered(sit)
    view = rules.build(sit.state, seen(sit))
    # Bought at 20,050 without a fee, stopped at 19,950 for a taker's.
    fee = D(19_950) * sit.market.instruments[SYMBOL].taker_fee
    assert view.path.at_stops_pct == (-100 - fee) / start * 100


def test_while_a_price_is_missing_nothing_is_reckoned(sit: Situation) -> None:
    entered(sit)
    sight = seen(sit)
    blind = replace(sight, pnl=None, symbols={SYMBOL: replace(sight.symbols[SYMBOL], mark=None)})
    path = rules.build(sit.state, blind).path
    assert path.at_stops_pct is None
    assert {step.away for step in path.steps} == {None}


def test_pairs_are_those_that_the_risk_agent_told(sit: Situation) -> None:
    told = {"first": "BTCUSDT", "second": "ETHUSDT", "rho": 0.83, "assumed": False}
    bad = [None, {}, {**told, "rho": "0.83"}, {**told, "rho": float("nan")}, {**told, "rho": 2}]
    sit.state.agents["risk_management"] = AgentRecord(output={"correlation_matrix": [*bad, told]})
    assert rules.build(sit.state, seen(sit)).pairs == (rules.Pair("BTCUSDT", "ETHUSDT", 0.83, False, True),)
    sit.state.agents["risk_management"].output["correlation_matrix"] = [{**told, "rho": -0.7}]
    assert rules.build(sit.state, seen(sit)).pairs[0].counts
    sight = replace(seen(sit), correlation_threshold=0.71)
    assert not rules.build(sit.state, sight).pairs[0].counts
    sit.state.agents["risk_management"] = AgentRecord(output={"correlation_matrix": "many"})
    assert rules.build(sit.state, seen(sit)).pairs == ()


# ---- health ------------------------------------------------------------------------------------------


def test_what_is_blocked_comes_first(sit: Situation) -> None:
    entered(sit)
    view = health.build(sit.state, seen(sit, journal_entries=1_234))
    assert view.worst is StepResult.OK
    assert view.rows[0].figures == (("entries", "1,234"),)
    target, *_ = sit.state.working_orders(SYMBOL, OrderRole.TARGET)
    settle(sit, inp.VenueFailed(target.request.client_id, False, False, "timed out"))
    view = health.build(sit.state, seen(sit))
    assert (view.worst, view.rows[0].component) == (StepResult.BLOCKED, "venue")
    assert "UNKNOWN" in view.rows[0].detail


def test_a_journal_that_takes_nothing_and_a_guard_are_told(sit: Situation) -> None:
    rows = {row.component: row for row in health.build(sit.state, seen(sit, stalled="disk full")).rows}
    assert (rows["journal"].result, rows["journal"].detail) == (StepResult.BLOCKED, "disk full")
    assert rows["guard"].result is StepResult.NOT_APPLICABLE
    [watched] = [
        row for row in health.build(sit.state, seen(sit, guard="pid 7")).rows if row.component == "guard"
    ]
    assert (watched.result, watched.detail) == (StepResult.OK, "watching: pid 7")


def test_the_age_of_a_feed_is_that_of_its_last_closed_bar(sit: Situation) -> None:
    sight = seen(sit)
    market = replace(sight.symbols[SYMBOL], last_bar_ns=sit.at_ns - 90 * NS_PER_S)
    rows = health.build(sit.state, replace(sight, symbols={SYMBOL: market})).rows
    [feed] = [row for row in rows if row.component == f"feed.{SYMBOL}"]
    assert feed.age_s == 30


# ---- trades ------------------------------------------------------------------------------------------


def test_a_trade_has_its_orders_under_it_and_its_result_of_now(sit: Situation) -> None:
    entered(sit)
    sight = seen(sit)
    [trade] = trades.build(sit.state, sight).trades
    roles = [order.role for order in trade.orders]
    assert roles == [OrderRole.ENTRY, OrderRole.PROTECTIVE_STOP, OrderRole.TARGET, OrderRole.TARGET]
    assert [order.at for order in trade.orders] == [D(20_050), D(19_950), D(20_260), D(20_400)]
    [held] = exposure.build(sit.state, sight).positions
    assert (trade.pnl, trade.r) == (held.pnl, held.r_now)
    assert trade.open


def test_an_ended_trade_has_its_own_result_and_one_that_was_never_entered_has_none(sit: Situation) -> None:
    entered(sit)
    settle(sit, fill("1", "19950", 2, client_id="ystop", side=Side.SELL))
    [trade] = trades.build(sit.state, seen(sit)).trades
    assert (trade.pnl, trade.reason, trade.open) == (D(-100), ExitReason.STOP, False)
    assert trade.r == sit.state.trades["T0001"].r_multiple
    assert trade.orders[1].at == D(19_950)


def test_what_was_not_entered_has_no_result(sit: Situation) -> None:
    long_entry(sit)
    [trade] = trades.build(sit.state, seen(sit)).trades
    assert (trade.pnl, trade.r, trade.entry, trade.quantity) == (None, None, None, D(1))


def test_an_order_of_no_trade_is_loose(sit: Situation) -> None:
    book(sit, ev.GuardOrdered(STOP, "", "", 1))
    view = trades.build(sit.state, seen(sit))
    assert [order.client_id for order in view.loose] == ["ystop"]
    assert view.trades == ()


def test_an_average_in_contracts_of_no_known_size_is_not_known(sit: Situation) -> None:
    book(sit, ev.GuardOrdered(replace(STOP, symbol="XRPUSDT"), "", "", 1))
    [order] = trades.build(sit.state, seen(sit)).loose
    assert order.at == STOP.stop_price
    sit.state.orders[order.client_id].filled = D(1)
    [order] = trades.build(sit.state, seen(sit)).loose
    assert order.at is None


# ---- signals -----------------------------------------------------------------------------------------


def test_each_setup_says_what_became_of_it_the_newest_first(sit: Situation) -> None:
    names = [setup_id(SetupKind.PB, SYMBOL, side, 7) for side in (Side.BUY, Side.SELL)]
    sit.state.setups_seen = {names[0]: 1, names[1]: 2}
    sit.state.setup_refusals = {names[1]: "reward_risk"}
    long_entry(sit, setup_id=names[0])
    view = signals.build(sit.state, seen(sit))
    refused, traded = view.setups
    assert (refused.side, refused.refused_by, refused.trades) == ("sell", "reward_risk", ())
    assert (traded.kind, traded.symbol, traded.trades) == ("PB", SYMBOL, ("T0001",))


def test_the_funnel_counts_what_was_found_refused_and_entered(sit: Situation) -> None:
    sit.state.detected, sit.state.refused = {"PB": 2, "BOF": 1}, {"spread": 1, "costs": 2}
    sit.state.approved = 1
    entered(sit)
    funnel = signals.build(sit.state, seen(sit)).funnel
    assert funnel == signals.Funnel((("BOF", 1), ("PB", 2)), (("costs", 2), ("spread", 1)), 1, 1, 0)


def test_what_a_symbol_lacks_is_what_the_scanner_said_last(sit: Situation) -> None:
    gates = [{"gate": "data", "ok": True, "why": "fresh"}, {"gate": "PB", "ok": False, "why": "no pullback"}]
    bad = [None, {"gate": 1, "ok": True, "why": ""}, {"gate": "x", "ok": "yes", "why": ""}]
    chain = {SYMBOL: [*gates, *bad], "ETHUSDT": "nothing"}
    sit.state.agents["setup_scanner"] = AgentRecord(output={"chain": chain}, last_run_ns=5)
    view = signals.build(sit.state, seen(sit))
    bitcoin, ether = view.now
    assert [step.gate for step in bitcoin.steps] == ["data", "PB"]
    assert [step.why for step in bitcoin.lacks] == ["no pullback"]
    assert (ether.steps, view.scanned_ns) == ((), 5)
    sit.state.agents["setup_scanner"] = AgentRecord(output={"chain": ["x"]})
    assert signals.build(sit.state, seen(sit)).now == ()


# ---- watchlist ---------------------------------------------------------------------------------------


def test_a_symbol_before_its_bars_says_what_is_missing(sit: Situation) -> None:
    [row] = watchlist(sit).rows
    assert (row.symbol, row.regime, row.direction, row.zone, row.atr_pct) == (SYMBOL, None, None, None, None)
    assert row.why_not == "no bar yet"


def test_what_keeps_an_entry_off_a_symbol_is_told(sit: Situation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MarketView, "problem", lambda self, symbol: "")
    assert watchlist(sit).rows[0].why_not == ""
    long_entry(sit)
    assert watchlist(sit).rows[0].why_not == "an entry works"
    settle(sit, fill("1"))
    [row] = watchlist(sit).rows
    assert (row.why_not, row.held) == ("a position is open", D(1))
    off = Command("c0", Verb.BIAS, "ada", "thin book", SYMBOL, bias=SetBias(Bias.NO_TRADES))
    settle(sit, inp.Commanded(off))
    assert watchlist(sit).rows[0].disabled
    settle(sit, inp.Commanded(replace(off, command_id="c9", bias=SetBias(Bias.NONE))))
    assert not watchlist(sit).rows[0].disabled
    settle(sit, inp.Commanded(Command("c1", Verb.STOP_ENTRIES, "ada", "enough")))
    assert watchlist(sit).rows[0].why_not == "gate REDUCING: enough"


def test_the_best_setup_of_a_symbol_is_the_one_with_the_highest_score(sit: Situation) -> None:
    told = [
        {"symbol": SYMBOL, "kind": "PB", "score": 71.5},
        {"symbol": SYMBOL, "kind": "BOF", "score": 80},
        {"symbol": SYMBOL, "kind": "TST", "score": "99"},
        None,
    ]
    sit.state.agents["setup_scanner"] = AgentRecord(output={"active_setups": told})
    [row] = watchlist(sit).rows
    assert (row.setup, row.score) == ("BOF", 80.0)


async def test_a_market_that_is_known_has_its_trend_and_its_nearest_zone(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape(), until="13:30")
    seen_rows: list[WatchRow] = []

    def look(state: State, now_ns: int) -> list[Command]:
        run = simulation.host.current
        if run is not None and now_ns == on_day("13:20"):
            seen_rows.append(watchlist(run.kernel.sit).rows[0])
        return []

    simulation.operator = look
    await simulation.run()
    row = seen_rows[-1]
    assert row.price is not None and row.atr_pct is not None and row.regime is not None
    assert row.direction is not None and row.label is not None
