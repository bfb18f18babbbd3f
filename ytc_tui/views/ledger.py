"""The ledger check: the journal's money recomputed from its fills and compared to the last decimal.

Decides what counts as a difference (safety.md 4.3). Imports the model and the second reckoning in
`sums`. Invariant: every figure that the journal states about money is compared, or said not to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from ytc_tui.model import events as ev
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.tasks import TaskMessage
from ytc_tui.model.trades import Trade
from ytc_tui.views.approvals import Approvals
from ytc_tui.views.document_claims import document_differences
from ytc_tui.views.journal import Difference, Recorded, plain
from ytc_tui.views.sums import Sums, TradeSums

_R_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """The sums of a session, how much was checked, and every difference in journal order."""

    sums: Sums
    orders: int
    decisions: int
    trades: int
    ended: bool
    differences: tuple[Difference, ...]

    @property
    def ok(self) -> bool:
        return not self.differences


@dataclass(slots=True)
class Ledger:
    """Takes a session's entries in order; `report` may be asked for at any time."""

    sums: Sums = field(default_factory=Sums)
    approvals: Approvals = field(default_factory=Approvals)
    differences: list[Difference] = field(default_factory=list)
    trades: dict[str, Trade] = field(default_factory=dict)
    stops: dict[str, Decimal] = field(default_factory=dict)
    filled: dict[str, Decimal] = field(default_factory=dict)
    fill_ids: set[str] = field(default_factory=set)
    rejected: set[str] = field(default_factory=set)
    task_ids: set[str] = field(default_factory=set)
    discrepancies: set[str] = field(default_factory=set)
    # Differences that a discrepancy recorded later explains: by the discrepancy's id.
    unexplained: dict[str, Difference] = field(default_factory=dict)
    ended: bool = False

    def take(self, record: Recorded) -> None:
        """Book one entry and compare what it states."""
        match record.event:
            case ev.TaskAnswered(task) | ev.TaskRequested(task):  # in most journals nearly every event
                self._asked(record.seq, task)
            case event:
                self.differences.extend(self.approvals.take(record, self.sums.open_positions()))
                self.differences.extend(self._take(record.seq, event))

    def report(self) -> LedgerReport:
        open_questions = (found for name, found in self.unexplained.items() if name not in self.discrepancies)
        differences = sorted((*self.differences, *open_questions), key=lambda found: found.seq)
        decisions = len(self.approvals.decisions)
        return LedgerReport(
            self.sums, self.approvals.intended, decisions, len(self.trades), self.ended, tuple(differences)
        )

    def _asked(self, seq: int, task: TaskMessage) -> None:
        if task.task_id in self.task_ids:
            again = f"id {task.task_id} again"
            self.differences.append(Difference(seq, f"task of {task.agent_target}", again, "a new id"))
        self.task_ids.add(task.task_id)

    def _take(self, seq: int, event: ev.Event) -> Iterator[Difference]:
        match event:
            case ev.SessionStarted():
                self.sums.opening = event.opening_balance
            case ev.StartBalanceFixed(balance):
                yield from _money(seq, "start balance", balance, self.sums.wallet)
                self.sums.start = balance
            case ev.TradePlanned(trade):
                self.trades[trade.trade_id] = trade
                self.stops[trade.trade_id] = trade.stop
                yield from self._planned(seq, trade)
            case ev.StopTightened():
                yield from self._tightened(seq, event)
            case ev.OrderRejected(client_id):
                self.rejected.add(client_id)
            case ev.FillBooked():
                yield from self._filled(seq, event)
            case ev.FundingBooked(amount=amount):
                self.sums.fund(amount)
            case ev.PositionAdopted():
                self.sums.adopt(event)
            case ev.WalletAdopted():
                self.sums.written_off += event.booked
            case ev.TradeClosed():
                yield from self._closed(seq, event)
            case ev.DiscrepancyFound(discrepancy_id):
                self.discrepancies.add(discrepancy_id)
            case ev.FlatVerified():
                for symbol, quantity in self.sums.open_positions().items():
                    found = Difference(seq, f"position {symbol} at verified flat", plain(quantity), "0")
                    self.unexplained.setdefault(f"position-{symbol}", found)
            case ev.SessionEnded():
                self.ended = True
                yield from _money(seq, "end balance", event.end_balance, self.sums.wallet)
                yield from document_differences(seq, event.document, self.sums)
            case _:
                return

    def _planned(self, seq: int, trade: Trade) -> Iterator[Difference]:
        decision = self.approvals.decisions.get(trade.decision_id)
        if decision is None or decision.refused_by:
            found = f"decision {trade.decision_id or '(none)'} did not approve it"
            yield Difference(seq, f"trade {trade.trade_id}", found, "an approved decision")

    def _tightened(self, seq: int, event: ev.StopTightened) -> Iterator[Difference]:
        trade = self.trades.get(event.trade_id)
        before = self.stops.get(event.trade_id)
        if trade is None or before is None:
            yield Difference(seq, f"stop of trade {event.trade_id}", "trade not planned", "a known trade")
            return
        yield from _money(seq, f"stop in force of trade {event.trade_id}", event.before, before)
        if (event.after - before) * trade.side.sign < ZERO:
            found = f"widened from {plain(before)} to {plain(event.after)}"
            yield Difference(seq, f"stop of trade {event.trade_id}", found, "tighter or equal")
        self.stops[event.trade_id] = event.after

    def _filled(self, seq: int, event: ev.FillBooked) -> Iterator[Difference]:
        fill = event.fill
        name = f"fill {fill.venue_fill_id}"
        if fill.venue_fill_id in self.fill_ids:
            yield Difference(seq, name, "booked a second time", "booked once")
        self.fill_ids.add(fill.venue_fill_id)
        if self.ended:
            yield Difference(seq, name, "after the session's end", "no fill")
        yield from self._fill_of_order(seq, name, event)
        is_entry = self.approvals.role_of(fill.client_id) is OrderRole.ENTRY
        realised = self.sums.book(fill, event.contract_size, event.trade_id, is_entry)
        yield from _money(seq, f"profit realised by {name}", event.realised, realised)

    def _fill_of_order(self, seq: int, name: str, event: ev.FillBooked) -> Iterator[Difference]:
        """The fill belongs to an order of ours, or a recorded discrepancy says why it does not."""
        fill = event.fill
        known = self.approvals.orders.get(fill.client_id)
        if known is None:
            if not fill.client_id.startswith("liquidation-"):
                found = Difference(seq, name, f"order {fill.client_id} not intended", "an order of ours")
                self.unexplained.setdefault(f"foreign-{fill.client_id}", found)
            return
        order = known.order
        if (fill.symbol, fill.side) != (order.symbol, order.side):
            ordered = f"{order.side.value} {order.symbol} as ordered"
            yield Difference(seq, name, f"{fill.side.value} {fill.symbol}", ordered)
        if event.trade_id != known.trade_id:
            yield Difference(seq, name, f"trade {event.trade_id}", f"trade {known.trade_id} of its order")
        if fill.client_id in self.rejected:
            yield Difference(seq, name, f"order {fill.client_id} was rejected", "no fill")
        self.filled[fill.client_id] = filled = self.filled.get(fill.client_id, ZERO) + fill.quantity
        # A stop attached to an entry grows with the entry's fills; its size is not in the intent.
        if filled > order.quantity and not isinstance(known, ev.StopAttached):
            found = Difference(
                seq, f"order {fill.client_id}", f"filled {plain(filled)}", f"at most {plain(order.quantity)}"
            )
            self.unexplained.setdefault(f"overfill-{fill.client_id}", found)

    def _closed(self, seq: int, event: ev.TradeClosed) -> Iterator[Difference]:
        trade = self.trades.get(event.trade_id)
        if trade is None:
            yield Difference(seq, f"trade {event.trade_id}", "closed", "planned first")
            return
        sums = self.sums.trades.get(event.trade_id, TradeSums())
        name = f"trade {event.trade_id}"
        if sums.entered != sums.exited:
            yield Difference(
                seq, f"{name} closed", f"{plain(sums.entered)} entered, {plain(sums.exited)} exited", "equal"
            )
        yield from _money(seq, f"P&L of {name}", event.pnl, sums.net)
        if trade.risk_money > ZERO:
            r_multiple = (sums.net / trade.risk_money).quantize(_R_PLACES)
            yield from _money(seq, f"R of {name}", event.r_multiple, r_multiple)


def _money(seq: int, what: str, stated: Decimal, recomputed: Decimal) -> Iterator[Difference]:
    if stated != recomputed:
        yield Difference(seq, what, plain(stated), plain(recomputed))


def check_ledger(records: Iterable[Recorded]) -> LedgerReport:
    """The ledger check over one session's entries, oldest first."""
    ledger = Ledger()
    for record in records:
        ledger.take(record)
    return ledger.report()
