"""The heartbeat of an engine: once a second from its own loop, so that a loop that hangs stops it.

Decides what an engine says of itself to whoever guards it. Imports the composition root and the heartbeat
file. Invariant: only an engine that ended as it was meant to says farewell; one that failed falls silent.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from ytc_tui.adapters.clock import WallClock, monotonic_ns
from ytc_tui.adapters.guard.heartbeat import HeartbeatFile, read_beat
from ytc_tui.boot import BARS_INSTALL_ID, Parts, account_lock_file
from ytc_tui.model.halt import Beat, BeatState
from ytc_tui.paper_run import PaperRun

BEAT_S = 1.0


@dataclass(slots=True)
class Beating:
    """The heart of one engine process, from the moment at which it holds its account."""

    parts: Parts
    _file: HeartbeatFile = field(init=False)
    _left_open: str = field(init=False)  # the session that an engine before this one left without a farewell
    _engine: str = field(default_factory=lambda: uuid4().hex)
    _number: int = 0

    def __post_init__(self) -> None:
        path = self.parts.paths.heartbeat_file(self.parts.run_id)
        last = read_beat(path)
        self._left_open = last.session if last is not None and last.session_open else ""
        self._file = HeartbeatFile(path)
        self.parts.closing.callback(self._file.close)
        self._beat(BeatState.STARTING, None)

    async def go_on(self, run: PaperRun) -> None:
        """Beat until cancelled."""
        while True:
            self._beat(state_of(run), run)
            await asyncio.sleep(BEAT_S)

    def farewell(self, run: PaperRun) -> None:
        """The last beat: every session is over, or the process was stopped and can be started again."""
        ended = state_of(run) is BeatState.ENDED
        self._beat(BeatState.ENDED if ended else BeatState.STOPPED, run)

    def _beat(self, state: BeatState, run: PaperRun | None) -> None:
        self._number += 1
        parts = self.parts
        held = run.host.current.kernel.sit.state if run is not None and run.host.current else None
        balance: Decimal | None = None
        if held is not None:
            balance = held.start_balance or held.opening_balance or None
        session = held.session_id if held is not None else ""
        if state is BeatState.STARTING:
            session = session or self._left_open
        host = parts.loaded.settings.paper.host
        self._file.write(
            Beat(
                run=parts.run_id,
                engine=self._engine,
                number=self._number,
                state=state,
                pid=os.getpid(),
                session=session,
                account_id=parts.policy.account_id,
                install_id=BARS_INSTALL_ID,
                host=str(Path(host).absolute()) if host else "",
                lock=str(account_lock_file(parts).absolute()),
                start_balance=balance,
                positions=len(held.positions) if held is not None else 0,
                wall_ns=WallClock().now_ns(),
                monotonic_ns=monotonic_ns(),
            )
        )


def state_of(run: PaperRun) -> BeatState:
    """What the run is doing now."""
    current = run.host.current
    if current is not None and not current.ended:
        return BeatState.TRADING
    if len(run.documents) >= len(run.parts.windows):
        return BeatState.ENDED
    return BeatState.IDLE if run.host.latest is not None or run.documents else BeatState.STARTING
