"""The one door's protocol: what a client may ask of an engine, wherever it runs.

Decides the values that cross the door. Imports the model only. Invariant: a receipt says what the
engine did with a command, never what it hopes to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from ytc_tui.model.commands import Command


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a command. `effects` are the events that it led to at once, in words;
    `unconfirmed` lists what was sent and not yet confirmed by the venue."""

    command_id: str
    accepted: bool
    reason: str
    session_id: str
    at_ns: int
    effects: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()


class EngineClient(Protocol):
    """A running engine, local or remote. Every method raises EngineUnreachable when nobody answers."""

    async def status(self, component: str | None = None) -> dict[str, Any]:
        """The session document with health and metrics, or one component's health."""
        ...

    async def send(self, command: Command) -> Receipt:
        """Carry out an operator command and say what became of it."""
        ...

    async def explain(self, target: str) -> dict[str, Any]:
        """Why an order, a decision, a trade or an agent is as it is; empty when it is not known."""
        ...
