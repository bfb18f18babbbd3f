"""The verification of a recovered session's whole chain, while the session goes on (semantics.md 7).

Decides how long it is waited for, and which effects wait for it. Imports the kernel, effects and the model.
Invariant: a chain that is not whole is never taken for one that is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from ytc_tui.engine import inputs as inp
from ytc_tui.engine.effects import Effect, SubmitOrder
from ytc_tui.engine.kernel import Kernel
from ytc_tui.model.orders import OrderRole, OrderState

# A chain that is verified within this is waited for: the session goes on as if there had been no wait.
QUICK_S = 0.25
PAUSE_S = 0.02


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """A verification under way, or done; `future` raises JournalCorrupt naming the first bad entry."""

    future: asyncio.Future[None]

    async def within(self, limit_s: float) -> bool:
        """Whether it is done and the chain whole within `limit_s`. Raises JournalCorrupt if it is not."""
        await asyncio.wait((self.future,), timeout=limit_s)
        if not self.future.done():
            return False
        self.future.result()
        return True


async def resume_unchecked(
    kernel: Kernel,
    checking: ChainCheck,
    at_ns: int,
    effects: Sequence[Effect],
    items: Sequence[inp.Input],
    between: Callable[[], Awaitable[None]],
    stopping: Callable[[], bool],
) -> bool:
    """Manage what is open and hear operators while the chain is being verified; entries wait, and so does the
    feed. False when the process is asked to stop before the end of it."""
    entries = _entries_of(effects)
    kernel.sit.chain_unchecked = True
    now = [effect for effect in effects if effect not in entries]
    await kernel.resume(at_ns, now, (*items, inp.ChainChecked(False)))
    while not await checking.within(PAUSE_S):
        if stopping():
            return False
        await between()
    kernel.sit.chain_unchecked = False
    orders = kernel.sit.state.orders
    still = [e for e in entries if orders[e.approved.order.client_id].state is OrderState.INTENT]
    await kernel.resume(at_ns, still, (inp.ChainChecked(True),))
    return True


def _entries_of(effects: Sequence[Effect]) -> list[SubmitOrder]:
    """The orders among `effects` that add risk."""
    return [
        effect
        for effect in effects
        if isinstance(effect, SubmitOrder) and effect.approved.order.role is OrderRole.ENTRY
    ]
