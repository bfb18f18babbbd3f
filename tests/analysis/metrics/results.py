"""Trade results made by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from ytc_tui.model.history import TradeResult
from ytc_tui.model.market import NS_PER_MIN, Side
from ytc_tui.model.trades import outcome_of

D = Decimal
# 2022-11-08 00:00 UTC.
MIDNIGHT_NS = 1_667_865_600 * 1_000_000_000


def ended(r: str, **changes: Any) -> TradeResult:
    """A long PB that made `r` (10 money an R) within five minutes of midnight, fees 1."""
    values: dict[str, Any] = {
        "trade_id": "T0001", "setup": "PB", "symbol": "BTCUSDT", "side": Side.BUY, "opened_ns": MIDNIGHT_NS,
        "closed_ns": MIDNIGHT_NS + 5 * NS_PER_MIN, "net": D(r) * 10, "fees": D(1), "r": D(r),
        "mae_r": D("-0.5"), "mfe_r": D(2), "exit_reason": "target",
        "outcome": outcome_of(D(r), D("0.1")), "score": 80.0,
    }  # fmt: skip
    return TradeResult(**{**values, **changes})


rs = st.decimals(min_value=D(-5), max_value=D(20), places=4)
results = st.lists(
    st.builds(
        lambda r, setup, side, minute: ended(
            str(r), setup=setup, side=side, opened_ns=MIDNIGHT_NS + minute * NS_PER_MIN
        ),
        rs,
        st.sampled_from(("PB", "TST", "MANUAL")),
        st.sampled_from(Side),
        st.integers(0, 3000),
    ),
    max_size=30,
)
