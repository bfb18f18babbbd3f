"""Bookkeeping is total: every event has its place, encodes, decodes, and is booked."""

from __future__ import annotations

import dataclasses
import types
from contextlib import suppress
from decimal import Decimal
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from ytc_tui.engine.apply import apply
from ytc_tui.model import events as ev
from ytc_tui.model.chain import ChainHead
from ytc_tui.model.codec import canonical, from_json, to_json
from ytc_tui.model.commands import Command, Ticket, Verb
from ytc_tui.model.market import Side
from ytc_tui.model.orders import (
    ORDER_TABLE,
    Fill,
    Liquidity,
    OrderKind,
    OrderRequest,
    OrderRole,
    OrderState,
)
from ytc_tui.model.state import OrderRecord, State
from ytc_tui.model.tables import IllegalTransition

D = Decimal


def sample(kind: Any) -> Any:
    """Some value of an annotated type."""
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return sample(next(arg for arg in args if arg is not type(None)))
    if origin is tuple:
        return (sample(args[0]),) if args[-1] is Ellipsis else tuple(map(sample, args))
    if origin is dict:
        return {"key": 1}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    if kind is Command:  # only one of its arguments fits a verb
        return Command("text", Verb.TICKET, "text", target="text", ticket=Ticket(Side.SELL, D("1.50"), D(1)))
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{item.name: sample(hints[item.name]) for item in dataclasses.fields(kind)})  # type: ignore[operator]
    return {str: "text", int: 7, bool: True, float: 0.5, Decimal: D("1.50"), Any: None}[kind]


@pytest.mark.parametrize("name", sorted(ev.EVENT_TYPES))
def test_every_event_encodes_decodes_and_has_its_bookkeeping(name: str) -> None:
    event = sample(ev.EVENT_TYPES[name])
    entry = ChainHead("s").link(5, name, ev.version_of(name), ev.correlation_of(event), "", canonical(event))
    assert ev.decode_event(entry) == event
    state = State("s")
    # Its order, trade or task is not in this empty state; only a missing case is a fault.
    with suppress(KeyError, IllegalTransition, ValueError):
        apply(state, event, 5)
    assert state.now_ns == 5


def test_every_event_is_in_the_union_and_named_once() -> None:
    defined = {
        name
        for name, kind in vars(ev).items()
        if dataclasses.is_dataclass(kind)
        and isinstance(kind, type)
        and kind.__module__.startswith("ytc_tui.model.events")
    }
    helpers = {"BarRef"}
    assert defined - helpers <= set(ev.EVENT_TYPES)


def order(state: OrderState, filled: str = "0") -> State:
    request = OrderRequest("y1", "BTCUSDT", Side.BUY, OrderKind.LIMIT, OrderRole.ENTRY, D(2), D(100))
    book = State("s", wallet=D(1000))
    record = OrderRecord(request, state, "", "", None, "", "", 1, 1, filled=D(filled))
    book.orders["y1"] = record
    if record.working:
        book.working["y1"] = 1
    return book


def fill(quantity: str) -> ev.FillBooked:
    found = Fill("f1", "y1", "BTCUSDT", Side.BUY, D(quantity), D(100), D(0), Liquidity.MAKER, 3)
    return ev.FillBooked(found, "", D(0), D(1))


@pytest.mark.parametrize("state", list(OrderState))
@pytest.mark.parametrize("quantity", ["1", "2"])
def test_a_fill_is_booked_whatever_its_order_is_thought_to_be(state: OrderState, quantity: str) -> None:
    """Late fills, fills of refused orders, overfills: the position is the sum of fills."""
    filled = "2" if state is OrderState.FILLED else "0"
    book = order(state, filled)
    apply(book, fill(quantity), 3)
    assert book.positions["BTCUSDT"].quantity == D(quantity)
    assert book.orders["y1"].filled == D(filled) + D(quantity)
    after = book.orders["y1"].state
    if state is OrderState.REJECTED:
        assert after is OrderState.REJECTED
    elif quantity == "2" or state is OrderState.FILLED:
        assert after is OrderState.FILLED


@pytest.mark.parametrize("state", [s for s in OrderState if order(s).working])
def test_every_working_order_can_be_canceled(state: OrderState) -> None:
    book = order(state)
    apply(book, ev.CancelAsked("y1", "test"), 9)
    assert book.orders["y1"].state in (OrderState.CANCELING, OrderState.UNKNOWN)
    assert book.orders["y1"].cancel_ns == 9
    apply(book, ev.OrderCanceled("y1", "done"), 10)
    assert not book.working


def test_the_filled_quantity_only_grows_and_ended_orders_stay_ended() -> None:
    ended = (OrderState.FILLED, OrderState.REJECTED)
    for (before, _), after in ORDER_TABLE.items():
        if before in ended:
            assert after is before
        if before in (OrderState.CANCELED, OrderState.EXPIRED):
            assert after in (before, OrderState.FILLED)


def test_a_state_survives_its_own_snapshot() -> None:
    state = order(OrderState.PARTIAL, "1")
    assert from_json(State, to_json(state)) == state
