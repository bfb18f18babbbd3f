"""The list of sessions, and finding one by its name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.views.journals import SESSION, finished, opened, stored
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.commands.sessions import find_session, sessions
from ytc_tui.errors import JournalCorrupt, UsageInvalid

OTHER = "c0ffee00-0000-5000-8000-000000000002"


async def test_every_session_with_its_result_and_head(tmp_path: Path) -> None:
    journal = finished()
    path = await stored(tmp_path / "ytc.db", journal, opened(OTHER))
    answer = sessions([path], safe=safe_line)
    assert answer.exit_code == 0
    data = json.loads(json.dumps(answer.data))
    rows = {row["session"]: row for row in data["sessions"]}
    assert rows[SESSION]["pnl"] == "35.18240000"
    assert (rows[SESSION]["status"], rows[SESSION]["trades"]) == ("completed", 1)
    assert (rows[SESSION]["head"], rows[SESSION]["entries"]) == (journal.head.hash, journal.head.seq)
    assert rows[OTHER]["ended_at"] is None
    done, running = (
        next(line for line in answer.text.splitlines() if name in line) for name in (SESSION, OTHER)
    )
    assert "+35.18" in done
    assert "session time over" in done
    assert "not ended (active_trading)" in running


async def test_several_stores_newest_first_and_a_limit(tmp_path: Path) -> None:
    first = await stored(tmp_path / "a.db", finished())
    answer = sessions([first, tmp_path / "missing.db"], safe=safe_line, limit=0)
    assert answer.data == {"sessions": [], "total": 1}
    assert sessions([tmp_path / "missing.db"], safe=safe_line).text.startswith("no session yet")


async def test_of_sessions_that_begin_at_one_instant_the_last_run_goes_first(tmp_path: Path) -> None:
    """Runs of the same data under two labels have the same hours."""
    path = await stored(tmp_path / "ytc.db", opened("a-first"), opened("c-second"), opened("b-third"))
    rows = sessions([path], safe=safe_line).data["sessions"]
    assert len({row["started_at"] for row in rows}) == 1
    assert [row["session"] for row in rows] == ["b-third", "c-second", "a-first"]


async def test_a_file_that_is_no_store_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "ytc.db").write_text("not a database, by any means")
    (tmp_path / "folder.db").mkdir()
    for name in ("ytc.db", "folder.db"):
        with pytest.raises(JournalCorrupt):
            sessions([tmp_path / name], safe=safe_line)


def test_a_session_is_found_by_id_beginning_or_as_the_newest() -> None:
    known = ("aa-1", "aa-2", "b-1")
    assert find_session(known, None) == find_session(known, "last") == "b-1"
    assert find_session(known, "b") == "b-1"
    assert find_session(("aa", "aab"), "aa") == "aa"
    with pytest.raises(UsageInvalid, match=r"several sessions begin with 'aa'.*aa-2, aa-1"):
        find_session(known, "aa")
    with pytest.raises(UsageInvalid, match="no session is called 'z'"):
        find_session(known, "z")
    with pytest.raises(UsageInvalid, match="no session yet"):
        find_session((), None)
