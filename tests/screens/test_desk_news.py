"""News on the desk: counted down to, and said while it stands."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from tests.screens.desk_views import NOW_NS, at, phase_view, top_view
from ytc_tui.model.market import NS_PER_S
from ytc_tui.screens.link import Link
from ytc_tui.screens.panes import phase_content
from ytc_tui.screens.top_line import banner_content
from ytc_tui.views.top import Countdown

UTC = ZoneInfo("UTC")


def test_the_phase_pane_counts_down_to_the_next_event() -> None:
    news = Countdown("news", at(5, 7, 5), (at(5, 7, 5) - NOW_NS) // NS_PER_S, "US CPI")
    text = phase_content(phase_view(), top_view(countdowns=(news,)), UTC).plain
    assert "news 05:07 in 12:05: US CPI" in text


def test_a_blackout_stands_in_the_banner() -> None:
    link = Link(heard_s=0.0)
    calm = banner_content(top_view(), link, UTC, 120, 0.0, "kill").plain
    assert "NEWS" not in calm
    told = "until 05:20Z: US CPI (05:05Z)"
    loud = banner_content(top_view(news=told, news_blackout=True), link, UTC, 120, 0.0, "kill").plain
    assert f"NEWS BLACKOUT, no entries {told}" in loud
    soft = banner_content(top_view(news=told), link, UTC, 120, 0.0, "kill").plain
    assert f"news, smaller entries {told}" in soft
