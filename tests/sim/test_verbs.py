"""The operator's verbs, through a running session (semantics.md 6)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sim.harness import Operator, Simulation, said_at
from tests.sim.laws import check_laws
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape, on_day
from tests.sim.test_limits import BOLD
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.session import Gate, Phase, SessionStatus
from ytc_tui.model.state import State
from ytc_tui.model.trades import ExitReason, TradeState

UP = (20_040, 20_056, 20_120, 20_200, 20_270, 20_300, 20_330, 20_410)
Say = tuple[str, Verb] | tuple[str, Verb, str]


def says(*lines: Say) -> Operator:
    """An operator: each line is a time, a verb and sometimes a reason."""
    return said_at(
        *(
            (on_day(line[0]), Command(f"c{index}", line[1], "me", line[2] if len(line) > 2 else ""))
            for index, line in enumerate(lines)
        )
    )


def gates(simulation: Simulation) -> list[Gate]:
    return [event.after for event in simulation.all(ev.GateChanged)]


async def test_stop_entries_refuses_and_goes_on(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape(), long_at("12:41"), operator=says(("12:38", Verb.STOP_ENTRIES)))
    await simulation.run()
    state = check_laws(simulation)
    assert gates(simulation) == [Gate.ACTIVE, Gate.REDUCING]
    assert state.status is SessionStatus.COMPLETED
    assert not simulation.all(ev.OrderIntended)
    assert state.refused == {"gate_open": 1}


async def test_pause_keeps_managing_and_resume_trades_again(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", *UP).walk("12:50", 20_300, 20_200, 20_100, 20_000).walk("13:01", *UP)
    operator = says(("12:43", Verb.PAUSE), ("12:55", Verb.RESUME))
    simulation = stage(tmp_path, tape, long_at("12:41"), long_at("13:01"), operator=operator)
    await simulation.run()
    state = check_laws(simulation)
    first, second = state.trades.values()
    assert first.exit_reason is ExitReason.TARGET
    assert second.exit_reason is ExitReason.TARGET
    assert simulation.all(ev.StopTightened)  # management went on while paused
    assert [event.after for event in simulation.all(ev.StatusChanged)] == [
        SessionStatus.RUNNING,
        SessionStatus.PAUSED,
        SessionStatus.RUNNING,
        SessionStatus.COMPLETED,
    ]


async def test_a_paused_session_does_not_scan(tmp_path: Path) -> None:
    operator = says(("12:40", Verb.PAUSE), ("12:50", Verb.RESUME))
    simulation = stage(tmp_path, Tape(), operator=operator, until="13:10")
    await simulation.run()
    scans = [
        at_ns for at_ns, e in simulation.timed(ev.TaskRequested) if e.task.agent_target == "setup_scanner"
    ]
    assert scans
    assert not [at_ns for at_ns in scans if on_day("12:40") < at_ns <= on_day("12:50")]
    assert [at_ns for at_ns in scans if at_ns > on_day("12:50")]


async def test_cancel_pulls_entries_and_keeps_stops(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", 20_040, 20_056)
    ether = Tape(symbol="ETHUSDT", level=1_500.0)
    second = long_at(
        "12:44", symbol="ETHUSDT", trigger=1_504.0, limit=1_505.0, stop=1_490.0, t1=1_530.0, t2=1_550.0
    )
    seen: list[set[OrderRole]] = []
    simulation = stage(
        tmp_path,
        (tape, ether),
        long_at("12:41"),
        second,
        settings={"trading.enable_correlation_check": "false"},
    )
    verb = says(("12:45", Verb.CANCEL))

    def operator(state: State, now_ns: int) -> list[Command]:
        if now_ns == on_day("12:46"):
            seen.append({record.request.role for record in state.working_orders()})
        return list(verb(state, now_ns))

    simulation.operator = operator
    await simulation.run()
    state = check_laws(simulation)
    assert seen == [{OrderRole.PROTECTIVE_STOP, OrderRole.TARGET}]
    assert gates(simulation)[:1] == [Gate.ACTIVE]
    second_trade = [trade for trade in state.trades.values() if trade.symbol == "ETHUSDT"]
    assert [trade.state for trade in second_trade] == [TradeState.NOT_ENTERED]


async def test_flatten_halts_verifies_and_waits_paused_for_a_reason(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", 20_040, 20_056).walk("13:01", *UP)
    operator = says(
        ("12:45", Verb.FLATTEN),
        ("12:50", Verb.RESUME),
        ("12:51", Verb.RESUME, "checked: nothing is open"),
    )
    tape.walk("12:55", 20_020, 20_000)
    simulation = stage(tmp_path, tape, long_at("12:41"), long_at("13:01"), operator=operator)
    await simulation.run()
    state = check_laws(simulation)
    assert gates(simulation)[:4] == [Gate.ACTIVE, Gate.HALTED, Gate.REDUCING, Gate.ACTIVE]
    [(flat_ns, _)] = simulation.timed(ev.FlatVerified)
    assert on_day("12:45") < flat_ns <= on_day("12:47")
    receipts = simulation.host.receipts
    assert receipts["c0"].accepted
    assert not receipts["c1"].accepted
    assert "reason" in receipts["c1"].reason
    assert receipts["c2"].accepted
    first, second = state.trades.values()
    assert first.exit_reason is ExitReason.MANUAL
    assert second.exit_reason is ExitReason.TARGET


async def test_nothing_follows_an_emergency_stop(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", 20_040, 20_056)
    tape.bar("12:45", 18_700, 20_060, opens=20_056, closes=18_750, volume=1.0)
    for minute in range(46, 56):
        tape.bar(f"12:{minute}", 18_700, 18_800, opens=18_750, closes=18_750, volume=1.0)
    operator = says(
        ("12:46", Verb.RESUME, "please"),
        ("12:46", Verb.PAUSE),
        ("12:46", Verb.STOP_ENTRIES),
        ("12:46", Verb.SHUTDOWN),
        ("12:46", Verb.FLATTEN),
        ("12:46", Verb.CANCEL),
    )
    idea = long_at("12:41", stop=18_000.0, t1=24_000.0, t2=26_000.0)
    simulation = stage(tmp_path, tape, idea, settings=BOLD, operator=operator)
    await simulation.run()
    state = check_laws(simulation)
    answers = {name: receipt.accepted for name, receipt in simulation.host.receipts.items()}
    assert answers == {"c0": False, "c1": False, "c2": False, "c3": False, "c4": True, "c5": True}
    assert state.status is SessionStatus.EMERGENCY_STOP
    assert state.ended


@pytest.mark.parametrize("when", ["12:05", "12:25", "12:45"])
async def test_shutdown_closes_in_paper_and_completes(tmp_path: Path, when: str) -> None:
    tape = Tape().walk("12:41", 20_040, 20_056)
    simulation = stage(tmp_path, tape, long_at("12:41"), operator=says((when, Verb.SHUTDOWN)))
    await simulation.run()
    state = check_laws(simulation)
    assert state.status is SessionStatus.COMPLETED
    assert state.phase is Phase.SHUTDOWN
    assert state.now_ns <= on_day(when) + 2 * 60_000_000_000
    assert not state.positions
    assert not state.working
    for trade in state.trades.values():
        assert trade.exit_reason is ExitReason.SESSION_END


async def test_the_same_command_twice_acts_once(tmp_path: Path) -> None:
    pause = Command("again", Verb.PAUSE, "me")
    operator = said_at((on_day("12:40"), pause), (on_day("12:45"), Command("r", Verb.RESUME, "me")))
    simulation = stage(tmp_path, Tape(), operator=operator, until="13:10")
    sent: list[int] = []

    def repeats(state: State, now_ns: int) -> list[Command]:
        if now_ns == on_day("12:50") and not sent:
            sent.append(now_ns)
            return [pause]
        return list(operator(state, now_ns))

    simulation.operator = repeats
    await simulation.run()
    state = check_laws(simulation)
    assert sent
    assert [event.command.command_id for event in simulation.all(ev.CommandTaken)] == ["again", "r"]
    assert state.status is SessionStatus.COMPLETED
    assert [e.after for e in simulation.all(ev.StatusChanged)].count(SessionStatus.PAUSED) == 1


async def test_an_operators_flatten_that_crosses_the_loss_limit_becomes_final(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", 20_040, 20_056)
    tape.bar("12:46", 18_300, 20_060, opens=20_056, closes=18_350, volume=1.0)
    tape.walk("12:47", 18_340, 18_360)
    idea = long_at("12:41", stop=18_000.0, t1=24_000.0, t2=26_000.0)
    # The bar after the command is thin: the close cannot end before the fall.
    simulation = stage(tmp_path, tape, idea, settings=BOLD, operator=says(("12:46", Verb.FLATTEN)))
    await simulation.run()
    state = check_laws(simulation)
    assert [event.final for event in simulation.all(ev.FlattenStarted)] == [False, True]
    assert (state.status, state.gate) == (SessionStatus.EMERGENCY_STOP, Gate.HALTED)
    assert state.ended


async def test_urgent_verbs_go_first_and_keep_their_order(tmp_path: Path) -> None:
    operator = says(("12:38", Verb.ACK), ("12:38", Verb.STOP_ENTRIES), ("12:38", Verb.CANCEL))
    simulation = stage(tmp_path, Tape(), operator=operator)
    await simulation.run()
    order = {
        event.command.verb: place
        for place, (_, event) in enumerate(simulation.events)
        if isinstance(event, ev.CommandTaken | ev.CommandRefused)
    }
    assert order[Verb.STOP_ENTRIES] < order[Verb.CANCEL] < order[Verb.ACK]
