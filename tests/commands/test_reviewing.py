"""The sessions of a record and one of them in hindsight, as a door gives them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.views.journals import SESSION, finished, opened, stored
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.commands.record import Record
from ytc_tui.commands.report import report
from ytc_tui.errors import UsageInvalid

OTHER = "c0ffee00-0000-5000-8000-000000000002"


async def test_the_sessions_of_a_record_the_newest_first(tmp_path: Path) -> None:
    record = Record(await stored(tmp_path / "ytc.db", finished(), opened(OTHER)))
    found = await record.sessions()
    assert (found.total, [row.session_id for row in found.rows]) == (2, [OTHER, SESSION])
    running, done = found.rows
    assert (done.pnl, done.trades, done.end_reason) == (Decimal("35.1824"), 1, "session time over")
    assert (running.ended_ns, running.end_reason, running.phase) == (None, "", "active_trading")


async def test_a_review_says_what_the_report_says(tmp_path: Path) -> None:
    path = await stored(tmp_path / "ytc.db", finished(), opened(OTHER))
    review = await Record(path).review(SESSION)
    text = report(path, SESSION, safe=safe_line).text
    assert [table.title for table in review.tables] == [
        line for line in text.splitlines() if line in {table.title for table in review.tables}
    ]
    assert review.balances[-1][1] - review.balances[0][1] == Decimal("35.1824")
    assert sum(count for _, count in review.r_counts) == 1
    assert (await Record(path).review(OTHER)).r_counts == ()
    with pytest.raises(UsageInvalid, match="no session is called"):
        await Record(path).review("nobody")
