"""The session loss limit, its exact boundaries, and what a flatten does (semantics.md 5 and 6)."""

from __future__ import annotations

import copy
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sim.laws import check_laws
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape, on_day
from ytc_tui.engine.decide.loss import decide_loss
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command
from ytc_tui.model.market import PATH_OFFSETS_NS
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.session import Gate, Phase, SessionStatus
from ytc_tui.model.state import State
from ytc_tui.model.trades import ExitReason

D = Decimal
# One trade may lose more than the session: the only way to reach the limit at one blow.
BOLD = {
    "risk.risk_per_trade_pct": "6",
    "risk.max_open_risk_pct": "6",
    "trading.enable_correlation_check": "false",
}
FAR = {"stop": 19_000.0, "t1": 21_600.0, "t2": 23_000.0}


async def trading(tmp_path: Path) -> Situation:
    """The situation of a session in trading hours, before any trade."""
    found: list[Situation] = []
    simulation = stage(tmp_path, Tape(), until="12:50")

    def watch(state: State, now_ns: int) -> list[Command]:
        run = simulation.host.current
        if run is not None and state.phase is Phase.ACTIVE_TRADING and not found:
            found.append(replace(run.kernel.sit, state=copy.deepcopy(state)))
        return []

    simulation.operator = watch
    await simulation.run()
    return found[0]


@pytest.mark.parametrize(
    ("wallet", "codes", "gate", "final"),
    [
        ("98500.01", [], None, False),
        ("98500", ["loss_medium"], None, False),
        ("97600.01", ["loss_medium"], None, False),
        ("97600", ["loss_high", "loss_medium"], None, False),
        ("97500.01", ["loss_high", "loss_medium"], None, False),
        ("97500", ["entries_off", "loss_high", "loss_medium"], Gate.REDUCING, False),
        ("97000.0000001", ["entries_off", "loss_high", "loss_medium"], Gate.REDUCING, False),
        ("97000", ["session_loss_limit"], None, True),
        ("90000", ["session_loss_limit"], None, True),
    ],
)
async def test_boundaries_are_exact_and_inclusive(
    tmp_path: Path, wallet: str, codes: list[str], gate: Gate | None, final: bool
) -> None:
    sit = await trading(tmp_path)
    sit.state.start_balance, sit.state.wallet = D(100_000), D(wallet)
    events = list(decide_loss(sit))
    assert [e.code for e in events if isinstance(e, ev.AlertRaised)] == codes
    assert [e.after for e in events if isinstance(e, ev.GateChanged)] == ([gate] if gate else [])
    assert [e.final for e in events if isinstance(e, ev.FlattenStarted)] == ([True] if final else [])


def crash(tape: Tape, clock: str, *, volume: float) -> Tape:
    """One bar that falls 7 % and comes back to where it began."""
    return tape.bar(clock, 18_700, 20_060, opens=20_056, closes=20_050, volume=volume)


async def test_the_limit_fires_inside_the_bar_and_is_final(tmp_path: Path) -> None:
    tape = crash(Tape().walk("12:41", 20_040, 20_056), "12:45", volume=1_000)
    simulation = stage(
        tmp_path, tape, long_at("12:41", stop=18_000.0, t1=24_000.0, t2=26_000.0), settings=BOLD
    )
    await simulation.run()
    state = check_laws(simulation)
    [(fired_ns, fired)] = simulation.timed(ev.FlattenStarted)
    assert fired_ns == on_day("12:45") + PATH_OFFSETS_NS[1]
    assert fired.final
    assert fired.pnl_pct is not None
    assert fired.pnl_pct <= -3
    [(flat_ns, _)] = simulation.timed(ev.FlatVerified)
    assert flat_ns == on_day("12:45") + PATH_OFFSETS_NS[2]
    assert (state.status, state.gate) == (SessionStatus.EMERGENCY_STOP, Gate.HALTED)
    assert state.ended
    [trade] = state.trades.values()
    assert trade.exit_reason is ExitReason.EMERGENCY


async def test_a_flatten_capped_by_volume_goes_on_until_verified(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", 20_040, 20_056)
    crash(tape, "12:45", volume=1.0)
    for minute in range(46, 50):
        tape.bar(f"12:{minute}", 19_950, 20_050, opens=20_050, closes=20_000, volume=1.0)
    simulation = stage(
        tmp_path, tape, long_at("12:41", stop=18_000.0, t1=24_000.0, t2=26_000.0), settings=BOLD
    )
    await simulation.run()
    state = check_laws(simulation)
    closes = [e for e in simulation.all(ev.FillBooked) if e.fill.side == "sell"]
    assert len(closes) >= 3
    assert all(event.fill.quantity <= D("0.1") for event in closes[:3])
    minutes = {event.fill.at_ns // 60_000_000_000 for event in closes}
    assert len(minutes) == len(closes)
    assert not state.positions
    [flat_ns] = [at_ns for at_ns, _ in simulation.timed(ev.FlatVerified)]
    assert flat_ns >= max(event.fill.at_ns for event in closes)
    after = [e.order for at_ns, e in simulation.timed(ev.OrderIntended) if at_ns > on_day("12:45")]
    assert {order.role for order in after} == {OrderRole.FLATTEN}


async def test_an_entry_that_fills_as_the_limit_is_crossed(tmp_path: Path) -> None:
    """Its targets are decided in the same breath as the flatten that cancels them."""
    bitcoin = Tape().walk("12:41", 20_040, 20_056)
    bitcoin.bar("12:50", 18_400, 20_060, opens=20_056, closes=18_500)
    ether = Tape(symbol="ETHUSDT", level=1_500.0)
    # With no position the nearer extreme comes first: here the high, at the very point of the crash.
    ether.bar("12:50", 1_490.0, 1_504.2, opens=1_503.0, closes=1_500.0)
    second = long_at(
        "12:48", symbol="ETHUSDT", trigger=1_504.0, limit=1_505.0, stop=1_490.0, t1=1_530.0, t2=1_550.0
    )
    settings = {**BOLD, "risk.risk_per_trade_pct": "4", "risk.max_open_risk_pct": "10"}
    first = long_at("12:41", stop=18_000.0, t1=24_000.0, t2=26_000.0)
    simulation = stage(tmp_path, (bitcoin, ether), first, second, settings=settings)
    await simulation.run()
    state = check_laws(simulation)
    fills = [(e.fill.symbol, e.fill.side.value, e.fill.at_ns) for e in simulation.all(ev.FillBooked)]
    fired_ns = simulation.timed(ev.FlattenStarted)[0][0]
    assert ("ETHUSDT", "buy", fired_ns) in fills
    assert state.status is SessionStatus.EMERGENCY_STOP
    assert not state.positions
    assert not state.working


async def test_a_venue_that_is_not_flat_is_said_so_and_asked_again(tmp_path: Path) -> None:
    tape = crash(Tape().walk("12:41", 20_040, 20_056), "12:45", volume=1_000)
    idea = long_at("12:41", stop=18_000.0, t1=24_000.0, t2=26_000.0)
    simulation = stage(tmp_path, tape, idea, settings=BOLD)
    run = simulation.build()
    venue = run.outlets.venue
    read, asked = venue.positions, []

    async def positions() -> object:
        from ytc_tui.model.orders import VenuePosition

        if simulation.all(ev.FlattenStarted):
            asked.append(run.host.current and run.host.current.now_ns)
            if len(asked) <= 3:
                return (VenuePosition("BTCUSDT", D("0.5"), D(10_000)),)
        return await read()

    venue.positions = positions  # type: ignore[method-assign,assignment]
    await run.run()
    state = check_laws(simulation)
    remains = simulation.all(ev.ExposureRemains)
    assert [event.rounds for event in remains] == [1, 2, 3]
    assert "unconfirmed_exposure" in simulation.alerts()
    assert len(simulation.all(ev.FlatVerified)) == 1
    assert state.ended


async def test_a_venue_that_cannot_be_read_does_not_hang_the_engine(tmp_path: Path) -> None:
    tape = crash(Tape().walk("12:41", 20_040, 20_056), "12:45", volume=1_000)
    idea = long_at("12:41", stop=18_000.0, t1=24_000.0, t2=26_000.0)
    simulation = stage(tmp_path, tape, idea, settings=BOLD, until="13:00")
    run = simulation.build()

    async def unreadable() -> object:
        from ytc_tui.errors import VenueRetryable

        raise VenueRetryable("connection refused")

    run.outlets.venue.account = unreadable  # type: ignore[method-assign,assignment]
    await run.run()
    state = simulation.state()
    assert "unconfirmed_exposure" in simulation.alerts()
    assert not simulation.all(ev.FlatVerified)
    assert state.ended
