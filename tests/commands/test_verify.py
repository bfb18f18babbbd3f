"""`ytc verify`: the exit codes, and where exactly something is wrong."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.views.journals import INIT_NS, SESSION, D, Journal, finished, opened, stored, traded
from ytc_tui.adapters.head_file import HeadFile
from ytc_tui.adapters.signing import HeadSigner
from ytc_tui.adapters.stores.verify import Claims
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.commands import reckoning
from ytc_tui.commands.verify import rebuild, verify
from ytc_tui.errors import JournalCorrupt, UsageInvalid
from ytc_tui.model import events as ev
from ytc_tui.model.chain import BarsHead, ChainHead
from ytc_tui.views.journal import Recorded

OTHER = "c0ffee00-0000-5000-8000-000000000002"


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    return await stored(tmp_path / "ytc.db", finished(), opened(OTHER))


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount > 0
        connection.commit()


def asked(path: Path, session: str | None = None) -> tuple[int, Any, str]:
    answer = verify(path, session, safe=safe_line)
    return answer.exit_code, json.loads(json.dumps(answer.data)), answer.text


def of(data: Any, session: str = SESSION) -> Any:
    return next(one for one in data["sessions"] if one["session"] == session)


async def test_a_whole_store_is_ok(path: Path) -> None:
    code, data, text = asked(path)
    assert (code, data["ok"], data["verdict"]) == (0, True, "ok")
    told, head = of(data), finished().head
    assert (told["entries"], told["head"], told["fault"]) == (head.seq, head.hash, None)
    assert told["sums"]["wallet"] == "10035.1824"
    assert told["sums"]["trade_pnl"]["T0001"] == "35.1824"
    assert told["sums"]["differences"] == []
    assert told["projections"] == {"compared": True, "rows": len(finished().rows), "faults": []}
    assert "agree with the journal" in text
    assert "equal to the stored ones" in text


async def test_a_changed_entry_is_named_with_type_and_both_hashes(path: Path) -> None:
    seq = next(record.seq for record in finished().records if isinstance(record.event, ev.FillBooked))
    change(path, f"UPDATE journal SET body = replace(body, '100.4', '100.3') WHERE seq = {seq}")
    code, data, text = asked(path)
    assert (code, data["verdict"]) == (1, "tampered or sums wrong")
    fault = of(data)["fault"]
    assert (fault["seq"], fault["type"]) == (seq, "FillBooked")
    assert len(fault["found"]) == len(fault["expected"]) == 64
    assert fault["found"] != fault["expected"]
    assert fault["found"] in text
    assert of(data)["sums"] is None
    assert of(data, OTHER)["ok"]


async def test_a_removed_entry_has_no_type(path: Path) -> None:
    change(path, f"DELETE FROM journal WHERE session = '{SESSION}' AND seq = 5")
    code, data, text = asked(path)
    assert code == 1
    assert (of(data)["fault"]["seq"], of(data)["fault"]["type"]) == (5, None)
    assert "first bad entry 5 (not there)" in text


async def test_wrong_sums_in_a_whole_chain(tmp_path: Path) -> None:
    journal = finished()
    lying = Journal()
    for record in journal.records[:-1]:
        lying.add(record.event)
    lying.add(ev.SessionEnded("over", journal.state.wallet + 1, {}))
    code, data, text = asked(await stored(tmp_path / "ytc.db", lying))
    assert code == 1
    [found] = of(data)["sums"]["differences"]
    assert (found["seq"], found["what"], found["found"]) == (lying.head.seq, "end balance", "10036.1824")
    assert f"WRONG entry {lying.head.seq}: end balance: 10036.1824; expected 10035.1824" in text


async def test_a_profit_that_cannot_be_applied_is_a_difference_and_stops_no_other_check(
    tmp_path: Path,
) -> None:
    journal = traded()
    journal.add(ev.GateChanged(journal.state.gate, journal.state.gate, "x"))
    lie = journal.fill("liquidation-1", next(iter(_sides(journal))), "1", "100", realised=D(5), check=False)
    code, data, _ = asked(await stored(tmp_path / "ytc.db", journal))
    assert code == 1
    assert [found["seq"] for found in of(data)["sums"]["differences"]][-1] == lie.seq
    assert "state cannot be rebuilt" in of(data)["projections"]["faults"][0]


def _sides(journal: Journal) -> list[Any]:
    return [record.event.fill.side for record in journal.records if isinstance(record.event, ev.FillBooked)]


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE trades SET pnl = '35.18' WHERE trade_id = 'T0001'", "trades T0001: pnl is 35.18, should be"),
        (f"UPDATE sessions SET trades = 9 WHERE session = '{SESSION}'", "sessions: trades is 9, should be 1"),
        ("DELETE FROM fills WHERE venue_fill_id = 'f2'", "fills f2: missing"),
        (f"INSERT INTO trades (session, trade_id) VALUES ('{SESSION}', 'T0099')", "trades T0099: no entry"),
    ],
)  # fmt: skip
async def test_rows_that_do_not_follow_from_the_journal(path: Path, statement: str, fault: str) -> None:
    change(path, statement)
    code, data, _ = asked(path)
    assert code == 1
    assert [text for text in of(data)["projections"]["faults"] if text.startswith(fault)]
    assert len(of(data)["projections"]["faults"]) == 1
    assert of(data)["sums"]["ok"]


async def test_an_entry_of_no_known_version_in_a_whole_chain_is_unreadable(tmp_path: Path) -> None:
    journal = opened()
    entry = journal.head.link(INIT_NS, "TradePlanned", 0, "", "", "{}")
    journal.records.append(Recorded(entry, ev.EndingWhenFlat("")))
    code, data, _ = asked(await stored(tmp_path / "ytc.db", journal))
    assert (code, of(data)["fault"], of(data)["sums"]) == (3, None, None)
    assert "TradePlanned" in of(data)["unreadable"]


async def test_a_cut_journal_is_truncated_and_not_called_wrong(path: Path) -> None:
    last = finished().head.seq
    change(path, f"DELETE FROM journal WHERE session = '{SESSION}' AND seq > {last - 3}")
    code, data, text = asked(path)
    assert (code, data["verdict"]) == (2, "truncated")
    assert of(data)["projections"]["compared"] is False
    assert "the journal ends at" in text


async def test_the_second_copy_is_believed(path: Path, tmp_path: Path) -> None:
    copy = HeadFile(tmp_path / "heads", "paper")
    later = ChainHead(SESSION, finished().head.seq + 5, "f" * 64)
    copy.append(HeadSigner(tmp_path / "key").sign(later, BarsHead(), 5))
    assert verify(path, safe=safe_line, head_file=copy).exit_code == 2


async def test_what_cannot_be_read(tmp_path: Path) -> None:
    assert asked(tmp_path / "none.db")[0] == 3
    (tmp_path / "x.db").write_text("\x1b[2J no database")
    code, data, text = asked(tmp_path / "x.db")
    assert (code, data["ok"], data["bars"], data["snapshots"]) == (3, False, None, None)
    assert "\x1b" not in text
    assert "ytc verify" not in text
    assert "put back a backup" in text
    assert "bars" not in text
    from ytc_tui.adapters.stores.loop import LoopJournal
    from ytc_tui.engine.ports import Batch
    from ytc_tui.model.chain import ChainHead

    store = LoopJournal(tmp_path / "newer.db")
    await store.append(Batch((ChainHead("s").link(1, "SessionStarted", 2, "", "", "{}"),)))
    await store.close()
    code, data, text = asked(tmp_path / "newer.db")
    assert code == 3
    assert "newer than this program" in text


async def test_one_session_is_judged_alone_and_the_others_are_mentioned(path: Path) -> None:
    change(path, f"UPDATE journal SET at = at + 1 WHERE session = '{OTHER}' AND seq = 3")
    code, data, text = asked(path, SESSION[:6])
    assert (code, [one["session"] for one in data["sessions"]]) == (0, [SESSION])
    assert data["other_sessions_ok"] is False
    assert "another session of this file is not ok" in text
    assert asked(path, OTHER)[0] == 1
    with pytest.raises(UsageInvalid):
        verify(path, "nobody", safe=safe_line)


async def test_rebuilding_makes_the_rows_follow_from_the_journal_again(path: Path) -> None:
    change(
        path,
        "UPDATE trades SET pnl = '1' WHERE trade_id = 'T0001'",
        "DELETE FROM fills WHERE venue_fill_id = 'f2'",
        f"UPDATE sessions SET trades = 9 WHERE session = '{OTHER}'",
    )
    text = rebuild(path, safe=safe_line).text
    assert f"session {SESSION}: 2 of" in text
    assert f"session {OTHER}: 0 of" in text
    assert "left alone: not ended" in text
    assert asked(path, SESSION)[0] == 0
    assert asked(path, OTHER)[0] == 1


async def test_rebuilding_needs_a_whole_journal(path: Path) -> None:
    change(path, f"UPDATE journal SET at = at + 1 WHERE session = '{SESSION}' AND seq = 3")
    with pytest.raises(JournalCorrupt, match="not whole"):
        rebuild(path, safe=safe_line)


async def test_rebuilding_believes_the_same_witnesses_as_verifying(path: Path, tmp_path: Path) -> None:
    heads = HeadFile(tmp_path / "heads", "paper")
    assert rebuild(path, safe=safe_line, head_file=heads).exit_code == 0
    heads.append(HeadSigner(tmp_path / "key").sign(ChainHead(SESSION, 2, "ab" * 32), BarsHead(), 5))
    with pytest.raises(JournalCorrupt, match="not whole"):
        rebuild(path, safe=safe_line, head_file=heads)
    heads.path.write_text("no head\n")
    with pytest.raises(JournalCorrupt, match="not whole"):
        rebuild(path, safe=safe_line, head_file=heads)


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on even a short journal is shared between two processes."""

    def share() -> None:
        monkeypatch.setattr(reckoning, "SHARED_FROM_ENTRIES", 1)
        monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1})

    return share


async def test_a_long_journal_is_shared_between_processes(path: Path, shared: Callable[[], None]) -> None:
    alone, one = asked(path), asked(path, OTHER)
    assert len(alone[1]["sessions"]) > 1
    shared()
    assert asked(path) == alone
    assert asked(path, OTHER) == one


async def test_several_processes_name_what_is_wrong_as_one_does(
    path: Path, shared: Callable[[], None]
) -> None:
    last = opened(OTHER).head.seq
    change(
        path,
        f"UPDATE journal SET body = replace(body, '100.4', '100.3') WHERE session = '{SESSION}' AND seq > 9",
        f"DELETE FROM journal WHERE session = '{OTHER}' AND seq = {last}",
    )
    alone = asked(path)
    assert (of(alone[1])["fault"]["type"], of(alone[1], OTHER)["verdict"]) == ("FillBooked", "truncated")
    shared()
    assert asked(path) == alone


async def test_a_damaged_file_is_unreadable_to_several_processes_too(
    path: Path, shared: Callable[[], None]
) -> None:
    change(path, f"UPDATE journal SET body = CAST(x'ff' AS TEXT) WHERE session = '{SESSION}' AND seq = 5")
    alone = asked(path)
    shared()
    for code, data, text in (alone, asked(path)):
        assert (code, data["sessions"]) == (3, [])
        assert "Could not decode to UTF-8" in text


def test_the_sessions_of_a_killed_process_are_unreadable() -> None:
    future: Future[list[reckoning.Judged]] = Future()
    future.set_exception(BrokenProcessPool())
    [(verdict, examination)] = reckoning.taken([Claims("a")], future)
    assert examination is not None
    assert (verdict.session, verdict.verdict, examination.verdict) == ("a", 3, 3)
    assert "killed" in verdict.findings[0].text
    assert "killed" in examination.unreadable
