"""Heartbeats and halts: what an engine tells a guard, and what a guard leaves to the next engine.

Standard library and the model only. Invariants: a halt epoch only grows; an engine that holds a lower epoch
than the standing one raises no risk.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ytc_tui.model.orders import OrderRequest


class BeatState(StrEnum):
    """What an engine is doing, as far as a guard must know."""

    STARTING = "starting"
    TRADING = "trading"  # a session is open
    IDLE = "idle"  # between sessions
    STOPPED = "stopped"  # the process was ended by its operator; the session is resumable
    ENDED = "ended"  # every session is over


@dataclass(frozen=True, slots=True)
class Beat:
    """One heartbeat, with all that somebody needs to watch the account without this engine's help.

    `session` is the one that is open, or, of an engine that starts, the one to take up that was left open.

    `engine` names one process of this run for ever, `number` counts its beats. `host` is the socket of the
    paper host, empty where the venue is in the engine's process; `lock` is the file whose lock the engine
    holds. `monotonic_ns` is the engine's clock, which means nothing in another process.
    """

    run: str
    engine: str
    number: int
    state: BeatState
    pid: int
    session: str
    account_id: str
    install_id: str
    host: str
    lock: str
    start_balance: Decimal | None
    positions: int
    wall_ns: int
    monotonic_ns: int

    @property
    def session_open(self) -> bool:
        """Whether a session is open, or was left open by an engine that said no farewell."""
        return self.state is BeatState.TRADING or (self.state is BeatState.STARTING and bool(self.session))


@dataclass(frozen=True, slots=True)
class Halt:
    """What a guard did: it raised `epoch` because of `reason`, while `session` was open. `orders` are those
    that it sent under ids of its own, `acts` all that it did, in words. `at_ns` is wall time."""

    epoch: int
    session: str
    reason: str
    at_ns: int
    orders: tuple[OrderRequest, ...] = ()
    acts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clearance:
    """An operator's word that trading may go on after every halt up to `epoch`."""

    epoch: int
    actor: str
    reason: str
    at_ns: int


NO_CLEARANCE = Clearance(0, "", "", 0)
