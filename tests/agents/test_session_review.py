from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.agents.builders import RULES, SYMBOL, D, closed, context, market, minute_ns, quiet, result, trade
from tests.analysis.series import bar, demo_bars, minutes_of
from ytc_tui.agents.session_review import consider
from ytc_tui.model.market import Side
from ytc_tui.model.trades import ExitReason, Trade, TradeState


def review(*trades: Trade, **changes: Any) -> dict[str, Any]:
    return result(consider, context(trades=trades, **changes))


def test_a_session_without_trades_is_told_honestly() -> None:
    told = review()
    assert told["trade_reviews"] == told["lessons_learned"] == told["improvement_goals"] == []
    assert told["stats"] == {
        "trades_taken": 0,
        "winners": 0,
        "losers": 0,
        "breakevens": 0,
        "win_rate": None,
        "avg_r": None,
        "expectancy_r": None,
        "total_r": "0.0000",
        "net_pnl": "0.0000",
        "profit_factor": None,
    }
    assert told["execution_efficiency"] is None
    assert told["grade"] == "A"
    assert "no trade was closed: there is no execution to judge" in told["key_observations"]


def test_figures_of_a_mixed_session() -> None:
    trades = (
        closed("2", "2.5", trade_id="T1"),
        closed("-1", "0.5", trade_id="T2"),
        closed("0.0999", "0.4", trade_id="T3"),
        closed("0.1", "0.5", trade_id="T4"),
    )
    told = review(*trades)
    assert told["stats"] == {
        "trades_taken": 4,
        "winners": 2,
        "losers": 1,
        "breakevens": 1,
        "win_rate": "0.5000",
        "avg_r": "0.3000",
        "expectancy_r": "0.2750",
        "total_r": "1.1999",
        "net_pnl": "11.9990",
        "profit_factor": "2.1999",
    }
    assert told["execution_efficiency"] == "0.3077"
    assert "4 of the 20 trades that a judgement needs" in told["key_observations"]


def test_no_loss_has_no_profit_factor() -> None:
    assert review(closed("1", "1"))["stats"]["profit_factor"] is None


def test_efficiency_is_zero_when_nothing_could_be_won() -> None:
    told = review(closed("-1", "0"))
    assert told["execution_efficiency"] == told["trade_reviews"][0]["efficiency"] == "0.0000"
    assert review(closed("1.2", "1.6"))["trade_reviews"][0]["efficiency"] == "0.7500"


def test_a_trade_is_reviewed_against_the_best_that_was_there() -> None:
    (told,) = review(closed("1.2", "1.6", exit_price="1012.0"))["trade_reviews"]
    assert told["was_valid_setup"] is True
    assert told["actual_entry"] == "1000"
    assert told["actual_exit"] == "1012"
    assert told["optimal_exit"] == "1016"
    assert (told["optimal_r"], told["actual_r"]) == ("1.6", "1.2")
    assert told["exit_reason"] == "target"


def entered_at(price: str, best_low: float) -> dict[str, Any]:
    """A long entered at `price` while the minutes of its order traded down to `best_low`."""
    closes = [*quiet(80), best_low + 0.1, 1000.0, 1000.0, 1000.0]
    analysis = market(minutes_of(closes))
    stop = D(price) - 10
    held = closed("1", "1", entry_notional=D(price), entry_limit=D(price), initial_stop=stop, stop=stop)
    (told,) = result(consider, context(analysis, trades=(held,)))["trade_reviews"]
    found: dict[str, Any] = told
    return found


@pytest.mark.parametrize(
    ("best_low", "quality"),
    [(999.0, "excellent"), (998.9, "good"), (997.5, "good"), (997.4, "poor")],
)
def test_entry_quality_boundaries(best_low: float, quality: str) -> None:
    told = entered_at("1000", best_low)
    assert told["optimal_entry"] == f"{best_low:g}"
    assert told["entry_quality"] == quality


def test_optimal_entry_is_never_beyond_the_stop() -> None:
    assert entered_at("1000", 980.0)["optimal_entry"] == "990"


def test_entry_quality_is_unknown_when_the_bars_are_gone() -> None:
    old = closed("1", "1", planned_ns=minute_ns(-500), opened_ns=minute_ns(-499))
    (told,) = review(old)["trade_reviews"]
    assert (told["optimal_entry"], told["entry_quality"]) == (None, None)


def test_a_short_is_reviewed_mirrored() -> None:
    analysis = market(minutes_of([*quiet(80), 1002.9, 1000.0, 1000.0, 1000.0]))
    held = closed("1", "1.6", side=Side.SELL, initial_stop=D(1010), stop=D(1010), t1=D(988), exit_price="990")
    (told,) = result(consider, context(analysis, trades=(held,)))["trade_reviews"]
    assert (told["optimal_entry"], told["entry_quality"], told["optimal_exit"]) == ("1003", "poor", "984")


def test_lessons_name_the_trade_and_become_goals() -> None:
    told = review(
        closed("-1.3", "0.2", trade_id="T7", exit_reason=ExitReason.STOP, exit_price="987"),
        closed("0.4", "0.9", trade_id="T8"),
    )
    assert told["lessons_learned"] == [
        "T7 BTCUSDT: lost 1.3000 R, 1 R was planned",
        "T8 BTCUSDT: kept 0.4000 R of 0.9000 R",
    ]
    assert told["improvement_goals"] == ["look into slippage at the stop", "trail more closely after T1"]
    assert told["trade_reviews"][0]["lessons"] == told["lessons_learned"][:1]


def test_open_and_unfilled_trades_are_observed_not_judged() -> None:
    missed = trade(trade_id="T2", state=TradeState.NOT_ENTERED, entered_quantity=D(0), entry_notional=D(0))
    told = review(trade(), missed)
    assert told["stats"]["trades_taken"] == 0
    assert "entry orders not filled: 1" in told["key_observations"]
    assert "T1 BTCUSDT is still open: its result is not known" in told["key_observations"]


def seen(*closes: float, read: str | None, minutes: int = 60) -> dict[str, Any]:
    """The environment of a session whose closes these are, when monitoring had read it as `read`."""
    analysis = market(minutes_of([*quiet(60), *closes]))
    reports = {"monitoring": {"market_status": {SYMBOL: {"environment": read}}}}
    ctx = context(analysis, reports=reports if read else {}, minutes_elapsed=minutes)
    told: dict[str, Any] = result(consider, ctx)["environment_classification"]
    return told


def test_a_session_that_went_one_way_was_trending() -> None:
    rising = [1000.0 + i for i in range(60)]
    told = seen(*rising, read="trending")
    assert told == {"actual": {SYMBOL: "trending"}, "predicted": {SYMBOL: "trending"}, "accuracy": "1.0000"}
    assert seen(*rising, read="ranging")["accuracy"] == "0.0000"


def test_a_session_that_came_back_was_ranging() -> None:
    there_and_back = [1000.0 + 30 - abs(i - 30) for i in range(60)]
    assert seen(*there_and_back, read="ranging")["actual"] == {SYMBOL: "ranging"}


def test_what_was_not_read_or_is_too_short_is_not_scored() -> None:
    assert seen(*quiet(60), read=None)["accuracy"] is None
    short = seen(*quiet(60), read="ranging", minutes=59)
    assert (short["actual"], short["accuracy"]) == ({SYMBOL: None}, None)


def test_efficiency_uses_exact_decimals() -> None:
    told = review(closed("1", "3"))
    assert Decimal(told["execution_efficiency"]) == D("0.3333")


@pytest.mark.parametrize(("minutes", "word"), [(672, "choppy"), (603, "ranging"), (729, "trending")])
def test_environment_in_hindsight_on_market_data(minutes: int, word: str) -> None:
    analysis = market(demo_bars()[:minutes])
    told = result(consider, context(analysis, minutes_elapsed=120))
    assert told["environment_classification"]["actual"] == {SYMBOL: word}
    changes = {"choppy": 3, "ranging": 2, "trending": 3}
    assert analysis.trend.changes == changes[word]  # three changes in the window are choppy


def test_half_of_the_range_is_trending() -> None:
    flat = market([*minutes_of(quiet(60)), *(bar(60 + i, 1005, 1010, 1000, 1005) for i in range(60))])
    assert result(consider, context(flat))["environment_classification"]["actual"] == {SYMBOL: "ranging"}
    half = market(
        [
            *minutes_of(quiet(60)),
            *(bar(60 + i, 1005, 1010, 1000, 1005) for i in range(59)),
            bar(119, 1005, 1010, 1000, 1010),
        ]
    )
    assert result(consider, context(half))["environment_classification"]["actual"] == {SYMBOL: "trending"}


def test_boundaries_of_single_trades() -> None:
    assert review(closed("-1", "0.5"))["lessons_learned"] == []
    assert review(closed("0.5", "1"))["lessons_learned"] == []
    assert review(closed("0.4999", "1"))["lessons_learned"] == ["T1 BTCUSDT: kept 0.4999 R of 1.0000 R"]
    assert review(closed("0.0999", "1"))["lessons_learned"] == []
    assert review(closed("0.1", "1"))["lessons_learned"] != []
    assert review(closed("-0.1", "0"))["stats"]["losers"] == 1
    assert review(closed("-0.0999", "0"))["stats"]["losers"] == 0
    (told,) = review(closed("1", "1", score=70.0))["trade_reviews"]
    assert told["was_valid_setup"] is True


def test_a_trade_by_hand_has_no_setup_to_judge() -> None:
    told = review(replace(closed("1", "1", score=0.0), setup_kind="MANUAL"))
    assert told["trade_reviews"][0]["was_valid_setup"] is None
    assert told["rule_compliance"]["valid_setup"] is True
    assert review(closed("1", "1", score=0.0))["rule_compliance"]["valid_setup"] is False


def test_late_entries_become_lessons_beyond_a_quarter_of_r() -> None:
    assert entered_at("1000", 997.5)["lessons"] == []
    assert entered_at("1000", 997.4)["lessons"] == ["T1 BTCUSDT: entered 0.2600 R after the best price"]


def test_only_the_minutes_of_the_entry_order_count() -> None:
    """The best price before the plan, or after the fill's minute, was not to be had."""
    closes = [*quiet(80), 990.1, 1000.0, 1000.0, 1000.0, 990.1]
    analysis = market(minutes_of(closes))
    held = closed("1", "1", planned_ns=minute_ns(82), opened_ns=minute_ns(82) + 30_000_000_000)
    (told,) = result(consider, context(analysis, trades=(held,)))["trade_reviews"]
    assert told["optimal_entry"] == "999.9"


def test_contracts_of_another_size() -> None:
    held = closed(
        "1",
        "1.6",
        contract_size=D("0.1"),
        entry_notional=D(100),
        exit_notional=D("101.2"),
        exit_price="101.2",
    )
    (told,) = review(held)["trade_reviews"]
    assert (told["actual_entry"], told["actual_exit"], told["optimal_exit"]) == ("1000", "1012", "1016")


def test_twenty_trades_are_enough_to_judge() -> None:
    many = [closed("1", "1", trade_id=f"T{i}", opened_ns=i * 2 + 1, closed_ns=i * 2 + 2) for i in range(20)]
    assert not any("judgement" in line for line in review(*many)["key_observations"])
    assert any("judgement" in line for line in review(*many[:19])["key_observations"])


def test_filled_trades_are_not_told_as_unfilled() -> None:
    assert not any("not filled" in line for line in review(closed("1", "1"))["key_observations"])


def test_breakeven_at_one_r_is_a_rule_of_the_policy_that_has_it() -> None:
    stopped = closed("-1", "1.1", exit_price="990", exit_reason=ExitReason.STOP)
    for policy, broken in (("ytc", True), ("percent", False)):
        told = review(stopped, management=replace(RULES, policy=policy))
        assert any("stopped out after" in lesson for lesson in told["lessons_learned"]) is broken


def test_the_structure_of_the_session_is_told_and_bounded() -> None:
    analysis = market(demo_bars()[:3999])
    told = review_of(analysis, symbols=(SYMBOL,))["market_structure"][SYMBOL]
    assert told["left_out"] >= 0
    assert {level["behaviour"] for level in told["levels"]} <= {"held", "broke", "false break", "not reached"}
    assert [swing["letter"] for swing in told["swings"]][:3] == ["A", "B", "C"]
    assert [each["at_ns"] for each in told["sequences"]] == sorted(
        each["at_ns"] for each in told["sequences"]
    )
    crowd = tuple(f"S{number}USDT" for number in range(60))
    shares = review_of(analysis, symbols=crowd, analysis=dict.fromkeys(crowd, analysis))["market_structure"]
    assert {(len(each["levels"]), len(each["swings"])) for each in shares.values()} == {(1, 2)}
    young = market(demo_bars()[:2])
    assert review_of(young, symbols=(SYMBOL,), minutes_elapsed=1)["market_structure"] == {SYMBOL: None}


def review_of(of: Any, **changes: Any) -> dict[str, Any]:
    return result(consider, context(of, **{"minutes_elapsed": 400, **changes}))
