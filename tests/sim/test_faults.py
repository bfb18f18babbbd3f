"""Sessions at a venue that loses, delays and repeats (safety.md 2.2, 6)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.sim.fault_rules import ENTRY, EXIT, FLATTEN, LOST, STOP, UP, rule, script, sent
from tests.sim.harness import said_at
from tests.sim.laws import check_laws
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape, on_day
from ytc_tui.adapters.venues.faults import CommandKind, FaultKind, FaultRule
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.session import SessionStatus
from ytc_tui.model.trades import ExitReason, TradeState

# ---- lost answers -----------------------------------------------------------------------------------


async def test_a_lost_answer_is_unknown_until_the_venue_is_asked(tmp_path: Path) -> None:
    faults = script(rule(LOST, ENTRY, 1))
    # Nothing fills: only asking can tell.
    simulation = stage(tmp_path, Tape(), long_at("12:41"), faults=faults)
    await simulation.run()
    state = check_laws(simulation)
    [(lost_ns, lost)] = simulation.timed(ev.OrderLost)
    [(found_ns, found)] = simulation.timed(ev.OrderAcknowledged)
    assert found.client_id == lost.client_id
    assert found.venue_order_id
    # The first point of the path at which a cycle of reconciliation is over.
    assert found_ns == lost_ns + 20 * NS_PER_S
    assert len(sent(simulation, ENTRY)) == 1
    assert state.orders[lost.client_id].state is OrderState.EXPIRED
    assert "order_unknown" in simulation.alerts()


async def test_an_unknown_order_counts_at_its_worst_and_its_symbol_takes_no_new_risk(tmp_path: Path) -> None:
    faults = script(rule(FaultKind.LATE_LANDING, ENTRY, 1, delay_ms=170_000))
    second = long_at("12:42", trigger=20_052.0)
    seen: list[tuple[Decimal, bool]] = []
    simulation = stage(tmp_path, Tape(), long_at("12:41"), second, faults=faults)

    def watch(state: object, now_ns: int) -> list[Command]:
        run = simulation.host.current
        if run is not None and now_ns == on_day("12:42"):
            [risk] = run.kernel.sit.open_risks()
            seen.append((risk.risk_money, risk.unknown))
        return []

    simulation.operator = watch
    await simulation.run()
    state = check_laws(simulation)
    assert seen
    money, unknown = seen[0]
    assert unknown
    assert money == state.orders[simulation.all(ev.OrderLost)[0].client_id].request.quantity * 110
    refused = [event for event in simulation.all(ev.DecisionMade) if event.refused_by]
    assert [event.refused_by for event in refused] == ["symbol_clear"]
    assert "UNKNOWN" in refused[0].reason
    assert len(sent(simulation, ENTRY)) == 1


async def test_not_found_proves_nothing_where_requests_may_land_late(tmp_path: Path) -> None:
    faults = script(rule(FaultKind.LATE_LANDING, ENTRY, 1, delay_ms=150_000))
    tape = Tape().walk("12:43", *UP)
    simulation = stage(tmp_path, tape, long_at("12:41", limit=20_060.0), faults=faults)
    await simulation.run()
    state = check_laws(simulation)
    [(lost_ns, lost)] = simulation.timed(ev.OrderLost)
    acked = [
        at_ns for at_ns, event in simulation.timed(ev.OrderAcknowledged) if event.client_id == lost.client_id
    ]
    # Two minutes it was not found, and was still UNKNOWN; then it landed by itself.
    assert lost_ns + 2 * NS_PER_MIN < acked[0] <= lost_ns + 3 * NS_PER_MIN
    assert not simulation.all(ev.OrderRejected)
    [trade] = state.trades.values()
    assert trade.state is TradeState.FULLY_CLOSED
    assert trade.exit_reason is ExitReason.TARGET


async def test_a_fill_is_evidence(tmp_path: Path) -> None:
    faults = script(rule(LOST, ENTRY, 1))
    tape = Tape().bar("12:41", 20_000, 20_058, opens=20_040, closes=20_056).walk("12:42", *UP[2:])
    simulation = stage(tmp_path, tape, long_at("12:41"), faults=faults)
    await simulation.run()
    state = check_laws(simulation)
    [trade] = state.trades.values()
    assert trade.exit_reason is ExitReason.TARGET
    assert len(simulation.all(ev.OrderLost)) == 1
    assert not state.discrepancies


@pytest.mark.parametrize("role", [EXIT, FLATTEN, STOP, OrderRole.TARGET])
async def test_a_lost_answer_on_a_reducing_order_is_found_again(tmp_path: Path, role: OrderRole) -> None:
    tape = Tape().walk("12:41", *UP[:2], 20_090, 20_100, 20_110, 20_120, 20_110, 20_115)
    settings = {"trading.scratch.idle_bars": "5", "trading.scratch.idle_extended_bars": "6"}
    operator = None
    if role is FLATTEN:
        operator = said_at((on_day("12:46"), Command("f", Verb.FLATTEN, "me", "test")))
    simulation = stage(
        tmp_path,
        tape,
        long_at("12:41"),
        faults=script(rule(LOST, role)),
        settings=settings,
        operator=operator,
    )
    await simulation.run()
    state = check_laws(simulation)
    if role is not STOP:
        assert simulation.all(ev.OrderLost)
    assert not state.positions
    assert not state.working
    assert not state.discrepancies
    [trade] = state.trades.values()
    assert trade.open_quantity == 0
    # Nothing was sent twice for one decision: each order had its own reason to be.
    assert len(sent(simulation, role)) <= 2


async def test_a_lost_cancel_is_found_again(tmp_path: Path) -> None:
    faults = script(FaultRule(LOST, CommandKind.CANCEL))
    operator = said_at((on_day("12:42"), Command("c", Verb.CANCEL, "me", "test")))
    simulation = stage(tmp_path, Tape(), long_at("12:41"), faults=faults, operator=operator)
    await simulation.run()
    state = check_laws(simulation)
    [record] = state.orders.values()
    assert record.state is OrderState.CANCELED
    [(canceled_ns, _)] = simulation.timed(ev.OrderCanceled)
    assert canceled_ns <= on_day("12:44")
    assert state.ended


async def test_an_order_that_never_arrived_is_rejected_where_absence_is_proof(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape(), long_at("12:41"))
    run = simulation.build()
    venue = run.outlets.venue
    submit = venue.submit

    async def lose_all(request: object) -> object:
        from ytc_tui.errors import VenueOutcomeUnknown

        if getattr(request, "role", None) is ENTRY:
            raise VenueOutcomeUnknown("connection reset")
        return await submit(request)  # type: ignore[arg-type]

    venue.submit = lose_all  # type: ignore[method-assign,assignment]
    await run.run()
    state = check_laws(simulation)
    [record] = state.orders.values()
    assert record.state is OrderState.REJECTED
    assert "never arrived" in record.detail
    [trade] = state.trades.values()
    assert trade.state is TradeState.NOT_ENTERED


# ---- delays, repeats, late landing ------------------------------------------------------------------


async def test_a_duplicate_fill_is_ignored_and_counted(tmp_path: Path) -> None:
    plain = stage(tmp_path, Tape().walk("12:41", *UP), long_at("12:41"))
    await plain.run()
    doubled = stage(
        tmp_path, Tape().walk("12:41", *UP), long_at("12:41"), faults=script(rule(FaultKind.DUPLICATE))
    )
    await doubled.run()
    state = check_laws(doubled)
    assert state.wallet == plain.state().wallet
    assert len(doubled.all(ev.FillRepeated)) == len(doubled.all(ev.FillBooked)) == 3
    assert state.errors_by_type["duplicate_fill"] == 3


@pytest.mark.parametrize("role", [None, ENTRY, STOP, OrderRole.TARGET, EXIT])
@pytest.mark.parametrize("delay_ms", [500, 30_000, 200_000])
async def test_late_answers_change_no_law(tmp_path: Path, role: OrderRole | None, delay_ms: int) -> None:
    settings = {"trading.scratch.idle_bars": "5", "trading.scratch.idle_extended_bars": "6"}
    tape = Tape().walk("12:41", *UP[:2], 20_090, 20_100, 20_110, 20_120, 20_110, 20_115)
    faults = script(rule(FaultKind.DELAY, role, delay_ms=delay_ms))
    simulation = stage(tmp_path, tape, long_at("12:41"), faults=faults, settings=settings)
    await simulation.run()
    state = check_laws(simulation)
    assert state.ended
    assert not state.positions


@pytest.mark.parametrize("verb", [Verb.CANCEL, Verb.FLATTEN, Verb.SHUTDOWN])
@pytest.mark.parametrize("fault", [FaultKind.DELAY, FaultKind.LATE_LANDING])
async def test_a_verb_reaches_an_order_whose_answer_is_still_out(
    tmp_path: Path, verb: Verb, fault: FaultKind
) -> None:
    """The order is on its way when it is canceled: it may not come to life behind the operator's back."""
    faults = script(rule(fault, ENTRY, 1, delay_ms=90_000))
    operator = said_at((on_day("12:41"), Command("x", verb, "me", "test")))
    tape = Tape().walk("12:44", *UP[:4])
    simulation = stage(tmp_path, tape, long_at("12:41"), faults=faults, operator=operator)
    await simulation.run()
    state = check_laws(simulation)
    assert state.ended
    assert not state.positions
    [record] = state.orders.values()
    assert record.state is OrderState.CANCELED
    assert record.filled == 0
    if verb is not Verb.CANCEL:
        assert state.status is SessionStatus.COMPLETED


async def test_an_order_found_with_other_content_freezes_its_symbol(tmp_path: Path) -> None:
    from dataclasses import replace

    simulation = stage(
        tmp_path, Tape(), long_at("12:41"), long_at("12:48"), faults=script(rule(LOST, ENTRY, 1))
    )
    run = simulation.build()
    venue = run.outlets.venue
    ask = venue.order

    async def other(client_id: str) -> object:
        found = await ask(client_id)
        return found and replace(found, request=replace(found.request, quantity=Decimal(9)))

    venue.order = other  # type: ignore[method-assign,assignment]
    await run.run()
    state = check_laws(simulation)
    assert "order_content" in simulation.alerts()
    assert len(sent(simulation, ENTRY)) == 1
    assert state.discrepancies


async def test_what_is_left_of_a_trade_does_not_touch_the_next(tmp_path: Path) -> None:
    """A close that is still on its way when the stop has done its work keeps its symbol from new risk."""
    tape = Tape().walk("12:41", 20_040, 20_056, 20_020, 19_985, 19_930)
    faults = script(rule(FaultKind.DELAY, EXIT, 1, delay_ms=200_000))
    settings = {"trading.scratch.counter_bar_risk_lost_pct": "5", "trading.scratch.min_bars": "0"}
    settings["trading.scratch.trading_bar_risk_lost_pct"] = "5"
    second = long_at("12:46", trigger=19_940.0, limit=19_960.0, stop=19_850.0, t1=20_160.0, t2=20_300.0)
    simulation = stage(tmp_path, tape, long_at("12:41"), second, faults=faults, settings=settings)
    await simulation.run()
    state = check_laws(simulation)
    assert sent(simulation, EXIT)
    refused = [(at_ns, e) for at_ns, e in simulation.timed(ev.DecisionMade) if e.refused_by]
    assert [event.refused_by for _, event in refused] == ["symbol_clear"]
    assert "earlier trade still works" in refused[0][1].reason
    assert len(state.trades) == 1


async def test_an_entry_that_fills_under_a_flatten_is_closed_as_its_trade(tmp_path: Path) -> None:
    """Its cancel is on its way when it fills; the close belongs to the trade that it opened."""
    faults = script(FaultRule(FaultKind.DELAY, CommandKind.CANCEL, role=ENTRY, delay_ms=400_000))
    operator = said_at((on_day("12:41"), Command("f", Verb.FLATTEN, "me", "test")))
    tape = Tape().walk("12:41", 20_056, 20_060)
    simulation = stage(tmp_path, tape, long_at("12:41"), faults=faults, operator=operator)
    await simulation.run()
    [trade] = check_laws(simulation).trades.values()
    assert trade.entered_quantity > 0
    assert trade.open_quantity == 0
    assert trade.exit_reason is ExitReason.MANUAL
