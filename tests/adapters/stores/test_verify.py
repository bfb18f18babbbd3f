"""Verification finds the exact place of every edit, and tells a cut from a change."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.adapters.stores.entries import bar_at, entries_after
from ytc_tui.adapters.signing import HeadSigner
from ytc_tui.adapters.stores.beside import Finding
from ytc_tui.adapters.stores.loop import LoopJournal
from ytc_tui.adapters.stores.verify import Verdict, Witness, verify
from ytc_tui.engine.ports import Batch, Snapshot
from ytc_tui.model.chain import ChainHead, Entry

EDITS = [
    "UPDATE journal SET body = replace(body, '\"n\":6', '\"n\":8') WHERE session = 'b' AND seq = 7",
    "UPDATE journal SET at = at + 1 WHERE session = 'b' AND seq = 7",
    "UPDATE journal SET type = 'OrderRefused' WHERE session = 'b' AND seq = 7",
    "UPDATE journal SET causation = '' WHERE session = 'b' AND seq = 7",
    "UPDATE journal SET hash = replace(hash, '1', '2') || 'x' WHERE session = 'b' AND seq = 7",
    "UPDATE journal SET prev_hash = 'x' WHERE session = 'b' AND seq = 7",
    "DELETE FROM journal WHERE session = 'b' AND seq = 7",
    "UPDATE journal SET seq = seq + 1000 WHERE session = 'b' AND seq = 7",
    "UPDATE journal SET session = 'a', seq = 500 WHERE session = 'b' AND seq = 7",
]


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """Three sessions with 120, 130 and 20 entries, a snapshot, and 30 bars."""
    path = tmp_path / "ytc.db"
    journal = LoopJournal(path, feed="demo")
    for name, count in (("a", 120), ("b", 130), ("c", 20)):
        head = ChainHead(name)
        journal.record_bars([bar_at(minute, name) for minute in range(10)])
        await journal.append(Batch(entries_after(head, count)))
        await journal.save_snapshot(Snapshot(name, head.seq, head.hash, '{"x":1}'))
        await journal.anchor(name, 5)
    await journal.close()
    return path


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount > 0
        connection.commit()


def test_a_whole_file_is_ok_and_counted(path: Path) -> None:
    result = verify(path)
    assert (result.verdict, result.exit_code, result.entries) == (Verdict.OK, 0, 270)
    assert [(session.session, session.head_seq) for session in result.sessions] == [
        ("a", 120),
        ("b", 130),
        ("c", 20),
    ]
    assert (result.bars, result.snapshots, result.findings) == (30, 3, ())
    with closing(sqlite3.connect(path)) as connection:
        stored = connection.execute("SELECT hash FROM journal WHERE session = 'c' AND seq = 20").fetchone()
    assert result.sessions[2].head_hash == stored[0]


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_found_at_its_entry(path: Path, edit: str) -> None:
    change(path, edit)
    result = verify(path)
    assert result.exit_code == 1
    faults = {session.session: session.fault for session in result.sessions}
    assert faults["b"] is not None
    assert faults["b"].seq == 7
    assert faults["c"] is None
    if "UPDATE journal SET body" in edit:
        assert faults["b"].found != faults["b"].expected
        assert len(faults["b"].found) == len(faults["b"].expected) == 64


def test_one_digit_changed_in_the_bytes_of_the_file_is_found(path: Path) -> None:
    rng = random.Random(7)
    pristine = path.read_bytes()
    for _ in range(12):
        seq = rng.randrange(1, 131)
        target = f'{{"n":{seq - 1},"x"'.encode()
        with closing(sqlite3.connect(path)) as connection:
            (prev,) = connection.execute(
                "SELECT prev_hash FROM journal WHERE session = 'b' AND seq = ?", (seq,)
            ).fetchone()
        place = next(
            place for place in occurrences(pristine, target) if prev.encode() in pristine[place : place + 200]
        )
        changed = bytearray(pristine)
        changed[place + 5] = ord("9") if changed[place + 5] != ord("9") else ord("8")
        path.write_bytes(changed)
        fault = {session.session: session.fault for session in verify(path).sessions}["b"]
        assert fault is not None
        assert (fault.seq, fault.reason) == (seq, "its content does not match its hash")


def occurrences(data: bytes, wanted: bytes) -> Iterator[int]:
    place = data.find(wanted)
    while place >= 0:
        yield place
        place = data.find(wanted, place + 1)


def test_a_cut_tail_is_truncation_not_tampering(path: Path) -> None:
    change(path, "DELETE FROM journal WHERE session = 'b' AND seq > 90")
    result = verify(path)
    assert result.exit_code == 2
    session = result.sessions[1]
    assert (session.verdict, session.head_seq, session.fault) == (Verdict.TRUNCATED, 90, None)
    assert session.findings[0].seq == 130
    assert "ends at 90" in session.findings[0].text


def test_a_witness_from_outside_finds_what_the_file_no_longer_knows(path: Path) -> None:
    before = verify(path).sessions[1]
    witness = {"b": [Witness(before.head_seq, before.head_hash)]}
    change(
        path,
        "DELETE FROM snapshots WHERE session = 'b'",
        "DELETE FROM journal WHERE session = 'b' AND seq > 90",
        "UPDATE heads SET head_seq = 90, head_hash ="
        " (SELECT hash FROM journal WHERE session = 'b' AND seq = 90) WHERE session = 'b'",
    )
    assert verify(path, witnesses=witness).exit_code == 2
    assert verify(path, witnesses={"b": [Witness(50, "0" * 64)]}).exit_code == 1
    assert verify(path, witnesses={"nobody": [Witness(1, "0" * 64)]}).exit_code == 2


def test_a_session_taken_out_whole_is_missed(path: Path) -> None:
    for table in ("journal", "snapshots", "heads"):
        change(path, f"DELETE FROM {table} WHERE session = 'b'")
    result = verify(path)
    assert result.exit_code == 1
    assert any("session 2 is missing" in finding.text for finding in result.findings)


def test_an_entry_rewritten_with_its_own_hash_breaks_the_link_of_the_next_session(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for table in ("journal", "snapshots"):
            connection.execute(f"DELETE FROM {table} WHERE session = 'b'")
        forged = entries_after(ChainHead("b"), 130, size=60)
        connection.executemany(
            f"INSERT INTO journal ({', '.join(Entry._fields)}) VALUES "
            f"({', '.join('?' * len(Entry._fields))})",
            forged,
        )
        connection.execute("UPDATE heads SET head_hash = ? WHERE session = 'b'", (forged[-1].hash,))
        connection.commit()
    result = verify(path)
    assert [session.fault for session in result.sessions] == [None] * 3
    assert result.exit_code == 1
    assert [session.verdict for session in result.sessions] == [Verdict.OK, Verdict.TAMPERED, Verdict.OK]
    assert "anchored at entry 130" in result.sessions[1].findings[0].text


@pytest.mark.parametrize(
    ("edit", "place"),
    [("UPDATE bars SET close = 77.0 WHERE place = 14", 14), ("DELETE FROM bars WHERE place = 5", 6)],
)
def test_a_changed_bar_is_found(path: Path, edit: str, place: int) -> None:
    change(path, edit)
    result = verify(path)
    assert result.exit_code == 1
    assert result.bar_fault is not None
    assert result.bar_fault.place == place


@pytest.mark.parametrize("seq", [0, -7, -(2**63)])
def test_an_entry_before_the_first_is_found(path: Path, seq: int) -> None:
    names = ", ".join(Entry._fields[1:])
    change(path, f"INSERT INTO journal SELECT {seq}, {names} FROM journal WHERE session = 'a' AND seq = 7")
    session = verify(path).sessions[0]
    assert session.fault is not None
    assert (session.verdict, session.fault.reason) == (Verdict.TAMPERED, f"expected entry 1, found {seq}")


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ("INSERT INTO trades (session, trade_id) VALUES ('ghost', 'T1')", "rows in the table trades"),
        ("INSERT INTO sessions (session) VALUES ('0')", "rows in the table sessions"),
        (
            "INSERT INTO snapshots (session, seq, hash, state, digest) SELECT 'z', seq, hash, state, digest"
            " FROM snapshots WHERE session = 'a'",
            "rows in the table snapshots",
        ),
        (
            "UPDATE heads SET head_seq = 10, head_hash ="
            " (SELECT hash FROM journal WHERE session = heads.session AND seq = 10) WHERE session = 'b'",
            "was put back to 10, its journal ends at 130",
        ),
        ("UPDATE heads SET previous_seq = 0 WHERE session = 'b'", "names no entry of session a"),
    ],
)
def test_what_stands_beside_the_entries_is_held_against_them(path: Path, edit: str, told: str) -> None:
    change(path, edit)
    result = verify(path)
    assert result.exit_code == 1
    found = [*result.findings, *(finding for one in result.sessions for finding in one.findings)]
    assert [finding.text for finding in found if told in finding.text]
    assert len(found) == 1


async def test_bars_are_those_that_a_head_was_signed_with(path: Path, tmp_path: Path) -> None:
    journal = LoopJournal(path)
    reader = journal.reader()
    signed = HeadSigner(tmp_path / "key").sign(reader.head("c"), reader.bars_head(), 5)
    await journal.keep_signed(signed)
    assert (signed.bars, verify(path).exit_code) == (30, 0)
    journal.record_bars([bar_at(77, "a")])
    await journal.close()
    result = verify(path)
    assert (result.bars, result.exit_code) == (31, 0), "bars that came later are no fault"
    change(path, "DELETE FROM bars WHERE place > 20")
    result = verify(path)
    assert (result.bar_fault, result.exit_code) == (None, 2)
    assert result.sessions[2].findings[0].text == "signed with 30 bars, but the store holds fewer"
    change(path, "DELETE FROM bars")
    journal = LoopJournal(path, feed="demo")
    journal.record_bars([bar_at(minute, "other") for minute in range(30)])
    await journal.close()
    result = verify(path)
    assert (result.bars, result.bar_fault, result.exit_code) == (30, None, 1)
    assert "signed with 30 bars of digest" in result.sessions[2].findings[0].text
    change(path, "UPDATE heads SET bars = NULL, bars_digest = NULL WHERE session = 'c'")
    assert "is not genuine" in verify(path).sessions[2].findings[0].text


def test_a_changed_snapshot_is_found(path: Path) -> None:
    change(path, "UPDATE snapshots SET state = '{\"x\":2}' WHERE session = 'b'")
    change(path, "UPDATE snapshots SET hash = 'f' WHERE session = 'c'")
    result = verify(path)
    assert result.exit_code == 1
    assert [(finding.session, finding.seq) for finding in result.findings] == [("b", 130)]
    assert [finding.seq for finding in result.sessions[2].findings] == [20]


def test_further_checks_read_the_entries_of_each_whole_session(path: Path) -> None:
    seen: dict[str, int] = {}

    def check(session: str, entries: Iterable[Entry]) -> Iterator[Finding]:
        for entry in entries:
            seen[session] = entry.seq
            if session == "c" and entry.seq == 3:
                yield Finding(session, 3, "an order without a decision")

    change(path, "UPDATE journal SET at = 0 WHERE session = 'a' AND seq = 2")
    result = verify(path, checks=[check])
    assert seen == {"b": 130, "c": 20}
    assert [session.verdict for session in result.sessions] == [
        Verdict.TAMPERED,
        Verdict.OK,
        Verdict.TAMPERED,
    ]
    assert result.sessions[2].findings == (Finding("c", 3, "an order without a decision"),)


def test_what_cannot_be_read_is_unreadable(path: Path, tmp_path: Path) -> None:
    assert verify(tmp_path / "nothing.db").exit_code == 3
    data = bytearray(path.read_bytes())
    for page in range(2, len(data) // 4096):
        data[page * 4096 : page * 4096 + 200] = b"\xff" * 200
    path.write_bytes(data)
    result = verify(path)
    assert result.exit_code == 3
    assert str(path) in result.findings[0].text
    path.write_text("no database, only words " * 400)
    assert verify(path).exit_code == 3
    path.write_bytes(b"")
    assert verify(path).exit_code == 3


def test_verifying_imports_no_orm() -> None:
    program = (
        "import sys, ytc_tui.adapters.stores.verify;"
        "print([name for name in ('alembic', 'sqlalchemy', 'sqlmodel') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
