"""A chart as text: what views made by hand look like."""

from __future__ import annotations

from dataclasses import replace

from tests.screens.widgets.chart_views import (
    NINE_NS,
    candle,
    long_view,
    small_candles,
    small_view,
    trade_view,
)
from ytc_tui.model.market import NS_PER_MIN, Side
from ytc_tui.model.structure import SwingKind, ZoneRole
from ytc_tui.screens.widgets.chart_raster import Raster, rasterise
from ytc_tui.screens.widgets.chart_raster_canvas import Ground, Ink
from ytc_tui.screens.widgets.chart_raster_layout import ZOOMS, Viewport, Zoom, layout_of
from ytc_tui.views.chart import (
    ChartLine,
    ChartMark,
    ChartSwing,
    ChartView,
    ChartZone,
    LineKind,
    MarkKind,
)


def text(raster: Raster) -> str:
    return "\n".join(row.text.rstrip() for row in raster.rows)


def inks(raster: Raster, y: int) -> list[Ink]:
    """The ink of every cell of a row."""
    return [run.ink for run in raster.rows[y].runs() for _ in run.text]


def grounds(raster: Raster, y: int) -> list[Ground]:
    return [run.ground for run in raster.rows[y].runs() for _ in run.text]


def in_a_trade() -> ChartView:
    return small_view(
        zones=(
            ChartZone(ZoneRole.SUPPORT, 100.0, 101.0, 4),
            ChartZone(ZoneRole.RESISTANCE, 140.0, 142.0, 8),
        ),
        swings=(
            ChartSwing(SwingKind.HIGH, NINE_NS, 109.0),
            ChartSwing(SwingKind.LOW, NINE_NS + 2 * NS_PER_MIN, 100.0),
        ),
        lines=(
            ChartLine(LineKind.ENTRY, 103.0, "entry"),
            ChartLine(LineKind.STOP, 99.0, "stop 99.0"),
            ChartLine(LineKind.TARGET, 130.0, "T1"),
            ChartLine(LineKind.BREAKEVEN, 103.4, "breakeven"),
        ),
        marks=(
            ChartMark(MarkKind.ENTRY, Side.BUY, NINE_NS + 3 * NS_PER_MIN + 5, 103.0, "T0001"),
            ChartMark(MarkKind.EXIT, Side.SELL, NINE_NS + 5 * NS_PER_MIN + 5, 108.0),
        ),
    )


def test_candles_with_their_axes() -> None:
    assert text(rasterise(small_view(), Viewport(30, 12))) == (
        "BTCUSDT 1m  107.0\n"
        "             │         ││\n"
        "             ┃       ║ ┃│\n"
        "┄┄┄┄┄┄┄┄┄┄┄┄┄┃┄│┄┄┄┄┄║┄╿◄107.0\n"
        "             ╿ ┃   │ ║ ╵│\n"
        "             ╵ ┃   ║ ╨  ┤105.0\n"
        "               ┃ ╷ ║    │\n"
        "               ┃ │ ║    │\n"
        "               ┃ ┼ ║    │\n"
        "               │ │ │    │\n"
        "                 │      ┤100.0\n"
        "           09:00         UTC"
    )


def test_in_ascii() -> None:
    assert text(rasterise(small_view(), Viewport(30, 12, ascii_only=True))) == (
        "BTCUSDT 1m  107.0\n"
        "             |         ||\n"
        "             #       O #|\n"
        "_____________#_|_____O_#<107.0\n"
        "             # #   | O ||\n"
        "             | #   O O  +105.0\n"
        "               # | O    |\n"
        "               # | O    |\n"
        "               # + O    |\n"
        "               | | |    |\n"
        "                 |      +100.0\n"
        "           09:00         UTC"
    )


def test_a_trade() -> None:
    assert text(rasterise(in_a_trade(), Viewport(54, 16))) == (
        "BTCUSDT 1m  107.0    ▲ entry  ◆ exit  ▵▿ swing\n"
        "                           ▵         ◆↑130.0 T1\n"
        "                           │         ││\n"
        "                           ┃       ║ ┃│\n"
        "    ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┃┄╷┄┄┄┄┄║┄┃◄107.0\n"
        "                           ┃ ╽   ╷ ║ ││\n"
        "                           │ ┃   ╫ ║  ┤105.0\n"
        "                             ┃   ║    │\n"
        "    ┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┃┈│┈║┈┈┈┈┤103.4 breakeven\n"
        "    ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┃╌│╌║╌╌╌╌┤103.0 entry\n"
        "                             ╿ ┼ ╫    │\n"
        "S4                           │ │ │    │\n"
        "S                              │ ▲    ┤100.0\n"
        "    ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌▿╌╌╌╌╌╌┤ 99.0 stop\n"
        "                                      │\n"
        "                         09:00         UTC"
    )


def test_a_zone_is_tinted_or_filled() -> None:
    tinted = rasterise(in_a_trade(), Viewport(54, 16))
    assert grounds(tinted, 11)[4:38] == [Ground.ZONE_SUPPORT] * 34
    assert set(grounds(tinted, 10)) == {Ground.PLAIN}
    filled = rasterise(in_a_trade(), Viewport(54, 16, textured=True))
    assert filled.rows[11].text[4:38] == "·" * 25 + "│·│·│····"
    assert rasterise(in_a_trade(), Viewport(54, 16, ascii_only=True)).rows[11].text[4:38] == (
        "." * 25 + "|.|.|...."
    )


def test_the_next_zones_out_of_range_are_named_where_they_do_not_push_anything_aside() -> None:
    view = small_view(
        zones=(
            ChartZone(ZoneRole.RESISTANCE, 140.0, 142.0, 8),
            ChartZone(ZoneRole.RESISTANCE, 120.0, 122.0, 3),
            ChartZone(ZoneRole.SUPPORT, 80.0, 84.0, 10),
            ChartZone(ZoneRole.SUPPORT, 60.0, 70.0, 5),
        )
    )
    raster = rasterise(view, Viewport(60, 14))
    assert raster.rows[1].text.endswith("↑120.0 R3 ")
    assert raster.rows[-2].text.endswith("↓ 84.0 S10")
    assert not [row for row in raster.rows if "140.0" in row.text or "70.0" in row.text]


def test_each_meaning_has_its_ink() -> None:
    raster = rasterise(in_a_trade(), Viewport(54, 16))
    assert inks(raster, 9)[:5] == [Ink.BLANK] * 4 + [Ink.LINE_ENTRY]
    assert inks(raster, 8)[5] == Ink.LINE_BREAKEVEN
    assert inks(raster, 13)[6] == inks(raster, 13)[40] == Ink.LINE_STOP
    assert inks(raster, 1)[38] == Ink.LINE_TARGET
    assert inks(raster, 4)[38] == Ink.LAST
    assert inks(raster, 3)[27] == Ink.LOSS
    assert inks(raster, 3)[35] == Ink.GAIN
    assert inks(raster, 10)[31] == Ink.UNCHANGED
    assert inks(raster, 1)[27] == inks(raster, 13)[31] == Ink.SWING
    assert inks(raster, 1)[37] == Ink.SELL
    assert inks(raster, 12)[33] == Ink.BUY
    assert inks(raster, 11)[0] == Ink.SUPPORT


def test_names_go_into_the_plot_where_no_axis_has_room_for_them() -> None:
    narrow = rasterise(in_a_trade(), Viewport(30, 8))
    assert narrow.rows[1].text.startswith("    T1")
    assert narrow.rows[6].text.startswith("S   stop╌")
    assert narrow.rows[6].text.endswith("┤ 99.0")
    bare = rasterise(in_a_trade(), Viewport(12, 6))
    assert bare.rows[1].text.startswith("T1 130.0 ↑")


def test_a_far_stop_does_not_flatten_the_candles() -> None:
    near = rasterise(small_view(lines=(ChartLine(LineKind.STOP, 97.0, "stop"),)), Viewport(60, 20))
    assert any("┤ 97.0 stop" in row.text for row in near.rows)
    far = rasterise(small_view(lines=(ChartLine(LineKind.STOP, 50.0, "stop"),)), Viewport(60, 20))
    assert far.rows[-2].text.rstrip().endswith("↓ 50.0 stop")


def test_labels_stand_in_the_order_of_their_prices() -> None:
    lines = tuple(
        ChartLine(kind, 105.0 + offset, kind.value)
        for kind, offset in ((LineKind.ENTRY, 0.2), (LineKind.STOP, 0.4), (LineKind.BREAKEVEN, 0.3))
    )
    raster = rasterise(replace(small_view(lines=lines), last=105.1), Viewport(60, 12))
    shown = [row.text[-16:].strip() for row in raster.rows if "105." in row.text]
    named = [line for line in shown if line.startswith(("┤105", "◄105")) and line != "┤105.0"]
    assert named == ["┤105.4 stop", "┤105.3 breakeven", "┤105.2 entry", "◄105.1"]


def test_without_bars() -> None:
    assert text(rasterise(None, Viewport(30, 3))) == "no bars yet\n\n"
    assert text(rasterise(small_view(()), Viewport(40, 3))) == "BTCUSDT 1m  no bars yet\n\n"


def test_a_page_of_the_past_says_how_much_is_newer() -> None:
    view = long_view(80)
    port = Viewport(60, 12, right_ns=view.candles[59].open_ns)
    raster = rasterise(view, port)
    assert (raster.first, raster.stop) == (60 - raster.capacity, 60)
    assert raster.rows[0].text.rstrip().endswith("20 newer →")
    read = rasterise(view, replace(port, width=80, cursor_ns=view.candles[50].open_ns))
    assert read.rows[0].text.startswith("BTCUSDT 1m  09:50 o ")
    assert read.rows[0].text.endswith("20 newer →")
    assert rasterise(view, replace(port, right_ns=None)).stop == 80
    assert rasterise(view, replace(port, right_ns=0)).first == 0


def test_each_step_of_zoom_shows_more_time() -> None:
    view = long_view(1_000)
    spans = []
    for zoom in range(len(ZOOMS)):
        raster = rasterise(view, Viewport(100, 12, zoom=zoom))
        assert raster.view is not None
        candles = raster.view.candles[raster.first : raster.stop]
        spans.append(candles[-1].open_ns - candles[0].open_ns)
    assert spans == sorted(spans)
    assert len(set(spans)) >= len(spans) - 2


def test_far_out_a_candle_holds_several_bars() -> None:
    view = long_view(100)
    raster = rasterise(view, Viewport(80, 12, zoom=ZOOMS.index(Zoom(1, 5))))
    assert raster.rows[0].text.startswith("BTCUSDT 1m x5  ")
    assert raster.view is not None
    first, bars = raster.view.candles[0], view.candles[:5]
    assert first == (
        bars[0].open_ns,
        bars[0].open,
        max(bar.high for bar in bars),
        min(bar.low for bar in bars),
        bars[-1].close,
        sum(bar.volume for bar in bars),
    )
    assert len(raster.view.candles) == 20


def test_the_cursor_reads_one_candle() -> None:
    view = in_a_trade()
    raster = rasterise(view, Viewport(80, 16, cursor_ns=view.candles[3].open_ns))
    assert raster.cursor == 3
    assert raster.rows[0].text.rstrip() == "BTCUSDT 1m  09:03 o 102.0 h 106.0 l 101.0 c 105.0 v 1.5k"
    assert raster.rows[1].text.startswith("    entry T0001: bought 103.0")
    column = raster.rows[-1].text.index("09:03") + 2
    assert all(grounds(raster, y)[column] is Ground.CURSOR_COLUMN for y in range(1, 15))
    narrow = rasterise(view, Viewport(40, 16, cursor_ns=view.candles[3].open_ns))
    assert narrow.rows[0].text.startswith("09:03 o 102.0")


def test_a_reading_of_another_day_says_so() -> None:
    view = small_view((candle(-1440, 100, 101, 99, 100), *small_candles()))
    raster = rasterise(view, Viewport(80, 12, cursor_ns=0))
    assert "09:00 -1d o 100.0" in raster.rows[0].text


def test_a_swing_of_a_longer_bar_is_found_at_the_minute_of_its_extreme() -> None:
    candles = tuple(candle(place, 100, 105 if place == 4 else 102, 99, 101) for place in range(8))
    view = small_view(candles, swings=(ChartSwing(SwingKind.HIGH, candles[3].open_ns, 105.0),))
    raster = rasterise(view, Viewport(40, 14))
    marked = [row.text.index("▵") for row in raster.rows[1:] if "▵" in row.text]
    layout = layout_of(view, Viewport(40, 14))
    assert marked == [layout.axis_x - 1 - 3 * layout.pitch]


def test_a_fill_in_a_hole_is_not_put_on_a_neighbour() -> None:
    candles = (candle(0, 100, 101, 99, 100), candle(30, 100, 101, 99, 100))
    mark = ChartMark(MarkKind.ENTRY, Side.BUY, NINE_NS + 10 * NS_PER_MIN, 100.0)
    raster = rasterise(small_view(candles, marks=(mark,)), Viewport(40, 14))
    assert "▲" not in text(raster)


def test_a_small_move_changes_few_rows() -> None:
    view = trade_view()
    newest = view.candles[-1]
    moved = replace(
        view,
        last=newest.close - 1.5,
        candles=(*view.candles[:-1], newest._replace(close=newest.close - 1.5)),
    )
    before, after = (rasterise(each, Viewport(120, 30)) for each in (view, moved))
    spans = [a.changed_span(b) for a, b in zip(before.rows, after.rows, strict=True)]
    changed = [span for span in spans if span is not None]
    assert 1 <= len(changed) <= 5
    assert sum(stop - start for start, stop in changed) <= 40
