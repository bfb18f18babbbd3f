"""A short slice of each trial by force, and what its witnesses notice.

Each trial runs in an interpreter of its own, since it forks.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.force.screen import Screen
from tests.force.sends import missing, read_trace
from tests.force.witness import Witness

REPOSITORY = Path(__file__).resolve().parents[2]


def tried(*arguments: str) -> str:
    """The figures of one trial, which must have no fault."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.force", *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [line] = [json.loads(line) for line in done.stdout.splitlines()]
    assert line["faults"] == []
    return str(line["figures"])


def test_killed_engines_lose_and_double_nothing() -> None:
    assert tried("--engines", "4", "--seed", "7").startswith("4 kills")


def test_killed_cores_lose_and_double_nothing() -> None:
    assert tried("--cores", "25", "--seed", "7").startswith("25 kills")


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_intents_are_synced_before_their_bytes_leave() -> None:
    figures = tried("--sends", "1")
    after, _, of, *_ = figures.split()
    assert int(after) > 100
    assert figures.startswith(f"{after} of {after} sends"), of


def test_dropped_terminals_stop_no_engine() -> None:
    assert tried("--terminals", "2").startswith("2 terminals dropped, the engine ran on")


# ---- what the witnesses notice ----------------------------------------------------------------------


def journal_of(path: Path, *entries: tuple[int, str, dict[str, Any]]) -> Path:
    with closing(sqlite3.connect(path)) as store:
        store.execute("CREATE TABLE IF NOT EXISTS journal (seq, at, type, body)")
        store.execute("DELETE FROM journal")
        store.executemany(
            "INSERT INTO journal VALUES (?, 5, ?, ?)",
            [(seq, kind, json.dumps(body)) for seq, kind, body in entries],
        )
        store.commit()
    return path


def told(seq: int, kind: str, body: dict[str, Any]) -> bytes:
    return json.dumps({"seq": seq, "at": 5, "type": kind, "body": body}).encode() + b"\n"


INTENT = {"order": {"client_id": "ya"}}


def test_a_lost_and_a_changed_entry_are_noticed(tmp_path: Path) -> None:
    journal = journal_of(tmp_path / "ytc.db", (1, "A", {}), (2, "B", {"x": 1}))
    witness = Witness(journal)
    witness.after(told(1, "A", {}) + told(2, "B", {"x": 1}) + b'{"seq": 3, "at"')
    assert witness.faults == []
    journal_of(journal, (1, "A", {}))
    witness.after(b"")
    assert witness.faults == ["entry 2 (B) was told and is lost"]
    journal_of(journal, (1, "A", {}), (2, "B", {"x": 2}))
    witness.after(told(2, "B", {"x": 2}))
    assert "entry 2 was told twice, and differently" in witness.faults
    assert "entry 2 (B) was told and is another now" in witness.faults


def test_a_doubled_and_an_early_send_are_noticed(tmp_path: Path) -> None:
    journal = journal_of(tmp_path / "ytc.db", (1, "OrderIntended", INTENT))
    witness = Witness(journal)
    witness.after(b'{"sent": "ya"}\n' + told(1, "OrderIntended", INTENT))
    assert witness.faults == ["order ya was sent before its intent was durable"]
    witness.faults.clear()
    witness.after(b'{"sent": "ya"}\n{"sent": "ya"}\n')
    assert witness.faults == ["order ya was sent twice in one life"]


LOG, SOCKET = "</x/ytc.db-wal>", "<UNIX-STREAM:[7->8]>"
WRITE = f'9 pwrite64(5{LOG}, "..\\"client_id\\":\\"ya\\"..", 4096, 24) = 4096'
SYNC = f"9 fdatasync(5{LOG}) = 0"
SUBMIT = '{"id":1,"call":"submit","request":{"client_id":"ya"}}'.replace('"', '\\"')
SEND = f'8 sendto(7{SOCKET}, "{SUBMIT}", 80) = 80'
STARTED = f"9 fdatasync(5{LOG} <unfinished ...>"
ENDED = "9 <... fdatasync resumed>) = 0"


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ((WRITE, SYNC, SEND), ""),
        ((WRITE, STARTED, ENDED, SEND), ""),
        ((SEND,), "no intent of it was written"),
        ((SYNC, SEND, WRITE), "no intent of it was written"),
        ((WRITE, SEND, SYNC), "was written and not synced"),
        ((SYNC, WRITE, SEND), "was written and not synced"),
        ((WRITE, STARTED, SEND, ENDED), "was written and not synced"),
        ((STARTED, WRITE, ENDED, SEND), "was written and not synced"),
        ((WRITE, SYNC.replace("= 0", "= -1 EIO (Input/output error)"), SEND), "was written and not synced"),
    ],
)
def test_a_send_is_held_against_the_sync_of_its_own_intent(lines: tuple[str, ...], fault: str) -> None:
    found = read_trace(lines)
    assert found.sent == 1
    assert found.after_sync == (not fault)
    assert [fault in text for text in found.faults] == ([True] if fault else [])


def test_a_send_of_the_emergency_exception_is_counted_apart() -> None:
    noted = '9 write(4</x/emergency-a.spare>, "submit ya BTCUSDT sell 1 market", 31) = 31'
    found = read_trace((noted, SEND))
    assert (found.sent, found.after_sync, found.emergency, found.faults) == (1, 0, 1, [])
    assert read_trace((WRITE, SYNC, SEND, SEND)).repeated == 1


def test_a_screen_shows_what_was_written_where() -> None:
    screen = Screen()
    screen.feed(b"\x1b[2J\x1b[Hone\r\ntwo \x1b[1")
    screen.feed(b";31m7:02 UTC\x1b[0m\x1b[1;5Hmore 12s")
    assert screen.text.splitlines()[:2] == ["one more 12s", "two 7:02 UTC"]
    assert screen.timeless.splitlines()[:2] == ["one more ", "two UTC"]
