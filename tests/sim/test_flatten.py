"""A flatten through every trouble: it ends verified flat, or says what to close by hand and tries on."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.sim.fault_rules import FLATTEN, STOP
from tests.sim.harness import Simulation
from tests.sim.laws import check_laws
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape, on_day
from tests.sim.test_verbs import says
from ytc_tui.adapters.venues.faults import CommandKind, FaultKind, FaultRule, FaultScript, Outage
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Verb
from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.state import State
from ytc_tui.views.by_hand import to_close

REST = (20_040, 20_056, 20_070, 20_080, 20_070, 20_080, 20_070, 20_080)
RISE = (1_503, 1_504.5, 1_505.5, 1_506, 1_505.5, 1_506, 1_505.5)
OTHER = {"symbol": "ETHUSDT", "trigger": 1_504.0, "limit": 1_505.0, "stop": 1_495.0, "t1": 1_525.0}


def flattened(folder: Path, faults: FaultScript, at: str = "12:45") -> Simulation:
    """Two longs, from 12:42 and 12:43 on; a flatten by the operator."""
    return stage(
        folder,
        (Tape().walk("12:41", *REST), Tape(symbol="ETHUSDT", level=1_500.0).walk("12:42", *RISE)),
        long_at("12:41"),
        long_at("12:42", t2=1_540.0, **OTHER),
        faults=faults,
        operator=says((at, Verb.FLATTEN, "enough")),
        settings={"trading.enable_correlation_check": "false"},
        until="13:20",
    )


def flat_or_said(simulation: Simulation, state: State) -> None:
    """The end of it: proved flat, or said with exactly what is open."""
    assert state.flattening is not None
    if state.flattening.verified:
        assert simulation.all(ev.FlatVerified)
        assert not state.positions
        assert state.unconfirmed is None
        return
    assert simulation.all(ev.ExposureUnconfirmed)
    assert state.unconfirmed is not None
    held = {symbol: abs(position.quantity) for symbol, position in state.positions.items()}
    assert {each.symbol: each.quantity for each in to_close(state) if not each.cancel} == held


async def test_without_trouble_nothing_is_in_doubt(tmp_path: Path) -> None:
    simulation = flattened(tmp_path, FaultScript())
    await simulation.run()
    state = check_laws(simulation)
    assert not simulation.all(ev.ExposureUnconfirmed)
    assert len(simulation.all(ev.FlatVerified)) == 1
    assert not state.positions


async def test_a_venue_that_cannot_be_reached_is_said_once_with_what_to_close_and_since_when(
    tmp_path: Path,
) -> None:
    begin_ns = on_day("12:44")
    simulation = flattened(tmp_path, FaultScript(outages=(Outage(begin_ns, begin_ns + 10**15),)))
    await simulation.run()
    state = check_laws(simulation)
    [(at_ns, said)] = simulation.timed(ev.ExposureUnconfirmed)
    assert state.unconfirmed is not None
    assert state.unconfirmed.since_ns == at_ns
    assert "does not answer" in said.why
    first, second = sorted(state.trades.values(), key=lambda trade: trade.symbol)
    assert said.by_hand == (
        f"sell {first.open_quantity} BTCUSDT at market, reduce-only (last known stop {first.stop})",
        f"sell {second.open_quantity} ETHUSDT at market, reduce-only (last known stop {second.stop})",
    )
    alert = state.alerts["exposure"]
    assert alert.message.startswith("UNCONFIRMED EXPOSURE, ")
    assert all(line in alert.message for line in said.by_hand)
    # While nothing leaves, nothing new is decided either.
    sent = [e for e in simulation.all(ev.OrderIntended) if e.order.role is OrderRole.FLATTEN]
    assert len(sent) == 2
    flat_or_said(simulation, state)


async def test_it_is_flat_once_the_line_is_back(tmp_path: Path) -> None:
    begin_ns = on_day("12:44")
    simulation = flattened(tmp_path, FaultScript(outages=(Outage(begin_ns, begin_ns + 200 * NS_PER_S),)))
    await simulation.run()
    state = check_laws(simulation)
    assert simulation.all(ev.ExposureUnconfirmed)
    [(flat_ns, _)] = simulation.timed(ev.FlatVerified)
    # Heard again within a second, closed at the next price.
    assert flat_ns <= begin_ns + 240 * NS_PER_S
    assert state.unconfirmed is None


async def test_a_close_that_the_venue_never_takes_is_tried_on_and_said(tmp_path: Path) -> None:
    faults = FaultScript((FaultRule(FaultKind.REJECT, role=FLATTEN),))
    simulation = flattened(tmp_path, faults)
    await simulation.run()
    state = check_laws(simulation)
    tries = [e for e in simulation.all(ev.OrderIntended) if e.order.role is FLATTEN]
    assert len(tries) > 10
    assert "does not take the close" in simulation.all(ev.ExposureUnconfirmed)[0].why
    assert len(state.positions) == 2
    flat_or_said(simulation, state)


async def test_a_second_flatten_sends_nothing_twice(tmp_path: Path) -> None:
    simulation = flattened(tmp_path, FaultScript())
    simulation.operator = says(*(("12:45", Verb.FLATTEN, "enough") for _ in range(4)))
    await simulation.run()
    state = check_laws(simulation)
    sent = [e for e in simulation.all(ev.OrderIntended) if e.order.role is FLATTEN]
    assert len(sent) == 2
    flat_or_said(simulation, state)


async def test_a_line_that_flaps_is_one_alert_with_a_count_and_no_emergency(tmp_path: Path) -> None:
    begin_ns = on_day("12:44")
    flaps = tuple(Outage(begin_ns + 10 * n * NS_PER_S, begin_ns + (10 * n + 5) * NS_PER_S) for n in range(12))
    simulation = flattened(tmp_path, FaultScript(outages=flaps), at="13:10")
    await simulation.run()
    state = check_laws(simulation)
    degraded = state.alerts["connection-degraded"]
    assert degraded.count > 1
    assert "connection-lost" not in state.alerts
    assert not [e for e in simulation.all(ev.FlattenStarted) if e.cause == "critical"]


@pytest.mark.parametrize(("seconds", "acts"), [(29.999, False), (30.0, False), (30.001, True)])
async def test_the_connection_rule_acts_at_its_limit_once(tmp_path: Path, seconds: float, acts: bool) -> None:
    """Asked at the instant itself: a line that is back just then is back."""
    begin_ns = on_day("12:44")
    outage = Outage(begin_ns, begin_ns + int(seconds * NS_PER_S))
    simulation = flattened(tmp_path, FaultScript(outages=(outage,)), at="13:10")
    await simulation.run()
    check_laws(simulation)
    fired = [at_ns for at_ns, e in simulation.timed(ev.FlattenStarted) if e.cause == "critical"]
    assert fired == ([begin_ns + 30 * NS_PER_S] if acts else [])


RULES = st.builds(
    FaultRule,
    fault=st.sampled_from(
        [FaultKind.REJECT, FaultKind.LOST_ANSWER, FaultKind.DELAY, FaultKind.PARTIAL, FaultKind.DUPLICATE]
    ),
    nth=st.integers(0, 3),
    role=st.sampled_from([FLATTEN, STOP]),
    delay_ms=st.integers(1, 90_000),
)
CANCELS = st.builds(
    FaultRule,
    fault=st.sampled_from([FaultKind.REJECT, FaultKind.LOST_ANSWER, FaultKind.LATE_LANDING]),
    command=st.just(CommandKind.CANCEL),
    nth=st.integers(1, 4),
    delay_ms=st.integers(1, 90_000),
)
CUTS = st.builds(
    lambda begin, lasts: Outage(
        on_day("12:44") + begin * NS_PER_S, on_day("12:44") + (begin + lasts) * NS_PER_S
    ),
    st.integers(0, 200),
    st.integers(1, 4_000),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rules=st.lists(st.one_of(RULES, CANCELS), max_size=4).map(tuple),
    cuts=st.lists(CUTS, max_size=2).map(tuple),
)
async def test_any_sequence_of_trouble_ends_flat_or_unconfirmed_with_the_right_list(
    tmp_path: Path, rules: tuple[FaultRule, ...], cuts: tuple[Outage, ...]
) -> None:
    simulation = flattened(tmp_path, FaultScript(rules, cuts))
    await simulation.run()
    flat_or_said(simulation, check_laws(simulation))
