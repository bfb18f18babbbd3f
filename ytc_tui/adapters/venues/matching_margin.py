"""Funding payments and liquidation of the paper account.

Decides what the venue does to a position on its own (semantics.md 4). Imports the model and the
matching files; no I/O.
Invariants: funding is booked to eight places and reported; a liquidation is capped by volume like
every fill and repeats at later points while the account stays at its maintenance margin.
"""

from __future__ import annotations

from collections.abc import Mapping

from ytc_tui.adapters.venues.matching_fills import Executions
from ytc_tui.adapters.venues.matching_orders import OrderBook
from ytc_tui.engine.ports import Minute
from ytc_tui.model.market import Side
from ytc_tui.model.money import booked, decimal_from_float
from ytc_tui.model.orders import Funding, Liquidated, OrderState, VenueReport


def pay_funding(
    executions: Executions, marks: Mapping[str, float], minute: Minute, at_ns: int
) -> list[VenueReport]:
    """Book the minute's funding at its open prices: -position notional x rate, per open position."""
    reports: list[VenueReport] = []
    account = executions.account
    for symbol, rate in minute.funding:
        position = account.positions.get(symbol)
        if position is None:
            continue
        unit = decimal_from_float(marks[symbol]) * executions.instruments[symbol].contract_size
        amount = booked(-position.quantity * unit * rate)
        account.funding += amount
        reports.append(Funding(symbol, amount, at_ns))
    account.refresh(executions.instruments)
    return reports


def liquidate(
    executions: Executions,
    book: OrderBook,
    marks: Mapping[str, float],
    minute: Minute,
    at_ns: int,
    done_before: int,
) -> tuple[list[VenueReport], int]:
    """Close positions in symbol order while equity is at or below the maintenance margin.

    Orders that could open are canceled first. Gives the reports and how many liquidations they hold;
    ids continue after `done_before`. Without volume left at this point nothing is reported.
    """
    reports: list[VenueReport] = []
    account, instruments = executions.account, executions.instruments
    count = 0
    for symbol in sorted(account.positions):
        if not account.breached(instruments, marks):
            break
        position = account.positions[symbol]
        quantity = abs(position.quantity)
        left = executions.volume_left(minute, symbol)
        quantity = quantity if left is None else min(quantity, left)
        if quantity <= 0:
            continue
        if not count:
            reports.extend(_cancel_entries(book, at_ns))
        count += 1
        reports.append(Liquidated(symbol, at_ns))
        side = Side.SELL if position.sign > 0 else Side.BUY
        at = executions.costs.market(instruments[symbol], side, decimal_from_float(marks[symbol]))
        client_id = f"liquidation-{symbol}-{done_before + count}"
        reports.append(executions.execute(client_id, symbol, side, quantity, at, at_ns))
    return reports, count


def _cancel_entries(book: OrderBook, at_ns: int) -> list[VenueReport]:
    return [
        report
        for order in book.all_open()
        if not order.reduces
        and (report := book.close(order, OrderState.CANCELED, "liquidation: no new risk", at_ns))
    ]
