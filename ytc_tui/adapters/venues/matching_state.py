"""The matching machine's state as plain JSON data, and back.

Decides the stored form of orders, account and reports. Imports the model's codec and the matching
files; no I/O.
Invariant: restore(dump(machine)) matches on exactly as the machine would have.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ytc_tui.adapters.venues.matching import MatchingMachine
from ytc_tui.adapters.venues.matching_account import Position
from ytc_tui.adapters.venues.matching_entry import InFlight
from ytc_tui.adapters.venues.matching_orders import WorkingOrder
from ytc_tui.model.codec import Json, from_json, to_json
from ytc_tui.model.orders import (
    Acked,
    Canceled,
    CancelRefused,
    Expired,
    Fill,
    Funding,
    Liquidated,
    OrderRequest,
    OrderState,
    RejectCode,
    Rejected,
    VenueReport,
)

_REPORTS: dict[str, type[VenueReport]] = {
    kind.__name__: kind
    for kind in (Acked, Rejected, Canceled, Expired, CancelRefused, Fill, Funding, Liquidated)
}


@dataclass(frozen=True, slots=True)
class StoredState:
    """Everything a restart needs: the machine's scalars, its orders by acceptance, its fills by time.

    `place_ns` is the instant of the last step or command on record.
    """

    place_ns: int
    machine: Json
    orders: tuple[Json, ...]
    fills: tuple[Fill, ...]


def reports_to_json(reports: tuple[VenueReport, ...]) -> Json:
    return [[type(report).__name__, to_json(report)] for report in reports]


def reports_from_json(data: Json) -> tuple[VenueReport, ...]:
    return tuple(from_json(_REPORTS[name], body) for name, body in data)


def order_to_json(order: WorkingOrder) -> Json:
    return {
        "request": to_json(order.request),
        "venue_order_id": order.venue_order_id,
        "seq": order.seq,
        "accepted_ns": order.accepted_ns,
        "eligible_ns": order.eligible_ns,
        "reduces": order.reduces,
        "state": order.state.value,
        "filled": to_json(order.filled),
        "triggered": order.triggered,
        "arrived": order.arrived,
        "parent_id": order.parent_id,
        "first_share": to_json(order.first_share),
        "doubled": order.doubled,
        "closed_ns": order.closed_ns,
        "reason": order.reason,
        "reject_code": order.reject_code.value,
    }


def order_from_json(data: Json) -> WorkingOrder:
    share = data["first_share"]
    return WorkingOrder(
        **{
            **data,
            "request": from_json(OrderRequest, data["request"]),
            "state": OrderState(data["state"]),
            # A store of an earlier version does not say.
            "reject_code": RejectCode(data.get("reject_code", RejectCode.REFUSED)),
            "filled": Decimal(data["filled"]),
            "first_share": None if share is None else Decimal(share),
        }
    )


def dump_machine(machine: MatchingMachine) -> Json:
    """The machine without its orders and fills, which are stored one by one."""
    executions, account = machine.executions, machine.executions.account
    return {
        "currency": account.currency,
        "start": to_json(account.start),
        "realised": to_json(account.realised),
        "fees": to_json(account.fees),
        "funding": to_json(account.funding),
        "positions": {s: [to_json(p.quantity), to_json(p.cost)] for s, p in account.positions.items()},
        "marks": dict(machine.marks),
        "taken": {s: to_json(quantity) for s, quantity in executions.taken.items()},
        "bar_open_ns": executions.bar_open_ns,
        "now_ns": machine.now_ns,
        "orders_seen": machine.entry.orders_seen,
        "liquidations": machine.liquidations,
        "in_flight": [to_json(command) for command in machine.entry.in_flight],
        "fault_counts": list(machine.entry.desk.counts),
    }


def restore_machine(machine: MatchingMachine, stored: StoredState) -> None:
    """Put a new machine into a stored state."""
    data, executions, account = stored.machine, machine.executions, machine.executions.account
    account.start = Decimal(data["start"])
    account.realised = Decimal(data["realised"])
    account.fees = Decimal(data["fees"])
    account.funding = Decimal(data["funding"])
    account.positions = {
        symbol: Position(Decimal(quantity), Decimal(cost))
        for symbol, (quantity, cost) in data["positions"].items()
    }
    machine.marks.update((symbol, float(price)) for symbol, price in data["marks"].items())
    executions.taken = {symbol: Decimal(quantity) for symbol, quantity in data["taken"].items()}
    executions.bar_open_ns = data["bar_open_ns"]
    machine.now_ns = data["now_ns"]
    machine.entry.orders_seen = data["orders_seen"]
    machine.liquidations = data["liquidations"]
    machine.entry.in_flight = [from_json(InFlight, command) for command in data["in_flight"]]
    if len(data["fault_counts"]) == len(machine.entry.desk.counts):
        machine.entry.desk.counts = list(data["fault_counts"])
    for order in stored.orders:
        machine.book.add(order_from_json(order))
    machine.book.changed.clear()
    executions.restore_fills(list(stored.fills))
    account.refresh(executions.instruments)
