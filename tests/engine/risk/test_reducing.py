"""Orders that reduce pass in every gate state; nothing that could add risk passes with them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from ytc_tui.engine.risk.gate import ApprovedOrder, approve_reducing
from ytc_tui.engine.risk.reducing import REDUCING_RULES
from ytc_tui.model.market import Side
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole
from ytc_tui.model.risk import Verdict
from ytc_tui.model.session import Gate

from .builders import CLOSE, STOP, D

TARGET = replace(CLOSE, role=OrderRole.TARGET, kind=OrderKind.LIMIT, limit_price=D(120))
FLATTEN = replace(CLOSE, role=OrderRole.FLATTEN)
_BUY: dict[str, Any] = {"side": Side.BUY}


@pytest.mark.parametrize("gate", Gate)
@pytest.mark.parametrize("order", [STOP, CLOSE, FLATTEN], ids=lambda order: order.role)
def test_stops_exits_and_closes_pass_in_every_gate_state(order: OrderRequest, gate: Gate) -> None:
    for held, side in ((D(50), Side.SELL), (D(-50), Side.BUY)):
        approved = approve_reducing(replace(order, side=side), held, gate)
        assert isinstance(approved, ApprovedOrder)
        assert approved.order == replace(order, side=side)


@pytest.mark.parametrize(
    ("gate", "passes"), [(Gate.ACTIVE, True), (Gate.REDUCING, True), (Gate.HALTED, False)]
)
def test_targets_pass_until_halted(gate: Gate, passes: bool) -> None:
    answer = approve_reducing(TARGET, D(50), gate)
    assert isinstance(answer, ApprovedOrder) is passes
    if isinstance(answer, Verdict):
        assert (answer.rule, answer.reason) == ("reduce_role", "gate is HALTED: no target orders")


@pytest.mark.parametrize(
    ("order", "position", "rule"),
    [
        (replace(CLOSE, role=OrderRole.ENTRY), "50", "reduce_role"),
        (replace(CLOSE, reduce_only=False), "50", "reduce_only"),
        (replace(CLOSE, attached_stop_price=D(90)), "50", "reduce_only"),
        (replace(CLOSE, attached_stop_id="y1"), "50", "reduce_only"),
        (CLOSE, "0", "reduce_side"),
        (CLOSE, "NaN", "reduce_side"),
        (CLOSE, "Infinity", "reduce_side"),
        (CLOSE, "-50", "reduce_side"),
        (replace(CLOSE, **_BUY), "50", "reduce_side"),
        (CLOSE, "49.999", "reduce_size"),
        (replace(CLOSE, quantity=D(0)), "50", "reduce_size"),
        (replace(CLOSE, quantity=D(-1)), "50", "reduce_size"),
        (replace(CLOSE, quantity=D("NaN")), "50", "reduce_size"),
        (replace(CLOSE, quantity=D("sNaN")), "50", "reduce_size"),
        (replace(CLOSE, quantity=D("Infinity")), "50", "reduce_size"),
        (replace(CLOSE, kind=OrderKind.STOP, stop_price=D(90)), "50", "order_shape"),
        (replace(FLATTEN, kind=OrderKind.STOP_LIMIT), "50", "order_shape"),
        (replace(STOP, kind=OrderKind.MARKET), "50", "order_shape"),
        (replace(STOP, kind=OrderKind.LIMIT), "50", "order_shape"),
        (replace(STOP, stop_price=None), "50", "order_shape"),
        (replace(STOP, stop_price=D(0)), "50", "order_shape"),
        (replace(STOP, stop_price=D("NaN")), "50", "order_shape"),
        (replace(STOP, expires_ns=1), "50", "order_shape"),
    ],
)
def test_refused(order: OrderRequest, position: str, rule: str) -> None:
    answer = approve_reducing(order, D(position), Gate.ACTIVE)
    assert isinstance(answer, Verdict)
    assert (answer.rule, answer.ok) == (rule, False)
    assert answer.rule in REDUCING_RULES
    assert answer.reason


def test_a_position_smaller_than_the_order_states_both_numbers() -> None:
    answer = approve_reducing(CLOSE, D(20), Gate.ACTIVE)
    assert isinstance(answer, Verdict)
    assert (answer.used, answer.limit) == (D(50), D(20))


@pytest.mark.parametrize(
    ("side", "position", "stop", "passes"),
    [
        (Side.SELL, "50", "99.99", False),
        (Side.SELL, "50", "100", True),
        (Side.SELL, "50", "101", True),
        (Side.BUY, "-50", "100.01", False),
        (Side.BUY, "-50", "100", True),
        (Side.BUY, "-50", "99", True),
    ],
)
def test_a_stop_only_moves_in_favour_of_the_position(
    side: Side, position: str, stop: str, passes: bool
) -> None:
    order = replace(STOP, side=side, stop_price=D(stop))
    for gate in Gate:
        answer = approve_reducing(order, D(position), gate, D(100))
        assert isinstance(answer, ApprovedOrder) is passes
        if isinstance(answer, Verdict):
            assert answer.rule == "stop_never_wider"
            assert f"never moves {'down' if side is Side.SELL else 'up'}" in answer.reason


def test_a_working_stop_concerns_only_stops() -> None:
    assert isinstance(approve_reducing(CLOSE, D(50), Gate.ACTIVE, D(100)), ApprovedOrder)


def test_a_check_that_fails_refuses() -> None:
    answer = approve_reducing(STOP, D(50), Gate.ACTIVE, D("NaN"))
    assert isinstance(answer, Verdict)
    assert not answer.ok
    assert "InvalidOperation" in answer.reason


_AMOUNTS = st.decimals(-100, 100, places=2)


@given(
    role=st.sampled_from(OrderRole),
    kind=st.sampled_from(OrderKind),
    side=st.sampled_from(Side),
    quantity=_AMOUNTS,
    position=_AMOUNTS,
    stop=st.none() | _AMOUNTS,
    working=st.none() | _AMOUNTS,
    reduce_only=st.booleans(),
    gate=st.sampled_from(Gate),
)
def test_nothing_approved_adds_risk(
    role: OrderRole,
    kind: OrderKind,
    side: Side,
    quantity: Decimal,
    position: Decimal,
    stop: Decimal | None,
    working: Decimal | None,
    reduce_only: bool,
    gate: Gate,
) -> None:
    order = OrderRequest("y", "X", side, kind, role, quantity, stop_price=stop, reduce_only=reduce_only)
    answer = approve_reducing(order, position, gate, working)
    if isinstance(answer, Verdict):
        assert not answer.ok
        return
    after = position + side.sign * quantity
    assert abs(after) < abs(position)
    assert after * position >= 0
    assert reduce_only
    if role is OrderRole.PROTECTIVE_STOP:
        assert stop is not None
        assert working is None or (stop - working) * position >= 0
