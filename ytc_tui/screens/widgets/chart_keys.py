"""The keys of a chart that has the focus.

Decides keys, ids and words, of which the help and the page of keys are made too. Imports Textual's bindings
only. Invariant: an id and a key occur once.
"""

from __future__ import annotations

from textual.binding import Binding

CHART_KEYS: tuple[Binding, ...] = tuple(
    Binding(key, action, title, show=False, id=f"chart.{action}", tooltip=does)
    for key, action, title, does in (
        (
            "left",
            "bar_before",
            "Bar before",
            "Cursor a bar back, and what happened there",
        ),
        ("right", "bar_after", "Bar after", "Cursor a bar on"),
        ("up", "price_up", "Price up", "Price cursor to the next round price above; l offers it as a level"),
        ("down", "price_down", "Price down", "Price cursor to the next round price below"),
        ("shift+left", "older", "Older", "Scroll back by a tenth of the page"),
        ("shift+right", "newer", "Newer", "Scroll on by a tenth of the page"),
        ("pageup", "page_older", "Page older", "Scroll back by a page"),
        ("pagedown", "page_newer", "Page newer", "Scroll on by a page"),
        ("home", "first_bar", "First bar", "The earliest bar that is kept"),
        ("end", "last_bar", "Last bar", "The newest bar"),
        ("plus", "nearer", "Nearer", "Fewer bars, wider apart"),
        ("minus", "farther", "Farther", "More bars, at last several in a candle"),
        (
            "left_square_bracket",
            "trade_before",
            "Trade before",
            "Cursor to the entry of the trade before",
        ),
        ("right_square_bracket", "trade_after", "Trade after", "Cursor to the entry of the next trade"),
        ("escape", "follow", "Follow", "No cursor; follow the newest bar"),
    )
)
