"""No order without approval: each way around the gate is found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.views.journals import (
    ALSO_FAILED,
    D,
    Journal,
    approved_entry,
    decision,
    intent,
    opened,
    order,
    refusal,
    trade,
)
from ytc_tui.model import events as ev
from ytc_tui.model.market import Side
from ytc_tui.model.orders import OrderKind, OrderRole
from ytc_tui.model.session import Gate
from ytc_tui.views.ledger import check_ledger

ENTRY = order("y1", OrderRole.ENTRY)


def told(journal: Journal) -> list[str]:
    return [found.found for found in check_ledger(journal.records).differences]


def sent(*before: ev.Event, **changes: Any) -> list[str]:
    """What is wrong with an entry order sent after `before`."""
    journal = opened()
    for event in before:
        journal.add(event, check=False)
    journal.add(intent(replace(ENTRY, **changes)), check=False)
    return told(journal)


GOOD = decision(1, "PB-1")
FINAL = ev.FlattenStarted("session_loss", "x", D(-3), D(-3), True)


def test_an_approved_entry_is_clean() -> None:
    assert sent(GOOD) == []


@pytest.mark.parametrize(
    ("before", "changes", "found"),
    [
        ((), {}, "decision D0001 not made"),
        ((refusal(1, "PB-1"),), {}, "decision D0001 refused by reward_risk"),
        ((GOOD,), {"quantity": D(11)}, "quantity 11"),
        ((GOOD,), {"side": Side.SELL}, "sell BTCUSDT"),
        ((GOOD,), {"symbol": "ETHUSDT"}, "buy ETHUSDT"),
        ((GOOD, ev.GateChanged(Gate.ACTIVE, Gate.REDUCING, "x")), {}, "gate REDUCING"),
        ((GOOD, ev.GateChanged(Gate.ACTIVE, Gate.HALTED, "x")), {}, "gate HALTED"),
        ((GOOD, FINAL), {}, "after a final flatten (entry 12)"),
        ((GOOD, intent(ENTRY)), {}, "sent a second time"),
    ],
)  # fmt: skip
def test_an_entry_that_went_around_the_gate(
    before: tuple[ev.Event, ...], changes: dict[str, Any], found: str
) -> None:
    assert sent(*before, **changes) == [found]


def test_an_entry_without_approval_id() -> None:
    journal = opened()
    journal.add(GOOD)
    journal.add(intent(ENTRY, approval_id=""))
    assert told(journal) == ["no approval id"]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"verdicts": ()}, "no risk verdict"),
        ({"verdicts": (ALSO_FAILED,)}, "approved though costs refused"),
        ({"granted": D(0)}, "granted 0 of 10"),
        ({"granted": D(11)}, "granted 11 of 10"),
        ({"refused_by": "costs", "granted": D(0)}, "refused by costs, which passed"),
    ],
)
def test_a_decision_must_follow_from_its_verdicts(changes: dict[str, Any], found: str) -> None:
    journal = opened()
    journal.add(decision(1, "PB-1", **changes))
    assert told(journal) == [found]


def held() -> Journal:
    journal = opened()
    approved_entry(journal, 1, "y1", 40)
    journal.fill("y1", Side.BUY, "10", "100", "T0001")
    return journal


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, None),
        ({"reduce_only": False}, "not reduce-only"),
        ({"quantity": D(11)}, "sell 11 with 10 held"),
        ({"side": Side.BUY}, "buy 10 with 10 held"),
        ({"symbol": "ETHUSDT"}, "sell 10 with 0 held"),
    ],
)
def test_any_other_order_only_reduces(changes: dict[str, Any], found: str | None) -> None:
    journal = held()
    journal.add(intent(order("y2", OrderRole.TARGET, **changes)), check=False)
    assert told(journal) == ([found] if found else [])


def test_a_halted_gate_lets_closes_and_stops_through_and_no_target() -> None:
    journal = held()
    journal.add(ev.GateChanged(Gate.ACTIVE, Gate.HALTED, "loss limit"))
    journal.add(intent(order("y2", OrderRole.FLATTEN, kind=OrderKind.MARKET)))
    journal.add(intent(order("y3", OrderRole.PROTECTIVE_STOP)))
    assert told(journal) == []
    journal.add(intent(order("y4", OrderRole.TARGET)))
    assert told(journal) == ["gate HALTED"]


def test_a_trade_and_an_attached_stop_need_their_entry() -> None:
    journal = opened()
    journal.add(refusal(1, "PB-1"))
    journal.add(ev.TradePlanned(trade()))
    journal.add(ev.StopAttached(order("ghost", OrderRole.PROTECTIVE_STOP), "v", "T0001"))
    assert told(journal) == ["decision D0001 did not approve it", "carried by no entry"]


def unjournalled(kind: str, **changes: Any) -> ev.Event:
    sent = order("y2", OrderRole.FLATTEN, kind=OrderKind.MARKET, **changes)
    return ev.GuardOrdered(sent, "T0001", "D0001", 3) if kind == "guard" else (
        ev.EmergencyOrdered(sent, "T0001", "D0001")
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "before", "missing"),
    [
        ("guard", ev.GuardHalted(3, "s", "silent"), "halt 3 is not on record"),
        (
            "emergency",
            ev.EmergencyActed(("submit y2 BTCUSDT sell 10 market flatten",)),
            "no line tells of it",
        ),
    ],
)
def test_an_order_that_no_decision_asked_for_needs_what_sent_it(
    kind: str, before: ev.Event, missing: str
) -> None:
    journal = held()
    journal.add(unjournalled(kind), check=False)
    assert told(journal) == [missing]
    journal = held()
    journal.add(before)
    journal.add(unjournalled(kind))
    assert told(journal) == []
    journal.add(unjournalled(kind, reduce_only=False), check=False)
    assert told(journal) == ["sent a second time", "not reduce-only"]
