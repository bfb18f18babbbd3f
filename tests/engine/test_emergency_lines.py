"""A line of the emergency path gives its order again; any other text gives none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from ytc_tui.engine.emergency_lines import order_of, submit_line
from ytc_tui.model.market import Side
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole

KINDS = {
    OrderRole.PROTECTIVE_STOP: OrderKind.STOP,
    OrderRole.TARGET: OrderKind.LIMIT,
    OrderRole.EXIT: OrderKind.MARKET,
    OrderRole.FLATTEN: OrderKind.MARKET,
}
AMOUNTS = st.decimals(min_value="0.0001", max_value=10**6, places=4)


@given(st.sampled_from(sorted(KINDS)), st.sampled_from(Side), AMOUNTS, AMOUNTS)
def test_what_was_written_for_an_order_gives_it_again(
    role: OrderRole, side: Side, quantity: Decimal, price: Decimal
) -> None:
    kind = KINDS[role]
    order = OrderRequest(
        client_id="yabc",
        symbol="BTCUSDT",
        side=side,
        kind=kind,
        role=role,
        quantity=quantity,
        limit_price=price if kind is OrderKind.LIMIT else None,
        stop_price=price if kind is OrderKind.STOP else None,
        reduce_only=True,
    )
    assert order_of(submit_line(order)) == order


@pytest.mark.parametrize(
    "line",
    [
        "",
        "cancel yabc",
        "submit yabc BTCUSDT sell 1 market",
        "submit yabc BTCUSDT up 1 market exit",
        "submit yabc BTCUSDT sell one market exit",
        "submit yabc BTCUSDT sell 1 dear exit",
        "submit yabc BTCUSDT sell 1 market everything",
        "submit yabc BTCUSDT sell NaN market exit",
        "submit yabc BTCUSDT sell -1 market exit",
        "submit yabc BTCUSDT sell 1 0 target",
    ],
)
def test_any_other_text_gives_none(line: str) -> None:
    assert order_of(line) is None
