from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.agents.builders import RULES, SYMBOL, D, context, market, minute_ns, quiet, result, trade
from tests.analysis.series import bar, minutes_of
from ytc_tui.agents.base import open_trade
from ytc_tui.agents.exit_execution import consider
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S, Side
from ytc_tui.model.news import Calendar, Impact, News, NewsEvent, NewsRules
from ytc_tui.model.trades import Trade, TradeState

WARM = 90  # quiet minutes before the entry; a multiple of three, so bar 92 closes the next 3-minute bar


def after(*closes: float) -> SymbolAnalysis:
    """Quiet minutes around 1000, then a minute to each close; the entry is at the open of the first."""
    return market(minutes_of([*quiet(WARM), *closes]))


ENTERED: dict[str, Any] = {"opened_ns": minute_ns(WARM), "planned_ns": minute_ns(WARM - 1)}


def closes_of(analysis: SymbolAnalysis, held: Trade | None = None, **changes: Any) -> list[tuple[str, str]]:
    ctx = context(analysis, trades=(held or trade(**ENTERED),), **changes)
    told = result(consider, ctx)
    return [(one["exit_reason"], one["reason"]) for one in told["actions"]]


def test_bars_count_from_the_first_that_began_after_the_entry() -> None:
    analysis = after(*quiet(6))
    for late_ns, bars in ((0, 6), (1, 5), (5 * NS_PER_MIN, 1), (6 * NS_PER_MIN, 0)):
        held = trade(opened_ns=minute_ns(WARM) + late_ns)
        assert open_trade(context(analysis), held).bars(14) == bars
    assert open_trade(context(analysis), trade(**ENTERED)).bars(4) == 4


# -- scratch: a wide counter bar ----------------------------------------------------------------


def test_a_wide_counter_bar_with_65_percent_of_the_risk_lost_scratches() -> None:
    assert closes_of(after(1000, 1000, 1000, 1000, 993.5)) == [
        ("scratch", "counter bar of 1.5 ATR or more, at -0.6500 R")
    ]
    assert closes_of(after(1000, 1000, 1000, 1000, 993.6)) == []


def test_the_same_loss_in_a_bar_that_is_not_wide_waits() -> None:
    analysis = after(1000, 997, 995, 994, 993.5)
    atr, bar = analysis.atr_ltf, analysis.last
    assert atr is not None
    assert bar is not None
    assert bar.high - bar.low < 1.5 * atr
    assert closes_of(analysis) == []
    narrow = replace(RULES, scratch_bar_atr=D(repr(bar.high - bar.low)) / D(repr(atr)) - D("0.0001"))
    assert [reason for reason, _ in closes_of(analysis, management=narrow)] == ["scratch"]


def test_a_wide_bar_with_the_trade_or_without_direction_is_no_counter_bar() -> None:
    assert closes_of(after(1000, 1000, 1000, 980, 993.5)) == []
    doji = after(1000, 1000, 1000, 1000)
    doji.on_minute(bar(WARM + 4, 993.5, 1002.0, 993.0, 993.5))
    assert closes_of(doji) == []


def test_never_before_the_least_number_of_bars() -> None:
    early = after(1000, 1000, 992)  # the third bar also closes a 3-minute bar against the trade
    assert closes_of(early) == []
    assert closes_of(early, management=replace(RULES, scratch_min_bars=3)) != []


def test_a_short_mirrors_it() -> None:
    short = trade(Side.SELL, **ENTERED)
    assert [one for one, _ in closes_of(after(1000, 1000, 1000, 1000, 1006.5), short)] == ["scratch"]
    assert closes_of(after(1000, 1000, 1000, 1000, 1006.4), short) == []
    assert closes_of(after(1000, 1000, 1000, 1000, 993.5), short) == []


# -- scratch: the 3-minute close ----------------------------------------------------------------


def test_a_3_minute_bar_closing_against_the_trade_past_half_the_risk_scratches() -> None:
    past = after(1000, 1000, 1000, 998, 996, 994.9)
    assert closes_of(past) == [("scratch", "3-minute bar closed against the trade, at -0.5100 R")]
    assert closes_of(after(1000, 1000, 1000, 998, 996, 995)) == []


def test_a_3_minute_bar_counts_only_when_it_closes_with_this_minute() -> None:
    assert closes_of(after(1000, 1000, 1000, 998, 996, 994.9, 995.5)) == []


def test_a_3_minute_bar_with_the_trade_does_not_scratch() -> None:
    assert closes_of(after(1000, 997, 994, 994, 994, 994.5)) == []


def test_the_share_for_the_3_minute_close_is_a_rule() -> None:
    strict = replace(RULES, scratch_ttf_risk_lost=D("0.49"))
    assert closes_of(after(1000, 1000, 1000, 998, 996, 995), management=strict) != []


# -- scratch: no progress -----------------------------------------------------------------------


def idle(bars: int, price: float) -> SymbolAnalysis:
    return after(*[price] * bars)


def test_eight_bars_without_progress_scratch() -> None:
    assert closes_of(idle(7, 1001.0)) == []
    assert closes_of(idle(8, 1001.0)) == [("scratch", "no progress after 8 bars, at 0.1000 R")]


def test_progress_of_three_tenths_of_r_extends_to_fourteen() -> None:
    far: dict[str, Any] = {"t1": D(1100), **ENTERED}
    assert [one for one, _ in closes_of(idle(8, 1002.9), trade(**far))] == ["scratch"]
    assert closes_of(idle(8, 1003.0), trade(**far)) == []
    assert closes_of(idle(13, 1003.0), trade(**far)) == []
    assert closes_of(idle(14, 1003.0), trade(**far)) == [
        ("scratch", "not secured after 14 bars, at 0.3000 R")
    ]


def test_forty_percent_of_the_way_to_t1_extends_as_well() -> None:
    near: dict[str, Any] = {"t1": D(1005), **ENTERED}
    assert closes_of(idle(8, 1002.0), trade(**near)) == []
    assert [one for one, _ in closes_of(idle(8, 1001.9), trade(**near))] == ["scratch"]
    slow = replace(RULES, scratch_t1_progress=D("0.5"))
    assert [one for one, _ in closes_of(idle(8, 1002.0), trade(**near), management=slow)] == ["scratch"]


def test_the_least_number_of_bars_may_be_longer_than_the_extended_one() -> None:
    patient = replace(RULES, scratch_min_bars=20)
    assert closes_of(idle(19, 1001.0), management=patient) == []
    assert [one for one, _ in closes_of(idle(20, 1001.0), management=patient)] == ["scratch"]


def test_a_target_at_the_entry_is_no_way_to_go() -> None:
    assert closes_of(idle(8, 1000.0), trade(t1=D(1000), **ENTERED)) != []


def test_a_trade_whose_stop_is_at_breakeven_is_not_scratched() -> None:
    assert closes_of(idle(14, 1002.0), trade(stop=D(1000), **ENTERED)) == []
    assert closes_of(idle(14, 1002.0), trade(stop=D("999.9"), **ENTERED)) != []


def test_a_breakeven_stop_proposed_this_minute_counts() -> None:
    def reports(price: str) -> dict[str, Any]:
        return {"trade_management": {"actions": [{"trade_id": "T1", "price": price}]}}

    assert closes_of(idle(8, 1002.0), reports=reports("1001.0")) == []
    assert closes_of(idle(8, 1002.0), reports=reports("995")) != []


# -- time and session ---------------------------------------------------------------------------


def at_age(seconds: int, mark: float) -> list[tuple[str, str]]:
    analysis = after(*quiet(6))
    held = trade(stop=D(1001), opened_ns=analysis.now_ns - seconds * NS_PER_S)
    return closes_of(analysis, held, marks={SYMBOL: mark})


def test_two_hours_and_less_than_half_an_r_is_time() -> None:
    assert at_age(7199, 1004.9) == []
    assert at_age(7200, 1004.9) == [("time", "0.4900 R after 120 min")]
    assert at_age(7200, 1005.0) == []
    assert at_age(7200, 995.1) == [("time", "-0.4900 R after 120 min")]
    assert at_age(7200, 995.0) == []


def test_four_hours_are_enough_for_any_trade() -> None:
    assert at_age(14_399, 1020.0) == []
    assert at_age(14_400, 1020.0) == [("time", "open for 240 min")]
    assert at_age(14_400, 1001.0) == [("time", "open for 240 min")]


@pytest.mark.parametrize("policy", ["ytc", "percent"])
def test_time_exits_hold_under_every_policy(policy: str) -> None:
    analysis = after(*quiet(6))
    held = trade(stop=D(1001), opened_ns=analysis.now_ns - 7200 * NS_PER_S)
    rules = replace(RULES, policy=policy)
    assert [one for one, _ in closes_of(analysis, held, marks={SYMBOL: 1001.0}, management=rules)] == ["time"]


def test_under_percent_nothing_is_scratched() -> None:
    assert closes_of(idle(20, 1000.0), management=replace(RULES, policy="percent")) == []


def test_the_hard_end_closes_everything() -> None:
    analysis = after(*quiet(2))
    end = analysis.now_ns
    assert closes_of(analysis, session_ends_ns=end + 1) == []
    assert closes_of(analysis, session_ends_ns=end) == [("session_end", "the session's hard end is reached")]
    assert closes_of(analysis, session_ends_ns=end, marks={}) != []


# -- what is left alone -------------------------------------------------------------------------


def test_without_a_price_nothing_is_judged() -> None:
    told = result(consider, context(idle(20, 990.0), trades=(trade(**ENTERED),), marks={}))
    assert told["actions"] == []
    assert told["held"] == {"T1": {"r": None, "bars": 14}}


def test_held_trades_are_told_with_r_and_bars() -> None:
    told = result(consider, context(idle(5, 1004.0), trades=(trade(**ENTERED),)))
    assert told == {"actions": [], "held": {"T1": {"r": "0.4000", "bars": 5}}}


def test_ended_trades_are_not_looked_at() -> None:
    told = result(consider, context(idle(20, 990.0), trades=(trade(state=TradeState.SCRATCHED, **ENTERED),)))
    assert told == {"actions": [], "held": {}}


@pytest.mark.parametrize("state", [TradeState.CLOSING, TradeState.CLOSE_FAILED])
def test_a_close_that_is_not_complete_is_asked_for_again(state: TradeState) -> None:
    assert closes_of(idle(2, 1000.0), trade(state=state, **ENTERED)) == [
        ("signal", "its close is not complete")
    ]


# -- news -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minute", "impact", "rules", "closes"),
    [
        (10, Impact.HIGH, NewsRules(flat_before=True), [("news", "flat before news: USD CPI")]),
        (15, Impact.HIGH, NewsRules(flat_before=True), [("news", "flat before news: USD CPI")]),
        (16, Impact.HIGH, NewsRules(flat_before=True), []),
        (0, Impact.HIGH, NewsRules(flat_before=True), []),  # it is out: the trade is held
        (5, Impact.MEDIUM, NewsRules(flat_before=True), []),
        (10, Impact.HIGH, NewsRules(), []),
        (10, Impact.HIGH, NewsRules(acts=False, flat_before=True), []),
    ],
)
def test_nothing_is_held_into_high_impact_news_where_that_is_set(
    minute: int, impact: Impact, rules: NewsRules, closes: list[tuple[str, str]]
) -> None:
    analysis = after(1000, 1000.5)
    event = NewsEvent(analysis.now_ns + minute * NS_PER_MIN, "USD", impact, "CPI")
    news = News(Calendar((event,), "mine.csv", "d"), rules)
    assert closes_of(analysis, news=news) == closes
