"""`ytc report` in its three forms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.views.journals import SESSION, Journal, finished, stored
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.commands.report import ReportForm, report
from ytc_tui.errors import JournalCorrupt, UsageInvalid


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    return await stored(tmp_path / "ytc.db", finished())


async def test_the_plain_page_holds_no_control_character(path: Path) -> None:
    text = report(path, None, safe=safe_line).text
    assert all(char == "\n" or char.isprintable() for char in text)
    for what in (SESSION, "+35.18 USDT (+0.3518 %)", "not modelled", "reward_risk", "T0001", "grade"):
        assert what in text


async def test_colour_adds_only_colour(path: Path) -> None:
    import re

    plain = report(path, None, safe=safe_line).text
    coloured = report(path, None, safe=safe_line, colour=True).text
    assert coloured != plain
    stripped = re.sub("\x1b\\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in stripped.splitlines()] == plain.splitlines()


@pytest.mark.parametrize("width", [60, 80, 200])
async def test_a_page_keeps_to_its_width(path: Path, width: int) -> None:
    lines = report(path, None, safe=safe_line, width=width).text.splitlines()
    assert max(map(len, lines)) <= width


async def test_markdown_and_json(path: Path) -> None:
    answer = report(path, SESSION[:4], safe=safe_line, form=ReportForm.MARKDOWN)
    assert answer.text.startswith(f"# Session report {SESSION}")
    data: Any = json.loads(json.dumps(answer.data))
    assert data["result"]["pnl"] == "35.18240000"
    assert data["funnel"]["refused_by"] == {"reward_risk": 1}
    assert data["trades"][0]["exit_reason"] == "target"


async def test_what_cannot_be_reported(path: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageInvalid):
        report(path, "nobody", safe=safe_line)
    with pytest.raises(JournalCorrupt, match="there is no journal"):
        report(tmp_path / "none.db", None, safe=safe_line)
    alien = Journal()
    alien.records = []
    entry = alien.head.link(1, "Unheard", 1, "", "", "{}")
    from ytc_tui.adapters.stores.loop import LoopJournal
    from ytc_tui.engine.ports import Batch

    store = LoopJournal(tmp_path / "alien.db")
    await store.append(Batch((entry,)))
    await store.close()
    with pytest.raises(JournalCorrupt, match="unknown event type 'Unheard'"):
        report(tmp_path / "alien.db", None, safe=safe_line)
