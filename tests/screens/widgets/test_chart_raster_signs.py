"""What is drawn beside candles, zones and lines: legs, news, the last price, exits, cursors, the legend."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.screens.widgets.chart_views import NINE_NS, candle, small_view
from ytc_tui.model.market import NS_PER_MIN, Side
from ytc_tui.model.structure import ZoneRole
from ytc_tui.screens.widgets.chart_raster import Raster, rasterise
from ytc_tui.screens.widgets.chart_raster_canvas import Ground, Ink
from ytc_tui.screens.widgets.chart_raster_glyphs import ASCII, UNICODE, Glyphs
from ytc_tui.screens.widgets.chart_raster_layout import Viewport
from ytc_tui.views.chart import (
    ChartLeg,
    ChartLine,
    ChartMark,
    ChartNews,
    ChartView,
    ChartZone,
    LineKind,
    MarkKind,
)

PORT = Viewport(50, 14)


def at(minute: float) -> int:
    return NINE_NS + int(minute * NS_PER_MIN)


def cells(raster: Raster, ink: Ink) -> list[tuple[int, int, str]]:
    """Every cell below the title in an ink: column, row, character."""
    return [
        (x, y, char)
        for y, row in enumerate(raster.rows)
        for x, (char, cell) in enumerate(
            zip(row.text, (run.ink for run in row.runs() for _ in run.text), strict=True)
        )
        if y and cell is ink
    ]


def falling() -> ChartView:
    """Twelve candles that fall by ten each."""
    candles = tuple(
        candle(place, 200 - 10 * place, 201 - 10 * place, 189 - 10 * place, 190 - 10 * place)
        for place in range(12)
    )
    return small_view(candles)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_a_leg_is_strokes_in_its_direction_where_nothing_else_stands(glyphs: Glyphs) -> None:
    leg = ChartLeg(at(1), 191.0, at(10), 89.0)
    port = replace(PORT, ascii_only=glyphs is ASCII)
    raster = rasterise(replace(falling(), legs=(leg,)), port)
    strokes = cells(raster, Ink.LEG)
    assert len(strokes) >= 8
    assert {char for _, _, char in strokes} == {glyphs.leg_down}
    assert [y for _, y, _ in strokes] == sorted(y for _, y, _ in strokes)
    assert [x for x, _, _ in strokes] == sorted(x for x, _, _ in strokes)
    before = rasterise(falling(), port)
    for x, y, _ in strokes:
        assert before.rows[y].text[x] in (" ", glyphs.price)
    up = replace(falling(), legs=(leg._replace(from_price=89.0, to_price=191.0),))
    assert {char for _, _, char in cells(rasterise(up, port), Ink.LEG)} == {glyphs.leg_up}


def test_a_leg_that_began_before_the_page_is_drawn_from_its_edge() -> None:
    leg = ChartLeg(at(0), 200.0, at(10), 89.0)
    raster = rasterise(replace(falling(), legs=(leg,)), replace(PORT, width=30, zoom=0))
    assert raster.first > 0
    assert cells(raster, Ink.LEG)
    gone = rasterise(replace(falling(), legs=(leg._replace(to_ns=at(1)),)), replace(PORT, width=30, zoom=0))
    assert not cells(gone, Ink.LEG)


def test_minutes_without_entries_are_shaded_and_lettered() -> None:
    news = (ChartNews(at(2), at(5), True, "USD CPI"), ChartNews(at(7), at(8.5), False, "USD Sales"))
    raster = rasterise(replace(falling(), news=news), PORT)
    page = raster.page
    assert page is not None
    letters = cells(raster, Ink.NEWS)
    assert {(x, char) for x, y, char in letters if y == 1} == {
        *((x, "N") for x in range(page.column(2), page.column(4) + 1)),
        *((x, "n") for x in range(page.column(7), page.column(8) + 1)),
    }
    for y in range(1, 13):
        grounds = [run.ground for run in raster.rows[y].runs() for _ in run.text]
        shaded = [x for x, ground in enumerate(grounds) if ground is Ground.NEWS_COLUMNS]
        assert shaded == list(range(page.column(2), page.column(4) + 1))


@pytest.mark.parametrize(("begin", "end"), [(-9, -1), (12, 20), (-5, 0)])
def test_news_out_of_sight_is_not_drawn(begin: int, end: int) -> None:
    view = falling()
    drawn = rasterise(replace(view, news=(ChartNews(at(begin), at(end), True, "x"),)), PORT)
    assert drawn.rows == rasterise(view, PORT).rows


def test_news_over_a_hole_shades_the_candles_that_there_are() -> None:
    candles = (candle(0, 100, 101, 99, 100), candle(30, 100, 101, 99, 100), candle(31, 100, 101, 99, 100))
    view = small_view(candles, news=(ChartNews(at(10), at(31), True, "x"),))
    raster = rasterise(view, PORT)
    assert raster.page is not None
    grounds = [run.ground for run in raster.rows[3].runs() for _ in run.text]
    assert [x for x, ground in enumerate(grounds) if ground is Ground.NEWS_COLUMNS] == [raster.page.column(1)]


def test_the_last_price_runs_across_and_gives_way_to_everything() -> None:
    view = small_view(
        zones=(ChartZone(ZoneRole.SUPPORT, 106.0, 108.0, 4),),
        lines=(ChartLine(LineKind.STOP, 104.0, "stop"),),
    )
    row = next(row for row in rasterise(view, PORT).rows if "◄" in row.text)
    assert "┄┄┄┃┄" in row.text
    on_line = rasterise(replace(view, lines=(ChartLine(LineKind.STOP, 107.0, "stop"),)), PORT)
    assert not any("┄" in row.text for row in on_line.rows)
    past = replace(PORT, width=30, zoom=0, right_ns=at(7))
    away = rasterise(replace(falling(), last=500.0), past)
    assert away.stop == 8
    assert any("↑500.0" in row.text for row in away.rows)
    assert not any("┄" in row.text for row in away.rows)


def fills() -> ChartView:
    marks = (
        ChartMark(MarkKind.ENTRY, Side.SELL, at(1), 190.0, "T0001"),
        ChartMark(MarkKind.PARTIAL, Side.BUY, at(5), 150.0, "T0001"),
        ChartMark(MarkKind.EXIT, Side.BUY, at(8), 120.0, "T0001 target"),
    )
    return replace(falling(), marks=marks)


@pytest.mark.parametrize(
    ("ascii_only", "signs"), [(False, ("▼", "◇", "◆")), (True, ("S", "x", "X"))], ids=["unicode", "ascii"]
)
def test_entry_part_and_close_have_shapes_of_their_own(ascii_only: bool, signs: tuple[str, str, str]) -> None:
    raster = rasterise(fills(), Viewport(70, 14, ascii_only=ascii_only))
    assert raster.page is not None
    shown = {raster.rows[y].text[x]: x for ink in (Ink.BUY, Ink.SELL) for x, y, _ in cells(raster, ink)}
    assert shown == {sign: raster.page.column(place) for sign, place in zip(signs, (1, 5, 8), strict=True)}


def test_the_legend_names_what_is_there_as_far_as_there_is_room() -> None:
    assert "▼ entry  ◇ partial exit  ◆ exit" in rasterise(fills(), Viewport(70, 14)).rows[0].text
    assert rasterise(fills(), Viewport(34, 14)).rows[0].text.rstrip() == "BTCUSDT 1m  80.0    ▼ entry"
    assert "entry" not in rasterise(falling(), Viewport(70, 14)).rows[0].text


def test_what_happened_is_told_on_the_title_line_or_below_it() -> None:
    wide = rasterise(fills(), Viewport(120, 14, cursor_ns=at(8)))
    assert wide.rows[0].text.rstrip().endswith("v 4k  exit T0001 target: bought 120.0")
    narrow = rasterise(fills(), Viewport(60, 14, cursor_ns=at(8)))
    assert narrow.rows[1].text.startswith("exit T0001 target: bought 120.0")
    both = replace(fills(), news=(ChartNews(at(7), at(9), True, "USD CPI"),))
    told = rasterise(both, Viewport(80, 14, cursor_ns=at(8)))
    assert told.rows[1].text.startswith("exit T0001 target: bought 120.0  no entries: USD CPI")


@pytest.mark.parametrize(
    ("volume", "text"),
    [(0.0, "0"), (12.34, "12.3"), (999.6, "1k"), (85_700.0, "85.7k"), (4.2e6, "4.2M"), (float("nan"), "?")],
)
def test_volume_has_three_figures(volume: float, text: str) -> None:
    candles = (candle(1, 100, 101, 99, 100), candle(2, 100, 101, 99, 100)._replace(volume=volume))
    raster = rasterise(small_view(candles), Viewport(70, 14, cursor_ns=at(2)))
    assert raster.rows[0].text.rstrip().endswith(f" v {text}")


@pytest.mark.parametrize("width", range(1, 60))
def test_a_value_is_told_whole_or_not_at_all(width: int) -> None:
    whole = rasterise(small_view(), Viewport(100, 14, cursor_ns=at(3))).rows[0].text.split()
    told = rasterise(small_view(), Viewport(width, 14, cursor_ns=at(3))).rows[0].text.split()
    assert len(told) < 3 or set(told) <= set(whole)


def test_data_without_volume_have_none_that_is_known() -> None:
    candles = tuple(each._replace(volume=0.0) for each in small_view().candles)
    raster = rasterise(small_view(candles), Viewport(70, 14, cursor_ns=at(2)))
    assert raster.rows[0].text.rstrip().endswith(" v ?")


def test_the_price_cursor_stands_at_its_row_and_others_make_way() -> None:
    view = small_view(
        lines=(ChartLine(LineKind.STOP, 103.1, "stop"), ChartLine(LineKind.ENTRY, 103.4, "entry"))
    )
    raster = rasterise(view, Viewport(60, 16, price=103.0))
    [y] = {y for _, y, char in cells(raster, Ink.CURSOR) if char == "┉"}
    assert "►103.0" in raster.rows[y].text
    text = "\n".join(row.text for row in raster.rows)
    assert "103.1 stop" in text
    assert "103.4 entry" in text


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_no_meaning_rests_on_colour(glyphs: Glyphs) -> None:
    lines = (glyphs.dash, glyphs.dot, glyphs.own, glyphs.price, glyphs.level, glyphs.cursor)
    marks = (glyphs.buy, glyphs.sell, glyphs.partial, glyphs.closed, glyphs.blackout, glyphs.restricted)
    legs = (glyphs.leg_up, glyphs.leg_down)
    assert len({*lines, *marks, *legs}) == len(lines) + len(marks) + len(legs)
