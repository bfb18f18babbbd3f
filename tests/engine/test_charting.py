"""The two views of a chart: what each holds, when the past grows, and what trades and news put on it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from tests.analysis.series import random_walk
from tests.engine.situations import SYMBOL, fill, long_entry, settle, trading
from tests.engine.test_order_answers import entered
from tests.sim.tape import on_day
from ytc_tui.adapters.transports.frames import frame_from, frame_text
from ytc_tui.client import Frame
from ytc_tui.engine.charting import PAST_STEP, Charts
from ytc_tui.engine.ports import Minute
from ytc_tui.engine.situation import Situation
from ytc_tui.model.market import NS_PER_MIN, Bar, Side
from ytc_tui.model.news import Calendar, Impact, News, NewsEvent
from ytc_tui.views.catalog import chart_name, past_name
from ytc_tui.views.chart import ChartMark, ChartNews, ChartPast, ChartView, MarkKind, with_past

D = Decimal
TIMEFRAMES = (1, 3, 30)


@pytest.fixture
def sit(tmp_path: Path) -> Situation:
    return trading(tmp_path)


def minutes_until(until_ns: int, count: int) -> list[Bar]:
    walk = random_walk(5, count)
    return [bar._replace(open_ns=until_ns - (count - place) * NS_PER_MIN) for place, bar in enumerate(walk)]


def feed(sit: Situation, bars: list[Bar]) -> None:
    for bar in bars:
        sit.market.begin_minute(Minute(bar.open_ns, (bar,)))
        sit.market.close_minute(Minute(bar.open_ns, (bar,)))
        sit.at_ns = bar.open_ns + NS_PER_MIN


def both(charts: Charts, sit: Situation, minutes: int) -> tuple[ChartView, ChartPast]:
    view, past = charts.chart(sit, SYMBOL, minutes), charts.past(sit, SYMBOL, minutes)
    assert view is not None and past is not None
    return view, past


def test_at_every_minute_both_views_together_hold_each_candle_once(sit: Situation) -> None:
    charts, given = Charts(), minutes_until(on_day("12:40"), 130)
    for place, bar in enumerate(given):
        feed(sit, [bar])
        view, past = both(charts, sit, 1)
        whole = with_past(view, past)
        assert whole is not None
        assert [candle.open_ns for candle in whole.candles] == [each.open_ns for each in given[: place + 1]]
        assert whole.candles[-1] == tuple(bar)[1:]
        assert len(view.candles) <= PAST_STEP
    for minutes in TIMEFRAMES:
        whole = with_past(*both(charts, sit, minutes))
        assert whole is not None
        opened = [candle.open_ns for candle in whole.candles]
        width_ns = minutes * NS_PER_MIN
        assert opened == sorted({bar.open_ns // width_ns * width_ns for bar in given})


def test_the_past_is_the_same_until_it_grows_by_a_step(sit: Situation) -> None:
    charts = Charts()
    feed(sit, minutes_until(on_day("12:40"), 60))
    _, before = both(charts, sit, 1)
    seen = [before]
    for bar in minutes_until(on_day("12:40") + 45 * NS_PER_MIN, 45):
        feed(sit, [bar])
        seen.append(both(charts, sit, 1)[1])
    distinct = [past for place, past in enumerate(seen) if place == 0 or past is not seen[place - 1]]
    grown = [len(past.candles) for past in distinct]
    assert all(after - earlier == PAST_STEP for earlier, after in pairwise(grown))
    assert len(grown) in (3, 4)


def test_swings_are_told_once_whichever_part_they_are_in(sit: Situation) -> None:
    charts = Charts()
    for bar in minutes_until(on_day("12:40"), 600):
        feed(sit, [bar])
        view, past = both(charts, sit, 1)
        shown = [*past.swings, *view.swings]
        known = [(swing.kind, swing.at_ns, swing.price) for swing in sit.market.analysis[SYMBOL].swings_ttf]
        assert len(set(shown)) == len(shown)
        assert set(known) <= set(shown)
        # What gave way to one further out is gone; what the analysis has forgotten stays for a while.
        assert all(swing[1] < known[0][1] for swing in set(shown) - set(known))
    assert len(known) > 20
    higher = with_past(*both(charts, sit, 30))
    assert higher is not None
    assert set(higher.swings) == {
        (swing.kind, swing.at_ns, swing.price) for swing in sit.market.analysis[SYMBOL].swings_htf
    }
    legs = [(start.at_ns, end.at_ns) for start, end in sit.market.analysis[SYMBOL].trend_legs]
    assert [(leg.from_ns, leg.to_ns) for leg in view.legs] == legs
    assert higher.legs == ()


def test_what_moves_with_a_price_is_small_and_both_parts_cross_the_door(sit: Situation) -> None:
    feed(sit, minutes_until(on_day("12:40"), 1_500))
    view, past = both(Charts(), sit, 1)
    live, old = (
        frame_text(Frame(1, 0, {name: part}))
        for name, part in ((chart_name(SYMBOL, 1), view), (past_name(SYMBOL, 1), past))
    )
    assert len(live) < 6_000
    assert len(old) < 70 * len(past.candles)
    assert frame_from(live).views == {chart_name(SYMBOL, 1): view}
    assert frame_from(old).views == {past_name(SYMBOL, 1): past}


@pytest.mark.parametrize(("symbol", "minutes"), [("XRPUSDT", 1), (SYMBOL, 7)])
def test_what_is_not_traded_or_no_timeframe_has_no_chart(sit: Situation, symbol: str, minutes: int) -> None:
    charts = Charts()
    assert charts.chart(sit, symbol, minutes) is None
    assert charts.past(sit, symbol, minutes) is None


def test_a_past_of_another_chart_is_left_out(sit: Situation) -> None:
    feed(sit, minutes_until(on_day("12:40"), 60))
    view, past = both(Charts(), sit, 1)
    assert with_past(view, replace(past, symbol="ETHUSDT")) is view
    assert with_past(view, replace(past, minutes=3)) is view
    assert with_past(view, None) is view
    assert with_past(None, past) is None


# ---- trades ------------------------------------------------------------------------------------------


def marks(sit: Situation) -> tuple[ChartMark, ...]:
    view = Charts().chart(sit, SYMBOL, 1)
    assert view is not None
    return view.marks


def test_entry_partial_exit_and_close_are_marks_of_their_own(sit: Situation) -> None:
    feed(sit, minutes_until(sit.at_ns, 30))
    long_entry(sit)
    assert marks(sit) == ()
    entered(sit)
    [entry] = marks(sit)
    assert (entry.kind, entry.side, entry.price, entry.note) == (
        MarkKind.ENTRY, Side.BUY, 20_050.0, "T0001"
    )  # fmt: skip
    target = next(record for record in sit.state.orders.values() if record.request.role == "target")
    opened_ns, sit.at_ns = sit.at_ns, sit.at_ns + NS_PER_MIN
    half = str(target.request.quantity)
    settle(sit, fill(half, "20260", 2, client_id=target.request.client_id, side=Side.SELL))
    assert marks(sit)[1:] == (
        ChartMark(MarkKind.PARTIAL, Side.SELL, opened_ns + NS_PER_MIN, 20_260.0, "T0001"),
    )
    sit.at_ns += NS_PER_MIN
    rest = str(sit.state.position(SYMBOL).quantity)
    settle(sit, fill(rest, "19950", 3, client_id="ystop", side=Side.SELL))
    assert [mark.kind for mark in marks(sit)] == [MarkKind.ENTRY, MarkKind.PARTIAL, MarkKind.EXIT]
    last = marks(sit)[-1]
    assert (last.at_ns, last.price) == (opened_ns + 2 * NS_PER_MIN, 19_950.0)
    assert last.note.startswith("T0001 ")


# ---- news --------------------------------------------------------------------------------------------


def test_news_windows_are_in_the_part_in_which_they_end(sit: Situation) -> None:
    feed(sit, minutes_until(on_day("12:40"), 120))
    view, past = both(Charts(), sit, 1)
    edge_ns = past.until_ns
    events = tuple(
        NewsEvent(at_ns, "USD", impact, title)
        for at_ns, impact, title in (
            (edge_ns - 60 * NS_PER_MIN, Impact.HIGH, "CPI"),
            (edge_ns + 2 * NS_PER_MIN, Impact.MEDIUM, "Sales"),
            (sit.at_ns + 300 * NS_PER_MIN, Impact.HIGH, "later"),
        )
    )
    sit.policy = replace(sit.policy, news=News(Calendar(events), sit.policy.news.rules))
    view, past = both(Charts(), sit, 1)
    rules = sit.policy.news.rules
    at_ns = edge_ns - 60 * NS_PER_MIN
    assert past.news == (ChartNews(at_ns - rules.before_ns, at_ns + rules.after_ns, True, "USD CPI"),)
    [told] = view.news
    assert (told.label, told.blackout) == ("USD Sales", False)
    off = replace(rules, acts=False)
    sit.policy = replace(sit.policy, news=News(Calendar(events), off))
    view, past = both(Charts(), sit, 1)
    assert view.news == past.news == ()
