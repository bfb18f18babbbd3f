"""The index beside the store: missing, damaged, of another journal or in use, it hides nothing."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.adapters.stores.entries import SESSION
from tests.adapters.stores.searched import searching, stored, walked
from ytc_tui.adapters.stores import search as search_module, search_index
from ytc_tui.adapters.stores.sealed_file import SealedFile
from ytc_tui.adapters.stores.search import JournalSearch
from ytc_tui.adapters.stores.verify import Verdict, verify
from ytc_tui.model.chain import ChainHead, Entry
from ytc_tui.views.journal_query import Condition, ConditionKind, PageQuery

COUNT = 400
EVEN = PageQuery((Condition(ConditionKind.WORDS, "even"),), rows=50)


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_module, "INDEXED", 50)


def entries(count: int = COUNT, word: str = "even", head: ChainHead | None = None) -> list[Entry]:
    """A chain in which every other entry has `word`."""
    head = head or ChainHead(SESSION)
    return [
        head.link(number, "OrderRejected", 1, "", "", f'{{"reason":"{("odd", word)[number % 2]} n{number}"}}')
        for number in range(1, count + 1)
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return stored(tmp_path / "ytc.db", entries())


def file_of(path: Path) -> Path:
    return path.parent / search_index.FOLDER / f"{SESSION}.db"


def bring_up(search: JournalSearch) -> JournalSearch:
    while search.bring_up(1.0):
        pass
    return search


def found(search: JournalSearch) -> list[int]:
    return [entry.seq for entry in walked(search, EVEN)]


WANTED = list(range(COUNT - 1, 0, -2))


def test_it_is_made_piece_by_piece_and_found_again(path: Path) -> None:
    with searching(path) as search:
        assert search.bring_up(0.0)
        assert search.page(EVEN, 1.0).reached == 50
    with searching(path) as search:
        assert search.page(EVEN, 1.0).reached == 50
        bring_up(search)
        assert (search.page(EVEN, 1.0).reached, found(search)) == (COUNT, WANTED)
    assert stat.S_IMODE(file_of(path).stat().st_mode) == 0o600
    assert stat.S_IMODE(file_of(path).parent.stat().st_mode) == 0o700


def test_it_grows_with_the_journal(path: Path) -> None:
    more = entries(COUNT + 40)[COUNT:]
    with searching(path) as search:
        bring_up(search)
        stored(path, more)
        later = [*range(COUNT + 39, COUNT, -2), *WANTED]
        assert (search.page(EVEN, 1.0).reached, found(search)) == (COUNT, later)
        assert (bring_up(search).page(EVEN, 1.0).reached, found(search)) == (COUNT + 40, later)


def test_it_is_no_part_of_what_is_verified(path: Path) -> None:
    before = path.read_bytes()
    with searching(path) as search:
        bring_up(search)
    assert path.read_bytes() == before
    assert verify(path).verdict is Verdict.OK


def _cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def _noise(file: Path) -> None:
    file.write_bytes(random.Random(7).randbytes(50_000))


def _holes(file: Path) -> None:
    content = bytearray(file.read_bytes())
    for place in range(8_192, len(content), 4_096):
        content[place : place + 2_048] = bytes(2_048)
    file.write_bytes(content)


def _no_folder(file: Path) -> None:
    shutil.rmtree(file.parent)


def _change(sql: str) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute(sql)
            connection.commit()
        sealed_as_it_is(file)

    return change


def sealed_as_it_is(file: Path) -> None:
    """As if it had been left so by a process that made nothing wrong."""
    left = SealedFile(file)
    assert not left.take()
    left.give_back(whole=True)


DAMAGES: dict[str, Callable[[Path], None]] = {
    "missing": Path.unlink,
    "its folder too": _no_folder,
    "empty": lambda file: os.truncate(file, 0),
    "cut short": _cut,
    "noise": _noise,
    "holes": _holes,
    "no words": _change("DROP TABLE words"),
    "no word of what it covers": _change("DELETE FROM covered"),
    "of an older release": _change("UPDATE covered SET version = 0"),
    "of another session": _change("UPDATE covered SET session = 'x'"),
    "of another journal": _change("UPDATE covered SET hash = 'x'"),
    "ahead of its journal": _change("UPDATE covered SET seq = 100000"),
    "what it covers is no number": _change("UPDATE covered SET seq = 'all'"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_one_is_made_anew_and_hides_nothing(path: Path, damage: Callable[[Path], None]) -> None:
    with searching(path) as search:
        bring_up(search)
    damage(file_of(path))
    with searching(path) as search:
        assert found(search) == WANTED
        assert search.page(EVEN, 1.0).reached == 0
        bring_up(search)
        page = search.page(EVEN, 1.0)
        assert (page.reached, page.no_index, found(search)) == (COUNT, "", WANTED)


def test_a_single_wrong_byte_is_seen(path: Path) -> None:
    with searching(path) as search:
        bring_up(search)
    content = file_of(path).read_bytes()
    chance = random.Random(3)
    for _ in range(60):
        damaged = bytearray(content)
        damaged[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        file_of(path).write_bytes(damaged)
        with searching(path) as search:
            assert search.page(EVEN, 1.0).reached == 0


def test_one_that_a_process_left_by_a_crash_is_made_anew(path: Path) -> None:
    with searching(path) as search:
        bring_up(search)
        for name in ("", "-wal"):
            shutil.copy(f"{file_of(path)}{name}", path.with_name(f"left{name}"))
    for name in ("", "-wal"):
        shutil.copy(path.with_name(f"left{name}"), f"{file_of(path)}{name}")
    with searching(path) as search:
        assert (search.page(EVEN, 1.0).reached, found(search)) == (0, WANTED)


def test_one_that_is_damaged_while_it_is_used_hides_nothing(path: Path) -> None:
    with searching(path) as search:
        bring_up(search)
        first = search.page(EVEN, 1.0)
        assert search.index is not None and search.index._connection is not None
        search.index._connection.execute("DROP TABLE words")
        rest = walked(search, PageQuery(EVEN.conditions, before_seq=first.before_seq, rows=50))
        assert [entry.seq for entry in (*first.entries, *rest)] == WANTED
        assert bring_up(search).page(EVEN, 1.0).reached == COUNT


def test_a_journal_that_was_put_back_is_indexed_anew(path: Path) -> None:
    with searching(path) as search:
        bring_up(search)
    path.unlink()
    stored(path, entries(word="other"))
    with searching(path) as search:
        assert found(search) == []
        assert found(bring_up(search)) == []


def test_two_processes_search_at_the_same_time(path: Path) -> None:
    with searching(path) as one, searching(path) as other:
        bring_up(one)
        assert found(other) == WANTED
        assert f"held by pid {os.getpid()}" in other.page(EVEN, 1.0).no_index
        assert found(one) == WANTED


def test_where_none_can_be_made_everything_is_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (path.parent / search_index.FOLDER).write_text("in the way")
    with searching(path) as search:
        assert not search.bring_up(1.0)
        assert found(search) == WANTED
        assert "cannot be made: File exists" in search.page(EVEN, 1.0).no_index
    (path.parent / search_index.FOLDER).unlink()
    monkeypatch.setattr(search_index, "_SCHEMA", "CREATE VIRTUAL TABLE words USING no_such_module (terms);")
    with searching(path) as search:
        assert found(bring_up(search)) == WANTED
        assert "no such module" in search.page(EVEN, 1.0).no_index


def test_a_link_in_its_place_is_not_followed(path: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious.db"
    precious.write_bytes(b"keep")
    file_of(path).parent.mkdir(mode=0o700)
    file_of(path).symlink_to(precious)
    with searching(path) as search:
        assert found(bring_up(search)) == WANTED
    assert precious.read_bytes() == b"keep"


def test_files_of_sessions_searched_long_ago_are_deleted(path: Path) -> None:
    folder = file_of(path).parent
    folder.mkdir(mode=0o700)
    for number in range(6):
        (folder / f"s-{number}.db").write_text("old")
        (folder / f"s-{number}.db-wal").write_text("old")
        os.utime(folder / f"s-{number}.db", (number, number))
    with searching(path) as search:
        bring_up(search)
    kept = {file.name for file in folder.iterdir() if file.suffix != ".lock"}
    old = {f"s-{number}.db{end}" for number in (3, 4, 5) for end in ("", "-wal")}
    assert kept == {file_of(path).name, file_of(path).with_suffix(".seal").name, *old}
