"""The page of `ytc report --format html`: whole in itself, and nothing foreign acts in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.commands.pages import HOSTILE, Page, reviewed, session_bars, stored_with_bars
from tests.views.journals import BTC, opened, stored, traded
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.commands.report import ReportForm, read_report, report
from ytc_tui.commands.report_chart import MOST_BARS, chart_data
from ytc_tui.commands.report_figures import figures_of
from ytc_tui.commands.report_page import page
from ytc_tui.model import events as ev
from ytc_tui.views.report import build_report
from ytc_tui.views.report_layout import sections


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    return await stored_with_bars(tmp_path / "ytc.db", reviewed(), session_bars())


def html(path: Path) -> str:
    return report(path, None, safe=safe_line, form=ReportForm.HTML).text


async def test_the_page_asks_for_nothing_from_outside(path: Path) -> None:
    text = html(path)
    shown = Page(text)
    assert not {"script", "link", "img", "iframe", "object", "embed", "image", "use", "base"} & set(
        shown.names
    )
    assert not [
        name for name, _ in shown.attributes if name in ("src", "href", "xlink:href", "style", "action")
    ]
    assert not [name for name, _ in shown.attributes if name.startswith("on")]
    assert not re.search(r"url\(|@import|https?://", text)
    policy = next(value for name, value in shown.attributes if name == "content" and "src" in value)
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")


async def test_hostile_text_is_text(path: Path) -> None:
    text = html(path)
    assert "<script>" not in text
    assert "<img" not in text
    assert "\x1b" not in text
    words = "".join(Page(text).words)
    assert words.count("<script>alert(1)</script>") >= 3
    assert HOSTILE in words


async def test_what_the_page_shows(path: Path) -> None:
    text = html(path)
    words = " ".join(Page(text).words)
    for what in (
        "+35.18", "grade B", "T0001", "Equity", "R distribution", "Excursions", "Efficiency", "From setups",
        "refused by reward_risk", "BROKEN", "Next session", f"{BTC}, 3-minute candles", "strength 7 of 10",
        "T0001 entry: buy 10 at 100.4", "T0001 exit: sell 5 at 104", "T0001 stop 98", "T0001 target 104",
    ):  # fmt: skip
        assert what in words, what
    assert 'class="swing"' in text
    assert "prefers-color-scheme: dark" in text


async def test_a_session_without_bars_or_trades_has_a_page(tmp_path: Path) -> None:
    text = html(await stored(tmp_path / "ytc.db", opened()))
    shown = Page(text)
    assert "polygon" not in shown.names
    assert "no trade was planned" in " ".join(shown.words)
    assert "R distribution" not in " ".join(shown.words)


async def test_a_running_session_has_a_page(tmp_path: Path) -> None:
    path = await stored_with_bars(tmp_path / "ytc.db", traded(), session_bars(60))
    assert "T0001 exit" in " ".join(Page(html(path)).words)


async def test_a_journal_without_its_first_entry_has_a_page(tmp_path: Path) -> None:
    built = build_report(traded().records[1:], safe=safe_line)
    assert (built.header.init_ns, built.header.feed_digest) == (0, "")
    figures = figures_of(built, {})
    assert "T0001" in " ".join(Page(page(built, figures, (), sections(built))).words)


async def test_bars_become_candles_swings_and_zones(path: Path) -> None:
    built = read_report(path, None, safe=safe_line)
    with SqliteReader(path) as reader:
        (chart,) = chart_data(built, reader, {})
    assert (chart.symbol, chart.minutes) == (BTC, 3)
    assert chart.bars[0].open_ns == built.header.init_ns
    minutes = session_bars(3)
    assert (chart.bars[0].open, chart.bars[0].close) == (minutes[0].open, minutes[2].close)
    assert [swing.name for swing in chart.swings[:3]] == ["A", "B", "C"]
    assert [swing.is_high for swing in chart.swings[:3]] == [True, False, True]
    assert chart.swings[0].price == max(bar.high for bar in session_bars(30))
    assert [(zone.low, zone.high, zone.is_support) for zone in chart.zones] == [
        (103.0, 103.6, False), (98.6, 99.2, True),
    ]  # fmt: skip


async def test_a_long_session_has_candles_that_can_be_told_apart(tmp_path: Path) -> None:
    journal = traded()
    journal.minute = 60 * 48
    journal.add(ev.FillRepeated("f1", "yt1"))
    path = await stored_with_bars(tmp_path / "ytc.db", journal, session_bars(60 * 48))
    built = read_report(path, None, safe=safe_line)
    with SqliteReader(path) as reader:
        (chart,) = chart_data(built, reader, {})
    assert chart.minutes == 6
    assert len(chart.bars) <= MOST_BARS
