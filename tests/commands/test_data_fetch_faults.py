"""`ytc data fetch` against a venue that fails, repeats itself, leaves bars out or sends nonsense."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from tests.adapters.feeds.samples import demo_rows
from tests.adapters.feeds.venue_server import HTML, Fault, Venue, answer, changed_row, cut, kline
from tests.commands.fetches import Fetcher, data, rows_in
from ytc_tui.adapters.feeds.fetching import ATTEMPTS
from ytc_tui.commands import data_check
from ytc_tui.errors import DataInvalid, VenueRefused, VenueRetryable

PASSING: list[tuple[str, Fault, list[float]]] = [
    ("429", answer(429, '{"code":-1003,"msg":"Too many requests."}', Retry_After="17"), [17.0]),
    ("418", answer(418, '{"code":-1003,"msg":"Way too many requests."}', Retry_After="2"), [2.0]),
    ("502", answer(502, HTML), [1.0]),
    ("503", answer(503, ""), [1.0]),
    ("cut", cut, [1.0]),
    ("html", answer(200, HTML), [1.0]),
    ("torn", answer(200, '[[1667260800000,"20490.1"'), [1.0]),
    ("object", answer(200, "{}"), []),
    ("repeated", lambda venue, page: [row for row in page if row[0] < 0] or _first_page(venue), [1.0]),
    ("empty", lambda venue, page: [], []),
]


def _first_page(venue: Venue) -> list[Any]:
    return [kline(row) for row in venue.rows[:500]]


@pytest.mark.parametrize(("fault", "pauses"), [row[1:] for row in PASSING], ids=[row[0] for row in PASSING])
def test_what_passes_is_asked_for_again(fetcher: Fetcher, fault: Fault, pauses: list[float]) -> None:
    got = data(fetcher.fetch(None, fault))
    assert rows_in(fetcher.file) == list(demo_rows()[:1_250])
    assert fetcher.pauses == pauses
    assert (got["asked_again"], got["gaps"]) == (1, [])


def test_a_venue_that_hangs_is_asked_again(fetcher: Fetcher) -> None:
    fetcher.venue.hold_from = 1
    with pytest.raises(VenueRetryable, match=r"gave up after 6 tries: .*TimeoutError"):
        fetcher.fetch(timeout_ms=20)
    assert fetcher.pauses == [1.0, 2.0, 4.0, 8.0, 16.0]
    fetcher.venue.hold_from = None
    fetcher.fetch()
    assert rows_in(fetcher.file) == list(demo_rows()[:1_250])


def test_what_does_not_pass_ends_it_and_the_next_call_goes_on(
    fetcher: Fetcher, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(VenueRetryable, match=r"bars from 2022-11-01 08:20 UTC: gave up after 6 tries: .*502"):
        fetcher.fetch(None, *[answer(502, HTML)] * ATTEMPTS)
    assert "try 2 of 6 in 1 s" in capsys.readouterr().err
    assert not fetcher.file.exists()
    fetcher.venue.asked.clear()
    got = data(fetcher.fetch())
    assert "500 bars" in capsys.readouterr().err
    assert (got["resumed"], got["stored"]) == (500, 750)
    assert fetcher.venue.asked == [demo_rows()[at][0] for at in (500, 1_000)]
    assert rows_in(fetcher.file) == list(demo_rows()[:1_250])


def test_a_pause_beyond_patience_is_said(fetcher: Fetcher) -> None:
    with pytest.raises(VenueRetryable, match="the venue wants 7200 s without a request"):
        fetcher.fetch(answer(418, "{}", Retry_After="7200"))
    assert fetcher.pauses == []


def test_a_refusal_is_not_asked_again(fetcher: Fetcher) -> None:
    with pytest.raises(VenueRefused, match="451"):
        fetcher.fetch(answer(451, '{"code":0,"msg":"Service unavailable from a restricted location"}'))
    with pytest.raises(VenueRefused, match="Invalid interval"):
        fetcher.fetch(answer(400, '{"code":-1120,"msg":"Invalid interval."}'))
    assert fetcher.pauses == []
    assert list(fetcher.folder.iterdir()) == []


def test_a_listing_that_is_no_listing_is_asked_for_again(fetcher: Fetcher) -> None:
    fetcher.venue.listing_faults = [
        web.Response(text=HTML),
        web.Response(status=500),
        web.json_response({"symbols": []}),
    ]
    assert data(fetcher.fetch())["bars"] == 1_250
    assert fetcher.pauses == [1.0, 2.0, 4.0]


def test_a_hole_is_told_and_never_filled(fetcher: Fetcher) -> None:
    fetcher.venue.rows = [
        row for at, row in enumerate(demo_rows()[:3_000]) if at not in (7, *range(999, 1_150))
    ]
    got = data(fetcher.fetch())
    assert got["gaps"] == [
        {"from": "2022-11-01 00:07", "to": "2022-11-01 00:08", "minutes": 1},
        {"from": "2022-11-01 16:39", "to": "2022-11-01 19:10", "minutes": 151},
    ]
    assert got["bars"] == 1_250 - 152
    assert data_check.check(str(fetcher.file)).missing_minutes == 152


def test_a_long_hole_and_both_edges_are_gaps(fetcher: Fetcher) -> None:
    fetcher.venue.rows = demo_rows()[1_100:1_200]
    got = data(fetcher.fetch(first=100))
    assert [gap["minutes"] for gap in got["gaps"]] == [1_000, 50]
    assert got["bars"] == 100


def test_no_bar_at_all_leaves_no_file(fetcher: Fetcher) -> None:
    fetcher.venue.rows = []
    with pytest.raises(DataInvalid, match="the venue has no bar of BTCUSDT in 2022-11-01 00:00"):
        fetcher.fetch()
    assert list(fetcher.folder.iterdir()) == []


def test_bars_that_overlap_are_kept_once(fetcher: Fetcher) -> None:
    def from_before(venue: Venue, page: list[Any]) -> list[Any]:
        return _first_page(venue)[400:] + page

    got = data(fetcher.fetch(None, from_before))
    assert (got["repeated"], got["bars"]) == (100, 1_250)
    assert rows_in(fetcher.file) == list(demo_rows()[:1_250])


def test_a_row_that_is_no_bar_is_refused_and_what_came_before_is_kept(fetcher: Fetcher) -> None:
    with pytest.raises(DataInvalid, match="page from 2022-11-01 08:20 UTC, row 4 of 500: price zero"):
        fetcher.fetch(None, changed_row(3, 1, "-5"))
    assert data(fetcher.fetch())["resumed"] == 500
    assert rows_in(fetcher.file) == list(demo_rows()[:1_250])
