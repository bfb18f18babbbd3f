"""Setups that were not traded are told with their reason and what they came to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.pages import session_bars, stored_with_bars
from tests.views.journals import D, finished, opened, stored, traded
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.analysis.metrics.hindsight import Course
from ytc_tui.commands.report import ReportForm, report
from ytc_tui.commands.report_missed import Perfect, missed_sections, perfect_of
from ytc_tui.views.report import build_report


async def perfect(path: Path, bars: bool = True) -> Perfect:
    journal = finished()
    await (stored_with_bars(path, journal, session_bars()) if bars else stored(path, journal))
    reader = SqliteReader(path)
    try:
        return perfect_of(build_report(journal.records, safe=safe_line), journal.records, reader)
    finally:
        reader.close()


async def test_each_has_its_reason_and_its_course(tmp_path: Path) -> None:
    found = await perfect(tmp_path / "ytc.db")
    assert [(each.setup.setup_id, each.why) for each in found.missed] == [
        ("PB-BTCUSDT-buy-2", "reward_risk"),
        ("PB-BTCUSDT-buy-3", "its entry did not fill"),
        ("PB-BTCUSDT-buy-4", "it was not proposed"),
    ]
    assert all(each.hindsight is not None for each in found.missed)
    best = sum(each.hindsight.best_r for each in found.missed if each.hindsight is not None)
    assert found.best_r == D(repr(best)) + D("1.3")  # and what the trade that was taken had at best
    assert found.efficiency == found.made_r / found.best_r


async def test_without_stored_bars_nothing_is_judged(tmp_path: Path) -> None:
    found = await perfect(tmp_path / "ytc.db", bars=False)
    assert {each.hindsight for each in found.missed} == {None}
    [table, _] = missed_sections(found)
    assert {row[-2:] for row in table.rows} == {("no bars are stored", "-")}


async def test_a_session_that_traded_every_setup_has_no_table(tmp_path: Path) -> None:
    for journal in (traded(), opened()):
        path = await stored(tmp_path / f"{len(journal.records)}.db", journal)
        reader = SqliteReader(path)
        told = build_report(journal.records, safe=safe_line)
        assert missed_sections(perfect_of(told, journal.records, reader)) == ()
        reader.close()


@pytest.mark.parametrize("form", list(ReportForm))
async def test_every_form_tells_it(tmp_path: Path, form: ReportForm) -> None:
    path = await stored_with_bars(tmp_path / "ytc.db", finished(), session_bars())
    answer = report(path, None, safe=safe_line, form=form)
    assert "in hindsight" in answer.text
    assert any(course.value in answer.text for course in Course)
    assert len(answer.data["hindsight"]["missed"]) == 3
