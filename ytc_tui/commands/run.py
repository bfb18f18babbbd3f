"""`ytc run --headless`: one run in the foreground, its door open, one line per event.

Decides what the process itself does: signals, the door, the summary, the exit code. Imports the composition
root. Invariants: SIGTERM and SIGINT end the process and leave the session resumable; SIGHUP and a closed
pipe end nothing; stdout carries output alone.
"""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, assert_never

from ytc_tui.adapters.garbage import collect_and_freeze
from ytc_tui.adapters.locks import holder_of
from ytc_tui.adapters.pin import PinFile
from ytc_tui.adapters.pin_for import PinForFile
from ytc_tui.adapters.presence import PinPresence
from ytc_tui.adapters.process_guard import tell
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.adapters.transports.http import DoorServer
from ytc_tui.boot import Parts, RunRequest, hold_account, open_journal, prepare, relabel, whole_on_record
from ytc_tui.commands.beating import Beating
from ytc_tui.commands.output import Output
from ytc_tui.commands.pin_for import verbs_of_run
from ytc_tui.commands.record import Record
from ytc_tui.commands.settings_in_use import SettingsInUse
from ytc_tui.commands.status_text import unconfirmed_lines
from ytc_tui.commands.watch import Onlookers, watch
from ytc_tui.config import LoadedSettings
from ytc_tui.engine.document import session_document
from ytc_tui.engine.door import Door
from ytc_tui.errors import ConfigInvalid, JournalUnavailable
from ytc_tui.model.commands import Verb
from ytc_tui.outlets import durable_outlets, memory_outlets
from ytc_tui.own_view import recorded_view
from ytc_tui.paper_run import PaperRun
from ytc_tui.past_run import keep_sheet

EXIT_EXPOSED = 9
# A desk that lost its line for a moment finds the engine still there.
WATCHED_POLL_S, UNWATCHED_POLLS = 1.0, 10


class Stay(StrEnum):
    """How long the door stays open after the last session."""

    NO = "no"
    UNTIL_STOPPED = "until stopped"
    WHILE_WATCHED = "while watched"


def _nobody(door: Door, stop: Callable[[], None]) -> None:
    return


@dataclass(frozen=True, slots=True)
class Manner:
    """How a process runs an engine. `anew` records a run that is on record whole once more, under the next
    free label; `signals` are the process's own to handle; `opened` is given the door, once it is open, and
    what ends the process's part in it; `ask_pin` asks a person for the PIN, None = nobody is there."""

    stay: Stay = Stay.NO
    anew: bool = False
    signals: bool = True
    opened: Callable[[Door, Callable[[], None]], None] = _nobody
    ask_pin: Callable[[], str] | None = None


def run_headless(loaded: LoadedSettings, request: RunRequest, manner: Manner, *, as_json: bool) -> int:
    """Run to the end of the data and return the exit code."""
    output = Output(as_json)
    try:
        code = asyncio.run(run_engine(loaded, request, manner, output))
    except BaseException:
        output.hurried = True
        raise
    finally:
        output.close()
    return output.concluded(code)


async def run_engine(loaded: LoadedSettings, request: RunRequest, manner: Manner, output: Output) -> int:
    """Run the engine in this event loop to its end; the exit code."""
    parts = prepare(loaded, request)
    with parts.closing:
        hold_account(parts)
        journal, reader = open_journal(parts)
        try:
            again = 1
            while manner.anew and whole_on_record(reader, parts):
                again += 1
                relabel(parts, f"{request.label}#{again}")
                hold_account(parts)
            if whole_on_record(reader, parts):
                return await _run_beside_the_record(parts, reader, output)
            beating, presence = Beating(parts), _presence(parts, manner)
            _keep_sheet(parts)
            async with durable_outlets(parts, journal, reader, output.event) as outlets:
                run = PaperRun(parts, outlets, about_to_open=collect_and_freeze)
                await _serve(run, manner, beating, presence)
                beating.farewell(run)
                output.hurried = run.host.stopping
        finally:
            await journal.close()
        return _conclude(run, output)


def _keep_sheet(parts: Parts) -> None:
    """What playback will need of this run; without it the run goes on all the same."""
    try:
        keep_sheet(parts)
    except ConfigInvalid as error:
        tell(f"note: playback will not know limits and zones of this run: {error}")


async def _run_beside_the_record(parts: Parts, reader: SqliteReader, output: Output) -> int:
    """This very run is on record whole: run it again in memory and compare the head hashes."""
    began_with = partial(recorded_view, reader)
    run = PaperRun(parts, memory_outlets(parts, output.event, own_view=began_with))
    await run.run()
    same = True
    for document in run.documents:
        head = reader.head(document["session_id"])
        document["journal"]["recorded_head"] = head.hash
        same = same and head.hash == document["journal"]["head"]
    word = "the same head hash" if same else "another head hash (operator input or a restart is on record)"
    note = f"this run is on record already; run again in memory it gave {word}; --label NAME records it anew"
    tell(f"note: {note}")
    return _conclude(run, output)


async def _serve(run: PaperRun, manner: Manner, beating: Beating, presence: PinPresence | None) -> None:
    """Drive the run with its door and its kill file, and its signals where they are its own."""
    loop = asyncio.get_running_loop()
    done = asyncio.Event()

    def stop() -> None:
        run.parts.clock.stop()
        run.host.stop()
        done.set()

    if manner.signals:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
        loop.add_signal_handler(signal.SIGHUP, lambda: None)
    run.parts.paths.prepare_sockets()
    record = Record(run.parts.paths.database)
    door = door_of(run, record)
    door.presence = presence
    server = DoorServer(
        door, run.parts.paths.socket(run.parts.door_name), presence.show if presence is not None else None
    )
    await server.start()
    onlookers = Onlookers(lambda: door.watching.watched, lambda: server.lost)
    beside = [asyncio.create_task(watch(run, onlookers)), asyncio.create_task(beating.go_on(run))]
    manner.opened(door, stop)
    try:
        await run.run()
        if run.documents:
            door.last_document = run.documents[-1]
        if not run.host.stopping:
            await _stay(manner.stay, door, done)
    finally:
        for task in beside:
            task.cancel()
        await server.stop()
        await record.close()


def _presence(parts: Parts, manner: Manner) -> PinPresence | None:
    """Who asks for the PIN, where the settings, now or as the run was started, name commands that need it."""
    pin, key = PinFile(parts.paths.pin_file), "security.pin_for"
    wanted = [Verb(verb) for verb in parts.loaded.settings.security.pin_for]
    # What a file leaves out nobody has asked to drop.
    ask_pin = manner.ask_pin if parts.loaded.origin(key) == "flag" else None
    verbs = verbs_of_run(PinForFile(parts.paths.pin_for_file(parts.run_id)), wanted, pin, ask_pin)
    return PinPresence(pin, verbs, asyncio.get_running_loop().time) if verbs else None


async def _stay(stay: Stay, door: Door, done: asyncio.Event) -> None:
    """Keep the door open after the last session, as long as `stay` says."""
    match stay:
        case Stay.NO:
            return
        case Stay.UNTIL_STOPPED:
            await done.wait()
        case Stay.WHILE_WATCHED:
            unwatched = 0
            while not done.is_set() and unwatched < UNWATCHED_POLLS:
                with suppress(TimeoutError):
                    await asyncio.wait_for(done.wait(), WATCHED_POLL_S)
                unwatched = 0 if door.watching.watched else unwatched + 1
        case _:
            assert_never(stay)


def door_of(run: PaperRun, record: Record) -> Door:
    """The door of a run, which answers from its host and its record."""
    clock = run.parts.clock
    return Door(
        host=run.host,
        record=record,
        speed=lambda: f"{clock.speed}x" if clock.speed is not None else "max",
        venue="paper",
        guard=lambda: _guard_of(run),
        settings=SettingsInUse(run.parts.loaded),
    )


def _guard_of(run: PaperRun) -> str:
    """Who guards this run, empty if nobody does."""
    holder = holder_of(run.parts.paths.guard_lock(run.parts.run_id))
    return "" if holder is None else str(holder)


def _conclude(run: PaperRun, output: Output) -> int:
    """The documents as the last output, and the exit code that they ask for."""
    current = run.host.current
    if current is not None and current.kernel.stalled:
        tell(f"not everything is on record: {current.kernel.stalled}")
        return JournalUnavailable.exit_code
    exposed = False
    for document in run.documents:
        exposed = exposed or bool(document["active_positions"])
        if output.as_json:
            output.line(json.dumps(document, sort_keys=True))
        else:
            for text in _summary(document):
                output.line(text)
    if run.host.stopping and len(run.documents) < len(run.parts.windows):
        tell("stopped; the session is resumable: run the same command again")
    if current is not None and current.kernel.sit.state.unconfirmed is not None:
        for text in unconfirmed_lines(session_document(current.kernel.sit)):
            tell(safe_line(text))
        exposed = True
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
