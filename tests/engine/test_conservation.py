"""At the exit: what is sent for a decision never passes what was approved for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.sim.laws import check_laws
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape
from ytc_tui.engine.conservation import Conservation
from ytc_tui.engine.decide import entries
from ytc_tui.model import events as ev
from ytc_tui.model.market import Side
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole, OrderState
from ytc_tui.model.state import OrderRecord

D = Decimal


def entry(client_id: str, quantity: str) -> OrderRequest:
    return OrderRequest(
        client_id, "BTCUSDT", Side.BUY, OrderKind.LIMIT, OrderRole.ENTRY, D(quantity), limit_price=D(20_000)
    )


quantities = st.lists(st.decimals(D("0.001"), D(10), places=3), min_size=1, max_size=8)


@given(quantities, st.decimals(D("0.001"), D(20), places=3))
def test_children_together_stay_within_what_was_approved(asked: list[Decimal], approved: Decimal) -> None:
    exit_, sent = Conservation(), D(0)
    for number, quantity in enumerate(asked):
        order = entry(f"y{number}", str(quantity))
        problem = exit_.problem(order, "D0001", approved)
        assert bool(problem) == (sent + quantity > approved)
        if not problem:
            exit_.note(order, "D0001")
            sent += quantity
    assert sent <= approved


def test_the_same_order_sent_again_is_one_order() -> None:
    exit_, order = Conservation(), entry("y1", "2")
    for _ in range(2):
        assert not exit_.problem(order, "D0001", D(2))
        exit_.note(order, "D0001")


@pytest.mark.parametrize(
    ("order", "decision", "approved", "why"),
    [
        (entry("y1", "1"), "", D(2), "an entry of no approved decision"),
        (entry("y1", "1"), "D0001", None, "an entry of no approved decision"),
        (entry("y1", "NaN"), "D0001", D(2), "approved 2"),
        (entry("y1", "-1"), "D0001", D(2), "approved 2"),
        (replace(entry("y1", "1"), role=OrderRole.EXIT), "D0001", None, "not reduce-only"),
    ],
)
def test_what_cannot_be_placed_is_not_sent(
    order: OrderRequest, decision: str, approved: Decimal | None, why: str
) -> None:
    assert why in Conservation().problem(order, decision, approved)


def test_what_only_reduces_needs_no_decision() -> None:
    order = replace(entry("y1", "1"), role=OrderRole.EXIT, reduce_only=True)
    exit_ = Conservation()
    assert not exit_.problem(order, "", None)
    exit_.note(order, "")
    assert not exit_.problem(entry("y2", "2"), "D0001", D(2))


def test_what_an_earlier_process_sent_counts() -> None:
    exit_ = Conservation()
    records = [
        OrderRecord(entry(name, "1"), state, "T0001", "D0001", None, "", "", 0, 0)
        for name, state in (("y1", OrderState.CANCELED), ("y2", OrderState.INTENT))
    ]
    closing = replace(records[0].request, role=OrderRole.EXIT)
    exit_.restore([*records, replace(records[0], request=closing)])
    assert not exit_.problem(entry("y2", "1"), "D0001", D(2))
    assert exit_.problem(entry("y2", "1.001"), "D0001", D(2))


async def test_a_router_that_sends_a_decision_twice_is_stopped_at_the_exit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: every approved entry leaves a second time under an id of its own, with an approval that the
    journal's binding of approvals to orders does not tell apart."""
    intend = entries.enter_with

    def twice(*arguments: Any) -> Iterator[ev.Event]:
        for event in intend(*arguments):
            yield event
            if isinstance(event, ev.OrderIntended):
                order = replace(event.order, client_id="ysecond", attached_stop_id="ysecondstop")
                yield replace(event, order=order)

    monkeypatch.setattr(entries, "enter_with", twice)
    monkeypatch.setattr("ytc_tui.engine.risk.gate._name_of", lambda order: "a")
    simulation = stage(tmp_path, Tape(), long_at("12:41"))
    run = simulation.build()
    submit, seen = run.outlets.venue.submit, list[str]()

    async def watched(request: OrderRequest) -> Any:
        seen.append(request.client_id)
        return await submit(request)

    monkeypatch.setattr(run.outlets.venue, "submit", watched)
    await run.run()
    state = check_laws(simulation)
    assert len(seen) == 1 and "ysecond" not in seen
    refused = state.orders["ysecond"]
    assert refused.state is OrderState.REJECTED
    assert "decision D0001 approved" in refused.detail
