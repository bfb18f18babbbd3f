"""`ytc run --headless`: one run in the foreground, its door open, one line per event.

Decides what the process itself does: signals, the kill file, output, exit code. Imports the composition
root. Invariants: SIGTERM and SIGINT end the process and leave the session resumable; SIGHUP and a closed
pipe end nothing; stdout carries output alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ytc_tui.adapters.clock import WallClock
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.adapters.transports.http import DoorServer
from ytc_tui.boot import Parts, RunRequest, hold_account, open_journal, prepare, whole_on_record
from ytc_tui.commands.record import Record
from ytc_tui.config import LoadedSettings
from ytc_tui.engine.door import Door
from ytc_tui.errors import JournalUnavailable
from ytc_tui.model.chain import Entry
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.events import Event
from ytc_tui.outlets import durable_outlets, memory_outlets
from ytc_tui.paper_run import PaperRun
from ytc_tui.views.event_lines import event_line

KILL_FILE_POLL_S = 0.25
LINE_LIMIT = 400
EXIT_EXPOSED = 9


@dataclass(slots=True)
class Output:
    """Where lines go. A closed pipe silences it and ends nothing."""

    as_json: bool
    broken: bool = field(default=False)

    def event(self, entry: Entry, event: Event) -> None:
        if self.broken:
            return
        if self.as_json:
            body = json.loads(entry.body)
            self.line(json.dumps({"seq": entry.seq, "at": entry.at, "type": entry.type, "body": body}))
            return
        text = event_line(entry, event)
        if text:
            self.line(safe_line(text, LINE_LIMIT))

    def line(self, text: str) -> None:
        if self.broken:
            return
        try:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
        except (OSError, ValueError):
            self.broken = True
            # The interpreter flushes stdout again at exit: give it somewhere harmless to go.
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def run_headless(loaded: LoadedSettings, request: RunRequest, *, as_json: bool, stay: bool) -> int:
    """Run to the end of the data and return the exit code. `stay` keeps the door open afterwards."""
    return asyncio.run(_run(loaded, request, Output(as_json), stay))


async def _run(loaded: LoadedSettings, request: RunRequest, output: Output, stay: bool) -> int:
    parts = prepare(loaded, request)
    with parts.closing:
        hold_account(parts)
        journal, reader = open_journal(parts)
        try:
            if whole_on_record(reader, parts):
                return await _run_beside_the_record(parts, reader, output)
            async with durable_outlets(parts, journal, reader, output.event) as outlets:
                run = PaperRun(parts, outlets)
                await _serve(run, stay)
                for document in run.documents:
                    await journal.anchor(document["session_id"], WallClock().now_ns())
        finally:
            await journal.close()
        return _conclude(run, output)


async def _run_beside_the_record(parts: Parts, reader: SqliteReader, output: Output) -> int:
    """This very run is on record whole: run it again in memory and compare the head hashes."""
    run = PaperRun(parts, memory_outlets(parts, output.event))
    await run.run()
    same = True
    for document in run.documents:
        head = reader.head(document["session_id"])
        document["journal"]["recorded_head"] = head.hash
        same = same and head.hash == document["journal"]["head"]
    word = "the same head hash" if same else "another head hash (operator input or a restart is on record)"
    note = f"this run is on record already; run again in memory it gave {word}; --label NAME records it anew"
    sys.stderr.write(f"note: {note}\n")
    return _conclude(run, output)


async def _serve(run: PaperRun, stay: bool) -> None:
    """Drive the run with its door, its signals and its kill file."""
    loop = asyncio.get_running_loop()
    done = asyncio.Event()

    def stop() -> None:
        run.parts.clock.stop()
        run.host.stop()
        done.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    loop.add_signal_handler(signal.SIGHUP, lambda: None)
    run.parts.paths.prepare_sockets()
    door = door_of(run)
    server = DoorServer(door, run.parts.paths.socket(run.parts.door_name))
    await server.start()
    watcher = asyncio.create_task(_watch_kill_file(run))
    try:
        await run.run()
        if run.documents:
            door.last_document = run.documents[-1]
        if stay and not run.host.stopping:
            await done.wait()
    finally:
        watcher.cancel()
        await server.stop()


def door_of(run: PaperRun) -> Door:
    """The door of a run, which answers from its host and its record."""
    clock = run.parts.clock
    return Door(
        host=run.host,
        record=Record(run.parts.paths.database),
        speed=lambda: f"{clock.speed}x" if clock.speed is not None else "max",
        venue="paper",
    )


async def _watch_kill_file(run: PaperRun) -> None:
    """The kill file flattens without a terminal, a door or a PIN."""
    number = 0
    while True:
        await asyncio.sleep(KILL_FILE_POLL_S)
        for path in (run.parts.paths.kill_file(), run.parts.paths.kill_file(run.parts.door_name)):
            if path.exists() and run.host.current is not None:
                number += 1
                command = Command(
                    f"kill-file-{os.getpid()}-{number}", Verb.FLATTEN, "kill file", f"{path} exists"
                )
                await run.host.send(command)
                with suppress(OSError):
                    path.unlink()


def _conclude(run: PaperRun, output: Output) -> int:
    """The documents as the last output, and the exit code that they ask for."""
    current = run.host.current
    if current is not None and current.kernel.stalled:
        sys.stderr.write(f"not everything is on record: {current.kernel.stalled}\n")
        return JournalUnavailable.exit_code
    exposed = False
    for document in run.documents:
        exposed = exposed or bool(document["active_positions"])
        if output.as_json:
            output.line(json.dumps(document, sort_keys=True))
        else:
            for text in _summary(document):
                output.line(text)
    if not run.documents and run.host.stopping:
        sys.stderr.write("stopped; the session is resumable: run the same command again\n")
    return EXIT_EXPOSED if exposed else 0


def _summary(document: dict[str, Any]) -> list[str]:
    funnel = document["funnel"]
    refused = ", ".join(f"{rule} {count}" for rule, count in funnel["refused_by"].items()) or "none"
    found = ", ".join(f"{kind} {count}" for kind, count in funnel["detected"].items()) or "none"
    return [
        "",
        f"session {document['session_id']}  {document['session_status']}  ({document['end_reason']})",
        f"  P&L {document['session_pnl']} on {document['start_balance']}, fees {document['fees_paid']}, "
        f"funding: {document['funding']}",
        f"  setups found: {found}; refused by: {refused}; entered {funnel['entered']}",
        f"  journal: {document['journal']['entries']} entries, head {document['journal']['head']}",
    ]
