"""The books of a session: its fills, every movement of the wallet, and what became of its orders.

Decides which entries move money. Imports the model and the ledger check. Invariants: the amounts of the
ledger's rows add up to the wallet that the ledger check reckons; a fill is one row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from ytc_tui.model import events as ev
from ytc_tui.model.history import OrderCounts
from ytc_tui.model.money import ZERO
from ytc_tui.model.trades import MANUAL
from ytc_tui.views.journal import Recorded, utc
from ytc_tui.views.ledger import Ledger
from ytc_tui.views.report_tables import FillRow, LedgerRow

OPENING, REALISED, FEE, FUNDING = "opening", "realised", "fee", "funding"


@dataclass(slots=True)
class Books:
    """Takes entries in order, each after the ledger check took it."""

    fills: list[FillRow] = field(default_factory=list)
    rows: list[LedgerRow] = field(default_factory=list)
    _balance: Decimal = ZERO
    _sent: dict[str, bool] = field(default_factory=dict)  # by id: whether a person asked for it
    _gone: set[str] = field(default_factory=set)
    _rejected: set[str] = field(default_factory=set)

    def take(self, record: Recorded, ledger: Ledger) -> None:
        event = record.event
        match event:
            case ev.SessionStarted():
                self._move(record, OPENING, event.opening_balance)
            case ev.FillBooked():
                self._fill(record, event, ledger)
            case ev.FundingBooked(symbol, amount):
                self._move(record, FUNDING, amount, symbol=symbol)
            case ev.OrderIntended(order):
                self._sent[order.client_id] = event.note.startswith(MANUAL)
            case ev.StopAttached(order) | ev.GuardOrdered(order) | ev.EmergencyOrdered(order):
                self._sent.setdefault(order.client_id, False)
            case ev.OrderRejected(client_id):
                self._rejected.add(client_id)
            case ev.OrderCanceled(client_id) | ev.OrderExpired(client_id):
                self._gone.add(client_id)
            case _:
                return

    def counts(self) -> OrderCounts:
        filled = {fill.order_id for fill in self.fills} & set(self._sent)
        return OrderCounts(
            sent=len(self._sent),
            filled=len(filled),
            rejected=len(self._rejected),
            unfilled=len(self._gone - filled),
            by_hand=sum(self._sent.values()),
        )

    def _fill(self, record: Recorded, event: ev.FillBooked, ledger: Ledger) -> None:
        fill = event.fill
        known = ledger.approvals.orders.get(fill.client_id)
        order = known.order if known is not None else None
        asked = None
        if order is not None:
            asked = order.stop_price if order.stop_price is not None else order.limit_price
        self.fills.append(
            FillRow(
                seq=record.seq,
                at_ns=fill.at_ns,
                at=utc(fill.at_ns),
                fill_id=fill.venue_fill_id,
                order_id=fill.client_id,
                trade_id=event.trade_id,
                symbol=fill.symbol,
                side=fill.side.value,
                role=order.role.value if order is not None else "",
                quantity=fill.quantity,
                price=fill.price,
                asked=asked,
                reference_price=fill.reference_price,
                liquidity=fill.liquidity.value,
                realised=event.realised,
                fee=fill.fee,
                contract_size=event.contract_size,
            )
        )
        self._move(record, REALISED, event.realised, event.trade_id, fill.symbol)
        self._move(record, FEE, -fill.fee, event.trade_id, fill.symbol)

    def _move(
        self, record: Recorded, kind: str, amount: Decimal, trade_id: str = "", symbol: str = ""
    ) -> None:
        self._balance += amount
        row = LedgerRow(
            record.seq, record.at_ns, utc(record.at_ns), kind, trade_id, symbol, amount, self._balance
        )
        self.rows.append(row)
