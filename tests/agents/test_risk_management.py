from __future__ import annotations

from dataclasses import replace

import pytest

from tests.agents.builders import ACCOUNT, D, context, result, trade
from ytc_tui.agents.risk_management import consider
from ytc_tui.model.trades import TradeState


def at(pnl_pct: str) -> dict[str, object]:
    told = result(consider, context(account=replace(ACCOUNT, session_pnl_pct=D(pnl_pct))))
    return {**told["risk_analysis"], **told["limits_status"]}


@pytest.mark.parametrize(
    ("pnl_pct", "level", "capacity"),
    [
        ("1.2", "normal", "3.0000"),
        ("-1.49", "normal", "1.5100"),
        ("-1.5", "medium", "1.5000"),
        ("-2.3999", "medium", "0.6001"),
        ("-2.4", "high", "0.6000"),
        ("-2.9999", "high", "0.0001"),
        ("-3", "critical", "0.0000"),
        ("-4", "critical", "0.0000"),
    ],
)
def test_levels_and_capacity_have_inclusive_boundaries(pnl_pct: str, level: str, capacity: str) -> None:
    told = at(pnl_pct)
    assert (told["alert_level"], told["risk_capacity_remaining_pct"]) == (level, capacity)
    assert told["session_limit_reached"] is (level == "critical")


def test_figures_are_exact_strings() -> None:
    account = replace(
        ACCOUNT, equity=D("10123.456789"), session_pnl=D("123.45674"), session_pnl_pct=D("-0.00001")
    )
    analysis = result(consider, context(account=account))["risk_analysis"]
    assert analysis["account_balance"] == "10123.4568"
    assert analysis["session_pnl"] == "123.4567"
    assert analysis["session_pnl_pct"] == "0.0000"


def test_exposure_counts_open_trades_as_planned_and_as_stops_stand() -> None:
    free = trade(trade_id="T2", stop=D(1000))
    ended = trade(trade_id="T3", state=TradeState.STOPPED_OUT)
    account = replace(ACCOUNT, positions_open=2, open_risk_pct=D("0.1"))
    told = result(consider, context(trades=(trade(), free, ended), account=account))["exposure_analysis"]
    assert told == {
        "current_positions": 2,
        "max_positions": 3,
        "total_exposure_pct": "0.2200",
        "effective_risk_pct": "0.1000",
        "positions_at_breakeven": 1,
    }


@pytest.mark.parametrize(("losses", "alerts"), [(2, 0), (3, 1)])
def test_three_losses_in_a_row_are_an_alert(losses: int, alerts: int) -> None:
    told = result(consider, context(account=replace(ACCOUNT, consecutive_losses=losses)))
    assert len(told["alerts"]) == alerts


@pytest.mark.parametrize(("held", "reached"), [(2, False), (3, True)])
def test_position_limit(held: int, reached: bool) -> None:
    told = result(consider, context(account=replace(ACCOUNT, positions_open=held)))
    assert told["limits_status"]["position_limit_reached"] is reached


@pytest.mark.parametrize(("pnl_pct", "kind"), [("-2.9", "warning"), ("-3", "critical")])
def test_only_the_limit_itself_is_critical(pnl_pct: str, kind: str) -> None:
    told = result(consider, context(account=replace(ACCOUNT, session_pnl_pct=D(pnl_pct))))
    assert [alert["type"] for alert in told["alerts"]] == [kind]


@pytest.mark.parametrize(
    ("pnl_pct", "level"), [("-0.9", "normal"), ("-1", "medium"), ("-2", "high"), ("-3", "critical")]
)
def test_levels_are_those_of_the_settings(pnl_pct: str, level: str) -> None:
    account = replace(ACCOUNT, alert_medium_pct=D(1), alert_high_pct=D(2), session_pnl_pct=D(pnl_pct))
    assert result(consider, context(account=account))["risk_analysis"]["alert_level"] == level


def test_a_streak_alerts_from_the_settings_count_on() -> None:
    account = replace(ACCOUNT, alert_consecutive_losses=2, consecutive_losses=2)
    [alert] = result(consider, context(account=account))["alerts"]
    assert alert["threshold"] == "2"


def test_the_correlation_of_each_pair_is_told_with_what_it_rests_on() -> None:
    one = context().analysis
    [market] = one.values()
    two = context(analysis={"BTCUSDT": market, "ETHUSDT": market}, symbols=("BTCUSDT", "ETHUSDT"))
    [pair] = result(consider, two)["correlation_matrix"]
    assert pair == {
        "first": "BTCUSDT", "second": "ETHUSDT", "rho": 1.0, "days": 0, "days_needed": 20, "assumed": True,
        "told": "+1.00 assumed, 0 of 20 days",
    }  # fmt: skip
    assert result(consider, context())["correlation_matrix"] == []


def test_of_many_pairs_the_report_stays_bounded() -> None:
    [market] = context().analysis.values()
    names = tuple(f"S{number:02d}USDT" for number in range(40))
    many = result(consider, context(analysis=dict.fromkeys(names, market), symbols=names))
    assert len(many["correlation_matrix"]) == 100
    assert many["correlations_left_out"] == 680
