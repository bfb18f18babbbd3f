"""Orders, fills and positions against a model that knows neither the table nor the deciders.

Whatever a venue says, in whatever order and however often: nothing is booked twice, nothing is lost, an order
whose fate is not known ends by evidence alone, and no answer ends the engine.
"""

from __future__ import annotations

import tempfile
from copy import deepcopy
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path

from hypothesis import settings, strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule

from tests.engine.situations import SYMBOL, book, settle, trading
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.ids import client_order_id
from ytc_tui.engine.recovery import replay
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.chain import ChainHead, Entry
from ytc_tui.model.codec import canonical
from ytc_tui.model.market import NS_PER_S, Side
from ytc_tui.model.orders import (
    Acked,
    Canceled,
    CancelRefused,
    Expired,
    Fill,
    Liquidity,
    OrderKind,
    OrderRequest,
    OrderRole,
    OrderState,
    Rejected,
    VenueOrder,
)
from ytc_tui.model.state import State

D = Decimal
START = D(10_000)
FEE = D("0.01")
NONE = D(0)
SENT, UNKNOWN, OPEN, CANCELING, DONE, FILLED, REFUSED = (
    "sent", "unknown", "open", "canceling", "done", "filled", "refused",
)  # fmt: skip
ENDED = (DONE, FILLED, REFUSED)
STANDS = {
    OrderState.INTENT: SENT,
    OrderState.SENT: SENT,
    OrderState.ACKED: OPEN,
    OrderState.PARTIAL: OPEN,
    OrderState.FILLED: FILLED,
    OrderState.CANCELING: CANCELING,
    OrderState.CANCELED: DONE,
    OrderState.EXPIRED: DONE,
    OrderState.REJECTED: REFUSED,
    OrderState.UNKNOWN: UNKNOWN,
}


@cache
def _trading() -> Situation:
    with tempfile.TemporaryDirectory() as folder:
        return trading(Path(folder))


@dataclass
class Known:
    """What the model holds of an order."""

    side: Side
    quantity: Decimal
    stands: str = SENT
    filled: Decimal = NONE
    pulled: bool = False  # its cancel was asked
    there: bool = False  # the venue has shown that it held it
    missing: bool = False  # and was asked since, and had none such

    @property
    def uncertain(self) -> bool:
        return not self.ended and (self.missing or self.stands in (SENT, UNKNOWN, CANCELING))

    @property
    def ended(self) -> bool:
        return self.stands in ENDED


class OrderMachine(RuleBasedStateMachine):
    """One account; every rule is something that a venue or an operator may do next."""

    orders: Bundle[str] = Bundle("orders")
    fills: Bundle[Fill] = Bundle("fills")

    def __init__(self) -> None:
        super().__init__()
        start = _trading()
        self.sit = replace(start, state=deepcopy(start.state))
        self.known: dict[str, Known] = {}
        self.booked: dict[str, Fill] = {}
        self.entries: list[tuple[int, ev.Event]] = []
        self.first = deepcopy(self.sit.state)

    def hear(self, *items: inp.Input) -> None:
        self.entries += [(self.sit.at_ns, event) for event in settle(self.sit, *items)]

    def told(self, *reports: object) -> None:
        self.hear(*(inp.VenueReported(report) for report in reports))  # type: ignore[arg-type]

    def _note(self, *events: ev.Event) -> None:
        book(self.sit, *events)
        self.entries += [(self.sit.at_ns, event) for event in events]

    def _ended_as(self, name: str, stands: str) -> None:
        order = self.known[name]
        if not order.ended:
            # A refusal is the end that was wanted where its cancel is under way, and of a rest that is no
            # order's whole.
            wanted = stands == REFUSED and (order.stands == CANCELING or order.filled > 0)
            order.stands = DONE if wanted else stands

    # ---- what we do ------------------------------------------------------------------------------------

    @rule(target=orders, side=st.sampled_from(Side), lots=st.integers(1, 5))
    def send(self, side: Side, lots: int) -> str:
        decision = f"D{len(self.known):04d}"
        name = client_order_id("install", "paper", "s", decision, "entry")
        assert name not in self.known
        assert name == client_order_id("install", "paper", "s", decision, "entry")
        quantity = D(lots) / 1000
        request = OrderRequest(name, SYMBOL, side, OrderKind.LIMIT, OrderRole.ENTRY, quantity, D(20_000))
        self._note(ev.OrderIntended(request, "", decision, "", None, ""))
        self.known[name] = Known(side, quantity)
        return name

    @precondition(lambda self: any(not order.ended for order in self.known.values()))
    @rule(name=orders)
    def pull(self, name: str) -> None:
        order = self.known[name]
        if order.ended:
            return
        self._note(ev.CancelAsked(name, "pulled"))
        order.pulled = True
        order.stands = order.stands if order.stands == UNKNOWN else CANCELING

    @rule(seconds=st.integers(1, 20))
    def wait(self, seconds: int) -> None:
        self.sit.at_ns += seconds * NS_PER_S

    # ---- what a venue says -----------------------------------------------------------------------------

    @rule(name=orders)
    def acknowledge(self, name: str) -> None:
        self.told(Acked(name, f"v-{name}", 1))
        order = self.known[name]
        order.there = order.there or not order.ended
        if order.stands in (SENT, UNKNOWN):
            order.stands = CANCELING if order.pulled else OPEN

    @rule(name=orders)
    def refuse(self, name: str) -> None:
        self.told(Rejected(name, "no", 1))
        self._ended_as(name, REFUSED)

    @rule(name=orders)
    def refuse_before_it_is_sent(self, name: str) -> None:
        self.hear(inp.VenueFailed(name, False, True, "not sent"))
        self._ended_as(name, REFUSED)

    @rule(name=orders)
    def lose(self, name: str) -> None:
        # Heard again at once: how long a venue may be silent is another matter.
        self.hear(inp.VenueFailed(name, False, False, "timed out", heard=False), inp.VenueReached())
        if not self.known[name].ended:
            self.known[name].stands = UNKNOWN

    @rule(name=orders)
    def lose_a_cancel(self, name: str) -> None:
        self.hear(inp.VenueFailed(name, True, False, "timed out", heard=False), inp.VenueReached())

    @rule(name=orders, expired=st.booleans())
    def end(self, name: str, expired: bool) -> None:
        self.told(Expired(name, 1) if expired else Canceled(name, "done", 1))
        self._ended_as(name, DONE)

    @rule(name=orders)
    def refuse_a_cancel(self, name: str) -> None:
        acknowledged = bool(self.sit.state.orders[name].venue_order_id)
        self.told(CancelRefused(name, "unknown order", 1))
        if self.known[name].stands == CANCELING and acknowledged:
            self.known[name].stands, self.known[name].pulled = OPEN, False

    @rule(target=fills, name=orders, part=st.sampled_from((1, 2, 3)), price=st.integers(19_990, 20_010))
    def fill(self, name: str, part: int, price: int) -> Fill:
        """Any time: before the acknowledgement, after the end, in parts, too much."""
        order = self.known[name]
        quantity = order.quantity * part / 2
        fill = Fill(
            f"f{len(self.booked)}", name, SYMBOL, order.side, quantity, D(price), FEE, Liquidity.TAKER, 1
        )
        self.told(fill)
        self._filled(fill)
        return fill

    def _filled(self, fill: Fill) -> None:
        order = self.known[fill.client_id]
        self.booked[fill.venue_fill_id] = fill
        order.filled += fill.quantity
        order.there = True
        if order.stands == REFUSED:
            return
        if order.filled >= order.quantity:
            order.stands = FILLED
        elif order.stands in (SENT, UNKNOWN):
            order.stands = OPEN

    @rule(fill=fills)
    def repeat_a_fill(self, fill: Fill) -> None:
        before = self.sit.state.errors_by_type.get("duplicate_fill", 0)
        self.told(fill)
        assert self.sit.state.errors_by_type["duplicate_fill"] == before + 1

    # ---- evidence --------------------------------------------------------------------------------------

    @rule(name=orders, late=st.booleans(), agrees=st.booleans())
    def find_nothing(self, name: str, late: bool, agrees: bool) -> None:
        order, held = self.known[name], self.sit.state.position(SYMBOL).quantity
        if late:
            self.sit.at_ns += 5 * NS_PER_S
        self.hear(inp.OrderRead(name, None, late, 5 * NS_PER_S, held if agrees else held + 1))
        if not (late and agrees and order.uncertain):
            return
        if order.there:
            order.missing = True
            assert f"missing-{name}" in self.sit.state.discrepancies
        else:
            self._ended_as(name, REFUSED)

    @rule(name=orders, state=st.sampled_from((OrderState.ACKED, OrderState.CANCELED, OrderState.EXPIRED)))
    def find_it(self, name: str, state: OrderState) -> None:
        order, request = self.known[name], self.sit.state.orders[name].request
        is_open = state is OrderState.ACKED
        there = VenueOrder(request, f"v-{name}", order.filled, is_open, state)
        self.hear(inp.OrderRead(name, there, False))
        if not order.uncertain:
            return
        order.there = order.there or order.stands != CANCELING
        order.stands = DONE if not is_open else CANCELING if order.pulled else OPEN

    # ---- what always holds -----------------------------------------------------------------------------

    @invariant()
    def orders_stand_as_the_model_says(self) -> None:
        for name, order in self.known.items():
            record = self.sit.state.orders[name]
            assert (STANDS[record.state], record.filled) == (order.stands, order.filled), name
            assert record.working == (name in self.sit.state.working) == (not order.ended)
            assert (record.state is OrderState.PARTIAL) == (order.stands == OPEN and order.filled > 0)

    @invariant()
    def every_fill_is_in_the_books_once(self) -> None:
        state = self.sit.state
        assert set(state.fill_ids) == set(self.booked)
        signed = [(fill.quantity * fill.side.sign, fill.price) for fill in self.booked.values()]
        held = state.position(SYMBOL)
        assert held.quantity == sum((quantity for quantity, _ in signed), D(0))
        # What was paid and received, and what is held at its cost, is what the wallet changed by.
        flow = -sum((quantity * price for quantity, price in signed), D(0))
        worth = held.cost if held.quantity > 0 else -held.cost
        assert abs(START + flow + worth - FEE * len(signed) - state.wallet) < D("1e-9")

    @invariant()
    def what_cannot_be_is_a_difference(self) -> None:
        for name, order in self.known.items():
            names = self.sit.state.discrepancies
            refused_and_filled = order.stands == REFUSED and order.filled > 0
            assert (f"rejected-{name}" in names) == refused_and_filled
            if order.filled <= order.quantity:
                assert f"overfill-{name}" not in names
            elif order.stands != REFUSED:
                assert f"overfill-{name}" in names

    def teardown(self) -> None:
        """The journal of all this, read back, gives the same state."""
        head, written = ChainHead("s"), list[Entry]()
        for at_ns, event in self.entries:
            kind, version, correlation = ev.header_of(event)
            written.append(head.link(at_ns, kind, version, correlation, "", canonical(event)))
        again: State = self.first
        replay(again, written, ChainHead("s"))
        assert canonical(again) == canonical(self.sit.state)


OrderMachine.TestCase.settings = settings(max_examples=120, stateful_step_count=30, deadline=None)
TestOrderMachine = OrderMachine.TestCase
