"""The engines that run, each with its session in a line; and which of them a person means.

Decides the words of a running session. Imports the transports. Invariant: an engine that does not answer is
listed as such, never left out.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

from ytc_tui.adapters.paths import Paths
from ytc_tui.adapters.process_guard import tell
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.adapters.transports.client import HttpClient
from ytc_tui.adapters.transports.sockets import RunningEngine, find_engines
from ytc_tui.commands.curtain import lifted
from ytc_tui.commands.operate import engine_named
from ytc_tui.errors import UsageInvalid, YtcError

ATTACHING = " ytc: attaching"
_ANSWER_S = 1.0
_ID_CHARACTERS = 8
_FEED = "feed."


async def running_engines(paths: Paths) -> list[tuple[RunningEngine, str]]:
    """Every engine of this user, in order of their names, and how its session stands."""
    engines = await asyncio.to_thread(find_engines, paths.socket_dir)
    return list(zip(engines, await asyncio.gather(*map(_words_of, engines)), strict=True))


async def _words_of(engine: RunningEngine) -> str:
    try:
        async with HttpClient(engine.socket_path, status_timeout_s=_ANSWER_S) as client:
            document = await client.status()
    except YtcError:
        return f"{engine}: it does not answer"
    return safe_line(f"{_session_words(document)}; {engine}")


def _session_words(document: dict[str, Any]) -> str:
    """`paper BTCUSDT active_trading, P&L 12.30, gate ACTIVE, as of 2022-11-08T04:55:00Z, session 5f0c2a`."""
    session = str(document.get("session_id") or "")
    if not session:
        return "no session yet"
    figures = document.get("session_metrics")
    pnl = figures.get("current_pnl") if isinstance(figures, dict) else None
    gate = document.get("gate")
    state = gate.get("state") if isinstance(gate, dict) else None
    health = document.get("health")
    known = health if isinstance(health, dict) else {}
    symbols = sorted(str(name).removeprefix(_FEED) for name in known if str(name).startswith(_FEED))
    told = [
        " ".join([str(document.get("mode")), *symbols, str(document.get("current_phase"))]),
        f"P&L {pnl if pnl is not None else '?'}",
        f"gate {str(state).upper() if state else '?'}",
        f"as of {document.get('as_of')}",
        f"session {session[:_ID_CHARACTERS]}",
    ]
    return ", ".join(told if document.get("running") else [*told, "ended"])


def meant_engine(paths: Paths, wanted: str) -> RunningEngine:
    """The engine that `wanted` names; where it is empty and several run, the one that a person picks.

    Raises EngineUnreachable (none runs, or none is called so), UsageInvalid (several fit and nobody is there
    to ask, or nothing was picked).
    """
    if wanted or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return engine_named(paths, wanted)
    found = asyncio.run(running_engines(paths))
    if len(found) < 2:
        return engine_named(paths, wanted)
    with lifted(ATTACHING):
        return picked(found)


def picked(found: Sequence[tuple[RunningEngine, str]]) -> RunningEngine:
    """The engine whose number is typed. Raises UsageInvalid for anything else."""
    tell("several engines run:")
    for number, (_, words) in enumerate(found, start=1):
        tell(f"{number:3}  {words}")
    tell(f"which one? 1 to {len(found)}:")
    typed = sys.stdin.readline().strip()
    if typed.isascii() and typed.isdigit() and len(typed) < 4 and 1 <= int(typed) <= len(found):
        return found[int(typed) - 1][0]
    raise UsageInvalid(
        f"{typed[:20]!r} is none of them" if typed else "none was chosen", fix=f"type 1 to {len(found)}"
    )
