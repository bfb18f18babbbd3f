"""A store file at this program's revision: created, migrated after a backup, or refused.

Decides which revision this program writes. Imports Alembic and the ORM only when there is work.
Invariant: creating and migrating are one transaction each: a kill leaves the file as it was before.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from ytc_tui.adapters.stores.failures import translated
from ytc_tui.adapters.stores.schema import VERSION_TABLE
from ytc_tui.errors import JournalCorrupt

if TYPE_CHECKING:
    from alembic.config import Config

REVISION = "0003"
MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_TIMEOUT_S = 5.0


def revision_of(connection: sqlite3.Connection) -> str:
    """The revision of an open file; "" if it holds no table. JournalCorrupt: it is not a store."""
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    if not tables:
        return ""
    if VERSION_TABLE in tables:
        row = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()
        if row is not None:
            return str(row[0])
    raise JournalCorrupt("this database is not a journal of this program", fix="name another file")


def upgrade(path: Path, *, revision: str = REVISION, migrations: Path = MIGRATIONS) -> Path | None:
    """Bring the file at `path` to `revision`; returns the backup it wrote, None if none was needed.

    Raises JournalUnavailable (disk, lock), JournalCorrupt (not a store, or written by a newer program).
    """
    try:
        # Created here so that the database, and the files beside it, are the owner's alone.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        with contextlib.closing(sqlite3.connect(path, timeout=LOCK_TIMEOUT_S)) as connection:
            try:
                found = revision_of(connection)
            except JournalCorrupt as error:
                raise JournalCorrupt(error.what, where=str(path), fix=error.fix) from error
            if found == revision:
                return None
            config = _config(path, found, revision, migrations)
            backup = _back_up(connection, path, found) if found else None
        _migrate(path, config, revision)
    except (sqlite3.Error, OSError, MemoryError) as error:
        raise translated(error, path, "open") from error
    return backup


def _back_up(connection: sqlite3.Connection, path: Path, revision: str) -> Path:
    """Copy the file beside itself, under a name that is not taken."""
    number = 0
    while True:
        number += 1
        target = path.with_name(f"{path.name}.{revision}.{number}.backup")
        try:
            os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            break
        except FileExistsError:
            continue
    try:
        with contextlib.closing(sqlite3.connect(target)) as copy:
            connection.backup(copy)
    except BaseException:
        target.unlink()
        raise
    return target


def _config(path: Path, found: str, revision: str, migrations: Path) -> Config:
    """Alembic's view of the migrations. JournalCorrupt: they do not know the revision `found`."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    known = {item.revision for item in ScriptDirectory.from_config(config).walk_revisions()}
    if found and found not in known:
        raise JournalCorrupt(
            f"written by a newer version of this program (its store revision is {found}, ours {revision})",
            where=str(path),
            fix="install that version, or use another state folder",
        )
    return config


def _migrate(path: Path, config: Config, revision: str) -> None:
    from alembic import command
    from sqlalchemy import create_engine, event
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import NullPool

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(path, isolation_level=None, timeout=LOCK_TIMEOUT_S)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    # The driver would commit before each change of a table; one explicit transaction holds them all.
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise error.orig from error
        raise
    finally:
        engine.dispose()
