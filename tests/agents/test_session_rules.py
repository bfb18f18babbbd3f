"""The rule compliance and the grade of the session review."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.agents.builders import ACCOUNT, D, closed, context, result, trade
from ytc_tui.agents.session_review import consider, grade, most_at_once
from ytc_tui.model.market import Side
from ytc_tui.model.trades import ExitReason, Trade, TradeState


def rules_of(*trades: Trade, **changes: Any) -> tuple[str, set[str]]:
    told = result(consider, context(trades=trades, **changes))
    flags = told["rule_compliance"]
    broken = {rule for rule, kept in flags.items() if kept is False}
    assert bool(broken) is bool(flags["violations"])
    return told["grade"], broken


def test_all_rules_kept_is_an_a() -> None:
    assert rules_of(closed("1", "1")) == ("A", set())


def test_risk_above_one_percent_is_major() -> None:
    assert rules_of(closed("1", "1", risk_money=D(100))) == ("A", set())
    assert rules_of(closed("1", "1", risk_money=D("100.01"))) == ("F", {"risk_per_trade"})
    never_filled = trade(
        state=TradeState.NOT_ENTERED, entered_quantity=D(0), entry_notional=D(0), risk_money=D(500)
    )
    assert rules_of(never_filled) == ("A", set())


@pytest.mark.parametrize(("pnl", "expected"), [("-2.9999", ("A", set())), ("-3", ("F", {"session_limit"}))])
def test_the_session_limit_is_major_and_inclusive(pnl: str, expected: tuple[str, set[str]]) -> None:
    assert rules_of(account=replace(ACCOUNT, session_pnl_pct=D(pnl))) == expected


def test_too_many_positions_at_once_are_major() -> None:
    together = [closed("1", "1", trade_id=f"T{i}") for i in range(4)]
    assert rules_of(*together) == ("F", {"max_positions"})
    assert rules_of(*together[:3]) == ("A", set())


def test_a_position_that_closes_as_another_opens_is_not_together_with_it() -> None:
    first = closed("1", "1", opened_ns=1, closed_ns=5)
    second = closed("1", "1", opened_ns=5, closed_ns=9)
    third = trade(opened_ns=4)
    assert most_at_once([first, second]) == 1
    assert most_at_once([first, second, third]) == 2
    assert most_at_once([]) == 0


def test_a_full_stop_after_one_r_is_a_slip() -> None:
    stopped = {"exit_reason": ExitReason.STOP, "state": TradeState.STOPPED_OUT, "exit_price": "990"}
    assert rules_of(closed("-1", "1", **stopped)) == ("B", {"breakeven_at_1r"})
    assert rules_of(closed("-1", "0.9999", **stopped)) == ("A", set())
    assert rules_of(closed("0.1", "1", exit_reason=ExitReason.BREAKEVEN_STOP)) == ("A", set())


def test_t1_passed_and_nothing_taken_is_a_slip() -> None:
    stopped: dict[str, Any] = {"exit_reason": ExitReason.STOP, "t1": D(1005)}
    assert rules_of(closed("-1", "0.51", exit_price="990", **stopped)) == ("B", {"partial_at_t1"})
    assert rules_of(closed("-1", "0.5", exit_price="990", **stopped)) == ("A", set())
    half = closed("-0.25", "0.51", exit_price="997.5", **stopped)
    assert rules_of(half) == ("A", set())


def test_a_setup_below_the_score_is_a_slip() -> None:
    assert rules_of(closed("1", "1", score=69.9)) == ("B", {"valid_setup"})
    assert rules_of(closed("1", "1", score=70.0)) == ("A", set())


@pytest.mark.parametrize(
    ("majors", "letter"),
    [([], "A"), ([False], "B"), ([False] * 2, "B"), ([False] * 3, "C"), ([False, True], "F")],
)
def test_grades(majors: list[bool], letter: str) -> None:
    assert grade(majors) == letter


def test_a_part_of_a_quarter_of_the_way_counts_as_taken() -> None:
    stopped: dict[str, Any] = {"exit_reason": ExitReason.STOP, "t1": D(1006), "initial_stop": D(990)}
    assert rules_of(closed("-0.6", "0.7", exit_price="994", **stopped)) == ("A", set())
    assert rules_of(closed("-0.7", "0.7", exit_price="993.9", **stopped)) == ("B", {"partial_at_t1"})
    short: dict[str, Any] = {
        "side": Side.SELL, "exit_reason": ExitReason.STOP, "t1": D(994), "initial_stop": D(1010),
    }  # fmt: skip
    assert rules_of(closed("-0.6", "0.7", exit_price="1006", **short)) == ("A", set())
    assert rules_of(closed("-0.7", "0.7", exit_price="1006.1", **short)) == ("B", {"partial_at_t1"})
