"""What the process of a run looks after beside its sessions: kill files, halts, and what must be told.

Decides who obeys a kill file and what is told on standard error. Imports the sockets and the run.
Invariants: a kill file for the whole mode reaches every engine that answers in its state folder, and a
file is there until it was obeyed.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ytc_tui.adapters.clock import WallClock
from ytc_tui.adapters.process_guard import tell
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.adapters.transports.sockets import find_engines
from ytc_tui.engine.attendance import Attendance
from ytc_tui.engine.ports import Notice
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.session import Severity
from ytc_tui.paper_run import PaperRun
from ytc_tui.views.by_hand import to_close
from ytc_tui.views.journal import utc

POLL_S = 0.25


@dataclass(slots=True)
class Onlookers:
    """Who looks on through the door: `watched` clients now, `lost` that left without a word so far."""

    watched: Callable[[], int]
    lost: Callable[[], int]


# Of a run without a door.
NOBODY = Onlookers(lambda: 0, lambda: 0)


async def watch(run: PaperRun, onlookers: Onlookers = NOBODY) -> None:
    """Look again every `POLL_S` until cancelled."""
    kill_files, told, exposed = KillFiles(run), "", ""
    attendance = Attendance(run.parts.loaded.settings.notify.link_down_s)
    while True:
        await asyncio.sleep(POLL_S)
        told = tell_of_journal(run, told)
        exposed = tell_of_exposure(run, exposed)
        tell_of_halt(run)
        await tell_of_absence(run, onlookers, attendance)
        await kill_files.look()


@dataclass(slots=True)
class KillFiles:
    """The files that flatten without a terminal, a door or a PIN."""

    run: PaperRun
    _obeyed: dict[Path, int] = field(default_factory=dict)

    async def look(self) -> None:
        """Hand on the file of the whole mode, and obey the engine's own while a session runs."""
        paths = self.run.parts.paths
        own, whole_mode = paths.kill_file(self.run.parts.door_name), paths.kill_file()
        if self.run.host.current is None:
            return
        if _changed_ns(whole_mode) is not None and not self._handed_on(whole_mode):
            await self._obey(whole_mode)
        await self._obey(own)

    def _handed_on(self, whole_mode: Path) -> bool:
        """Give every engine of this state folder a file of its own; False where that fails.

        The first engine to see the file would otherwise take it away from the others.
        """
        parts = self.run.parts
        folder = parts.door_name.rpartition("-")[2]
        names = {engine.session_id for engine in find_engines(parts.paths.socket_dir)}
        try:
            for name in {parts.door_name, *(name for name in names if name.endswith(f"-{folder}"))}:
                parts.paths.kill_file(name).touch(mode=0o600)
            whole_mode.unlink(missing_ok=True)
        except OSError:
            return False
        return True

    async def _obey(self, path: Path) -> None:
        changed_ns = _changed_ns(path)
        # A file that cannot be removed is obeyed once, not four times a second.
        if changed_ns is None or self._obeyed.get(path) == changed_ns:
            return
        self._obeyed[path] = changed_ns
        command_id = f"kill-file-{os.getpid()}-{changed_ns}"
        await self.run.host.send(Command(command_id, Verb.FLATTEN, "kill file", f"{path} exists"))
        _remove(path)


def _changed_ns(path: Path) -> int | None:
    """When `path` was last changed, None if it is not there."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


async def tell_of_absence(run: PaperRun, onlookers: Onlookers, attendance: Attendance) -> None:
    """Tell a person outside that nobody looks on any more."""
    current = run.host.current
    positions = len(current.kernel.sit.state.positions) if current is not None else 0
    now_s = asyncio.get_running_loop().time()
    text = attendance.look(now_s, onlookers.watched(), onlookers.lost(), positions)
    if text:
        severity = Severity.CRITICAL if positions else Severity.WARNING
        notice = Notice(WallClock().now_ns(), severity, "operator's link down", text)
        await run.outlets.notifier.notify(notice)


def tell_of_halt(run: PaperRun) -> None:
    """Let a session that runs know of a halt that came over it."""
    current = run.host.current
    if current is not None and current.begun and not current.ended:
        met = run.fence.met(current.kernel.sit.state)
        if met is not None:
            run.host.tell(met)


def tell_of_journal(run: PaperRun, told: str) -> str:
    """Say on standard error when the journal goes away and returns; what is now said of it."""
    current = run.host.current
    stalled = current.kernel.stalled if current is not None else ""
    if bool(stalled) != bool(told):
        text = f"no new trades: {stalled}" if stalled else "the journal takes entries again"
        tell(safe_line(text))
    return stalled


def tell_of_exposure(run: PaperRun, told: str) -> str:
    """Say on standard error what to close by hand while a flatten is not confirmed, whenever that changes;
    what is now said of it."""
    current = run.host.current
    state = current.kernel.sit.state if current is not None else None
    if state is None or state.unconfirmed is None:
        if told and state is not None:
            tell("the exposure is confirmed: verified flat")
        return "" if state is not None else told
    doubt = state.unconfirmed
    lines = [
        f"UNCONFIRMED EXPOSURE since {utc(doubt.since_ns)}: {doubt.why}; tried on. To close by hand:",
        *map(str, to_close(state)),
    ]
    text = "\n  ".join(map(safe_line, lines))
    if text != told:
        tell(text)
    return text
