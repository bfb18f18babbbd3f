"""Sessions at a venue that loses, refuses, delays and repeats (safety.md 2.2, 6)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.sim.harness import Simulation, said_at
from tests.sim.laws import check_laws
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape, on_day
from ytc_tui.adapters.venues.faults import CommandKind, FaultKind, FaultRule, FaultScript
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.session import SessionStatus
from ytc_tui.model.trades import ExitReason, TradeState

LOST = FaultKind.LOST_ANSWER
ENTRY, STOP, EXIT, FLATTEN = (
    OrderRole.ENTRY,
    OrderRole.PROTECTIVE_STOP,
    OrderRole.EXIT,
    OrderRole.FLATTEN,
)
UP = (20_040, 20_056, 20_120, 20_200, 20_270, 20_300, 20_330, 20_410)


def rule(fault: FaultKind, role: OrderRole | None = None, nth: int = 0, **more: object) -> FaultRule:
    return FaultRule(fault, role=role, nth=nth, **more)  # type: ignore[arg-type]


def script(*rules: FaultRule) -> FaultScript:
    return FaultScript(rules)


def sent(simulation: Simulation, role: OrderRole) -> list[int]:
    return [at_ns for at_ns, event in simulation.timed(ev.OrderIntended) if event.order.role is role]


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
    assert found_ns == lost_ns + NS_PER_MIN
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


# ---- rejects ----------------------------------------------------------------------------------------


async def test_a_rejected_entry_is_not_entered(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape(), long_at("12:41"), faults=script(rule(FaultKind.REJECT, ENTRY, 1)))
    await simulation.run()
    [trade] = check_laws(simulation).trades.values()
    assert trade.state is TradeState.NOT_ENTERED
    assert "order_rejected" in simulation.alerts()


async def test_three_rejects_in_a_row_stop_entries_until_resume(tmp_path: Path) -> None:
    said = [long_at("12:41"), long_at("12:43"), long_at("12:45"), long_at("12:47"), long_at("12:51")]
    faults = script(*(rule(FaultKind.REJECT, ENTRY, n) for n in (1, 2, 3)))
    simulation = stage(tmp_path, Tape(), *said, faults=faults)
    await simulation.run()
    state = check_laws(simulation)
    assert "rejects_in_row" in simulation.alerts()
    assert len(sent(simulation, ENTRY)) == 3
    assert sum(state.refused.values()) == 2


async def test_an_attached_stop_that_is_rejected_is_placed_anew_with_an_alarm(tmp_path: Path) -> None:
    faults = script(rule(FaultKind.REJECT, STOP, 1))
    simulation = stage(tmp_path, Tape().walk("12:41", *UP), long_at("12:41"), faults=faults)
    await simulation.run()
    state = check_laws(simulation)
    assert "unprotected" in simulation.alerts()
    naked = [at_ns for at_ns, e in simulation.timed(ev.TradeMoved) if e.after is TradeState.UNPROTECTED]
    assert naked
    restored = sent(simulation, STOP)
    assert restored[0] == naked[0]
    [trade] = state.trades.values()
    assert trade.state is TradeState.FULLY_CLOSED


@pytest.mark.parametrize("also", [(), (EXIT,), (EXIT, FLATTEN)])
async def test_stops_that_are_always_rejected_lead_to_a_close(
    tmp_path: Path, also: tuple[OrderRole, ...]
) -> None:
    """No stop can be had: the position is closed; while nothing is taken, trying goes on at the venue's
    pace, with an alarm, and the session still comes to its end."""
    faults = script(*(rule(FaultKind.REJECT, role) for role in (STOP, *also)))
    simulation = stage(
        tmp_path, Tape().walk("12:41", *UP[:2]), long_at("12:41"), faults=faults, until="13:10"
    )
    await simulation.run()
    state = check_laws(simulation)
    assert "unprotected" in simulation.alerts()
    [trade] = state.trades.values()
    if not also:
        assert trade.state is TradeState.STOPPED_OUT or trade.exit_reason is not None
        [closing_ns] = sent(simulation, EXIT)
        assert closing_ns <= on_day("12:44")
    else:
        for role in (STOP, EXIT):
            times = sent(simulation, role)
            assert all(times.count(at_ns) == 1 for at_ns in times)
            assert len(times) < 40
    if also == (EXIT, FLATTEN):
        assert trade.open_quantity
        assert "unconfirmed_exposure" in simulation.alerts()
    else:
        assert not state.positions
    assert state.ended


async def test_a_rejected_tightening_leaves_the_stop_that_works_in_force(tmp_path: Path) -> None:
    faults = script(rule(FaultKind.REJECT, STOP, 2))
    tape = Tape().walk("12:41", *UP[:5], 20_270, 20_265, 20_260)
    simulation = stage(tmp_path, tape, long_at("12:41"), faults=faults)
    await simulation.run()
    state = check_laws(simulation)
    [trade] = state.trades.values()
    rejected = simulation.all(ev.OrderRejected)
    assert len(rejected) == 1
    refused = state.orders[rejected[0].client_id].request.stop_price
    assert refused is not None
    # It was asked for again, and only what the venue took is in force.
    placed = [e for e in simulation.all(ev.OrderIntended) if e.order.role is STOP]
    assert len(placed) >= 2
    for event in simulation.all(ev.StopTightened):
        assert event.client_id != rejected[0].client_id
    assert trade.stop > trade.initial_stop


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
