"""Entries, rows and bars for tests of journals."""

from __future__ import annotations

from decimal import Decimal

from ytc_tui.engine.ports import ProjectionRow
from ytc_tui.model.chain import ChainHead, Entry
from ytc_tui.model.market import Bar

SESSION = "5f0c4b1e-2a0d-5d7e-9f64-0d3a8f6f1c11"


def entries_after(head: ChainHead, count: int, *, size: int = 20) -> tuple[Entry, ...]:
    """The next `count` entries of a chain, with bodies of about `size` bytes."""
    return tuple(
        head.link(
            1_000 * (head.seq + 1),
            "OrderIntended",
            1,
            "corr",
            "cause",
            f'{{"n":{head.seq},"x":"{"é" * (size // 2)}"}}',
        )
        for _ in range(count)
    )


def order_row(number: int, session: str = SESSION, **values: object) -> ProjectionRow:
    """A row of the table orders."""
    filled = {"symbol": "BTCUSDT", "state": "acked", "quantity": Decimal("0.10"), "created_at": number}
    return ProjectionRow("orders", (session, f"y{number:06d}"), {**filled, **values})


def bar_at(minute: int, symbol: str = "BTCUSDT", close: float = 100.5) -> Bar:
    return Bar(symbol, minute * 60_000_000_000, 100.0, 101.0, 99.0, close, 12.25)
