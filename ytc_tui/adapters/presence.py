"""Whether somebody who knows the PIN stands behind a command.

Decides for which commands the PIN is asked, and that it was shown for one command is good for that one, once
and soon. Imports the PIN's file, the client's words and the model. Invariants: a verb that lowers risk never
needs a PIN; a PIN is compared off the event loop, one at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

from ytc_tui.adapters.pin import PinFile
from ytc_tui.client import NEEDS_PIN
from ytc_tui.model.commands import Command, Verb

# What may be made to need a PIN: it lets risk in.
RAISING = (Verb.RESUME, Verb.APPROVE, Verb.TICKET)
SHOWN_LIFE_S = 60.0
MAX_SHOWN = 64


class PinPresence:
    """Asks for the PIN of `pin` for `verbs`. `now_s` is a monotonic clock."""

    def __init__(self, pin: PinFile, verbs: Collection[Verb], now_s: Callable[[], float]) -> None:
        """Raises ValueError for a verb that may not need a PIN."""
        if not set(verbs) <= set(RAISING):
            raise ValueError(f"only {', '.join(RAISING)} can need a PIN")
        self._pin = pin
        self._verbs = frozenset(verbs)
        self._now_s = now_s
        self._shown_s: dict[str, float] = {}
        self._one_at_a_time = asyncio.Lock()

    async def show(self, command_id: str, pin: str) -> None:
        """Let the command `command_id` pass if `pin` is the PIN. Raises PinRefused, ConfigInvalid."""
        async with self._one_at_a_time:
            await asyncio.to_thread(self._pin.verify, pin)
        while len(self._shown_s) >= MAX_SHOWN:
            del self._shown_s[next(iter(self._shown_s))]
        self._shown_s[command_id] = self._now_s()

    def missing(self, command: Command) -> str:
        """Why `command` may not be carried out yet; empty when it may. What was shown is used up by this."""
        if command.verb not in self._verbs:
            return ""
        shown_s = self._shown_s.pop(command.command_id, None)
        if shown_s is not None and self._now_s() - shown_s <= SHOWN_LIFE_S:
            return ""
        if not self._pin.is_set:
            return f"{NEEDS_PIN}, and none is set: `ytc pin set`"
        return f"{NEEDS_PIN}: `ytc {command.verb.value}` in a shell asks for it"
