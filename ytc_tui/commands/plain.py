"""`--plain`: a running session as lines of text, for a screen reader, a log, or a terminal that is none.

Decides what a line is and when one is due. Imports the engines and the client protocol. Invariants: every
entry that has words is one line, once and in order, also across a pause of the connection; silence is said.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

from ytc_tui.client import EngineClient, PageRow
from ytc_tui.commands.desk_engine import AttachedEngine, ProcessEngine
from ytc_tui.commands.operate import engine_named
from ytc_tui.commands.places import paper_paths
from ytc_tui.commands.safe_text import safe_text
from ytc_tui.errors import EngineUnreachable
from ytc_tui.screens.link import EngineHandle
from ytc_tui.views.journal_query import MAX_PAGE_ROWS, PageQuery

POLL_S = 0.5
# So many lines of what was before come first.
BEGIN_ROWS = 10
# An engine that nobody can reach for so long is gone; one that is taken up again is back sooner.
GONE_AFTER_S = 30.0


def run_plainly(arguments: list[str], line: Callable[[str], object]) -> int:
    """Start an engine of `arguments` as a process of its own, and follow it."""
    return follow_plainly(ProcessEngine(arguments, paper_paths()), line)


def attach_plainly(session: str, line: Callable[[str], object]) -> int:
    """Follow a running engine."""
    paths = paper_paths()
    return follow_plainly(AttachedEngine(engine_named(paths, session), paths), line)


def follow_plainly(handle: EngineHandle, line: Callable[[str], object]) -> int:
    """Give `line` what happens until the engine is gone, or SIGINT or SIGTERM, which leave it running; the
    exit code."""
    return asyncio.run(_follow(handle, line))


async def _follow(handle: EngineHandle, line: Callable[[str], object]) -> int:
    client = await handle.start()
    line(f"engine: {safe_text(handle.description)}. To flatten without it: {handle.kill_command}")
    left = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, left.set)
    ended = asyncio.create_task(handle.ended())
    telling = asyncio.create_task(_tell(client, line))
    leaving = asyncio.create_task(left.wait())
    try:
        await asyncio.wait({ended, telling, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            end = ended.result()
            line(f"the engine has ended (exit {end.code}) {safe_text(end.message)}".rstrip())
            return end.code
        if telling.done():
            telling.result()
        line("left; the engine goes on: `ytc attach` opens its desk, `ytc shutdown` ends the session")
        return 0
    finally:
        for task in (ended, telling, leaving):
            task.cancel()


async def _tell(client: EngineClient, line: Callable[[str], object]) -> None:
    """Lines as they come. Raises EngineUnreachable once nobody has answered for `GONE_AFTER_S`."""
    loop = asyncio.get_running_loop()
    session, told, heard_s, silent = "", 0, loop.time(), False
    while True:
        try:
            name, rows = await _rows_since(client, session, told)
        except EngineUnreachable as error:
            if loop.time() - heard_s > GONE_AFTER_S:
                raise
            if not silent:
                line(f"SILENT: {safe_text(str(error))}")
            silent = True
        else:
            if silent:
                line("the engine answers again")
            heard_s, silent = loop.time(), False
            if name != session:
                line(f"session {safe_text(name)}")
                session = name
            for row in rows:
                line(safe_text(row.text))
                told = row.seq
        await asyncio.sleep(POLL_S)


async def _rows_since(client: EngineClient, session: str, told: int) -> tuple[str, list[PageRow]]:
    """The session of now and its rows after entry `told` of `session`, oldest first; of another session than
    that its last ones."""
    page = await client.page(PageQuery(rows=MAX_PAGE_ROWS))
    if page.session_id != session:
        return page.session_id, list(reversed(page.rows[:BEGIN_ROWS]))
    found = [row for row in page.rows if row.seq > told]
    while page.before_seq > told and page.session_id == session:
        page = await client.page(PageQuery(before_seq=page.before_seq, rows=MAX_PAGE_ROWS))
        found += [row for row in page.rows if row.seq > told]
    return session, list(reversed(found))
