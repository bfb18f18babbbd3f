"""Our books against the venue's: after a restart, and in every cycle of a session.

Decides which differences are news, which end, and when they stop a session (semantics.md 7, safety.md 2.2
points 7 and 9). Invariants: nothing is assumed; a difference that no report explains within one cycle pauses
the session, and only an operator lets it go on; what is found at the start does so at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from ytc_tui.engine.decide.alarms import entries_off, react
from ytc_tui.engine.decide.evidence import decide_content, missing_name
from ytc_tui.engine.external import foreign_name
from ytc_tui.engine.inputs import VenueRead
from ytc_tui.engine.situation import Situation
from ytc_tui.engine.venue_answers import order_problem
from ytc_tui.model import events as ev
from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import OrderState, VenueOrder
from ytc_tui.model.session import Gate, Mode, SessionStatus
from ytc_tui.model.state import GATE_RECONCILE, Discrepancy

# The books are compared so often, in the engine's time, while anything is open.
CYCLE_NS = 10 * NS_PER_S
# What a reading of the venue finds, and ends when it finds it no more.
_COMPARED = frozenset({"position", "foreign_order", "missing_order", "wallet"})


def decide_restarted(sit: Situation, from_seq: int) -> Iterator[ev.Event]:
    """The recovery entry; sandbox and live come back paused and REDUCING, paper goes on by itself."""
    state = sit.state
    yield ev.EngineRecovered(from_seq, sit.at_ns, len(state.working), len(state.positions))
    if sit.policy.mode is Mode.PAPER or state.ended:
        return
    yield from entries_off(sit, "restarted: resume when reconciled")
    if state.status is SessionStatus.RUNNING:
        yield ev.StatusChanged(state.status, SessionStatus.PAUSED, "restarted")


def decide_venue_read(sit: Situation, read: VenueRead) -> Iterator[ev.Event]:
    """Differences between our books and the venue's; what was open and agrees again is resolved."""
    state, found = sit.state, differences(sit, read)
    for order in read.orders:
        entry = _unreported_stop_of(sit, order)
        if entry is not None:
            yield ev.StopAttached(order.request, order.venue_order_id, entry)
        yield from decide_content(sit, order)
    for name, event in found.items():
        if _is_news(state.discrepancies.get(name), event):
            yield event
    for name, known in state.discrepancies.items():
        if known.kind in _COMPARED and name not in found:
            yield ev.DiscrepancyResolved(name, "the venue agrees again")
    open_there = {order.request.client_id for order in read.orders if order.open}
    for name, adopted in state.external_orders.items():
        if adopted.client_id not in open_there:
            yield ev.DiscrepancyResolved(name, "the EXTERNAL order is gone")
    yield from _hold(sit, read, found)


def _is_news(known: Discrepancy | None, event: ev.DiscrepancyFound) -> bool:
    """Whether a difference was not known, or is another by now."""
    if known is None:
        return True
    before = (known.ours, known.theirs, known.quantity, known.price)
    return before != (event.ours, event.theirs, event.quantity, event.price)


def _hold(sit: Situation, read: VenueRead, found: dict[str, ev.DiscrepancyFound]) -> Iterator[ev.Event]:
    """Pause on what stays unexplained."""
    state, names = sit.state, _unexplained(sit, read, found)
    held = state.gate_reason.startswith(GATE_RECONCILE) and state.status is not SessionStatus.RUNNING
    if not names or held or state.gate is Gate.HALTED or state.ended:
        return
    reason = f"{GATE_RECONCILE}{', '.join(names)}"
    message = f"unexplained: {', '.join(names)}; `ytc reconcile` shows what can be done, then resume"
    yield from react(sit, "unreconciled", "unreconciled", message, reason)
    yield ev.GateChanged(state.gate, Gate.REDUCING, reason)


def _unexplained(sit: Situation, read: VenueRead, found: dict[str, ev.DiscrepancyFound]) -> list[str]:
    """The differences that hold a session: those older than one cycle, at a start every one. What an
    operator lets stand for now is none of them, unless it is another by now."""
    known = sit.state.discrepancies
    names = [
        name
        for name, held in known.items()
        if held.open_at(sit.at_ns)
        and (read.start_up or sit.at_ns - max(held.found_ns, held.ignored_until_ns) >= CYCLE_NS)
        and (name in found or held.kind not in _COMPARED)
    ]
    if read.start_up:
        news = (name for name, event in found.items() if _is_news(known.get(name), event))
        names += [name for name in news if name not in names]
    return names


def _unreported_stop_of(sit: Situation, order: VenueOrder) -> str | None:
    """The trade whose attached stop works at the venue without our having been told."""
    client_id = order.request.client_id
    if not order.open or client_id in sit.state.orders:
        return None
    entry = sit.entry_with_stop(client_id)
    return entry.trade_id if entry is not None else None


def differences(sit: Situation, read: VenueRead) -> dict[str, ev.DiscrepancyFound]:
    """Where the venue's books are not ours, by name: positions, orders, the wallet."""
    events = (*_positions(sit, read), *_foreign_orders(sit, read), *_missing_orders(sit, read))
    found = {event.discrepancy_id: event for event in events}
    wallet = sit.state.wallet + sit.state.external_money
    theirs = read.account.wallet_balance
    if theirs != wallet:
        found["wallet"] = ev.DiscrepancyFound(
            "wallet", "wallet", "", str(wallet), str(theirs), quantity=theirs
        )
    return found


def _positions(sit: Situation, read: VenueRead) -> Iterator[ev.DiscrepancyFound]:
    state = sit.state
    theirs = {held.symbol: held for held in read.positions if held.quantity != ZERO}
    for symbol in sorted({*theirs, *state.positions}):
        ours, held = state.position(symbol).quantity, theirs.get(symbol)
        quantity = held.quantity if held is not None else ZERO
        if ours == quantity:
            continue
        instrument = sit.market.instruments.get(symbol)
        price = None
        if held is not None and instrument is not None:
            price = held.cost / abs(held.quantity) / instrument.contract_size
        words = (str(ours), str(quantity))
        name = f"position-{symbol}"
        yield ev.DiscrepancyFound(name, "position", symbol, *words, quantity=quantity, price=price)


def _foreign_orders(sit: Situation, read: VenueRead) -> Iterator[ev.DiscrepancyFound]:
    state = sit.state
    for order in read.orders:
        request, client_id = order.request, order.request.client_id
        name = foreign_name(order)
        ours = state.orders.get(state.links.get(client_id, client_id))
        known = name in state.external_orders or (ours is not None and ours.working)
        if not order.open or known or (ours is None and sit.entry_with_stop(client_id) is not None):
            continue
        if odd := order_problem(order):  # what it can fill is not known: it has no size here
            words = ("not working", f"open, {odd}")
            yield ev.DiscrepancyFound(name, "foreign_order", request.symbol, *words, client_id)
            continue
        yield ev.DiscrepancyFound(
            name,
            "foreign_order",
            request.symbol,
            "not working",
            f"open {request.quantity}",
            client_id,
            (request.quantity - order.filled) * request.side.sign,
            request.limit_price or request.stop_price,
        )


def _missing_orders(sit: Situation, read: VenueRead) -> Iterator[ev.DiscrepancyFound]:
    links = sit.state.links
    resting = {links.get(o.request.client_id, o.request.client_id) for o in read.orders if o.open}
    for record in sit.state.working_orders():
        client_id = record.request.client_id
        if client_id in resting:
            continue
        name = missing_name(client_id)
        if known := sit.state.discrepancies.get(name):
            words = (known.ours, known.theirs)
        elif record.state in (OrderState.ACKED, OrderState.PARTIAL):
            words = (record.state.value, "not open")
        else:
            continue
        yield ev.DiscrepancyFound(name, "missing_order", record.request.symbol, *words, client_id)
