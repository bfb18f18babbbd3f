"""After a restart: what is found at the venue against what the journal says.

Decides which differences are news, which are discrepancies, and how the session goes on (semantics.md 7,
safety.md 2.2 point 7). Invariant: nothing is assumed; a difference that no report explains stays open
and keeps entries off.
"""

from __future__ import annotations

from collections.abc import Iterator

from ytc_tui.engine.decide.evidence import missing_name
from ytc_tui.engine.inputs import VenueRead
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import OrderState
from ytc_tui.model.session import Gate, Mode, SessionStatus


def decide_restarted(sit: Situation, from_seq: int) -> Iterator[ev.Event]:
    """The recovery entry; sandbox and live come back paused and REDUCING, paper goes on by itself."""
    state = sit.state
    yield ev.EngineRecovered(from_seq, sit.at_ns, len(state.working), len(state.positions))
    if sit.policy.mode is Mode.PAPER or state.ended:
        return
    if state.gate is Gate.ACTIVE:
        yield ev.GateChanged(Gate.ACTIVE, Gate.REDUCING, "restarted: resume when reconciled")
    if state.status is SessionStatus.RUNNING:
        yield ev.StatusChanged(state.status, SessionStatus.PAUSED, "restarted")


def decide_venue_read(sit: Situation, read: VenueRead) -> Iterator[ev.Event]:
    """Differences between our books and the venue's; what was open and agrees again is resolved."""
    state, found = sit.state, differences(sit, read)
    for name, event in found.items():
        if name not in state.discrepancies:
            yield event
    for name, known_one in state.discrepancies.items():
        if known_one.kind in ("position", "foreign_order", "missing_order", "wallet") and name not in found:
            yield ev.DiscrepancyResolved(name, "the venue agrees again")


def differences(sit: Situation, read: VenueRead) -> dict[str, ev.DiscrepancyFound]:
    """Where the venue's books are not ours, by name: positions, orders, the wallet."""
    state = sit.state
    found: dict[str, ev.DiscrepancyFound] = {}
    theirs = {held.symbol: held.quantity for held in read.positions if held.quantity != ZERO}
    for symbol in sorted({*theirs, *state.positions}):
        ours = state.position(symbol).quantity
        if ours != theirs.get(symbol, ZERO):
            name = f"position-{symbol}"
            found[name] = ev.DiscrepancyFound(
                name, "position", symbol, str(ours), str(theirs.get(symbol, ZERO))
            )
    known = state.orders
    for order in read.orders:
        client_id = order.request.client_id
        if order.open and (client_id not in known or not known[client_id].working):
            name = f"foreign-{client_id}"
            found[name] = ev.DiscrepancyFound(
                name, "foreign_order", order.request.symbol, "not working", f"open {order.request.quantity}"
            )
    resting = {order.request.client_id for order in read.orders if order.open}
    for record in state.working_orders():
        client_id = record.request.client_id
        if record.state in (OrderState.ACKED, OrderState.PARTIAL) and client_id not in resting:
            name = missing_name(client_id)
            found[name] = ev.DiscrepancyFound(
                name, "missing_order", record.request.symbol, record.state.value, "not open"
            )
    if read.account.wallet_balance != state.wallet:
        found["wallet"] = ev.DiscrepancyFound(
            "wallet", "wallet", "", str(state.wallet), str(read.account.wallet_balance)
        )
    return found
