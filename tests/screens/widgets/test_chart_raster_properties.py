"""What holds for a chart of every view at every size."""

from __future__ import annotations

import math

from hypothesis import given, settings, strategies as st
from rich.cells import cell_len

from tests.screens.widgets.chart_views import NINE_NS, candle, small_view
from ytc_tui.model.market import NS_PER_MIN, Side
from ytc_tui.model.structure import SwingKind, ZoneRole
from ytc_tui.screens.widgets.chart_raster import rasterise
from ytc_tui.screens.widgets.chart_raster_canvas import Ink
from ytc_tui.screens.widgets.chart_raster_layout import ZOOMS, Viewport, layout_of
from ytc_tui.views.chart import (
    Candle,
    ChartLeg,
    ChartLine,
    ChartMark,
    ChartNews,
    ChartSwing,
    ChartView,
    ChartZone,
    LineKind,
    MarkKind,
)

CANDLE_INKS = (Ink.GAIN, Ink.LOSS, Ink.UNCHANGED)


PRICES = st.one_of(
    st.floats(90.0, 110.0),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, -0.0, 1e12, -1e12, 5e-324, math.nan]),
)
INSTANTS = st.one_of(
    st.integers(NINE_NS, NINE_NS + 60 * NS_PER_MIN), st.integers(-(2**63), 2**63), st.just(NINE_NS)
)
LABELS = st.text(max_size=20)
CANDLES = st.lists(st.builds(Candle, INSTANTS, *[PRICES] * 5), max_size=12).map(
    lambda candles: tuple(sorted(candles, key=lambda each: each.open_ns))
)


def some(items: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(items, max_size=4).map(tuple)


VIEWS = st.builds(
    ChartView,
    symbol=LABELS,
    minutes=st.integers(0, 2000),
    decimals=st.integers(-1, 20),
    last=st.none() | PRICES,
    candles=CANDLES,
    zones=some(st.builds(ChartZone, st.sampled_from(ZoneRole), PRICES, PRICES, st.integers(-5, 200))),
    swings=some(st.builds(ChartSwing, st.sampled_from(SwingKind), INSTANTS, PRICES)),
    lines=some(st.builds(ChartLine, st.sampled_from(LineKind), PRICES, LABELS)),
    marks=some(
        st.builds(ChartMark, st.sampled_from(MarkKind), st.sampled_from(Side), INSTANTS, PRICES, LABELS)
    ),
    legs=some(st.builds(ChartLeg, INSTANTS, PRICES, INSTANTS, PRICES)),
    news=some(st.builds(ChartNews, INSTANTS, INSTANTS, st.booleans(), LABELS)),
)
PORTS = st.builds(
    Viewport,
    width=st.integers(0, 130),
    height=st.integers(0, 40),
    right_ns=st.none() | INSTANTS,
    cursor_ns=st.none() | INSTANTS,
    ascii_only=st.booleans(),
    price=st.none() | PRICES,
    zoom=st.none() | st.integers(0, len(ZOOMS) - 1),
    textured=st.booleans(),
)


@settings(max_examples=150, deadline=None)
@given(st.none() | VIEWS, PORTS)
def test_any_view_fits_any_size(view: ChartView | None, port: Viewport) -> None:
    raster = rasterise(view, port)
    assert len(raster.rows) == raster.height == port.height
    for row in raster.rows:
        assert len(row.text) == len(row.styles) == cell_len(row.text) == port.width
        assert "".join(run.text for run in row.runs()) == row.text
        assert row.text.isascii() or not port.ascii_only
    shown = raster.view.candles if raster.view is not None else ()
    assert 0 <= raster.first <= raster.stop <= len(shown) <= (0 if view is None else len(view.candles))
    assert raster.cursor is None or raster.first <= raster.cursor < raster.stop
    assert raster.rows == rasterise(view, port).rows


@st.composite
def sound_candles(draw: st.DrawFn) -> tuple[Candle, ...]:
    candles = []
    for place in range(draw(st.integers(1, 30))):
        four = sorted(draw(st.tuples(*[st.floats(50.0, 150.0)] * 4)))
        open_, close = draw(st.permutations(four[1:3]))
        candles.append(candle(place, open_, four[3], four[0], close))
    return tuple(candles)


@settings(max_examples=60, deadline=None)
@given(sound_candles(), st.integers(20, 90), st.integers(4, 30), st.booleans())
def test_a_higher_high_is_never_drawn_lower(
    candles: tuple[Candle, ...], width: int, height: int, ascii_only: bool
) -> None:
    view = small_view(candles)
    port = Viewport(width, height, ascii_only=ascii_only)
    raster, layout = rasterise(view, port), layout_of(view, port)
    cells = [[run.ink for run in row.runs() for _ in run.text] for row in raster.rows]
    extents = []
    for index in range(raster.first, raster.stop):
        column = layout.axis_x - 1 - (raster.stop - 1 - index) * layout.pitch
        rows = [y for y in range(1, 1 + layout.plot_rows) if cells[y][column] in CANDLE_INKS]
        assert rows == list(range(rows[0], rows[-1] + 1))
        extents.append((candles[index], rows[0], rows[-1]))
    for one, one_top, one_end in extents:
        for other, other_top, other_end in extents:
            assert one.high <= other.high or one_top <= other_top
            assert one.low >= other.low or one_end >= other_end
