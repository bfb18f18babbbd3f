"""Hostile text in a record, in the operator's own store and in a log: all that is printed of it."""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from itertools import cycle
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from tests.hostile.harmless import steering
from tests.hostile.outputs import logged, printed
from tests.hostile.texts import MARK, hostile_texts
from tests.views.journals import SESSION, Journal, finished, stored
from ytc_tui.adapters.logs import LogOptions, SessionLog
from ytc_tui.adapters.redaction import Redactor
from ytc_tui.adapters.stores.operator import OperatorFile
from ytc_tui.model.own import OwnNote
from ytc_tui.views.sanitised import sanitised

BATCH = 120
SLICE = hostile_texts(BATCH)
WHOLE = hostile_texts(5_040, seed=1)
# Where text of others stands in entries; other texts are names that entries know each other by.
FREE = {
    "reason", "message", "note", "errors", "result", "text", "detail", "actor", "label", "why", "tags",
    "next_actions", "acknowledged_by", "decided_by", "recommendation", "confluence",
}  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def batches(texts: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(texts), BATCH):
        yield texts[start : start + BATCH]


def storable(text: str) -> str:
    """As the engine lets it through: no character that has no place in UTF-8."""
    return text.encode(errors="replace").decode()


def poisoned(texts: list[str], *, all_of_it: bool) -> Journal:
    """A journal with hostile text in every free field, or, as no engine would write it, in every text."""
    journal, supply = Journal(), cycle(map(storable, texts))

    def swap(value: Any) -> Any:
        return sanitised(value, lambda text: next(supply))

    for record in finished().records:
        event = swap(record.event) if all_of_it else _freely(record.event, swap)
        journal.minute = (record.at_ns - finished().records[0].at_ns) / 60e9
        journal.add(event, check=not all_of_it)
    return journal


def _freely(value: Any, swap: Callable[[Any], Any]) -> Any:
    """`value` with what its free fields hold swapped, also in the values that it is made of."""
    if not is_dataclass(value) or isinstance(value, type):
        return value
    held = {field.name: getattr(value, field.name) for field in fields(value)}
    return replace(
        value,
        **{name: swap(item) if name in FREE else _freely(item, swap) for name, item in held.items()},
    )


def assert_harmless(shown: Iterator[tuple[str, str]]) -> None:
    count = 0
    for name, text in shown:
        count += 1
        assert not steering(text), f"{name}: {steering(text)}"
        if name == "report html text":
            for tag in ("<script>HOSTILE", "<img src=x", "<svg onload", "<a href='javascript", "<HOSTILE"):
                assert tag not in text, name
        if name.endswith("csv text"):
            assert_no_formula(text)
    assert count


def assert_no_formula(text: str) -> None:
    for row in csv.reader(io.StringIO(text)):
        for cell in row:
            for part in re.split("[;\t\r\n]", cell):
                if part.lstrip().startswith(FORMULA):
                    float(cell)  # a number of ours


def assert_printed_harmlessly(texts: list[str], folder: Path, *, all_of_it: bool) -> None:
    for number, batch in enumerate(batches(texts)):
        database = asyncio.run(stored(folder / f"{number}.db", poisoned(batch, all_of_it=all_of_it)))
        assert_harmless(printed(database, *map(storable, batch[:3])))
        database.unlink()


@pytest.mark.parametrize("all_of_it", [False, True])
def test_a_record(tmp_path: Path, all_of_it: bool) -> None:
    assert_printed_harmlessly(SLICE, tmp_path, all_of_it=all_of_it)


@pytest.mark.slow
@pytest.mark.parametrize("all_of_it", [False, True])
def test_a_record_whole(tmp_path: Path, all_of_it: bool) -> None:
    assert_printed_harmlessly(WHOLE, tmp_path, all_of_it=all_of_it)


def test_the_texts_reach_what_is_printed(tmp_path: Path) -> None:
    database = asyncio.run(stored(tmp_path / "ytc.db", poisoned(SLICE, all_of_it=False)))
    shown = dict(printed(database))
    for name in ("report terminal text", "report markdown text", "report html text", "explain T0001 text"):
        assert MARK in shown[name], name


def noted(texts: list[str], folder: Path) -> None:
    """Notes on an ended session, which stand beside the record."""
    for number, batch in enumerate(batches(texts)):
        place = folder / str(number)
        place.mkdir()
        database = asyncio.run(stored(place / "ytc.db", finished()))
        operator = OperatorFile(place / "operator.db")
        for row, text in enumerate(map(storable, batch)):
            operator.add_note(SESSION, OwnNote(f"N{row:04d}", "T0001", 0, text, (text,), (), text))
        shown = list(printed(database))
        assert_harmless(iter(shown))
        assert all(MARK in text for name, text in shown if name == "export notes csv text")


def test_notes_beside_a_record(tmp_path: Path) -> None:
    noted(SLICE, tmp_path)


@pytest.mark.slow
def test_notes_beside_a_record_whole(tmp_path: Path) -> None:
    noted(WHOLE, tmp_path)


def log_written(texts: list[str], folder: Path) -> None:
    """Text that was logged, and lines that somebody else wrote into the log."""
    # Otherwise the test's report holds it, which no process can pass on with characters outside UTF-8.
    with patch.object(logging.root, "handlers", []):
        log = SessionLog(folder, "s-1", LogOptions(), Redactor())
        for text in texts:
            log.event(30, text, {text: [text, {"deep": text}]})
        log.close()
    assert all(b"\x1b" not in path.read_bytes() for path in folder.iterdir())
    assert_harmless(logged(folder))
    with gzip.open(folder / "s-2.log.gz", "wb") as packed:
        for text in texts:
            line = {"at": "2022-11-08T12:00:00Z", "level": "ERROR", "message": text, "fields": {text: text}}
            for other in (line, {**line, "fields": text}, {**line, "error": text}, {**line, "error": [text]}):
                packed.write(json.dumps(other, ensure_ascii=False).encode(errors="replace") + b"\n")
            packed.write(text.encode(errors="replace") + b"\n")
    assert_harmless(logged(folder))


def test_a_log(tmp_path: Path) -> None:
    log_written(SLICE, tmp_path)


@pytest.mark.slow
def test_a_log_whole(tmp_path: Path) -> None:
    log_written(WHOLE, tmp_path)
