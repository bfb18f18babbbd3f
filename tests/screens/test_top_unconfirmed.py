"""A flatten that is not confirmed, on every line that the desk always shows."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from tests.screens.desk_views import NOW_NS, top_view
from ytc_tui.screens.link import Link
from ytc_tui.screens.top_line import banner_content, top_content

UTC = ZoneInfo("UTC")
BY_HAND = ("sell 0.5 BTCUSDT at market, reduce-only (last known stop 19950)",)
DOUBT = {"unconfirmed_ns": NOW_NS, "unconfirmed_why": "the venue does not answer", "by_hand": BY_HAND}


def test_it_is_said_first_with_what_to_close_and_since_when() -> None:
    view = top_view(**DOUBT, flattening="closing, round 0: 1 positions, 2 orders left")
    lines = banner_content(view, Link(), UTC, 120, 0.0, "kill").plain.split("\n")
    assert lines[0].startswith(" UNCONFIRMED EXPOSURE since ")
    assert "the venue does not answer; tried on" in lines[0]
    assert lines[1].strip() == BY_HAND[0]


def test_the_top_line_keeps_it_at_any_width() -> None:
    for width in (60, 80, 200):
        assert "UNCONFIRMED EXPOSURE" in top_content(top_view(**DOUBT), Link(), UTC, width, 0.0).plain
    assert "UNCONFIRMED" not in top_content(top_view(), Link(), UTC, 200, 0.0).plain
