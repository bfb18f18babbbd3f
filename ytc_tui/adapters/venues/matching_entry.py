"""How orders come into the matching machine and leave it by command.

Decides what a submit and a cancel do at once, what travels, and when an attached stop comes to life.
Imports the model, the faults and the matching files below it; no I/O.
Invariants: one client id is one order for ever; an attached stop covers all that its entry filled.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ytc_tui.adapters.venues.faults import CommandKind, FaultDesk, FaultKind, Hit
from ytc_tui.adapters.venues.matching_admission import refusal
from ytc_tui.adapters.venues.matching_fills import Executions
from ytc_tui.adapters.venues.matching_orders import OrderBook, WorkingOrder, content_difference
from ytc_tui.model.market import NS_PER_S, InstrumentKind, Side
from ytc_tui.model.orders import (
    Acked,
    CancelRefused,
    OrderKind,
    OrderRequest,
    OrderRole,
    OrderState,
    RejectCode,
    Rejected,
    VenueReport,
)


@dataclass(frozen=True, slots=True)
class InFlight:
    """A command on its way: it reaches the venue at the first point at or after `land_ns`."""

    land_ns: int
    kind: CommandKind
    client_id: str
    request: OrderRequest | None
    hit: Hit
    valid_until_ns: int = 0  # a create that lands later is refused; 0 = never


def expired_request(at_ns: int, valid_until_ns: int) -> str:
    """Why a create that arrives at `at_ns` is refused."""
    return f"expired request: {(at_ns - valid_until_ns) / NS_PER_S:g} s too late"


class OrderEntry:
    """The venue's order desk: the book, and the commands on their way to it."""

    def __init__(
        self, executions: Executions, marks: dict[str, float], desk: FaultDesk, latency_ns: int
    ) -> None:
        self.book = OrderBook()
        self.in_flight: list[InFlight] = []
        self.orders_seen = 0
        self.desk = desk
        self._executions = executions
        self._marks = marks
        self._latency_ns = latency_ns

    def submit(self, request: OrderRequest, at_ns: int, hit: Hit, valid_until_ns: int = 0) -> VenueReport:
        """Take or refuse an order; the same client id and content again changes nothing."""
        known = self.book.by_id.get(request.client_id)
        if known is not None:
            difference = content_difference(known.request, request)
            if difference:
                return Rejected(request.client_id, difference, at_ns, RejectCode.DUPLICATE_ID)
            return known.first_answer()
        code, reason = self._refused(request, at_ns, hit, valid_until_ns)
        eligible_ns = at_ns + self._latency_ns
        return self._enter(request, at_ns, eligible_ns, hit, reason, code=code).first_answer()

    def cancel(self, client_id: str, at_ns: int) -> VenueReport:
        """Take an order out of work at once, or say why not."""
        order = self.book.by_id.get(client_id)
        if order is None or order.state is OrderState.REJECTED:
            return CancelRefused(client_id, "unknown order", at_ns)
        if order.is_open:
            self.book.close(order, OrderState.CANCELED, "canceled on request", at_ns)
        return order.cancel_answer(at_ns)

    def land(self, at_ns: int) -> list[VenueReport]:
        """Let commands arrive whose delay has passed, in the order of their landing."""
        due = [command for command in self.in_flight if command.land_ns <= at_ns]
        self.in_flight = [command for command in self.in_flight if command.land_ns > at_ns]
        reports: list[VenueReport] = []
        for command in sorted(due, key=lambda command: command.land_ns):
            if command.request is None:
                reports.append(self.cancel(command.client_id, command.land_ns))
            else:
                reports.append(
                    self.submit(command.request, command.land_ns, command.hit, command.valid_until_ns)
                )
        return reports

    def attach_stop(self, entry: WorkingOrder, stop_price: Decimal, at_ns: int) -> VenueReport | None:
        """Bring the attached stop to life, or enlarge it, for all that its entry has filled.

        None when its owner took the stop away, or the venue had refused it: the owner knows.
        """
        stop = self.book.by_id.get(entry.request.attached_stop_id)
        if stop is None:
            request = OrderRequest(
                client_id=entry.request.attached_stop_id,
                symbol=entry.request.symbol,
                side=entry.request.side.opposite,
                kind=OrderKind.STOP,
                role=OrderRole.PROTECTIVE_STOP,
                quantity=entry.filled,
                stop_price=stop_price,
                reduce_only=True,
            )
            hit = self.desk.of_submit(request)
            parent_id = entry.request.client_id
            stop = self._enter(request, at_ns, at_ns, hit, self._fault_reason(hit), parent_id)
            if not stop.is_open:
                return stop.first_answer()
        elif stop.is_open:
            self.book.enlarge(stop, entry.filled)
        else:
            return None
        return Acked(stop.request.client_id, stop.venue_order_id, at_ns, stop.request)

    def _refused(
        self, request: OrderRequest, at_ns: int, hit: Hit, valid_until_ns: int
    ) -> tuple[RejectCode, str]:
        """Why a create is not taken; the reason is empty when it is."""
        if valid_until_ns and at_ns > valid_until_ns:
            return RejectCode.EXPIRED_REQUEST, expired_request(at_ns, valid_until_ns)
        if taken := self.book.id_taken(request):
            return RejectCode.DUPLICATE_ID, taken
        return RejectCode.REFUSED, self._fault_reason(hit) or self._refusal(request)

    def _refusal(self, request: OrderRequest) -> str:
        executions = self._executions
        return refusal(request, executions.instruments, executions.account, self._marks, self.book.all_open())

    def _enter(
        self,
        request: OrderRequest,
        at_ns: int,
        eligible_ns: int,
        hit: Hit,
        refused: str,
        parent_id: str = "",
        code: RejectCode = RejectCode.REFUSED,
    ) -> WorkingOrder:
        """Enter an order into the book, as a rejected one when `refused` gives a reason."""
        self.orders_seen += 1
        instrument = self._executions.instruments.get(request.symbol)
        spot = instrument is not None and instrument.kind is InstrumentKind.SPOT
        order = WorkingOrder(
            request=request,
            venue_order_id=f"paper-{self.orders_seen}",
            seq=self.orders_seen,
            accepted_ns=at_ns,
            eligible_ns=eligible_ns,
            reduces=request.reduce_only or (spot and request.side is Side.SELL),
            state=OrderState.REJECTED if refused else OrderState.ACKED,
            parent_id=parent_id,
            first_share=hit.first_share,
            doubled=hit.doubled,
            reason=refused,
            reject_code=code,
        )
        self.book.add(order)
        return order

    @staticmethod
    def _fault_reason(hit: Hit) -> str:
        rule = hit.answer
        return rule.reason if rule is not None and rule.fault is FaultKind.REJECT else ""
