"""Creating, migrating and refusing store files."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from ytc_tui.adapters.stores.schema import build, shapes
from ytc_tui.adapters.stores.upgrade import MIGRATIONS, REVISION, upgrade
from ytc_tui.errors import JournalCorrupt, JournalUnavailable

LATER_REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "later"
down_revision = "BEFORE"


def upgrade():
    op.create_table("notes", sa.Column("id", sa.Integer(), primary_key=True))
    op.add_column("orders", sa.Column("note", sa.String()))
    if FAIL:
        raise RuntimeError("stopped half way")
"""


def declarations(connection: sqlite3.Connection) -> dict[str, object]:
    """Everything that SQLite knows of each table: columns, types, keys, unique sets, and rowid or not."""
    found: dict[str, object] = {}
    for table in shapes(connection):
        columns = connection.execute(f'PRAGMA table_xinfo("{table}")').fetchall()
        indexes = [
            (row[2], row[3], [c[2] for c in connection.execute(f'PRAGMA index_info("{row[1]}")')])
            for row in connection.execute(f'PRAGMA index_list("{table}")')
        ]
        listing = connection.execute("SELECT wr FROM pragma_table_list WHERE name = ?", (table,)).fetchone()
        found[table] = (columns, sorted(indexes), listing)
    return found


def newer_migrations(folder: Path, *, fail: bool = False) -> Path:
    target = folder / "migrations"
    shutil.copytree(MIGRATIONS, target, ignore=shutil.ignore_patterns("__pycache__"))
    text = LATER_REVISION.replace("BEFORE", REVISION).replace("FAIL", str(fail))
    (target / "versions" / "later_notes.py").write_text(text)
    return target


def test_the_migrations_build_exactly_what_the_table_classes_declare(tmp_path: Path) -> None:
    upgrade(tmp_path / "ytc.db")
    with (
        closing(sqlite3.connect(tmp_path / "ytc.db")) as migrated,
        closing(sqlite3.connect(":memory:")) as declared,
    ):
        build(declared)
        assert declarations(migrated) == declarations(declared)
        assert len(declarations(migrated)) == 14


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    assert upgrade(tmp_path / "ytc.db") is None
    assert stat.S_IMODE((tmp_path / "ytc.db").stat().st_mode) == 0o600


def test_an_up_to_date_file_is_opened_without_the_migration_tools(tmp_path: Path) -> None:
    path = tmp_path / "ytc.db"
    upgrade(path)
    before = path.read_bytes()
    program = (
        "import sys; from pathlib import Path; from ytc_tui.adapters.stores.writer import SqliteJournal;"
        "from ytc_tui.adapters.stores.upgrade import upgrade; upgrade(Path(sys.argv[1]));"
        "print([name for name in ('alembic', 'sqlalchemy', 'sqlmodel') if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
    assert path.read_bytes() == before


def test_an_older_file_is_migrated_after_a_backup(tmp_path: Path) -> None:
    path = tmp_path / "ytc.db"
    upgrade(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO positions (session, symbol) VALUES ('s', 'BTCUSDT')")
        connection.commit()
    backup = upgrade(path, revision="later", migrations=newer_migrations(tmp_path))
    assert backup == tmp_path / f"ytc.db.{REVISION}.1.backup"
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    for file, has_notes in ((path, True), (backup, False)):
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("SELECT symbol FROM positions").fetchall() == [("BTCUSDT",)]
            assert ("notes" in shapes(connection)) is has_notes
            assert ("note" in shapes(connection)["orders"].columns) is has_notes


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "ytc.db"
    upgrade(path)
    with closing(sqlite3.connect(path)) as connection:
        before = declarations(connection)
    with pytest.raises(RuntimeError, match="half way"):
        upgrade(path, revision="later", migrations=newer_migrations(tmp_path, fail=True))
    with closing(sqlite3.connect(path)) as connection:
        assert declarations(connection) == before
    assert upgrade(path) is None


def test_a_newer_file_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "ytc.db"
    upgrade(path, revision="later", migrations=newer_migrations(tmp_path))
    before = path.read_bytes()
    with pytest.raises(JournalCorrupt, match=rf"newer version.*later.*{REVISION}") as refusal:
        upgrade(path)
    assert str(path) in str(refusal.value)
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.backup"))


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    with pytest.raises(JournalCorrupt, match="not a journal of this program"):
        upgrade(path)
    path.write_text("not a database at all, but a text of some length\n" * 30)
    with pytest.raises(JournalCorrupt, match=r"other\.db"):
        upgrade(path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailable, match="nowhere"):
        upgrade(tmp_path / "nowhere" / "ytc.db")
