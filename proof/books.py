"""The money of a journal, worked out again from what was sent, the bars and the instrument rows.

`python -m proof.books STATE_DB DATA...` recomputes every fill, fee, profit and balance of every session that
has ended and compares them with what the journal recorded. Equal to the last decimal, or the first
difference is printed and the exit code is 1.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from proof.inputs import load_costs, parsed, require_symbols
from proof.journal import Entry, Session, asked_cancels, read_sessions, sent_orders
from proof.ledger import ZERO, Costs, Fill, Funding
from proof.market import NS_PER_MIN, Instrument, Series, load_bars, load_instruments
from proof.venue import SymbolVenue

_NOT_COVERED = ("EmergencyActed", "EmergencyOrdered", "GuardOrdered", "PositionLiquidated", "OrderLost")


class Difference(Exception):
    """The first thing that is not as the journal has it."""


@dataclass(slots=True)
class Totals:
    """What was compared and found equal."""

    sessions: int = 0
    fills: int = 0
    partial_orders: int = 0
    trades: int = 0
    fees: Decimal = ZERO
    funding: Decimal = ZERO
    realised: Decimal = ZERO
    balances: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)  # by run: first, last
    fills_by: Counter[str] = field(default_factory=Counter)

    def count(self, fill: Fill, role: str) -> None:
        self.fills += 1
        self.fees += fill.fee
        self.realised += fill.realised
        self.fills_by[f"{role} {fill.liquidity}"] += 1


def recompute(
    session: Session, series: dict[str, Series], rows: dict[str, Instrument], costs: Costs
) -> tuple[list[Fill], list[Funding]]:
    """Every fill and every funding payment of a session, each in order of time and symbol."""
    orders, cancels = defaultdict(list), defaultdict(list)
    symbol_of: dict[str, str] = {}
    for order in sent_orders(session):
        orders[order.symbol].append(order)
        symbol_of[order.order_id] = symbol_of[order.stop_id] = order.symbol
    for cancel in asked_cancels(session):
        if cancel.order_id in symbol_of:
            cancels[symbol_of[cancel.order_id]].append(cancel)
    last_ns = session.entries[-1].at + NS_PER_MIN
    fills: list[Fill] = []
    funding: list[Funding] = []
    for symbol in sorted(orders):
        venue = SymbolVenue(symbol, rows[symbol], series[symbol], costs, orders[symbol], cancels[symbol])
        fills += venue.play(min(order.at for order in venue.orders), last_ns)
        funding += venue.funding
    return sorted(fills, key=lambda fill: (fill.at_ns, fill.symbol)), sorted(funding)


def recorded(entry: Entry) -> Fill:
    """A fill as the journal has it."""
    body, fill = entry.body, entry.body["fill"]
    return Fill(
        fill["at_ns"],
        fill["symbol"],
        fill["client_id"],
        fill["side"],
        Decimal(fill["quantity"]),
        Decimal(fill["price"]),
        Decimal(fill["reference_price"]),
        fill["liquidity"],
        Decimal(fill["fee"]),
        Decimal(body["realised"]),
    )


def compare_fills(session: Session, ours: list[Fill]) -> None:
    """Raise Difference at the first fill that is not equal in every field."""
    theirs = [recorded(entry) for entry in session.of("FillBooked")]
    for index in range(max(len(ours), len(theirs))):
        mine = ours[index] if index < len(ours) else None
        found = theirs[index] if index < len(theirs) else None
        if mine != found:
            raise Difference(
                f"session {session.name}: fill {index + 1}\n  journal    {_told(found)}\n"
                f"  recomputed {_told(mine)}"
            )


def compare_funding(session: Session, ours: list[Funding]) -> None:
    """Raise Difference where the funding payments are not the same."""
    theirs = [
        Funding(entry.at, entry.body["symbol"], Decimal(entry.body["amount"]))
        for entry in session.of("FundingBooked")
    ]
    if ours != theirs:
        raise Difference(f"session {session.name}: funding\n  journal    {theirs}\n  recomputed {ours}")


def compare_trades(session: Session, fills: list[Fill], totals: Totals) -> None:
    """Raise Difference where a closed trade's result is not the sum of its fills."""
    trade_of: dict[str, str] = {}
    for entry in session.of("OrderIntended", "StopAttached"):
        body = entry.body["order"]
        trade_of[body["client_id"]] = trade_of[body["attached_stop_id"]] = entry.body["trade_id"]
    net: dict[str, Decimal] = defaultdict(Decimal)
    for fill in fills:
        net[trade_of[fill.order_id]] += fill.realised - fill.fee
    risk = {
        entry.body["trade"]["trade_id"]: Decimal(entry.body["trade"]["risk_money"])
        for entry in session.of("TradePlanned")
    }
    closed = session.of("TradeClosed")
    if sorted(net) != sorted(entry.body["trade_id"] for entry in closed):
        raise Difference(f"session {session.name}: trades with fills {sorted(net)} are not those closed")
    for entry in closed:
        body, trade = entry.body, entry.body["trade_id"]
        _equal(session, f"{trade} pnl", Decimal(body["pnl"]), net[trade])
        multiple = (net[trade] / risk[trade]).quantize(Decimal("0.0001"))
        _equal(session, f"{trade} R", Decimal(body["r_multiple"]), multiple)
        totals.trades += 1


def compare_balance(session: Session, fills: list[Fill], paid: list[Funding], totals: Totals) -> None:
    """Raise Difference where opening, start or end balance do not follow from what was before."""
    started = session.first("SessionStarted").body
    opening = Decimal(started["opening_balance"])
    first, previous = totals.balances.get(started["run_id"], (opening, opening))
    _equal(session, "opening balance against the end before it", opening, previous)
    _equal(
        session,
        "start balance",
        Decimal(session.first("StartBalanceFixed").body["balance"]),
        opening,
    )
    funding = sum((each.amount for each in paid), ZERO)
    end = opening + sum((fill.realised - fill.fee for fill in fills), ZERO) + funding
    _equal(session, "end balance", Decimal(session.first("SessionEnded").body["end_balance"]), end)
    totals.funding += funding
    totals.balances[started["run_id"]] = (first, end)


def prove(
    sessions: list[Session],
    series: dict[str, Series],
    rows: dict[str, Instrument],
    costs: Costs,
    digest: str,
) -> Totals:
    """Compare every session that has ended; raises Difference at the first that is not equal."""
    totals = Totals()
    for session in sessions:
        for entry in session.of(*_NOT_COVERED):
            raise Difference(f"session {session.name}: {entry.type} is not covered by this proof")
        stated = session.first("SessionStarted").body["config_digest"]
        if digest and digest != stated:
            raise Difference(f"session {session.name}: ran under settings {stated}, not {digest}")
        fills, funding = recompute(session, series, rows, costs)
        compare_fills(session, fills)
        compare_funding(session, funding)
        compare_trades(session, fills, totals)
        compare_balance(session, fills, funding, totals)
        _count(session, fills, totals)
    return totals


def _count(session: Session, fills: list[Fill], totals: Totals) -> None:
    roles = {
        entry.body["order"]["client_id"]: entry.body["order"]["role"]
        for entry in session.of("OrderIntended", "StopAttached")
    }
    for fill in fills:
        totals.count(fill, roles[fill.order_id])
    pieces = Counter(fill.order_id for fill in fills)
    totals.partial_orders += sum(1 for count in pieces.values() if count > 1)
    totals.sessions += 1


def _equal(session: Session, what: str, found: Decimal, mine: Decimal) -> None:
    if found != mine:
        raise Difference(f"session {session.name}: {what}\n  journal    {found}\n  recomputed {mine}")


def _told(fill: Fill | None) -> str:
    if fill is None:
        return "none"
    return ", ".join(f"{name} {value}" for name, value in fill._asdict().items())


def summary(totals: Totals) -> Iterator[tuple[str, Any]]:
    """The figures of what was compared, ready for JSON."""
    for name in ("sessions", "fills", "partial_orders", "trades"):
        yield name, getattr(totals, name)
    yield "fills_by", dict(sorted(totals.fills_by.items()))
    for name in ("realised", "fees", "funding"):
        yield name, str(getattr(totals, name))
    yield "balances", [[str(first), str(last)] for first, last in totals.balances.values()]


def main(arguments: list[str] | None = None) -> int:
    """Run the proof; 0 when everything is equal, 1 at the first difference, 2 for bad arguments."""
    given = parsed("proof.books", __doc__, arguments)
    try:
        sessions = [session for session in read_sessions(given.journal) if session.ended]
        if not sessions:
            raise ValueError(f"{given.journal}: no session has ended")
        costs, digest = load_costs(given.settings)
        series = load_bars(
            given.data, sessions[0].entries[0].at, sessions[-1].entries[-1].at + 2 * NS_PER_MIN
        )
        rows = load_instruments(given.instruments)
        require_symbols(sessions, series, rows)
        totals = prove(sessions, series, rows, costs, digest)
    except (ValueError, RecursionError) as error:
        print(f"proof.books: {error}", file=sys.stderr)
        return 2
    except Difference as difference:
        print(difference)
        return 1
    print(json.dumps(dict(summary(totals)), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
