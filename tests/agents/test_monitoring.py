from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.agents.builders import ACCOUNT, SYMBOL, D, context, market, quiet, result, trade
from tests.analysis.series import bar, demo_bars, minutes_of
from ytc_tui.agents.base import Probe
from ytc_tui.agents.monitoring import consider, environment, net_now, volatility_spike
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S, Bar, Side
from ytc_tui.model.session import StepResult
from ytc_tui.model.trades import TradeState


def ranges(*sizes: float) -> SymbolAnalysis:
    """3-minute bars around 1000, each made of three minutes that span `size`."""
    minutes: list[Bar] = []
    for size in sizes:
        half = size / 2
        minutes += [bar(len(minutes) + i, 1000, 1000 + half, 1000 - half, 1000) for i in range(3)]
    return market(minutes)


def test_no_baseline_no_judgement() -> None:
    assert volatility_spike(ranges(*[2.0] * 27)) is None
    assert volatility_spike(ranges(*[2.0] * 28)) is False


def test_spike_is_an_atr_above_twice_its_baseline() -> None:
    # Fourteen bars after the first 2.0 bars raise Wilder's ATR to any height between 2 and their own.
    calm = [2.0] * 30
    steady = ranges(*calm, *[4.0] * 14)
    assert steady.atr_ttf is not None
    assert steady.atr_ttf < 4.0
    assert volatility_spike(steady) is False
    wild = ranges(*calm, *[8.0] * 14)
    assert wild.atr_ttf is not None
    assert wild.atr_ttf > 4.0
    assert volatility_spike(wild) is True


def test_a_spike_is_an_alert() -> None:
    told = result(consider, context(ranges(*[2.0] * 30, *[8.0] * 14)))
    assert told["market_status"][SYMBOL]["volatility_spike"] is True
    assert told["alerts"] == [{"type": "warning", "message": "BTCUSDT: ATR above 2 times its baseline"}]


def test_structure_changed_only_in_the_bar_that_changed_it() -> None:
    analysis = market()
    changes: list[tuple[bool, int]] = []
    for each in demo_bars()[:1200]:
        closed = analysis.on_minute(each)
        if closed.ttf is not None:
            before = changes[-1][1] if changes else None
            now = analysis.trend.since_ns
            told = result(consider, context(analysis))["market_status"][SYMBOL]["structure_changed"]
            if before is not None:
                assert told is (now != before or analysis.breakout_age_bars == 0)
            changes.append((told, now))
    assert any(told for told, _ in changes)
    assert not all(told for told, _ in changes)


def test_positions_are_valued_net_of_paid_fees() -> None:
    ctx = context(marks={SYMBOL: 1004.0})
    held = trade(realised=D(6), fees=D(1), exited_quantity=D("0.5"))
    assert net_now(ctx, held) == D(7)  # 6 realised, 0.5 x 4 open, 1 fee
    short = trade(Side.SELL, trade_id="T2", fees=D("0.4"))
    ended = trade(trade_id="T3", state=TradeState.STOPPED_OUT)
    told = result(consider, replace(ctx, trades=(held, short, ended)))
    assert told["position_status"] == {
        "open_count": 2,
        "total_pnl": "2.6000",
        "largest_winner": {"trade_id": "T1", "pnl": "7.0000"},
        "largest_loser": {"trade_id": "T2", "pnl": "-4.4000"},
    }


def test_no_position_has_no_winner() -> None:
    assert result(consider, context())["position_status"] == {
        "open_count": 0,
        "total_pnl": "0.0000",
        "largest_winner": None,
        "largest_loser": None,
    }


def test_progress_counts_from_start_and_to_the_hard_end() -> None:
    ctx = context(minutes_elapsed=95)
    told = result(consider, replace(ctx, session_ends_ns=ctx.now_ns + 90 * NS_PER_S))["session_progress"]
    assert (told["time_elapsed_min"], told["time_remaining_min"]) == (95, 1)
    late = result(consider, replace(ctx, session_ends_ns=ctx.now_ns - NS_PER_MIN))["session_progress"]
    assert late["time_remaining_min"] == 0


def alerts_at(pnl_pct: str) -> list[tuple[str, str]]:
    told = result(consider, context(account=replace(ACCOUNT, session_pnl_pct=D(pnl_pct))))
    return [(alert["type"], alert["message"].split()[0]) for alert in told["alerts"]]


@pytest.mark.parametrize(
    ("pnl_pct", "alerts"),
    [
        ("2", []),
        ("-1.4999", []),
        ("-1.5", [("warning", "session")]),
        ("-2.0999", [("warning", "session")]),
        ("-2.1", [("warning", "session"), ("warning", "70.0000")]),
        ("-2.4999", [("warning", "session"), ("warning", "83.3300")]),
        ("-2.5", [("critical", "session"), ("warning", "83.3333")]),
    ],
)
def test_alert_boundaries(pnl_pct: str, alerts: list[tuple[str, str]]) -> None:
    assert alerts_at(pnl_pct) == alerts


@pytest.mark.parametrize(("held", "alert"), [(1, False), (2, True), (3, True)])
def test_two_of_three_positions_are_an_alert(held: int, alert: bool) -> None:
    told = result(consider, context(account=replace(ACCOUNT, positions_open=held)))
    assert bool(told["alerts"]) is alert


@pytest.mark.parametrize("state", [TradeState.UNPROTECTED, TradeState.CLOSE_FAILED])
def test_a_bare_position_is_critical(state: TradeState) -> None:
    told = result(consider, context(trades=(trade(state=state),)))
    assert told["alerts"] == [{"type": "critical", "message": f"T1 BTCUSDT: {state.value}"}]


@pytest.mark.parametrize(
    ("results", "word"),
    [
        ((), "degraded"),
        ((StepResult.OK, StepResult.NOT_APPLICABLE), "good"),
        ((StepResult.OK, StepResult.WARN), "degraded"),
        ((StepResult.WARN, StepResult.BLOCKED), "poor"),
    ],
)
def test_connectivity_is_the_worst_answer(results: tuple[StepResult, ...], word: str) -> None:
    probes = tuple(Probe(f"p{i}", each, "12 ms", {"ms": 12.0}) for i, each in enumerate(results))
    assert result(consider, context(probes=probes))["system_health"]["connectivity"] == word


def test_data_quality_falls_with_symbols_that_are_late_or_not_ready() -> None:
    whole = market(minutes_of(quiet(90)))
    late = market([b._replace(symbol="ETHUSDT") for b in minutes_of(quiet(89))], "ETHUSDT")
    young = market([b._replace(symbol="ETHUSDT") for b in minutes_of(quiet(5))], "ETHUSDT")

    def quality(*held: SymbolAnalysis) -> Any:
        names = tuple(each.symbol for each in held)
        ctx = context(symbols=names, analysis={each.symbol: each for each in held})
        return result(consider, ctx)["system_health"]["data_quality"]

    assert quality(whole) == "good"
    assert quality(whole, late) == "degraded"
    assert quality(young) == "poor"


def test_environment_words() -> None:
    analysis = market()
    seen = set()
    for each in demo_bars()[: 5 * 24 * 60]:
        if analysis.on_minute(each).ttf is not None:
            word = environment(analysis)
            seen.add(word)
            if word == "choppy":
                assert analysis.regime.value == "choppy"
            elif word is None:
                assert analysis.trend.direction.value == "undetermined"
            else:
                assert word == ("ranging" if analysis.trend.direction.value == "sideways" else "trending")
    assert {"trending", "ranging", None} <= seen


def test_contracts_of_another_size_are_valued_by_their_size() -> None:
    held = trade(contract_size=D("0.1"), entry_notional=D(100))
    assert net_now(context(marks={SYMBOL: 1004.0}), held) == D("0.4")


def test_a_trade_without_result_is_neither_winner_nor_loser() -> None:
    status = result(consider, context(marks={SYMBOL: 1000.0}, trades=(trade(),)))["position_status"]
    assert (status["largest_winner"], status["largest_loser"]) == (None, None)


def test_one_position_of_one_is_no_crowd() -> None:
    account = replace(ACCOUNT, max_positions=1, positions_open=1)
    assert result(consider, context(account=account))["alerts"] == []


def test_an_open_trade_without_a_price_has_no_value() -> None:
    assert net_now(context(marks={}), trade()) is None
    status = result(consider, context(marks={}, trades=(trade(),)))["position_status"]
    assert (status["open_count"], status["total_pnl"]) == (1, "0.0000")


@pytest.mark.parametrize(("pnl_pct", "kinds"), [("-0.9", []), ("-1", ["warning"]), ("-1.8", ["critical"])])
def test_pnl_alerts_are_those_of_the_settings(pnl_pct: str, kinds: list[str]) -> None:
    account = replace(
        ACCOUNT, alert_medium_pct=D(1), entries_off_loss_pct=D("1.8"), session_pnl_pct=D(pnl_pct)
    )
    told = result(consider, context(account=account))
    assert [alert["type"] for alert in told["alerts"]] == kinds
