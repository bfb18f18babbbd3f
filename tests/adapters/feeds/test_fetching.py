"""What a page of bars may hold, and where gaps are: pages as a real ccxt exchange hands them out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.adapters.feeds.samples import MIN_MS, START_MS, demo_rows
from tests.adapters.feeds.venue_server import RECORDED, kline
from ytc_tui.adapters.feeds.ccxt_bars import MARKETS, exchange_of
from ytc_tui.adapters.feeds.fetched_file import merged
from ytc_tui.adapters.feeds.fetching import Page, Stretch, gaps, sound_rows
from ytc_tui.errors import DataInvalid

Rows = list[list[Any]]


@pytest.fixture(scope="module")
def exchange() -> Iterator[Any]:
    made = exchange_of("binance", "um")
    yield made
    asyncio.run(made.close())


def page_of(exchange: Any, rows: list[Any]) -> Page:
    page = exchange.parse_ohlcvs(rows, {"linear": True}, "1m", START_MS, 500)
    assert isinstance(page, Page)
    return page


@pytest.mark.parametrize("path", ["/fapi/v1/klines", "/api/v3/klines"])
def test_recorded_bars_are_read_as_they_were_sent(exchange: Any, path: str) -> None:
    sent = RECORDED[path]
    expected = [(row[0], *map(float, row[1:6])) for row in sent]
    assert sound_rows(page_of(exchange, sent), sent[0][0]) == expected


def klines() -> Rows:
    return [kline(row) for row in demo_rows()[:50]]


def changed(row: int, column: int, value: Any) -> Callable[[Rows], list[Any]]:
    def change(rows: Rows) -> list[Any]:
        rows[row][column] = value
        return rows

    return change


def swapped(rows: Rows) -> Rows:
    rows[4], rows[5] = rows[5], rows[4]
    return rows


def doubled(rows: Rows) -> Rows:
    return [*rows[:5], [*rows[4][:4], rows[4][3], *rows[4][5:]], *rows[5:]]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (changed(3, 2, "abc"), "row 4 of 50: price or volume missing or not finite: .*high nan.*'abc'"),
        (changed(3, 2, None), "row 4 of 50: price or volume missing"),
        (changed(3, 1, "-5"), "row 4 of 50: price zero or negative: open -5"),
        (changed(3, 2, "1e400"), "row 4 of 50: price or volume missing or not finite"),
        (changed(3, 2, "1.0"), "row 4 of 50: high or low inconsistent"),
        (changed(3, 5, "-1"), "row 4 of 50: negative volume"),
        (changed(3, 0, "soon"), "row 4 of 50: no time in ms, us or ns"),
        (changed(3, 0, 2**70), "row 4 of 50: no time in ms, us or ns"),
        (changed(3, 0, START_MS + 1), "row 4 of 50: time not on the minute"),
        (lambda rows: [*rows[:3], {"t": 1}, *rows[4:]], "row 4 of 50: no time"),
        (lambda rows: [*rows[:3], rows[3][:3], *rows[4:]], "row 4 of 50: price or volume missing"),
        (swapped, "row 6 of 50: 2022-11-01 00:04 stands out of order"),
        (doubled, "row 6 of 51: a second, other bar of 2022-11-01 00:04"),
    ],
)
def test_a_row_that_is_no_bar_is_refused_with_its_place(
    exchange: Any, change: Callable[[Rows], list[Any]], said: str
) -> None:
    with pytest.raises(DataInvalid, match=f"page from 2022-11-01 00:00 UTC, {said}"):
        sound_rows(page_of(exchange, change(klines())), START_MS)


def test_the_newest_first_is_an_order_too_and_equal_rows_are_one(exchange: Any) -> None:
    rows = klines()
    assert sound_rows(page_of(exchange, rows[::-1]), START_MS) == list(demo_rows()[:50])
    assert sound_rows(page_of(exchange, [*rows, rows[-1]]), START_MS) == list(demo_rows()[:50])


def test_an_empty_page_has_no_row(exchange: Any) -> None:
    assert sound_rows(page_of(exchange, []), START_MS) == []


def test_the_exchange_keeps_its_rate_limiter_and_has_no_key(exchange: Any) -> None:
    assert exchange.enableRateLimit
    assert not exchange.apiKey


def test_every_market_has_an_exchange() -> None:
    for venue, markets in MARKETS.items():
        for market in markets:
            assert exchange_of(venue, market).has["fetchOHLCV"]


@given(st.sets(st.integers(0, 60)), st.integers(0, 60), st.integers(1, 60))
def test_gaps_and_bars_are_the_whole_range(minutes: set[int], first: int, length: int) -> None:
    times = [START_MS + minute * MIN_MS for minute in sorted(minutes)]
    wanted = Stretch(START_MS + first * MIN_MS, START_MS + (first + length) * MIN_MS)
    missing = {at for gap in gaps(times, wanted) for at in range(gap.from_ms, gap.to_ms, MIN_MS)}
    whole = set(range(wanted.from_ms, wanted.to_ms, MIN_MS))
    assert missing == whole - set(times)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 10))))
def test_merged_stretches_are_the_same_time_and_never_touch(pairs: list[tuple[int, int]]) -> None:
    given_ones = [Stretch(begin, begin + length) for begin, length in pairs]
    found = merged(given_ones)
    assert {at for one in found for at in range(*one)} == {at for one in given_ones for at in range(*one)}
    assert all(one.to_ms < two.from_ms for one, two in pairwise(found))
