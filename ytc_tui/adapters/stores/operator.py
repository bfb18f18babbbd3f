"""What an operator keeps beside the journal: levels and biases for later sessions, notes on ended ones.

Decides what is carried from one session to the next. Imports sqlite3, the codec and the model; text in it
is foreign and passes the sanitiser as it is read. Invariants: a file of its own, so that no chain is ever
touched; each change is one transaction; no file is made by reading.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from ytc_tui.adapters.stores.failures import translated
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.errors import JournalCorrupt
from ytc_tui.model.codec import canonical, from_json
from ytc_tui.model.own import Bias, OwnBias, OwnLevel, OwnNote
from ytc_tui.model.state import State

FILE = "operator.db"
WHAT = "the operator's file (levels and bias of later sessions, notes on ended ones)"
DAMAGED_FIX = "move it away, and sessions begin without them"
# The day of a bias for the next session, whichever day that is.
NEXT = ""

_BUSY_TIMEOUT_S = 5.0
_VERSION = 1
_SCHEMA = """
CREATE TABLE levels (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE biases (symbol TEXT, day TEXT, body TEXT NOT NULL, PRIMARY KEY (symbol, day)) WITHOUT ROWID;
CREATE TABLE notes (session TEXT, id TEXT, body TEXT NOT NULL, PRIMARY KEY (session, id)) WITHOUT ROWID;
"""

ValueT = TypeVar("ValueT", OwnLevel, OwnBias, OwnNote)


class OperatorFile:
    """The file at `path`. Every method opens it anew, for it is used seldom and by several processes.

    All raise JournalUnavailable (disk, lock, rights) or JournalCorrupt (not such a file, or a newer one).
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    # ---- levels and biases ---------------------------------------------------------------------

    def levels(self) -> tuple[OwnLevel, ...]:
        """All that are kept, by symbol and price."""
        found = [self._value(_level, body) for (body,) in self._rows("SELECT body FROM levels")]
        return tuple(sorted(found, key=lambda level: (level.symbol, level.low, level.high)))

    def put_level(self, level: OwnLevel) -> None:
        """Keep `level`, in place of the one at the same prices."""
        with self._changing() as connection:
            _put_level(connection, level)

    def drop_level(self, level_id: str) -> None:
        with self._changing() as connection:
            connection.execute("DELETE FROM levels WHERE id = ?", (level_id,))

    def biases(self) -> tuple[tuple[str, OwnBias], ...]:
        """(local day, bias) of all that are kept; `NEXT` for the next session's."""
        rows = self._rows("SELECT day, body FROM biases ORDER BY day, symbol")
        return tuple((str(day), self._value(_bias, body)) for day, body in rows)

    def put_bias(self, day: str, held: OwnBias) -> None:
        """Keep `held` for a local `day`, in place of the symbol's other one; NONE takes that away."""
        with self._changing() as connection:
            _put_bias(connection, day, held)

    def lift_bias(self, symbol: str, day: str) -> None:
        """Forget what is kept for `symbol` on `day`, and for the next session."""
        with self._changing() as connection:
            connection.execute("DELETE FROM biases WHERE symbol = ? AND day IN (?, ?)", (symbol, day, NEXT))

    def opening(
        self, symbols: Collection[str], day: str, from_ns: int, day_end_ns: int
    ) -> tuple[tuple[OwnLevel, ...], tuple[OwnBias, ...]]:
        """What a session of `day` begins with at `from_ns`; a bias for the next session is this day's now."""
        levels = tuple(
            replace(level, from_ns=from_ns, armed_ns=from_ns)
            for level in self.levels()
            if level.symbol in symbols and not level.expired(from_ns)
        )
        biases = {held.symbol: held for on, held in self.biases() if on == day and held.symbol in symbols}
        coming = {held.symbol: held for on, held in self.biases() if on == NEXT and held.symbol in symbols}
        if coming:
            with self._changing() as connection:
                for held in coming.values():
                    connection.execute("DELETE FROM biases WHERE symbol = ? AND day = ?", (held.symbol, NEXT))
                    _put_bias(connection, day, held)
        biases |= coming
        return levels, tuple(replace(held, until_ns=day_end_ns) for _, held in sorted(biases.items()))

    def keep(self, state: State, day: str) -> None:
        """What the ended session `state` leaves: its levels for later sessions, its biases for the day."""
        symbols = state.started.symbols if state.started is not None else ()
        at_ns = state.now_ns
        if not (state.levels or state.levels_gone or state.biases):
            return
        with self._changing() as connection:
            for level in (*state.levels_gone, *state.levels.values()):
                connection.execute("DELETE FROM levels WHERE id = ?", (level.level_id,))
            for level in state.standing_levels(at_ns):
                _put_level(connection, level)
            for symbol in symbols:
                connection.execute("DELETE FROM biases WHERE symbol = ? AND day = ?", (symbol, day))
                held = state.standing_bias(symbol, at_ns)
                if held is not None:
                    _put_bias(connection, day, held)

    # ---- notes ---------------------------------------------------------------------------------

    def notes(self, session: str) -> tuple[OwnNote, ...]:
        """Those that were written on `session` after it, in their order."""
        rows = self._rows("SELECT body FROM notes WHERE session = ? ORDER BY id", (session,))
        return tuple(self._value(_note, body) for (body,) in rows)

    def add_note(self, session: str, note: OwnNote) -> OwnNote:
        """Write `note` down; the note with the number that it got, `A001` and on."""
        with self._changing() as connection:
            (count,) = connection.execute(
                "SELECT count(*) FROM notes WHERE session = ?", (session,)
            ).fetchone()
            numbered = replace(note, note_id=f"A{count + 1:04d}")
            values = (session, numbered.note_id, canonical(numbered))
            connection.execute("INSERT INTO notes VALUES (?, ?, ?)", values)
        return numbered

    # ---- the file ------------------------------------------------------------------------------

    def _value(self, read: Callable[[str], ValueT], body: str) -> ValueT:
        try:
            return read(body)
        except (ValueError, TypeError, AttributeError) as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: Exception) -> JournalCorrupt:
        return JournalCorrupt(f"cannot read {WHAT}: {error}", where=str(self.path), fix=DAMAGED_FIX)

    def _rows(self, sql: str, values: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
        if not os.path.lexists(self.path):
            return []
        with self._open() as connection:
            return connection.execute(sql, values).fetchall()

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Created here so that the file is its owner's alone.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            with closing(
                sqlite3.connect(self.path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
            ) as connection:
                self._prepare(connection)
                yield connection
        except (sqlite3.Error, OSError) as error:
            raise translated(error, self.path, "use", WHAT, DAMAGED_FIX) from error
        except (ValueError, TypeError) as error:
            raise self._unreadable(error) from error

    def _prepare(self, connection: sqlite3.Connection) -> None:
        if connection.execute("PRAGMA user_version").fetchone() == (0,):
            connection.execute("BEGIN IMMEDIATE")
            # Another process may have been first.
            if connection.execute("PRAGMA user_version").fetchone() == (0,):
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {_VERSION}")
            connection.execute("COMMIT")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != _VERSION:
            raise ValueError(f"its version is {version}, ours {_VERSION}")


def _put_level(connection: sqlite3.Connection, level: OwnLevel) -> None:
    kept = replace(level, from_ns=0, met=None, armed_ns=0)
    connection.execute("INSERT OR REPLACE INTO levels VALUES (?, ?)", (kept.level_id, canonical(kept)))


def _put_bias(connection: sqlite3.Connection, day: str, held: OwnBias) -> None:
    if held.bias is Bias.NONE:
        connection.execute("DELETE FROM biases WHERE symbol = ? AND day = ?", (held.symbol, day))
        return
    values = (held.symbol, day, canonical(replace(held, until_ns=0)))
    connection.execute("INSERT OR REPLACE INTO biases VALUES (?, ?, ?)", values)


def _read(kind: type[ValueT], body: str) -> ValueT:
    return from_json(kind, loads(body))


def _level(body: str) -> OwnLevel:
    level = _read(OwnLevel, body)
    return replace(level, label=safe_line(level.label), actor=safe_line(level.actor))


def _bias(body: str) -> OwnBias:
    held = _read(OwnBias, body)
    return replace(held, reason=safe_line(held.reason), actor=safe_line(held.actor))


def _note(body: str) -> OwnNote:
    note = _read(OwnNote, body)
    return replace(note, text=safe_line(note.text), actor=safe_line(note.actor))
