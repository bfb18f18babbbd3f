"""`ytc report --structure` over several sessions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.views.journals import BTC, Journal, finished, stored
from tests.views.test_structure_journal import reviewed
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.commands.report import ReportForm, report
from ytc_tui.commands.report_structure import report_structure
from ytc_tui.errors import UsageInvalid

FIRST, SECOND = "b7d2a1f0-0000-5000-8000-000000000001", "c8d2a1f0-0000-5000-8000-000000000002"


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    older, newer = finished(), reviewed()
    later = Journal(SECOND)
    for record in newer.records:
        later.add(record.event, (record.at_ns - newer.records[0].at_ns) / 60e9)
    return await stored(tmp_path / "ytc.db", older, later)


async def test_the_newest_sessions_come_first(path: Path) -> None:
    text = report_structure(path, None, last=5, safe=safe_line).text
    assert text.index(SECOND) < text.index(FIRST)
    assert "test of resistance 104" in text
    assert text.endswith("no structure was recorded")
    assert FIRST not in report_structure(path, None, safe=safe_line).text
    assert SECOND not in report_structure(path, FIRST[:4], last=5, safe=safe_line).text


async def test_markdown_and_json_say_the_same(path: Path) -> None:
    answer = report_structure(path, "last", safe=safe_line, form=ReportForm.MARKDOWN)
    assert "## Key levels" in answer.text
    assert "| BTCUSDT | A 104 HH |" in answer.text
    data: Any = json.loads(json.dumps(answer.data))
    (session,) = data["sessions"]
    assert (session["session"], session["symbols"][0]["symbol"]) == (SECOND, BTC)
    assert session["symbols"][0]["told"]["levels"][0]["behaviour"] == "held"


async def test_the_report_itself_holds_the_tables_in_every_form(path: Path) -> None:
    for form in ReportForm:
        text = report(path, None, safe=safe_line, form=form).text
        for words in ("Market structure", "Key levels", "Key sequences", "A 104 HH"):
            assert words in text


async def test_what_cannot_be_shown_is_refused(path: Path) -> None:
    with pytest.raises(UsageInvalid, match="at least one"):
        report_structure(path, None, last=0, safe=safe_line)
    with pytest.raises(UsageInvalid, match="no page of its own"):
        report_structure(path, None, safe=safe_line, form=ReportForm.HTML)
    with pytest.raises(UsageInvalid):
        report_structure(path, "nobody", safe=safe_line)
