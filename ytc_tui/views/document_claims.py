"""The closing document's figures against the sums.

Decides which fields of the session document (spec 000's output) can be recomputed from the journal, and
how they are rounded there. Imports the model and the sums. Invariant: a field that the document states
and the journal can give is compared exactly as rounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from ytc_tui.model.money import HUNDRED, ZERO
from ytc_tui.views.journal import Difference, plain
from ytc_tui.views.sums import Sums, TradeSums

_MONEY = Decimal("0.00000001")
_PERCENT = Decimal("0.0001")
_NOT_MODELLED = "not modelled"


def document_differences(seq: int, document: Mapping[str, Any], sums: Sums) -> Iterator[Difference]:
    """What the document of entry `seq` states otherwise; an absent field states nothing.

    Profit is compared only when nothing is open: an open position is valued at prices that are not
    in the journal.
    """
    metrics = document.get("session_metrics") or {}
    entered = sum(1 for trade in sums.trades.values() if trade.entered)
    amounts = {
        "account_balance": sums.wallet,
        "start_balance": sums.base,
        "fees_paid": sums.fees,
    }
    if sums.funding_events:
        amounts["funding"] = sums.funding
    elif document.get("funding", _NOT_MODELLED) != _NOT_MODELLED:
        yield Difference(seq, "document funding", str(document["funding"]), _NOT_MODELLED)
    flat = not sums.open_positions()
    if flat:
        amounts["session_pnl"] = sums.pnl
    for name, amount in amounts.items():
        yield from _compare(seq, name, document.get(name), amount, _MONEY)
    if flat:
        yield from _compare(seq, "session_metrics.current_pnl", metrics.get("current_pnl"), sums.pnl, _MONEY)
        if sums.base > ZERO:
            share = sums.pnl / sums.base * HUNDRED
            stated = metrics.get("current_pnl_pct")
            yield from _compare(seq, "session_metrics.current_pnl_pct", stated, share, _PERCENT)
    counts = {
        "trades_count": (document.get("trades_count"), entered),
        "session_metrics.positions_open": (metrics.get("positions_open"), len(sums.open_positions())),
        "funnel.entered": ((document.get("funnel") or {}).get("entered"), entered),
    }
    for name, (stated, count) in counts.items():
        if stated is not None and stated != count:
            yield Difference(seq, f"document {name}", str(stated), str(count))
    for row in document.get("trades") or ():
        yield from _trade(seq, row, sums)


def _trade(seq: int, row: Mapping[str, Any], sums: Sums) -> Iterator[Difference]:
    name = str(row.get("trade_id"))
    trade = sums.trades.get(name, TradeSums())
    yield from _compare(seq, f"{name} quantity", row.get("quantity"), trade.entered, None)
    yield from _compare(seq, f"{name} pnl", row.get("pnl"), trade.net, _MONEY)
    if trade.entry_price is not None:
        yield from _compare(seq, f"{name} entry_price", row.get("entry_price"), trade.entry_price, _MONEY)


def _compare(
    seq: int, name: str, stated: object, amount: Decimal, places: Decimal | None
) -> Iterator[Difference]:
    if stated is None:
        return
    rounded = amount if places is None else amount.quantize(places)
    try:
        equal = Decimal(str(stated)) == rounded
    except InvalidOperation:
        equal = False
    if not equal:
        yield Difference(seq, f"document {name}", str(stated), plain(rounded))
