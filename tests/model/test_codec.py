"""Canonical form: what is encoded decodes to an equal value, byte for byte the same every time."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ytc_tui.model.codec import canonical, from_json, to_json
from ytc_tui.model.market import Side
from ytc_tui.model.orders import Fill, Liquidity, OrderKind, OrderRequest, OrderRole
from ytc_tui.model.state import State

amounts = st.decimals(min_value=Decimal("-1e9"), max_value=Decimal("1e9"), allow_nan=False, places=8)
requests = st.builds(
    OrderRequest,
    client_id=st.text(min_size=1, max_size=18),
    symbol=st.text(max_size=12),
    side=st.sampled_from(Side),
    kind=st.sampled_from(OrderKind),
    role=st.sampled_from(OrderRole),
    quantity=amounts,
    limit_price=st.none() | amounts,
    stop_price=st.none() | amounts,
    reduce_only=st.booleans(),
    expires_ns=st.integers(min_value=0, max_value=2**62),
    attached_stop_price=st.none() | amounts,
)


@given(requests)
def test_an_order_survives_the_round_trip(order: OrderRequest) -> None:
    text = canonical(order)
    assert from_json(OrderRequest, json.loads(text)) == order
    assert canonical(from_json(OrderRequest, json.loads(text))) == text


def test_decimals_stay_decimals() -> None:
    fill = Fill(
        "v1", "y1", "BTCUSDT", Side.BUY, Decimal("0.100"), Decimal("1E+4"), Decimal(0), Liquidity.TAKER, 1
    )
    assert to_json(fill)["quantity"] == "0.100"
    assert to_json(fill)["price"] == "10000"
    assert from_json(Fill, to_json(fill)) == fill


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_is_not_a_number_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        canonical({"x": bad})


def test_an_unknown_field_is_named() -> None:
    with pytest.raises(ValueError, match="colour"):
        from_json(OrderRequest, {"colour": "red"})


def test_a_wrong_value_is_named_with_its_field() -> None:
    with pytest.raises(ValueError, match=r"OrderRequest\.side"):
        from_json(OrderRequest, {"side": "sideways"})


def test_floats_are_rounded_to_the_stated_digits() -> None:
    assert canonical(0.1 + 0.2) == "0.3"


def test_an_empty_state_survives() -> None:
    state = State("s")
    assert from_json(State, json.loads(canonical(state))) == state
