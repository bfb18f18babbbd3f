"""Every journal of this program meets the contract."""

from __future__ import annotations

from pathlib import Path

from tests.contracts.journal_contract import JournalContract, Opened
from ytc_tui.adapters.stores.loop import LoopJournal
from ytc_tui.adapters.stores.memory import MemoryJournal
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.stores.writer import SqliteJournal


class TestSqliteJournal(JournalContract):
    def open_journal(self, folder: Path) -> Opened:
        path = folder / "ytc.db"
        return Opened(SqliteJournal(path), lambda: SqliteReader(path))


class TestLoopJournalOnDisk(JournalContract):
    def open_journal(self, folder: Path) -> Opened:
        path = folder / "ytc.db"
        return Opened(LoopJournal(path), lambda: SqliteReader(path))


class TestLoopJournalInMemory(JournalContract):
    def open_journal(self, folder: Path) -> Opened:
        journal = LoopJournal()
        return Opened(journal, journal.reader)


class TestMemoryJournal(JournalContract):
    def open_journal(self, folder: Path) -> Opened:
        journal = MemoryJournal()
        return Opened(journal, lambda: journal)
