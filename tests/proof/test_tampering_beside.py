"""Random tampering with what stands beside the entries: snapshots, bars, rows, heads, their second copy."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from tests.adapters.stores.entries import bar_at
from tests.views.journals import SESSION, finished, opened, stored
from ytc_tui.adapters.head_file import HeadFile
from ytc_tui.adapters.signing import known_keys
from ytc_tui.adapters.stores.bars import bar_digest
from ytc_tui.adapters.stores.loop import LoopJournal
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.commands.sign import sign
from ytc_tui.commands.verify import verify
from ytc_tui.engine.ports import Snapshot
from ytc_tui.engine.recovery import recover_state
from ytc_tui.model.chain import GENESIS_HASH
from ytc_tui.model.codec import in_order
from ytc_tui.model.market import Bar

OTHER = "c0ffee00-0000-5000-8000-000000000002"
GHOST = "ffffffff-1111-5000-8000-000000000003"
BARS = 40
PROJECTIONS = {"trades": "trade_id", "orders": "client_id", "fills": "venue_fill_id", "alerts": "alert_id"}


@dataclass(frozen=True)
class Folder:
    """A signed store of two sessions, one of them ended, with snapshots and bars; its key and second copy."""

    path: Path

    @property
    def database(self) -> Path:
        return self.path / "ytc.db"

    @property
    def copy(self) -> HeadFile:
        return HeadFile(self.path / "heads", "paper")

    def exit_code(self) -> int:
        keys = known_keys(self.path / "key")
        return verify(self.database, safe=safe_line, head_file=self.copy, keys=keys).exit_code


async def _filled(folder: Path) -> None:
    path = await stored(folder / "ytc.db", finished(), opened(OTHER))
    journal = LoopJournal(path, feed="demo")
    journal.record_bars([bar_at(minute) for minute in range(BARS)])
    reader = journal.reader()
    for session in reader.sessions():
        state, head = recover_state(reader, session)
        await journal.save_snapshot(Snapshot(session, head.seq, head.hash, in_order(state)))
    await journal.close()


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    folder = Folder(tmp_path_factory.mktemp("store"))
    asyncio.run(_filled(folder.path))
    sign(folder.database, None, key_path=folder.path / "key", head_file=folder.copy, safe=safe_line)
    assert folder.exit_code() == 0
    return folder


def forge_snapshot(connection: sqlite3.Connection, copy: Path, chance: Random) -> None:
    """Another value for one field of the state, with a digest made anew and the true hash of its entry."""
    session = chance.choice((SESSION, OTHER))
    (text,) = connection.execute("SELECT state FROM snapshots WHERE session = ?", (session,)).fetchone()
    state = json.loads(text)
    amounts = [name for name, value in state.items() if isinstance(value, str) and _is_number(value)]
    kinds = [name for name, value in state.items() if isinstance(value, dict) and value]
    if chance.random() < 0.5:
        name = chance.choice(amounts)
        state[name] = str(float(state[name]) + chance.choice((-1, 0.5, 1e6)))
    else:
        name = chance.choice(kinds)
        del state[name][chance.choice(list(state[name]))]
    text = json.dumps(state)
    digest = hashlib.sha256(text.encode()).hexdigest()
    connection.execute(
        "UPDATE snapshots SET state = ?, digest = ? WHERE session = ?", (text, digest, session)
    )


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def cut_bars(connection: sqlite3.Connection, copy: Path, chance: Random) -> None:
    connection.execute("DELETE FROM bars WHERE place > ?", (chance.randrange(BARS),))


def rewrite_bars(connection: sqlite3.Connection, copy: Path, chance: Random) -> None:
    """Other prices from some bar on, with every digest made anew."""
    first, digest = chance.randint(1, BARS), GENESIS_HASH
    sql = "SELECT place, feed, symbol, open_ns, open, high, low, close, volume FROM bars ORDER BY place"
    for place, feed, *fields in connection.execute(sql).fetchall():
        bar = Bar(*fields)
        if place >= first:
            bar = bar._replace(close=bar.close + 1)
        digest = bar_digest(digest, feed, bar)
        connection.execute(
            "UPDATE bars SET close = ?, digest = ? WHERE place = ?", (bar.close, digest, place)
        )


def add_ghosts(connection: sqlite3.Connection, copy: Path, chance: Random) -> None:
    table = chance.choice(["sessions", *PROJECTIONS])
    if table == "sessions":
        connection.execute("INSERT INTO sessions (session) VALUES (?)", (GHOST,))
    else:
        connection.execute(f"INSERT INTO {table} (session, {PROJECTIONS[table]}) VALUES (?, 'x')", (GHOST,))


def spoil_copy(connection: sqlite3.Connection, copy: Path, chance: Random) -> None:
    """The second copy cut, relabelled, edited in one letter, or gone."""
    lines = copy.read_text().splitlines(keepends=True)
    number = chance.randrange(len(lines))
    match chance.choice(("cut", "relabel", "edit", "gone")):
        case "cut":
            del lines[number]
        case "relabel":
            lines[number] = lines[number].replace('"mode": "paper"', '"mode": "live"')
        case "edit":
            place = chance.randrange(len(lines[number]) - 1)
            letter = chance.choice([c for c in "0123456789abcdef{}" if c != lines[number][place]])
            lines[number] = lines[number][:place] + letter + lines[number][place + 1 :]
        case _:
            copy.unlink()
            return
    copy.write_text("".join(lines))


def unsign(connection: sqlite3.Connection, copy: Path, chance: Random) -> None:
    """The signature of the ended session taken out of both places."""
    connection.execute(
        "UPDATE heads SET signed_seq = NULL, signed_hash = NULL, signed_ns = NULL, key = NULL,"
        " signature = NULL, bars = NULL, bars_digest = NULL WHERE session = ?",
        (SESSION,),
    )
    lines = [line for line in copy.read_text().splitlines(keepends=True) if SESSION not in line]
    copy.write_text("".join(lines))


def put_back(connection: sqlite3.Connection, copy: Path, chance: Random) -> None:
    """The anchor of the ended session moved to an earlier entry, or the link to it taken away."""
    seq = chance.randint(1, finished().head.seq - 1)
    if chance.random() < 0.5:
        connection.execute(
            "UPDATE heads SET head_seq = ?1, head_hash ="
            " (SELECT hash FROM journal WHERE session = ?2 AND seq = ?1) WHERE session = ?2",
            (seq, SESSION),
        )
    else:
        connection.execute("UPDATE heads SET previous_seq = 0 WHERE session = ?", (OTHER,))


def number_before_the_first(connection: sqlite3.Connection, copy: Path, chance: Random) -> None:
    connection.execute(
        "INSERT INTO journal (seq, at, session, type, v, correlation, causation, body, prev_hash, hash)"
        " SELECT ?, at, session, type, v, correlation, causation, body, prev_hash, hash FROM journal"
        " WHERE session = ? AND seq = 2",
        (-chance.randrange(100), chance.choice((SESSION, OTHER))),
    )


KINDS: tuple[Callable[[sqlite3.Connection, Path, Random], None], ...] = (
    forge_snapshot,
    cut_bars,
    rewrite_bars,
    add_ghosts,
    spoil_copy,
    unsign,
    put_back,
    number_before_the_first,
)


def check_many(pristine: Folder, seeds: range, folder: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    for seed in seeds:
        chance = Random(seed)
        kind = chance.choice(KINDS)
        shutil.copytree(pristine.path, folder, dirs_exist_ok=True)
        spoiled = Folder(folder)
        with closing(sqlite3.connect(spoiled.database)) as connection, connection:
            kind(connection, spoiled.copy.path, chance)
        assert spoiled.exit_code() != 0, (seed, kind.__name__)
        found[kind.__name__] += 1
    return found


def test_tampering_beside_the_entries_is_found(pristine: Folder, tmp_path: Path) -> None:
    assert len(check_many(pristine, range(80), tmp_path / "spoiled")) == len(KINDS)


@pytest.mark.slow
def test_two_thousand_tamperings_beside_the_entries_are_found(pristine: Folder, tmp_path: Path) -> None:
    assert len(check_many(pristine, range(80, 2_080), tmp_path / "spoiled")) == len(KINDS)
