"""Every place where text that is not ours comes in by a file, an argument, a variable or a socket.

An entry takes one text and a folder of its own, and gives what a person would be shown of it. Text of venues,
agents and records comes in elsewhere: `test_running`, `test_records`.
"""

from __future__ import annotations

import json
import os
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.adapters.feeds.samples import SOME, csv_text
from tests.hostile.shown import Entry, Shown, answered, utf8, written
from tests.hostile.sockets import SOCKETS
from ytc_tui.adapters.feeds.calendar import load_calendar
from ytc_tui.adapters.feeds.files import open_source
from ytc_tui.adapters.head_file import HeadFile
from ytc_tui.adapters.instruments import load_instruments
from ytc_tui.adapters.locks import acquire
from ytc_tui.adapters.paths import Paths, paths_of
from ytc_tui.adapters.process_guard import discreet
from ytc_tui.adapters.run_sheet import read_sheet
from ytc_tui.adapters.venues.host.trouble import load_trouble
from ytc_tui.adapters.workflows import load_workflow
from ytc_tui.agents.registry import Registry
from ytc_tui.commands import config as config_command, data_check, hand, own
from ytc_tui.commands.answer import Answer
from ytc_tui.commands.typed import typed
from ytc_tui.config import assignments, load_settings, settings_of
from ytc_tui.errors import AlreadyRunning, DataInvalid, YtcError
from ytc_tui.model.own import AddLevel
from ytc_tui.model.session import Mode

# ---- files -------------------------------------------------------------------------------------------


def calendar(text: str, folder: Path) -> Shown:
    """Calendar files: a title, a currency, a time; JSON, CSV and ICS."""
    rows = [{"time": "2022-11-08T13:30Z", "currency": "USD", "impact": "high", "title": text}]
    rows.append({**rows[0], "time": text})
    for name, content in {
        "c.json": json.dumps([rows[0]]),
        "d.json": json.dumps(rows),
        "c.csv": f'time,currency,impact,title\n2022-11-08T13:30Z,{text},high,"{text}"\n',
        "e.csv": text,
        "c.ics": "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20221108T133000Z\r\n"
        f"SUMMARY:{text}\r\nCATEGORIES:USD,High\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    }.items():
        try:
            found = load_calendar(written(folder, name, content))
        except DataInvalid as error:
            yield name, discreet(str(error))
        else:
            for event in found.events:
                yield name, event.title + event.currency + event.forecast


def bars_csv(text: str, folder: Path) -> Shown:
    """Bars in CSV: columns, cells, symbols."""
    head, _, rest = csv_text(SOME[:3]).partition("\n")
    cell = text.replace("\n", " ").replace(",", " ")
    for name, content in (
        ("columns", f"{head},{cell}\n{rest}"),
        ("cells", f"{head}\n{rest}{cell},1,1,1,1,1\n"),
        ("whole", text),
    ):
        path = written(folder, f"a_b_BTCUSDT_1m_{name}.csv", content)
        yield from answered(lambda path=path: _checked(str(path)))  # type: ignore[misc]
        yield from answered(lambda path=path: open_source(f"{text}={path}"))  # type: ignore[misc]


def bars_parquet(text: str, folder: Path) -> Shown:
    """Bars in Parquet: names of columns and their metadata."""
    columns: dict[str, Any] = {"timestamp": [1, 2], utf8(text) or "x": [1.0, 2.0]}
    path = folder / "a_b_BTCUSDT_1m.parquet"
    pq.write_table(pa.table(columns).replace_schema_metadata({"venue": utf8(text)}), path)
    yield from answered(lambda: _checked(str(path)))


def _checked(argument: str) -> Answer:
    report = data_check.check(argument)
    return Answer(data_check.render(report), None)


def instruments(text: str, folder: Path) -> Shown:
    """Instrument rows: a symbol, a value, a key."""
    quoted = json.dumps(utf8(text))
    for content in (f"[{quoted}]\n{quoted} = 1\n", f"[BTCUSDT]\nkind = {quoted}\nquote = {quoted}\n", text):
        yield from answered(partial(load_instruments, written(folder, "i.toml", content)))


def settings_file(text: str, folder: Path) -> Shown:
    """A file of settings: keys, tables, values, and anything at all."""
    quoted = json.dumps(utf8(text))
    for content in (f"{quoted} = 1\n", f"[{quoted}]\na = 1\n", f"[account]\naccount_id = {quoted}\n", text):
        path = written(folder, "config.toml", content)
        yield from answered(lambda path=path: config_command.check(path, {}))  # type: ignore[misc]
        yield from answered(lambda path=path: config_command.show(path, {}))  # type: ignore[misc]


def trouble(text: str, folder: Path) -> Shown:
    """A paper host's script of faults."""
    quoted = json.dumps(utf8(text))
    for content in (f"{quoted} = 1\n", f"[[line]]\nfault = {quoted}\n", f"[[venue]]\n{quoted} = 1\n", text):
        yield from answered(partial(load_trouble, written(folder, "t.toml", content)))


def workflow(text: str, folder: Path) -> Shown:
    """A workflow's definition."""
    quoted = json.dumps(utf8(text))
    for content in (f"name = {quoted}\n[{quoted}]\nsteps = 1\n", text):
        path = written(folder, "w.toml", content)
        yield from answered(partial(load_workflow, path, Registry.build(()), frozenset()))


def signed_heads(text: str, folder: Path) -> Shown:
    """The second copy of signed heads."""
    line = {"mode": "paper", "session": text, "seq": 1, "hash": text, "signed_ns": 1, "key": text}
    path = written(folder, "heads.jsonl", f"{text}\n{json.dumps({**line, 'signature': text})}\n")
    yield from answered(HeadFile(path, "paper").read)


def lock_file(text: str, folder: Path) -> Shown:
    """What a lock's file says of its holder."""
    path = folder / "a.lock"
    with acquire(path, "it", now_ns=1):
        path.write_text(json.dumps({"pid": 1, "host": text, "since_ns": 1, "what": text}))
        try:
            acquire(path, "it", now_ns=1)
        except AlreadyRunning as error:
            yield "held", discreet(str(error))


# ---- arguments and variables --------------------------------------------------------------------------


def given_settings(text: str, folder: Path) -> Shown:
    """--set, and variables of the environment."""
    for given in (text, f"{text}=1", f"session.symbols={text}", f"notify.file={text}", f"feed.data={text}"):
        yield from answered(lambda given=given: load_settings(None, assignments([given]), environment={}))  # type: ignore[misc]
    for variables in ({f"YTC_{text}": "1"}, {"YTC_MODE": text}, {"YTC_ACCOUNT__ACCOUNT_ID": text}):
        yield from answered(
            lambda variables=variables: load_settings(None, {}, environment=variables)  # type: ignore[misc]
        )


def typed_by_hand(text: str, folder: Path) -> Shown:
    """Arguments of the operator's commands: trades, prices, sides, levels."""
    yield from answered(lambda: hand.close_command(text, text, text))
    yield from answered(lambda: hand.stop_command(text, text, text))
    yield from answered(lambda: hand.ticket_command(text, text, text, text, text, text))
    place = own.Place(_paths(folder), "")
    yield from answered(lambda: own.remove_level(place, text, text))
    yield from answered(lambda: own.add_level(place, text, _level(text), ""))
    yield from answered(lambda: own.list_levels(place))


def _level(text: str) -> AddLevel:
    return typed(lambda: AddLevel(Decimal(1), Decimal(1), label=text), "--label")


def _paths(folder: Path) -> Paths:
    return paths_of(Mode.PAPER, {**os.environ, "XDG_STATE_HOME": str(folder)})


def names_of_files(text: str, folder: Path) -> Shown:
    """Names of sessions, which become names of files: what passes stays in its folder."""
    paths = _paths(folder)
    for made in (paths.spare_file, paths.kill_file, paths.socket):
        try:
            path = made(text)
        except YtcError as error:
            yield "name", discreet(str(error))
        else:
            assert path.resolve().parent in (paths.state_dir.resolve(), paths.socket_dir.resolve())


def run_sheet(text: str, folder: Path) -> Shown:
    """What a run was started with, and settings that it names."""
    sheet = {"software": text, "settings": {text: 1}, "data": [text], "label": text, "to_ns": 1, "from_ns": 0}
    for content in (text, json.dumps({text: text}), json.dumps(sheet), json.dumps({**sheet, "to_ns": text})):
        path = written(folder, "run-x.json", content)
        path.chmod(0o600)
        yield from answered(partial(read_sheet, path))
    yield from answered(lambda: settings_of({text: text}))
    yield from answered(lambda: settings_of({"session.market": text, "session.open": text}))


ENTRIES: dict[str, Entry] = {
    entry.__name__: entry
    for entry in (
        calendar,
        bars_csv,
        bars_parquet,
        instruments,
        settings_file,
        trouble,
        workflow,
        signed_heads,
        lock_file,
        given_settings,
        typed_by_hand,
        names_of_files,
        run_sheet,
        *SOCKETS,
    )
}
