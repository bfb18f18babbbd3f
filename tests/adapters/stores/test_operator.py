"""What an operator keeps beside the journal."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from ytc_tui.adapters.stores.operator import NEXT, OperatorFile
from ytc_tui.errors import JournalCorrupt
from ytc_tui.model.own import Bias, LevelAlert, OwnBias, OwnLevel, OwnNote
from ytc_tui.model.state import State

D = Decimal
LEVEL = OwnLevel("BTCUSDT@100", "BTCUSDT", D(100), D(100), None, "gap", "ada", alert=LevelAlert.TOUCH)
OTHER = OwnLevel("ETHUSDT@5", "ETHUSDT", D(5), D(5), None, "", "ada")
BIAS = OwnBias("BTCUSDT", Bias.LONG_ONLY, "trend", "ada", 0)
NOTE = OwnNote("", "T0001", 0, "late", ("fomo",), ("chased",), "ada")
BEGIN, END, DAY_END = 1_000, 2_000, 9_000


@pytest.fixture
def file(tmp_path: Path) -> OperatorFile:
    return OperatorFile(tmp_path / "operator.db")


def test_reading_makes_no_file(file: OperatorFile) -> None:
    assert file.levels() == ()
    assert file.notes("s") == ()
    assert file.opening(["BTCUSDT"], "2022-11-08", BEGIN, DAY_END) == ((), ())
    assert not file.path.exists()


def test_the_file_is_its_owners_alone(file: OperatorFile) -> None:
    file.put_level(LEVEL)
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_a_session_begins_with_the_levels_of_its_symbols(file: OperatorFile) -> None:
    expired = replace(LEVEL, level_id="BTCUSDT@90", low=D(90), high=D(90), until_ns=BEGIN)
    for level in (OTHER, LEVEL, expired):
        file.put_level(level)
    [level], biases = file.opening(["BTCUSDT"], "2022-11-08", BEGIN, DAY_END)
    assert level == replace(LEVEL, from_ns=BEGIN, armed_ns=BEGIN)
    assert biases == ()


def test_a_bias_for_the_next_session_is_that_days_and_no_other(file: OperatorFile) -> None:
    file.put_bias(NEXT, BIAS)
    for _ in range(2):  # a session that is begun again on the same day has it too
        _, [held] = file.opening(["BTCUSDT"], "2022-11-08", BEGIN, DAY_END)
        assert held == replace(BIAS, until_ns=DAY_END)
    assert file.opening(["BTCUSDT"], "2022-11-09", BEGIN, DAY_END) == ((), ())
    assert file.opening(["ETHUSDT"], "2022-11-08", BEGIN, DAY_END) == ((), ())
    assert [day for day, _ in file.biases()] == ["2022-11-08"]
    file.lift_bias("BTCUSDT", "2022-11-08")
    assert file.biases() == ()


def test_the_newer_word_for_the_next_session_stands(file: OperatorFile) -> None:
    file.put_bias("2022-11-08", BIAS)
    file.put_bias(NEXT, replace(BIAS, bias=Bias.NO_TRADES))
    _, [held] = file.opening(["BTCUSDT"], "2022-11-08", BEGIN, DAY_END)
    assert held.bias is Bias.NO_TRADES


def test_an_ended_session_leaves_what_stands_and_takes_away_what_it_removed(file: OperatorFile) -> None:
    gone = replace(LEVEL, level_id="BTCUSDT@90", low=D(90), high=D(90))
    for level in (gone, OTHER):
        file.put_level(level)
    state = State("s", now_ns=END, levels={LEVEL.level_id: replace(LEVEL, from_ns=BEGIN, reached_ns=1_500)})
    state.levels_gone = (replace(gone, from_ns=BEGIN, until_ns=1_200),)
    file.keep(state, "2022-11-08")
    file.keep(state, "2022-11-08")
    # An alert that was raised stays raised; what another symbol has is left alone.
    assert file.levels() == (replace(LEVEL, reached_ns=1_500), OTHER)


def test_a_session_in_which_nothing_was_said_keeps_nothing(file: OperatorFile) -> None:
    file.keep(State("s", now_ns=END), "2022-11-08")
    assert not file.path.exists()


def test_notes_are_numbered_for_each_session(file: OperatorFile) -> None:
    first, second = file.add_note("s", NOTE), file.add_note("s", replace(NOTE, text="b"))
    other = file.add_note("t", NOTE)
    assert (first.note_id, second.note_id, other.note_id) == ("A0001", "A0002", "A0001")
    assert file.notes("s") == (first, second)
    assert file.notes("t") == (other,)


def test_foreign_text_is_made_safe_as_it_is_read(file: OperatorFile) -> None:
    file.put_level(LEVEL)
    file.add_note("s", NOTE)
    with sqlite3.connect(file.path) as connection:
        connection.execute("UPDATE levels SET body = replace(body, 'gap', 'g\u202eap')")
        connection.execute("UPDATE notes SET body = replace(body, 'late', 'l\u200bate')")
    connection.close()
    assert file.levels()[0].label == "g�ap"
    assert file.notes("s")[0].text == "l�ate"


def test_a_file_that_cannot_be_read_is_named(file: OperatorFile) -> None:
    file.path.write_bytes(b"no database at all, but long enough to be taken for one by its size " * 20)
    with pytest.raises(JournalCorrupt, match=r"operator\.db") as refused:
        file.levels()
    assert "levels and bias of later sessions" in refused.value.what
    assert "begin without them" in refused.value.fix
    assert "journal" not in str(refused.value)


@pytest.mark.parametrize("body", ["{", "[" * 5_000, "[]", "7"])
def test_a_row_that_cannot_be_read_names_the_file(file: OperatorFile, body: str) -> None:
    file.put_level(LEVEL)
    with sqlite3.connect(file.path) as connection:
        connection.execute("UPDATE levels SET body = ?", (body,))
    connection.close()
    with pytest.raises(JournalCorrupt, match=r"operator\.db"):
        file.levels()


def test_a_newer_file_is_refused(file: OperatorFile) -> None:
    file.put_level(LEVEL)
    with sqlite3.connect(file.path) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    with pytest.raises(JournalCorrupt, match="its version is 2, ours 1"):
        file.levels()
