"""The exported trade log: spec 003's fields, and every tampering found by the stand-alone check."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from proof import tradelog
from tests.sim.fault_rules import ENTRY, rule, script
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape
from tests.views.journals import finished, stored
from ytc_tui.adapters.stores.loop import LoopJournal
from ytc_tui.adapters.venues.faults import FaultKind
from ytc_tui.commands.export import export_trade_log
from ytc_tui.engine.ports import Batch
from ytc_tui.errors import JournalCorrupt
from ytc_tui.model import events as ev
from ytc_tui.model.chain import Entry
from ytc_tui.views.journal import Recorded
from ytc_tui.views.tradelog import record_hash, trade_log

Lines = list[str]
UP = (20_040, 20_056, 20_120, 20_200, 20_270, 20_300, 20_330, 20_410)


@pytest.fixture
async def database(tmp_path: Path) -> Path:
    return await stored(tmp_path / "ytc.db", finished())


@pytest.fixture
def log(database: Path) -> Lines:
    return export_trade_log(database, None).text.split("\n")


def checked(folder: Path, lines: Lines, database: Path | None = None) -> int:
    path = folder / "log.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return tradelog.main([str(path), *([str(database)] if database else [])])


def told(line: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(line, parse_float=Decimal, parse_int=Decimal)
    return data


async def test_a_line_has_spec_003s_fields_and_its_proof(database: Path, log: Lines, tmp_path: Path) -> None:
    connection = sqlite3.connect(database)
    entries = connection.execute("SELECT seq, hash FROM journal WHERE type = 'FillBooked'").fetchall()
    assert [
        (told(line)["proof"]["entry"]["seq"], told(line)["proof"]["entry"]["hash"]) for line in log
    ] == entries
    first = told(log[0])
    assert list(first) == ["mode", "strategy", "timestamp", "trade", "proof"]
    spec = {"id", "symbol", "side", "size", "price", "fee", "pnl", "status"}
    assert spec < first["trade"].keys()
    assert first["trade"]["pnl"] == 0
    assert isinstance(first["trade"]["price"], Decimal)
    assert first["mode"] == "paper"
    assert first["timestamp"].endswith("Z")
    assert checked(tmp_path, log) == tradelog.WHOLE
    assert checked(tmp_path, log, database) == tradelog.WHOLE


async def test_a_real_session_with_partial_fills_is_whole(tmp_path: Path) -> None:
    faults = script(rule(FaultKind.PARTIAL, ENTRY))
    simulation = stage(tmp_path, Tape().walk("12:41", *UP), long_at("12:41"), faults=faults)
    await simulation.run()
    lines = list(trade_log(Recorded(entry, event) for entry, event in simulation.events))
    assert len(lines) == len(simulation.all(ev.FillBooked)) > 3
    statuses = [told(line)["trade"]["status"] for line in lines]
    assert statuses[:2] == ["partially_filled", "filled"]
    path = await _store(tmp_path / "ytc.db", simulation.events)
    assert checked(tmp_path, lines, path) == tradelog.WHOLE


async def _store(path: Path, events: list[tuple[Entry, ev.Event]]) -> Path:
    journal = LoopJournal(path)
    await journal.append(Batch(tuple(entry for entry, _ in events), ()))
    await journal.close()
    return path


# ---- tampering ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(60))
def test_a_changed_character_is_found(log: Lines, tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    number = chance.randrange(len(log))
    place = chance.randrange(len(log[number]))
    other = chance.choice([char for char in '0123456789abcdef",:{' if char != log[number][place]])
    log[number] = log[number][:place] + other + log[number][place + 1 :]
    assert checked(tmp_path, log) != tradelog.WHOLE


def test_a_line_that_is_gone_or_in_anothers_place_is_found(
    log: Lines, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(log) > 2
    assert checked(tmp_path, log[:1] + log[2:]) == tradelog.CHANGED
    assert "line 2" in capsys.readouterr().out
    assert checked(tmp_path, log[1:]) == tradelog.CHANGED
    assert checked(tmp_path, [log[1], log[0], *log[2:]]) == tradelog.CHANGED
    assert checked(tmp_path, [*log, log[-1]]) == tradelog.CHANGED
    assert checked(tmp_path, log[:-1]) == tradelog.CUT


def sealed_anew(lines: Lines) -> Lines:
    """The lines with every hash of their own made again, as a forger would."""
    before, found = "0" * 64, []
    for line in lines:
        said = line.rpartition('"record":')[0]
        previous = json.loads(line)["proof"]["previous"]
        said = said.replace(f'"previous":"{previous}"', f'"previous":"{before}"')
        before = record_hash(before, said)
        found.append(f'{said}"record":"{before}"}}}}')
    return found


Forgery = Callable[[str], str]


def _more(line: str) -> str:
    return line.replace(f'"price":{_number(line, "price")}', '"price":1')


def _number(line: str, name: str) -> str:
    return line.partition(f'"{name}":')[2].partition(",")[0]


@pytest.mark.parametrize(
    "forgery",
    [
        _more,
        lambda line: line.replace(f'"fee":{_number(line, "fee")}', '"fee":0'),
        lambda line: line.replace('"side":"buy"', '"side":"hold"').replace('"side":"sell"', '"side":"hold"'),
        lambda line: line.replace('"timestamp":"2', '"timestamp":"3'),
        lambda line: line.replace('"trade":{', '"trade":{"fee":0,'),
    ],
)
def test_a_forger_who_seals_anew_is_found_by_the_entry(log: Lines, tmp_path: Path, forgery: Forgery) -> None:
    forged = [forgery(log[0]), *log[1:]]
    assert forged != log
    assert checked(tmp_path, sealed_anew(forged)) != tradelog.WHOLE


@pytest.mark.parametrize(
    "forgery",
    [
        lambda line: line.replace('"mode":"paper"', '"mode":"live"'),
        lambda line: line.replace('"strategy":"', '"strategy":"x'),
        lambda line: line.replace('"status":"filled"', '"status":"partially_filled"'),
    ],
)
def test_what_no_fill_says_is_checked_against_the_store(
    log: Lines, tmp_path: Path, database: Path, forgery: Forgery
) -> None:
    forged = sealed_anew([forgery(line) for line in log])
    assert forged != log
    assert checked(tmp_path, forged) == tradelog.WHOLE
    assert checked(tmp_path, forged, database) == tradelog.CHANGED


def test_a_log_without_an_execution_of_the_store_is_found(log: Lines, tmp_path: Path, database: Path) -> None:
    of = f'"of":{len(log)}'
    forged = sealed_anew([line.replace(of, f'"of":{len(log) - 1}') for line in log[:-1]])
    assert checked(tmp_path, forged) == tradelog.WHOLE
    assert checked(tmp_path, forged, database) == tradelog.CHANGED


def _types(database: Path) -> dict[int, str]:
    with closing(sqlite3.connect(database)) as connection:
        return dict(connection.execute("SELECT seq, type FROM journal").fetchall())


@pytest.mark.parametrize("left_out", ["SessionStarted", "TradePlanned", "OrderIntended"])
def test_what_a_line_rests_on_is_not_its_own_choice(
    log: Lines, tmp_path: Path, database: Path, left_out: str
) -> None:
    types = _types(database)

    def forged(line: str) -> str:
        named = json.loads(line)["proof"]["from"]
        kept = [one for one in named if types[one["seq"]] != left_out]
        if left_out == "TradePlanned":
            line = line.replace(f'"strategy":"{json.loads(line)["strategy"]}"', '"strategy":"none"')
        return line.replace(json.dumps(named, sort_keys=True), json.dumps(kept, sort_keys=True))

    lines = sealed_anew([forged(line) for line in log])
    assert lines != log
    assert checked(tmp_path, lines) == tradelog.WHOLE
    assert checked(tmp_path, lines, database) == tradelog.CHANGED


def test_an_empty_log_is_not_that_of_a_store_with_executions(tmp_path: Path, database: Path) -> None:
    assert checked(tmp_path, [""]) == tradelog.WHOLE
    assert checked(tmp_path, [""], database) == tradelog.CUT
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DELETE FROM journal WHERE type = 'FillBooked'")
    assert checked(tmp_path, [""], database) == tradelog.WHOLE


@pytest.mark.parametrize("name", ["q?x", "p%41", "a#b"])
def test_a_folder_of_any_name_is_the_one_that_is_read(
    log: Lines, tmp_path: Path, database: Path, name: str
) -> None:
    (tmp_path / name).mkdir()
    moved = database.rename(tmp_path / name / "ytc.db")
    before = {path.name for path in tmp_path.iterdir()} | {"log.jsonl"}
    assert checked(tmp_path, log, moved) == tradelog.WHOLE
    assert {path.name for path in tmp_path.iterdir()} == before


def test_a_log_nested_too_deep_is_unreadable(tmp_path: Path) -> None:
    assert checked(tmp_path, ["[" * 100_000]) == tradelog.UNREADABLE


def test_a_store_that_was_changed_is_found(log: Lines, tmp_path: Path, database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE journal SET hash = 'x' WHERE type = 'FillBooked'")
    assert checked(tmp_path, log, database) == tradelog.CHANGED


# ---- foreign text, and what is no log -------------------------------------------------------------------


def test_foreign_text_neither_acts_nor_escapes() -> None:
    hostile = '=HYPERLINK("x")\x1b[2J\u202e\n'
    booked = finished().records
    lines = list(trade_log([_with_id(record, hostile) for record in booked]))
    assert lines
    for line in lines:
        assert line.isascii()
        assert line.isprintable()
        assert told(line)["trade"]["id"].startswith("'=HYPERLINK")


def _with_id(record: Recorded, name: str) -> Recorded:
    event = record.event
    if isinstance(event, ev.FillBooked):
        event = replace(event, fill=replace(event.fill, venue_fill_id=name))
    return Recorded(record.entry, event)


@pytest.mark.parametrize("text", ["", "[]", "{}", "nonsense", '{"proof": 1}', "\x00"])
def test_what_is_no_log_is_said_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "log"
    path.write_text(text)
    assert tradelog.main([str(path)]) == (tradelog.UNREADABLE if text else tradelog.WHOLE)


def test_arguments_and_missing_files(tmp_path: Path) -> None:
    assert tradelog.main([]) == tradelog.UNREADABLE
    assert tradelog.main([str(tmp_path / "none")]) == tradelog.UNREADABLE


async def test_an_entry_that_cannot_be_read_is_named(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE journal SET body = '{' WHERE type = 'FillBooked'")
    with pytest.raises(JournalCorrupt, match="ytc verify"):
        export_trade_log(database, None)
