"""Canonical form: what is encoded decodes to an equal value, byte for byte the same every time."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from ytc_tui.model.codec import FLOAT_DIGITS, canonical, from_json, plain, to_json
from ytc_tui.model.market import Bar, Side
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


def test_a_row_is_written_as_its_values_and_read_as_itself() -> None:
    bar = Bar("BTCUSDT", 60, 1.0, 2.5, 0.25, 1.5, 7.0)
    assert to_json(bar) == ["BTCUSDT", 60, 1.0, 2.5, 0.25, 1.5, 7.0]
    read = from_json(Bar, to_json(bar))
    assert (read, type(read)) == (bar, Bar)


@pytest.mark.parametrize("bad", [[], ["BTCUSDT", 60], ["BTCUSDT", 60, "x", 1, 1, 1, 1], 7, None])
def test_what_is_no_row_is_refused(bad: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        from_json(Bar, bad)


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


def test_a_missing_field_is_named() -> None:
    with pytest.raises(ValueError, match=r"OrderRequest: .*'client_id'"):
        from_json(OrderRequest, {"symbol": "BTCUSDT"})


@pytest.mark.parametrize("data", [None, [], [["symbol", "BTCUSDT"]], "text", 1])
def test_what_is_no_object_is_no_record(data: Any) -> None:
    with pytest.raises(ValueError, match="OrderRequest: not an object"):
        from_json(OrderRequest, data)


@pytest.mark.parametrize("bad", [None, [], {}, "", 1, True])
def test_a_value_that_is_no_member_is_refused_in_the_words_of_its_type(bad: Any) -> None:
    with pytest.raises(ValueError, match=r"OrderRequest\.side: .* is not a valid Side"):
        from_json(OrderRequest, {"side": bad})


@pytest.mark.parametrize("bad", [None, [], [["a", 1]], "text", 1])
def test_what_is_no_object_is_no_mapping(bad: Any) -> None:
    with pytest.raises(ValueError, match=r"State\.document"):
        from_json(State, {"session_id": "s", "document": bad})


def test_floats_are_rounded_to_the_stated_digits() -> None:
    assert canonical(0.1 + 0.2) == "0.3"


def test_an_empty_state_survives() -> None:
    state = State("s")
    assert from_json(State, json.loads(canonical(state))) == state


numbers = st.floats(allow_nan=False, allow_infinity=False)
leaves = st.none() | st.booleans() | st.integers() | numbers | st.text(max_size=5)
keys = st.text(max_size=4) | st.integers() | numbers | st.booleans() | st.none()
trees = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
)


def sorted_text(data: Any) -> str:
    """The canonical text of JSON data, said the slow way."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def by_hand(text: str) -> float:
    return round(float(text), FLOAT_DIGITS)


@given(st.dictionaries(keys, trees, max_size=4))
def test_plain_data_and_its_text_are_what_json_gives_with_rounded_floats(data: dict[str, Any]) -> None:
    expected = json.loads(json.dumps(data), parse_float=by_hand)
    assert plain(data) == expected
    assert canonical(plain(data)) == canonical({"of": plain(data)})[6:-1] == sorted_text(expected)


def test_keys_that_are_numbers_are_sorted_as_text() -> None:
    unordered: dict[Any, str] = {9: "b", 10: "a"}
    assert canonical(plain(unordered)) == '{"10":"a","9":"b"}'


def test_plain_data_is_a_copy() -> None:
    inner = [1]
    kept = plain({"a": inner})
    inner.append(2)
    assert kept == {"a": [1]}
    assert to_json(kept) == {"a": [1]}


@pytest.mark.parametrize("bad", [float("nan"), Decimal(1), object()])
def test_plain_refuses_what_json_does_not_have(bad: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        plain({"x": bad})


@given(requests)
def test_the_text_of_a_value_is_the_sorted_text_of_its_data(order: OrderRequest) -> None:
    assert canonical(order) == sorted_text(to_json(order))
    assert canonical({"b": (order, 1.5), "a": {Side.BUY: order}}) == sorted_text(
        {"b": [to_json(order), 1.5], "a": {"buy": to_json(order)}}
    )


def test_a_type_without_a_canonical_form_is_named() -> None:
    with pytest.raises(TypeError, match="complex"):
        canonical({"x": [1j]})
