"""No order without approval: what the journal must show before each order (safety.md 4.3, I3 and I7).

Decides which orders and decisions break the rule. Imports the model only. Invariants: an entry follows
an approved decision while the gate is ACTIVE, and a person's yes to exactly its content where one was
asked; every other order only reduces what was held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ytc_tui.model import events as ev
from ytc_tui.model.market import Side
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import OrderRequest, OrderRole
from ytc_tui.model.session import Gate
from ytc_tui.views.answers import Answers
from ytc_tui.views.journal import Difference, Recorded, plain

# What a HALTED gate still lets through: closes, and the stops that protect what is open.
_HALTED_ROLES = (OrderRole.PROTECTIVE_STOP, OrderRole.EXIT, OrderRole.FLATTEN)


@dataclass(slots=True)
class Approvals:
    """Follows decisions, gate and orders. The gate starts REDUCING, as every session does."""

    gate: Gate = Gate.REDUCING
    final_flatten_seq: int = 0
    ended_seq: int = 0
    decisions: dict[str, ev.DecisionMade] = field(default_factory=dict)
    answers: Answers = field(default_factory=Answers)
    halts: set[int] = field(default_factory=set)
    orders: dict[str, ev.OrderEvent] = field(default_factory=dict)
    acted: set[str] = field(default_factory=set)  # what was sent while the journal was away, line by line
    intended: int = 0

    def take(self, record: Recorded, held: Mapping[str, Decimal]) -> Iterator[Difference]:
        """What is wrong with this entry; `held` is the signed quantity of each symbol before it."""
        seq, event = record.seq, record.event
        match event:
            case ev.GateChanged():
                self.gate = event.after
            case ev.FlattenStarted(final=True):
                self.final_flatten_seq = self.final_flatten_seq or seq
            case ev.SessionEnded():
                self.ended_seq = self.ended_seq or seq
            case ev.DecisionMade():
                yield from _decision(seq, event)
                if event.decision_id in self.decisions:
                    yield Difference(seq, "decision id", f"{event.decision_id} again", "a new id")
                self.decisions[event.decision_id] = event
            case ev.TradeProposed() | ev.ProposalDecided() | ev.CommandTaken():
                yield from self.answers.take(seq, event)
            case ev.OrderIntended():
                yield from self._order(seq, event, held.get(event.order.symbol, ZERO))
                self.orders[event.order.client_id] = event
                self.intended += 1
            case ev.GuardHalted(epoch):
                self.halts.add(epoch)
            case ev.GuardOrdered(order):
                yield from self._guards(seq, event)
                self.orders[order.client_id] = event
                self.intended += 1
            case ev.EmergencyActed(lines):
                self.acted.update(lines)
            case ev.EmergencyOrdered(order):
                yield from self._emergency(seq, event)
                self.orders[order.client_id] = event
                self.intended += 1
            case ev.StopAttached():
                yield from self._attached(seq, event)
                self.orders.setdefault(event.order.client_id, event)
            case _:
                return

    def role_of(self, client_id: str) -> OrderRole | None:
        """What the order was for; None when it is not one of ours."""
        known = self.orders.get(client_id)
        return known.order.role if known is not None else None

    def _order(self, seq: int, event: ev.OrderIntended, held: Decimal) -> Iterator[Difference]:
        order = event.order
        name = f"{order.role.value} order {order.client_id}"
        if order.client_id in self.orders:
            yield Difference(seq, name, "sent a second time", "one order an id")
        if not event.approval_id:
            yield Difference(seq, name, "no approval id", "the gate's approval")
        if self.ended_seq:
            yield Difference(seq, name, f"after the session's end (entry {self.ended_seq})", "no order")
        if order.role is OrderRole.ENTRY:
            yield from self._entry(seq, name, event)
        else:
            yield from _reducing(seq, name, order, held)
            if self.gate is Gate.HALTED and order.role not in _HALTED_ROLES:
                yield Difference(seq, name, "gate HALTED", "only closes and stops")

    def _guards(self, seq: int, event: ev.GuardOrdered) -> Iterator[Difference]:
        """An order of the guard's: under a halt that is on record."""
        name = f"{event.order.role.value} order {event.order.client_id} of the guard"
        yield from self._unasked(seq, name, event.order)
        if event.epoch not in self.halts:
            yield Difference(seq, name, f"halt {event.epoch} is not on record", "a halt first")

    def _emergency(self, seq: int, event: ev.EmergencyOrdered) -> Iterator[Difference]:
        """An order that left while the journal was away: told in a line of that time."""
        name = f"{event.order.role.value} order {event.order.client_id} of the emergency path"
        yield from self._unasked(seq, name, event.order)
        if not any(line.startswith(f"submit {event.order.client_id} ") for line in self.acted):
            yield Difference(seq, name, "no line tells of it", "a line of what was sent")

    def _unasked(self, seq: int, name: str, order: OrderRequest) -> Iterator[Difference]:
        """An order that no decision asked for: reduce-only, known once."""
        if order.client_id in self.orders:
            yield Difference(seq, name, "sent a second time", "one order an id")
        if not order.reduce_only:
            yield Difference(seq, name, "not reduce-only", "reduce-only")

    def _entry(self, seq: int, name: str, event: ev.OrderIntended) -> Iterator[Difference]:
        if self.gate is not Gate.ACTIVE:
            yield Difference(seq, name, f"gate {self.gate.name}", "gate ACTIVE")
        if self.final_flatten_seq:
            yield Difference(seq, name, f"after a final flatten (entry {self.final_flatten_seq})", "no entry")
        decision = self.decisions.get(event.decision_id)
        if decision is None:
            yield Difference(
                seq, name, f"decision {event.decision_id or '(none)'} not made", "a decision first"
            )
            return
        if decision.refused_by:
            found = f"decision {decision.decision_id} refused by {decision.refused_by}"
            yield Difference(seq, name, found, "an approved decision")
            return
        missing = self.answers.missing(decision.decision_id)
        if missing:
            yield Difference(seq, name, missing, "a person's yes first")
        order, plan = event.order, decision.plan
        if (order.symbol, order.side) != (plan.symbol, plan.side):
            asked = f"{plan.side.value} {plan.symbol}"
            yield Difference(seq, name, f"{order.side.value} {order.symbol}", f"{asked} as decided")
        if order.quantity > decision.granted:
            granted = f"at most {plain(decision.granted)} granted"
            yield Difference(seq, name, f"quantity {plain(order.quantity)}", granted)

    def _attached(self, seq: int, event: ev.StopAttached) -> Iterator[Difference]:
        """A stop that the venue placed must be the one that an entry of ours carried."""
        carried = (known.order.attached_stop_id for known in self.orders.values())
        if event.order.client_id not in self.orders and event.order.client_id not in carried:
            yield Difference(seq, f"stop {event.order.client_id}", "carried by no entry", "an entry's stop")


def _decision(seq: int, event: ev.DecisionMade) -> Iterator[Difference]:
    name = f"decision {event.decision_id}"
    if not event.verdicts:
        yield Difference(seq, name, "no risk verdict", "a verdict of every rule")
    failed = [verdict.rule for verdict in event.verdicts if not verdict.ok]
    if event.refused_by and event.refused_by not in failed:
        yield Difference(seq, name, f"refused by {event.refused_by}, which passed", "a verdict that refuses")
    if not event.refused_by and failed:
        yield Difference(seq, name, f"approved though {', '.join(failed)} refused", "refused")
    if not event.refused_by and not ZERO < event.granted <= event.asked:
        found = f"granted {plain(event.granted)} of {plain(event.asked)}"
        yield Difference(seq, name, found, "more than 0, at most what was asked")


def _reducing(seq: int, name: str, order: OrderRequest, held: Decimal) -> Iterator[Difference]:
    if not order.reduce_only:
        yield Difference(seq, name, "not reduce-only", "reduce-only")
    closing = Side.SELL if held > ZERO else Side.BUY
    if held == ZERO or order.side is not closing or order.quantity > abs(held):
        found = f"{order.side.value} {plain(order.quantity)} with {plain(held)} held"
        yield Difference(seq, name, found, "only reduces what is held")
