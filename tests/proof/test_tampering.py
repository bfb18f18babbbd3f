"""Random tampering with a store: found by `ytc verify` and by the stand-alone verifier, at the same entry."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

from tests.adapters.stores.entries import entries_after
from ytc_tui.adapters.head_file import HeadFile
from ytc_tui.adapters.stores.loop import LoopJournal
from ytc_tui.adapters.stores.verify import Verdict, Verification, verify
from ytc_tui.engine.ports import Batch
from ytc_tui.model.chain import GENESIS_HASH, ChainHead, Entry
from ytc_tui.sealing import Sealer, kept_witnesses

SCRIPT = Path(__file__).parents[2] / "proof" / "chain.py"
LENGTHS = {"a": 30, "b": 25, "c": 40}
COLUMNS = ("at", "type", "v", "correlation", "causation", "body", "prev_hash", "hash")


@dataclass(frozen=True)
class Store:
    """A store, its key, and the second copy of its signed heads."""

    path: Path
    heads: HeadFile

    def verify(self) -> Verification:
        return verify(self.path, witnesses=kept_witnesses(self.heads))


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("chain", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def _filled(folder: Path) -> Store:
    store = Store(folder / "ytc.db", HeadFile(folder / "heads", "paper"))
    journal = LoopJournal(store.path)
    sealer = Sealer(
        folder / "key",
        store.heads,
        journal.keep_signed,
        lambda name: None,
        journal.reader().bars_head,
        lambda: 5,
    )
    for name, count in LENGTHS.items():
        head = ChainHead(name)
        for _ in range(0, count, 5):
            await journal.append(Batch(entries_after(head, 5)))
        await sealer.seal(head)
    await journal.close()
    return store


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return asyncio.run(_filled(tmp_path_factory.mktemp("store")))


@dataclass(frozen=True)
class Tampering:
    """What was done, the session it was done to, and the first entry that is not as it was."""

    kind: str
    session: str
    seq: int


def tamper(connection: sqlite3.Connection, chance: Random) -> Tampering:
    """Change one thing in the journal."""
    session = chance.choice(list(LENGTHS))
    last = LENGTHS[session]
    seq = chance.randint(1, last)
    kind = chance.choice(("edit", "edit", "edit", "delete", "swap", "cut", "renumber", "rewrite"))
    if kind == "edit":
        column = chance.choice(COLUMNS)
        row = connection.execute(
            f'SELECT "{column}" FROM journal WHERE session = ? AND seq = ?', (session, seq)
        ).fetchone()
        _set(connection, session, seq, column, _changed(row[0], chance))
    elif kind == "swap" and last > 1:
        other = chance.choice([number for number in range(1, last + 1) if number != seq])
        for number, new in ((seq, -1), (other, seq), (-1, other)):
            _set(connection, session, number, "seq", new)
        seq = min(seq, other)
    elif kind == "cut":
        connection.execute("DELETE FROM journal WHERE session = ? AND seq >= ?", (session, seq))
    elif kind == "renumber":
        _set(connection, session, seq, "seq", last + chance.randint(1, 99) + (seq == last))
    elif kind == "rewrite":
        _rewrite(connection, session, seq)
    else:
        kind = "delete"
        connection.execute("DELETE FROM journal WHERE session = ? AND seq = ?", (session, seq))
    if kind == "delete" and seq == last:
        kind = "cut"
    return Tampering(kind, session, seq)


def _set(connection: sqlite3.Connection, session: str, seq: int, column: str, value: object) -> None:
    sql = f'UPDATE journal SET "{column}" = ? WHERE session = ? AND seq = ?'
    assert connection.execute(sql, (value, session, seq)).rowcount == 1


def _changed(value: str | int, chance: Random) -> str | int:
    """`value` with one digit or letter another, longer or shorter."""
    if isinstance(value, int):
        return value + chance.choice((-1, 1, 1_000))
    if not value:
        return "x"
    place = chance.randrange(len(value))
    letter = chance.choice([c for c in "0123456789abcdef{}é\n" if c != value[place]])
    return chance.choice((value[:place] + letter + value[place + 1 :], value + letter, value[:place]))


def _rewrite(connection: sqlite3.Connection, session: str, seq: int) -> None:
    """Change an entry and link everything after it anew, as one would who can write the whole file."""
    sql = "SELECT * FROM journal WHERE session = ? ORDER BY seq"
    names = ", ".join(Entry._fields)
    entries = [Entry(*row) for row in connection.execute(sql.replace("*", names), (session,))]
    before = entries[seq - 2].hash if seq > 1 else GENESIS_HASH
    head = ChainHead(session, seq - 1, before)
    for entry in entries[seq - 1 :]:
        body = entry.body + " " if entry.seq == seq else entry.body
        new = head.link(entry.at, entry.type, entry.v, entry.correlation, entry.causation, body)
        connection.execute(
            "UPDATE journal SET body = ?, prev_hash = ?, hash = ? WHERE session = ? AND seq = ?",
            (new.body, new.prev_hash, new.hash, session, new.seq),
        )


def check(pristine: Store, seed: int, folder: Path, chain: ModuleType) -> str:
    """Tamper with a copy and see that both verifiers name the entry; the kind of tampering."""
    path = folder / "tampered.db"
    shutil.copyfile(pristine.path, path)
    with closing(sqlite3.connect(path)) as connection:
        done = tamper(connection, Random(seed))
        connection.commit()
        heads = chain.heads_of(connection, str(pristine.heads.path))[done.session]
        verdict, text = chain.problem(connection, done.session, heads)
    found = Store(path, pristine.heads).verify()
    [session] = [one for one in found.sessions if one.session == done.session]
    note = (seed, done, session, text)
    if done.kind == "cut":
        assert found.verdict is session.verdict is Verdict.TRUNCATED, note
        assert session.head_seq == done.seq - 1, note
        assert (verdict, text.split(",")[0]) == (chain.CUT, f"ends at entry {done.seq - 1}"), note
    elif done.kind == "rewrite":
        assert session.verdict is Verdict.TAMPERED, note
        assert session.findings[0].seq >= done.seq, note
        assert verdict == chain.CHANGED, note
    else:
        assert session.fault is not None, note
        assert session.fault.seq == done.seq, note
        assert verdict == chain.CHANGED, note
        assert f"entry {done.seq} " in text, note
    others = [one.verdict for one in found.sessions if one.session != done.session]
    assert set(others) == {Verdict.OK}, note
    return done.kind


def check_many(pristine: Store, seeds: range, folder: Path) -> Counter[str]:
    chain = script()
    return Counter(check(pristine, seed, folder, chain) for seed in seeds)


def test_tampering_is_found_at_its_entry(pristine: Store, tmp_path: Path) -> None:
    kinds = check_many(pristine, range(150), tmp_path)
    assert len(kinds) == 6, kinds


@pytest.mark.slow
def test_ten_thousand_tamperings_are_found_at_their_entry(pristine: Store, tmp_path: Path) -> None:
    kinds = check_many(pristine, range(150, 10_150), tmp_path)
    assert len(kinds) == 6, kinds


def run_script(*arguments: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_script_runs_alone(pristine: Store, tmp_path: Path) -> None:
    whole = run_script(pristine.path, pristine.heads.path)
    assert whole.returncode == 0, whole.stderr
    assert [line.split(",")[0] for line in whole.stdout.splitlines()] == ["a: ok", "b: ok", "c: ok"]
    assert run_script(tmp_path / "none.db").returncode == 3
    copy = tmp_path / "cut.db"
    shutil.copyfile(pristine.path, copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("DELETE FROM journal WHERE session = 'b' AND seq > 3")
        connection.execute("UPDATE heads SET head_seq = 3, signed_seq = NULL WHERE session = 'b'")
        connection.execute("UPDATE heads SET previous_seq = 0 WHERE previous_session = 'b'")
        connection.commit()
    assert run_script(copy).returncode == 1  # what the row still says of entry 3 is not its hash
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute(
            "UPDATE heads SET head_hash = (SELECT hash FROM journal WHERE session = 'b' AND seq = 3)"
            " WHERE session = 'b'"
        )
        connection.commit()
    assert run_script(copy).returncode == 0  # the file alone cannot know
    assert run_script(copy, pristine.heads.path).returncode == 2  # the second copy does


def test_the_script_is_short_and_needs_nothing() -> None:
    lines = SCRIPT.read_text().splitlines()
    assert len(lines) <= 100
    imports = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert imports <= set(sys.stdlib_module_names)
