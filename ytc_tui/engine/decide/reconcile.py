"""What an operator's remedy does to a difference with the venue (safety.md 2.2, points 7 and 9).

Decides for each kind of difference what adopting, closing, ignoring and linking mean, and when they do not
fit. Imports the situation, the gate's way out and the model. Invariants: no remedy makes a fill; what is
closed passes the gate; an order whose fate is not known is ended by nobody's word before its time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from ytc_tui.engine.decide.alarms import alert
from ytc_tui.engine.decide.coverage import decide_coverage
from ytc_tui.engine.decide.evidence import was_there
from ytc_tui.engine.decide.flatten import flattening
from ytc_tui.engine.decide.outgoing import has_working, intend_close
from ytc_tui.engine.decide.targets import decide_refit
from ytc_tui.engine.decide.trades import close_external
from ytc_tui.engine.external import difference_rows
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command
from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.reconciling import REMEDIES, UNKNOWN_ORDER, Reconcile, Remedy, unknown_name
from ytc_tui.model.state import Discrepancy, OrderRecord
from ytc_tui.model.trades import MANUAL, ExitReason

# The shortest time after which somebody's word may end an order that the venue does not show.
WORD_AFTER_NS = 60 * NS_PER_S

Outcome = str | list[ev.Event]  # why it does not fit, or what happens


def reconcile_refusal(sit: Situation, command: Command, wanted: Reconcile) -> str:
    """Why the remedy does not fit now, empty when it does."""
    outcome = _outcome(sit, command, wanted)
    return outcome if isinstance(outcome, str) else ""


def decide_reconcile(sit: Situation, command: Command, wanted: Reconcile) -> Iterator[ev.Event]:
    """The events of a remedy that fits."""
    outcome = _outcome(sit, command, wanted)
    assert not isinstance(outcome, str), outcome  # it was asked before
    yield from outcome


def _outcome(sit: Situation, command: Command, wanted: Reconcile) -> Outcome:
    name, state = command.target, sit.state
    for record in state.working_orders():
        if record.state is OrderState.UNKNOWN and unknown_name(record.request.client_id) == name:
            return _of_unknown(sit, record, command, wanted)
    found = state.discrepancies.get(name)
    if found is None:
        names = ", ".join(row["id"] for row in difference_rows(state, sit.at_ns)) or "none"
        return f"no open difference {name!r}; there are: {names}"
    if wanted.remedy not in REMEDIES[found.kind]:
        return _unfit(found.kind, wanted.remedy)
    match wanted.remedy:
        case Remedy.IGNORE:
            return _ignored(sit, name, found, command, wanted.until_ns)
        case Remedy.LINK:
            return _linked(sit, name, found, command, wanted.order)
        case Remedy.ADOPT:
            return _adopted(sit, name, found, command)
        case Remedy.CLOSE:
            return _closed(sit, name, found, command)
        case _:
            assert_never(wanted.remedy)


def _unfit(kind: str, remedy: Remedy) -> str:
    return f"{remedy} does not fit {kind}: {', '.join(REMEDIES[kind])} do"


def _said(command: Command, what: str) -> str:
    return f"{what} by {command.actor}: {command.reason}".removesuffix(": ")


# ---- an order whose fate is not known ----------------------------------------------------------------


def _of_unknown(sit: Situation, record: OrderRecord, command: Command, wanted: Reconcile) -> Outcome:
    client_id = record.request.client_id
    if wanted.remedy is Remedy.CLOSE:
        return [ev.CancelAsked(client_id, _said(command, "canceled"))]
    if wanted.remedy is not Remedy.ADOPT:
        return _unfit(UNKNOWN_ORDER, wanted.remedy)
    left_ns = record.updated_ns + WORD_AFTER_NS - sit.at_ns
    if left_ns > 0:
        return f"order {client_id} may still arrive: ask again in {-(-left_ns // NS_PER_S)} s, or close it"
    attested = _said(command, "not at the venue: attested")
    if was_there(sit, record):
        return [ev.OrderCanceled(client_id, attested)]
    return [ev.OrderRejected(client_id, attested)]


# ---- ignore, link --------------------------------------------------------------------------------------


def _ignored(sit: Situation, name: str, found: Discrepancy, command: Command, until_ns: int) -> Outcome:
    if until_ns <= sit.at_ns:
        return "the time until which it is ignored has passed"
    if found.symbol and found.symbol not in sit.market.instruments:
        return f"{found.symbol} cannot be valued here, so it cannot count in exposure: close it at the venue"
    return [ev.DiscrepancyIgnored(name, until_ns, command.actor)]


def _linked(sit: Situation, name: str, found: Discrepancy, command: Command, order: str) -> Outcome:
    record = sit.state.orders.get(order)
    if record is None or not record.working:
        return f"no working order {order!r} of ours"
    if order in sit.state.links.values():
        return f"order {order} is linked to another already"
    ours = (record.request.symbol, record.remaining * record.request.side.sign)
    if ours != (found.symbol, found.quantity):
        return f"order {order} is {ours[1]} {ours[0]}, the venue's is {found.quantity} {found.symbol}"
    linked = ev.OrderLinked(name, found.client_id, order, command.actor)
    if record.state is OrderState.CANCELING:
        return [linked, ev.CancelAsked(order, record.detail)]
    return [linked, ev.OrderAcknowledged(order, found.client_id)]


# ---- adopt ---------------------------------------------------------------------------------------------


def _adopted(sit: Situation, name: str, found: Discrepancy, command: Command) -> Outcome:
    said = _said(command, "adopted")
    match found.kind:
        case "position":
            return _position(sit, name, found, command)
        case "wallet":
            return [_wallet(sit, name, found, command)]
        case "foreign_order":
            return [
                ev.ExternalOrderAdopted(
                    name, found.client_id, found.symbol, found.quantity, found.price, command.actor
                )
            ]
        case "missing_order":
            return [ev.OrderCanceled(found.client_id, said), ev.DiscrepancyResolved(name, said)]
        case _:
            if found.symbol not in sit.market.instruments:
                return f"{found.symbol or 'its symbol'} cannot be valued here: close it at the venue"
            return [ev.DiscrepancyResolved(name, said)]


def _position(
    sit: Situation, name: str, found: Discrepancy, command: Command, closing: bool = False
) -> Outcome:
    instrument = sit.market.instruments.get(found.symbol)
    if instrument is None or (found.quantity and found.price is None):
        return f"{found.symbol} cannot be valued here: close it at the venue"
    trade = sit.trade_on(found.symbol)
    released, trade_id = ZERO, ""
    if trade is not None:
        still = max(ZERO, found.quantity * trade.side.sign)
        released, trade_id = max(ZERO, trade.open_quantity - still), trade.trade_id
    cost = abs(found.quantity) * (found.price or ZERO) * instrument.contract_size
    size, actor = instrument.contract_size, command.actor
    adopted = ev.PositionAdopted(
        name, found.symbol, found.quantity, cost, size, trade_id, released, actor, closing
    )
    message = f"{found.symbol} {found.quantity} is EXTERNAL, adopted by {actor}: no stop of ours is on it"
    return [adopted, alert(f"external-{found.symbol}", "external", message)]


def _wallet(sit: Situation, name: str, found: Discrepancy, command: Command) -> ev.Event:
    """What came in lies beside our wallet; what is gone is taken from there first, the rest is a loss."""
    state = sit.state
    moved = found.quantity - state.wallet - state.external_money
    external = max(moved, -state.external_money)
    return ev.WalletAdopted(name, moved - external, external, command.actor)


# ---- close ---------------------------------------------------------------------------------------------


def _closed(sit: Situation, name: str, found: Discrepancy, command: Command) -> Outcome:
    said = _said(command, "closed")
    match found.kind:
        case "foreign_order":
            if not found.client_id:
                return "it has no client id by which it could be canceled: cancel it at the venue"
            return [ev.ExternalCancelAsked(name, found.client_id, command.actor)]
        case "missing_order" | "order_content":
            if not sit.state.orders[found.client_id].working:
                return [ev.DiscrepancyResolved(name, said)]
            return [ev.CancelAsked(found.client_id, said)]
        case "position":
            return _position_closed(sit, name, found, command)
        case _:
            closing = _close(sit, found, command)
            return closing if isinstance(closing, str) else [*closing, ev.DiscrepancyResolved(name, said)]


def _position_closed(sit: Situation, name: str, found: Discrepancy, command: Command) -> Outcome:
    """Somebody else's position is taken over first: what closes it is a fill of ours."""
    trade = sit.trade_on(found.symbol)
    if trade is not None:
        return f"{trade.trade_id} holds {found.symbol}: adopt, then `ytc close {trade.trade_id}`"
    if found.quantity == ZERO:
        return f"the venue holds no {found.symbol}: adopt"
    return _position(sit, name, found, command, closing=True)


def decide_adopted(sit: Situation, event: ev.PositionAdopted) -> Iterator[ev.Event]:
    """What follows for the trade that lost what it held, and the close that was asked for."""
    trade = sit.state.trades.get(event.trade_id)
    over = trade is not None and bool(event.released) and trade.open_quantity == ZERO
    if trade is not None and over:
        yield from close_external(sit, trade)
    elif trade is not None and event.released:
        yield from decide_refit(sit, trade.trade_id)
    if event.closing:
        note = f"{MANUAL} EXTERNAL, by {event.actor}"
        yield from intend_close(sit, event.symbol, OrderRole.EXIT, ExitReason.MANUAL, note)
    if not flattening(sit) and not over:
        yield from decide_coverage(sit)


def _close(sit: Situation, found: Discrepancy, command: Command) -> Outcome:
    """A reduce-only close of what was filled too much."""
    held, quantity = sit.state.position(found.symbol).quantity, found.quantity
    if held * quantity <= ZERO:
        return f"we hold {held} {found.symbol}, which {quantity} did not make larger: adopt"
    if has_working(sit, found.symbol, OrderRole.EXIT):
        return f"a close of {found.symbol} is under way"
    much = min(abs(held), abs(quantity))
    note = f"{MANUAL} {command.reason}".rstrip()
    return list(intend_close(sit, found.symbol, OrderRole.EXIT, ExitReason.MANUAL, note, much))
