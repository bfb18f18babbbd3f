"""Slippage and maker share, by hand."""

from __future__ import annotations

from typing import Any

from hypothesis import given, strategies as st

from tests.analysis.metrics.results import D
from ytc_tui.analysis.metrics.execution import execution_quality, slippage, slippage_r, slippage_ticks
from ytc_tui.model.history import Execution
from ytc_tui.model.market import Side
from ytc_tui.model.orders import Liquidity, OrderRole


def done(price: str, asked: str | None, side: Side = Side.BUY, **changes: Any) -> Execution:
    values: dict[str, Any] = {
        "role": OrderRole.ENTRY, "symbol": "BTCUSDT", "side": side, "quantity": D(1), "price": D(price),
        "asked": None if asked is None else D(asked), "tick": D("0.1"), "stop_distance": D(10),
    }  # fmt: skip
    return Execution(**{**values, **changes})


def test_worse_is_positive_on_both_sides() -> None:
    assert slippage(done("100.5", "100")) == D("0.5")
    assert slippage(done("99.5", "100", Side.SELL)) == D("0.5")
    assert slippage(done("99", "100")) == -1
    assert slippage(done("99", None)) is None


def test_in_ticks_and_in_r() -> None:
    assert slippage_ticks(done("100.5", "100")) == 5
    assert slippage_r(done("100.5", "100")) == D("0.05")
    assert slippage_ticks(done("100.5", "100", tick=None)) is None
    assert slippage_r(done("100.5", "100", stop_distance=D(0))) is None


def test_a_group_by_hand() -> None:
    told = execution_quality(
        [
            done("100.5", "100", liquidity=Liquidity.TAKER, reference=D("100.4")),
            done("99.9", "100", liquidity=Liquidity.MAKER, quantity=D(3)),
            done("98", None, Side.SELL, liquidity=Liquidity.TAKER, reference=D("98.1")),
        ]
    )
    assert (told.executions, told.compared) == (3, 2)
    assert (told.mean_slippage_ticks, told.worst_slippage_ticks) == (D(2), D(5))
    assert (told.mean_slippage_r, told.worst_slippage_r) == (D("0.02"), D("0.05"))
    assert told.maker_share == D("299.7") / D("498.2")
    assert told.book_cost_bps == D("0.2") / D("198.5") * 10_000


def test_nothing_is_none() -> None:
    told = execution_quality([])
    assert (told.executions, told.mean_slippage_r, told.maker_share, told.book_cost_bps) == (
        0, None, None, None,
    )  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(Liquidity), st.integers(1, 50)), min_size=1))
def test_the_maker_share_is_a_share(drawn: list[tuple[Liquidity, int]]) -> None:
    share = execution_quality(
        [done("10", "10", liquidity=liquidity, quantity=D(n)) for liquidity, n in drawn]
    ).maker_share
    assert share is not None
    assert 0 <= share <= 1
