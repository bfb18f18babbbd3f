"""The desk where commands are handed in: each id is carried out once.

Decides what a repeated command gets. Imports the client protocol and errors. Invariant: while an id is
remembered, whoever repeats it, even at the same time, gets the receipt of the first.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from ytc_tui.client import EngineClient, Receipt
from ytc_tui.errors import UsageInvalid
from ytc_tui.model.commands import Command

# Receipts that are remembered for repeats; the engine itself remembers every id of the session.
MAX_RECEIPTS = 1024


class CommandDesk:
    """Sends commands to `client`, and remembers their receipts."""

    def __init__(self, client: EngineClient) -> None:
        self._client = client
        self._sent: OrderedDict[str, tuple[Command, asyncio.Task[Receipt]]] = OrderedDict()

    async def send(self, command: Command) -> Receipt:
        """The receipt of `command`. Raises UsageInvalid if its id was used for another command."""
        known = self._sent.get(command.command_id)
        if known is not None and known[0] != command:
            raise UsageInvalid(
                f"command id {command.command_id} was used for another command", fix="give each its own id"
            )
        if known is None:
            known = command, asyncio.create_task(self._receive(command))
            self._sent[command.command_id] = known
            self._forget_old()
        # A client that hangs up does not take back what it asked for.
        return await asyncio.shield(known[1])

    async def _receive(self, command: Command) -> Receipt:
        try:
            return await self._client.send(command)
        except BaseException:
            # It may be repeated: the engine knows whether it saw this id.
            self._sent.pop(command.command_id, None)
            raise

    def _forget_old(self) -> None:
        while len(self._sent) > MAX_RECEIPTS:
            oldest, (_, task) = next(iter(self._sent.items()))
            if not task.done():
                return
            del self._sent[oldest]

    async def close(self) -> None:
        """Stop waiting for receipts; the engine still carries out what it was sent."""
        waiting = [task for _, task in self._sent.values() if not task.done()]
        for task in waiting:
            task.cancel()
        if waiting:
            await asyncio.wait(waiting)
