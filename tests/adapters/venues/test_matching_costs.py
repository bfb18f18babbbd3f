"""Exact comparisons of floats with Decimal levels, and settings that no venue can have."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import example, given, strategies as st

from tests.adapters.venues.paper_bench import FREE
from ytc_tui.adapters.venues.matching_costs import float_not_above, float_not_below
from ytc_tui.errors import ConfigInvalid
from ytc_tui.model.money import decimal_from_float

levels = st.decimals(min_value="1e-9", max_value="1e9", allow_nan=False, places=None)
prices = st.floats(min_value=1e-9, max_value=1e9)


@given(levels, prices)
@example(Decimal("0.1"), 0.1)
@example(Decimal("0.10000000000000000555"), 0.1)
@example(Decimal("0.09999999999999999999"), 0.1)
def test_float_bounds_compare_as_the_decimals_do(level: Decimal, price: float) -> None:
    for near in (price, float(level), float_not_below(level), float_not_above(level)):
        assert (near >= float_not_below(level)) == (decimal_from_float(near) >= level)
        assert (near <= float_not_above(level)) == (decimal_from_float(near) <= level)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("fill_volume_share", Decimal("1.1")),
        ("half_spread_bps", Decimal(-1)),
        ("slippage_bps", Decimal("NaN")),
        ("unknown_volume_slippage_bps", Decimal(-1)),
        ("latency_ms", -1),
        ("start_balance", Decimal(-5)),
    ],
)
def test_impossible_settings_are_refused_by_name(key: str, value: Decimal | int) -> None:
    with pytest.raises(ConfigInvalid, match=key):
        replace(FREE, **{key: value})  # type: ignore[arg-type]
