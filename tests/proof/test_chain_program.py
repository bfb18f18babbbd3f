"""The stand-alone chain verifier: each verdict with its exit code and the entry that it names."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from proof import chain
from tests.proof.test_tampering import Store, _filled

SET_HASH = "UPDATE journal SET hash = 'f' WHERE session = 'a' AND seq = 7"
SET_BODY = "UPDATE journal SET body = body || ' ' WHERE session = 'b' AND seq = 3"
DELETE = "DELETE FROM journal WHERE session = 'c' AND seq = 12"
CUT = "DELETE FROM journal WHERE session = 'c' AND seq > 12"
GONE = "DELETE FROM journal WHERE session = 'b'"
ANCHOR = "UPDATE heads SET head_hash = 'f', signed_hash = 'f' WHERE session = 'a'"
LINK = "UPDATE journal SET prev_hash = 'f' WHERE session = 'a' AND seq = 7"


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return asyncio.run(_filled(tmp_path_factory.mktemp("store")))


@pytest.fixture
def store(pristine: Store, tmp_path: Path) -> Path:
    shutil.copytree(pristine.path.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / pristine.path.name


def changed(store: Path, *statements: str) -> None:
    with closing(sqlite3.connect(store)) as connection, connection:
        for statement in statements:
            assert connection.execute(statement).rowcount


def test_a_whole_chain_is_said_to_be_whole_with_or_without_the_second_copy(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in ([str(store)], [str(store), str(store.parent / "heads")]):
        assert chain.main(arguments) == chain.WHOLE
        assert all(": ok, " in line for line in capsys.readouterr().out.splitlines())


@pytest.mark.parametrize(
    ("statement", "verdict", "told"),
    [
        (SET_HASH, chain.CHANGED, "a: CHANGED, entry 7 does not match its hash"),
        (SET_BODY, chain.CHANGED, "b: CHANGED, entry 3 does not match its hash"),
        (DELETE, chain.CHANGED, "c: CHANGED, entry 12 is missing"),
        (
            "UPDATE journal SET prev_hash = 'f' WHERE session = 'a' AND seq = 7",
            chain.CHANGED,
            "entry 7 does not continue",
        ),
        (ANCHOR, chain.CHANGED, "a: CHANGED, entry 5 is not the one that was anchored"),
        (CUT, chain.CUT, "c: CUT, ends at entry 12, a head names entry 40"),
        (GONE, chain.CUT, "b: CUT, ends at entry 0"),
    ],
)
def test_the_first_bad_entry_is_named(
    store: Path, statement: str, verdict: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(store, statement)
    assert chain.main([str(store)]) == verdict
    assert told in capsys.readouterr().out


REWRITTEN = {"mode": "paper", "session": "b", "seq": 25, "hash": "f" * 64}


def test_a_line_added_to_the_second_copy_takes_nothing_back(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = store.parent / "heads"
    for lines in ([REWRITTEN], [{**REWRITTEN, "seq": -1}]):
        kept = copy.read_text()
        copy.write_text(kept + "".join(json.dumps(line) + "\n" for line in lines))
        assert chain.main([str(store), str(copy)]) == chain.CHANGED
        assert "b: CHANGED" in capsys.readouterr().out
        copy.write_text(kept)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE heads SET previous_hash = 'f' WHERE session = 'b'",
        "UPDATE journal SET seq = 0 WHERE session = 'a' AND seq = 1",
        "INSERT INTO journal SELECT -7, at, session, type, v, correlation, causation, body, prev_hash, hash"
        " FROM journal WHERE session = 'a' AND seq = 7",
    ],
)
def test_a_link_and_an_entry_before_the_first_are_looked_at(
    store: Path, statement: str, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(store, statement)
    assert chain.main([str(store)]) == chain.CHANGED
    assert "a: CHANGED" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["q?x", "p%41", "a#b"])
def test_a_folder_of_any_name_is_the_one_that_is_read(store: Path, name: str) -> None:
    (store.parent / name).mkdir()
    moved = store.rename(store.parent / name / "ytc.db")
    before = sorted(store.parent.iterdir())
    assert chain.main([str(moved)]) == chain.WHOLE
    assert sorted(store.parent.iterdir()) == before


@pytest.mark.parametrize(
    "line", [b'{"mode":"pap', b"\xff\xfe\x00", b"[" * 100_000, b"null", b'{"session": "a"}']
)
def test_a_line_of_the_second_copy_that_says_nothing_is_named(
    store: Path, line: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = store.parent / "heads"
    with copy.open("ab") as file:
        file.write(b"\n" + line)
    assert chain.main([str(store), str(copy)]) == chain.UNREADABLE
    assert "line 5 is no head" in capsys.readouterr().err


def test_a_blank_line_of_the_second_copy_says_nothing(store: Path) -> None:
    with (store.parent / "heads").open("a") as file:
        file.write("\n \n")
    assert chain.main([str(store), str(store.parent / "heads")]) == chain.WHOLE


def test_a_changed_chain_is_worse_than_a_cut_one(store: Path) -> None:
    changed(store, CUT, SET_BODY)
    assert chain.main([str(store)]) == chain.CHANGED


def test_a_head_that_only_the_second_copy_has_is_missed(store: Path) -> None:
    changed(store, GONE, "DELETE FROM heads")
    assert chain.main([str(store)]) == chain.WHOLE
    assert chain.main([str(store), str(store.parent / "heads")]) == chain.CUT


@pytest.mark.parametrize("arguments", [[], ["a", "b", "c"], ["/nowhere/at/all"]])
def test_what_cannot_be_read_is_no_verdict(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert chain.main(arguments) == chain.UNREADABLE
    assert capsys.readouterr().err


def test_a_second_copy_that_is_no_list_of_heads_is_unreadable(store: Path, tmp_path: Path) -> None:
    (tmp_path / "odd").write_text('{"session": "a"}\n')
    assert chain.main([str(store), str(tmp_path / "odd")]) == chain.UNREADABLE
