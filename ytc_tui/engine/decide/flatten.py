"""Flatten: latch entries, cancel, close reduce-only, read the venue again, until verified flat.

Decides each round of a flatten (design.md 6, semantics.md 6). Invariants: nothing is reported flat
that the venue did not confirm; protective stops stay until the position is gone; a final flatten
ends the session.
"""

from __future__ import annotations

from collections.abc import Iterator

from ytc_tui.engine.decide.alarms import alert, entries_off
from ytc_tui.engine.decide.evidence import forgotten
from ytc_tui.engine.decide.outgoing import cancel_all, intend_close
from ytc_tui.engine.external import foreign_name, left_alone
from ytc_tui.engine.inputs import VenueRead
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.money import ZERO, floor_to_step
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.session import STATUS_TABLE, Gate, Phase, SessionStatus, StatusTrigger
from ytc_tui.model.tables import next_state
from ytc_tui.model.trades import ExitReason
from ytc_tui.views.by_hand import to_close

_UNANSWERED = (OrderState.INTENT, OrderState.SENT, OrderState.UNKNOWN, OrderState.CANCELING)
_CAUSES = {
    "session_loss": ExitReason.EMERGENCY,
    "critical": ExitReason.EMERGENCY,
    "operator": ExitReason.MANUAL,
    "session_end": ExitReason.SESSION_END,
}


def decide_started(sit: Situation, event: ev.FlattenStarted) -> Iterator[ev.Event]:
    """The latch: gate, status, and the first round."""
    state = sit.state
    closing_time = event.cause == "session_end"
    if closing_time:
        yield from entries_off(sit, event.reason)
    else:
        if state.gate is not Gate.HALTED:
            yield ev.GateChanged(state.gate, Gate.HALTED, event.reason)
        trigger = StatusTrigger.EMERGENCY if event.final else StatusTrigger.PAUSE
        # An emergency stop is final: flattening again leaves the status as it is.
        if state.status is not SessionStatus.EMERGENCY_STOP:
            after = next_state(STATUS_TABLE, state.status, trigger)
            if after is not state.status:
                yield ev.StatusChanged(state.status, after, event.reason)
    yield from decide_round(sit)


def flattening(sit: Situation) -> bool:
    """Whether a flatten is under way and not yet verified."""
    return sit.state.flattening is not None and not sit.state.flattening.verified


def decide_round(sit: Situation, closes: bool = True) -> Iterator[ev.Event]:
    """What the flatten under way still has to send; only cancels where not `closes`."""
    state = sit.state
    if state.flattening is None:
        return
    yield from cancel_all(sit, (OrderRole.ENTRY, OrderRole.TARGET), "flatten")
    reason = _CAUSES[state.flattening.cause]
    for symbol in closable(sit):
        if closes and not _closing(sit, symbol):
            held, lot = abs(state.positions[symbol].quantity), sit.market.instruments[symbol].lot
            quantity = floor_to_step(held, lot)
            yield from intend_close(sit, symbol, OrderRole.FLATTEN, reason, state.flattening.reason, quantity)
    if not closable(sit):
        yield from cancel_all(
            sit, (OrderRole.PROTECTIVE_STOP, OrderRole.EXIT, OrderRole.FLATTEN), "flatten: position closed"
        )


def _closing(sit: Situation, symbol: str) -> bool:
    """Whether a close of `symbol` is on its way, or may still be."""
    closes = sit.state.working_orders(symbol, OrderRole.FLATTEN)
    return not all(forgotten(sit, record.request.client_id) for record in closes)


def decide_held_again(sit: Situation) -> Iterator[ev.Event]:
    """What a fill that was told late leaves open after the end is closed: nobody manages it any more."""
    state = sit.state
    if not closable(sit) or flattening(sit) or state.ended or sit.feed_over:
        return
    held = ", ".join(f"{symbol} {state.positions[symbol].quantity}" for symbol in closable(sit))
    before = state.flattening
    if before is not None and before.final:
        yield ev.FlattenStarted(before.cause, f"held after the flatten: {held}", None, None, final=True)
    elif state.phase is Phase.POST_MARKET and sit.policy.close_on_shutdown:
        yield ev.FlattenStarted("session_end", f"held after trading: {held}", None, None, final=False)


def in_doubt(sit: Situation) -> str:
    """Why the flatten under way cannot be confirmed now; empty while its closes only wait for a price."""
    state = sit.state
    if state.venue_silent_ns:
        return "the venue does not answer"
    unanswered = sum(1 for record in state.working_orders() if record.state in _UNANSWERED)
    if unanswered:
        return f"{unanswered} of our requests without an answer"
    left = [s for s in closable(sit) if not _closing(sit, s)]
    if left:
        return f"the venue does not take the close of {', '.join(left)}"
    if state.flattening is not None and state.flattening.rounds and not state.positions:
        return "the venue's books are not flat"
    return ""


def closable(sit: Situation) -> list[str]:
    """Symbols with an open position of at least one lot, which is the least that an order can close."""
    held = sit.state.positions
    return [s for s in sorted(held) if abs(held[s].quantity) >= sit.market.instruments[s].lot]


def dust(sit: Situation) -> list[str]:
    """What is open and too small for any order, with its numbers."""
    left = sorted(set(sit.state.positions) - set(closable(sit)))
    return [
        f"{sit.state.positions[s].quantity} {s} (below the lot {sit.market.instruments[s].lot},"
        f" worth {abs(sit.state.positions[s].quantity) * sit.mark_of(s):.2f})"
        for s in left
    ]


def decide_pressed(sit: Situation) -> Iterator[ev.Event]:
    """A flatten that was begun before is still not confirmed: said once, and taken up again.

    While the venue is silent no close is sent anew: what cannot leave would only be refused again.
    """
    state = sit.state
    if state.flattening is None or not flattening(sit):
        return
    why = in_doubt(sit)
    if why and state.unconfirmed is None:
        left = tuple(map(str, to_close(state)))
        yield ev.ExposureUnconfirmed(why, left)
        told = "; ".join(left) or "read the venue's own books"
        message = f"UNCONFIRMED EXPOSURE, {why}. Close by hand: {told}"
        yield alert("exposure", "unconfirmed_exposure", message)
    yield from decide_round(sit, closes=not state.venue_silent_ns)


def wants_venue_read(sit: Situation) -> bool:
    """Whether our own books are flat, so that the venue must now confirm it; for an order that it has
    forgotten it is not waited."""
    if not flattening(sit) or closable(sit):
        return False
    return all(forgotten(sit, name) for name in sit.state.working)


def decide_read(sit: Situation, read: VenueRead) -> Iterator[ev.Event]:
    """The venue was read to confirm a flatten: verified flat, or what is left.

    While our own books are not flat yet, a reading says nothing new about the flatten.
    """
    state = sit.state
    if state.flattening is None or state.ended or not wants_venue_read(sit):
        return
    rounds = state.flattening.rounds + 1
    alone = left_alone(state, sit.at_ns)
    known = {symbol: held.quantity for symbol, held in state.positions.items()}
    left = [
        f"{held.symbol} {held.quantity}"
        for held in read.positions
        if held.quantity not in (ZERO, known.get(held.symbol)) and f"position-{held.symbol}" not in alone
    ]
    there = [order for order in read.orders if order.open and foreign_name(order) not in alone]
    left += [f"order {order.request.client_id or order.venue_order_id}" for order in there]
    if left:
        yield ev.ExposureRemains(tuple(left), rounds)
        yield alert("exposure", "unconfirmed_exposure", f"not flat yet: {'; '.join(left)}")
        return
    if small := dust(sit):
        message = f"stays open, no order can close it: {'; '.join(small)}"
        yield alert("dust", "dust", message)
    pnl = sit.pnl_pct()
    limit = -sit.policy.limits.max_session_loss_pct
    at_trigger = state.flattening.pnl_pct if state.flattening.pnl_pct is not None else pnl
    yield ev.FlatVerified(pnl, min(ZERO, at_trigger - limit, pnl - limit), rounds)


def decide_verified(sit: Situation, event: ev.FlatVerified) -> Iterator[ev.Event]:
    """After the proof: an operator's flatten leaves the session paused and REDUCING, or HALTED by a guard."""
    state = sit.state
    flattened = state.flattening
    if flattened is None:
        return
    beyond = ""
    if event.beyond_limit_pct:
        beyond = f", at worst {-event.beyond_limit_pct:.4f} % past the limit"
    alone = left_alone(state, sit.at_ns)
    external = f"; EXTERNAL stays: {', '.join(alone)}" if alone else ""
    yield alert(
        f"flat-{sit.at_ns}",
        "verified_flat",
        f"verified flat at {event.pnl_pct:.4f} %{beyond} ({flattened.reason}){external}",
    )
    waits = state.gate is Gate.HALTED and state.status is SessionStatus.PAUSED
    if waits and not flattened.final and not state.halted:
        yield ev.GateChanged(Gate.HALTED, Gate.REDUCING, "verified flat; resume needs a reason")
