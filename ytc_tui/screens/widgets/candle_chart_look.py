"""How each meaning on a chart looks: the component classes of the widget and their style.

Decides colours. Imports the raster's meanings. Invariant: every ink and ground but plain ones has a class.
"""

from __future__ import annotations

from ytc_tui.screens.widgets.chart_raster_canvas import Ground, Ink


def component(meaning: Ink | Ground) -> str:
    """The component class of a meaning: `candle-chart--MEANING`."""
    return "candle-chart--" + meaning.name.lower().replace("_", "-")


COMPONENTS = frozenset(
    {
        *(component(ink) for ink in Ink if ink is not Ink.BLANK),
        *(component(ground) for ground in Ground if ground is not Ground.PLAIN),
    }
)

CHART_CSS = """
CandleChart {
    width: 1fr;
    height: 1fr;
    & > .candle-chart--title { text-style: bold; }
    & > .candle-chart--axis { color: $text-muted; }
    & > .candle-chart--note { color: $text-muted; }
    & > .candle-chart--last {
        color: $block-cursor-foreground;
        background: $block-cursor-background;
        text-style: bold;
    }
    & > .candle-chart--gain { color: $text-success; }
    & > .candle-chart--loss { color: $text-error; }
    & > .candle-chart--swing { color: $text-muted; }
    & > .candle-chart--leg { color: $text-accent; }
    & > .candle-chart--news { color: $text-warning; }
    & > .candle-chart--buy { color: $text-success; text-style: bold; }
    & > .candle-chart--sell { color: $text-error; text-style: bold; }
    & > .candle-chart--line-entry { color: $text-primary; }
    & > .candle-chart--line-stop { color: $text-error; }
    & > .candle-chart--line-target { color: $text-success; }
    & > .candle-chart--line-breakeven { color: $text-muted; }
    & > .candle-chart--line-own { color: $text-primary; }
    & > .candle-chart--support { color: $text-success; }
    & > .candle-chart--resistance { color: $text-error; }
    & > .candle-chart--zone-support { background: $success 15%; }
    & > .candle-chart--zone-resistance { background: $error 15%; }
    & > .candle-chart--cursor { color: $text-accent; text-style: bold; }
    & > .candle-chart--cursor-column { background: $accent 20%; }
    & > .candle-chart--news-columns { background: $warning 15%; }
    &:ansi > .candle-chart--zone-support { background: ansi_default; }
    &:ansi > .candle-chart--zone-resistance { background: ansi_default; }
    &:ansi > .candle-chart--cursor-column { background: ansi_default; }
    &:ansi > .candle-chart--news-columns { background: ansi_default; }
}
"""
