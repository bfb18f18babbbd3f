"""Books of a venue that differ from ours, and what an operator says of it."""

from __future__ import annotations

from decimal import Decimal

from tests.engine.situations import SYMBOL, D, book, fill, long_entry, settle
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.decide.recovery import CYCLE_NS
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.market import Side
from ytc_tui.model.orders import (
    Acked,
    OrderKind,
    OrderRequest,
    OrderRole,
    OrderState,
    VenueAccount,
    VenueOrder,
    VenuePosition,
)
from ytc_tui.model.reconciling import Reconcile, Remedy

ADOPT, CLOSE = Reconcile(Remedy.ADOPT), Reconcile(Remedy.CLOSE)
THEIRS = OrderRequest(
    "theirs", SYMBOL, Side.BUY, OrderKind.LIMIT, OrderRole.ENTRY, D(2), limit_price=D(19_000)
)


def read(sit: Situation, start_up: bool = False, wallet: str | None = None, **more: object) -> inp.VenueRead:
    """The venue's books: `position` of the symbol (else ours) and `orders` (else those of ours that work)."""
    held = sit.state.position(SYMBOL)
    quantity = Decimal(str(more.get("position", held.quantity)))
    cost = held.cost if quantity == held.quantity else abs(quantity) * 20_000
    orders = more.get("orders")
    if orders is None:
        orders = tuple(
            VenueOrder(record.request, "v", record.filled, True, OrderState.ACKED)
            for record in sit.state.working_orders()
        )
    balance = sit.state.wallet if wallet is None else D(wallet)
    assert isinstance(orders, tuple)
    account = VenueAccount("USDT", balance, balance, D(0))
    positions = (VenuePosition(SYMBOL, quantity, cost),) if quantity else ()
    return inp.VenueRead(positions, orders, account, start_up)


def theirs(request: OrderRequest = THEIRS, filled: str = "0") -> tuple[VenueOrder, ...]:
    return (VenueOrder(request, "v9", D(filled), True, OrderState.ACKED),)


def said(sit: Situation, name: str, what: Reconcile, reason: str = "mine") -> list[ev.Event]:
    number = len(sit.state.commands)
    return settle(
        sit, inp.Commanded(Command(f"c{number}", Verb.RECONCILE, "ada", reason, name, reconcile=what))
    )


def refused(sit: Situation, name: str, what: Reconcile) -> str:
    [event] = said(sit, name, what)
    assert isinstance(event, ev.CommandRefused)
    return event.reason


def resume(sit: Situation) -> list[ev.Event]:
    number = len(sit.state.commands)
    return settle(sit, inp.Commanded(Command(f"c{number}", Verb.RESUME, "ada", "clean")))


def later(sit: Situation, cycles: float = 1) -> None:
    sit.at_ns += int(cycles * CYCLE_NS)


def entered(sit: Situation) -> None:
    """A long of one with its stop and target at the venue."""
    long_entry(sit)
    stop = OrderRequest(
        "ystop", SYMBOL, Side.SELL, OrderKind.STOP, OrderRole.PROTECTIVE_STOP, D(1), stop_price=D(19_950),
        reduce_only=True,
    )  # fmt: skip
    settle(sit, fill("1"), inp.VenueReported(Acked("ystop", "v2", sit.at_ns, stop)))
    for record in sit.state.working_orders():
        book(sit, ev.OrderAcknowledged(record.request.client_id, "v"))
