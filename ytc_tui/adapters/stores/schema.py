"""The shape of a store's tables as its own file declares them, and the statements over them.

Decides the SQL text of every write. Standard library only at import: the file was built from the
table classes by the migrations, so its declarations are theirs, and start-up imports no ORM.
Invariant: a statement names every column of its table, in the file's order.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

from ytc_tui.adapters.stores.values import Stored, pack

RECORD_TABLES = frozenset({"journal", "heads", "snapshots", "bars", "telemetry"})
VERSION_TABLE = "alembic_version"

# Rows are written in runs of these lengths, one step of the database each: the interpreter's lock is
# given up and taken back once a run instead of once a row, and few statements stay prepared.
RUN_LENGTHS = (64, 32, 16, 8, 4, 2, 1)


@dataclass(frozen=True, slots=True)
class Shape:
    """One table: its columns, their declared types, the primary key, and each
    column's place."""

    table: str
    columns: tuple[str, ...]
    declared: tuple[str, ...]
    key: tuple[str, ...]
    places: Mapping[str, int]

    def packed(self, key: Sequence[str], values: Mapping[str, object]) -> tuple[Stored, ...]:
        """A projection's row; a column not in `values` is empty. ValueError: key or names do not fit."""
        if len(key) != len(self.key):
            raise ValueError(f"{self.table}: the key is {self.key}, got {tuple(key)!r}")
        row = self._placed(values)
        for name, value in zip(self.key, key, strict=True):
            row[self.places[name]] = value
        return tuple(row)

    def row(self, values: Mapping[str, object]) -> tuple[Stored, ...]:
        """`values` in column order, as stored. ValueError: a name that is no column."""
        return tuple(self._placed(values))

    def _placed(self, values: Mapping[str, object]) -> list[Stored]:
        row: list[Stored] = [None] * len(self.columns)
        places, declared = self.places, self.declared
        for name, value in values.items():
            place = places.get(name)
            if place is None:
                raise ValueError(f"{self.table} has no column {name!r}")
            row[place] = pack(declared[place], value)
        return row


def shapes(connection: sqlite3.Connection) -> dict[str, Shape]:
    """Every table of the store by name, as the file declares it."""
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {}
    for name in tables:
        if name.startswith("sqlite_") or name == VERSION_TABLE:
            continue
        columns = connection.execute(f'PRAGMA table_info("{name}")').fetchall()
        key = tuple(column[1] for column in sorted(columns, key=lambda c: c[5]) if column[5])
        names = tuple(column[1] for column in columns)
        places = {column: place for place, column in enumerate(names)}
        declared = tuple(column[2] for column in columns)
        found[name] = Shape(name, names, declared, key, places)
    return found


@cache
def insert_sql(table: str, columns: tuple[str, ...], rows: int, replace: bool) -> str:
    """`rows` rows of `table` in one statement."""
    verb = "INSERT OR REPLACE" if replace else "INSERT"
    names = ", ".join(f'"{column}"' for column in columns)
    marks = ", ".join(["(" + ", ".join("?" * len(columns)) + ")"] * rows)
    return f'{verb} INTO "{table}" ({names}) VALUES {marks}'


def insert(
    connection: sqlite3.Connection, shape: Shape, rows: Sequence[Sequence[Stored]], *, replace: bool = False
) -> None:
    """Write full rows, in order."""
    start = 0
    for length in _runs(len(rows)):
        run = rows[start : start + length]
        sql = insert_sql(shape.table, shape.columns, length, replace)
        connection.execute(sql, list(chain.from_iterable(run)))
        start += length


def _runs(count: int) -> Iterator[int]:
    for length in RUN_LENGTHS:
        for _ in range(count // length):
            yield length
        count %= length


def build(connection: sqlite3.Connection) -> None:
    """Create every table in an empty database from the table classes (imports them)."""
    from sqlalchemy.dialects import sqlite
    from sqlalchemy.schema import CreateTable

    from ytc_tui.adapters.stores.tables import metadata

    for table in metadata.sorted_tables:
        connection.execute(str(CreateTable(table).compile(dialect=sqlite.dialect())))
