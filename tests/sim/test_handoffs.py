"""Handoffs that wait for a person, and a process that stops (semantics.md 6 and 8)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from tests.sim.harness import Simulation, said_at
from tests.sim.laws import check_laws
from tests.sim.restarts import resumed
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape, on_day
from ytc_tui.adapters.venues.paper_store import PaperStore
from ytc_tui.engine.decide.route import decide
from ytc_tui.engine.inputs import TimerFired
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.session import Phase, SessionStatus
from ytc_tui.model.state import State
from ytc_tui.model.tasks import HandoffState

ASKED = {"handoff.approve.paper": '["PRE_MARKET->SESSION_OPEN"]'}
Answer = Callable[[State, str, str], list[Command]]


def answers(simulation: Simulation, *said: Answer) -> None:
    """Answers each newly pending handoff with the next of `said`."""
    waiting = list(said)
    seen: set[str] = set()

    def operator(state: State, now_ns: int) -> list[Command]:
        for name, record in state.handoffs.items():
            if record.state is HandoffState.PENDING and name not in seen and waiting:
                seen.add(name)
                return waiting.pop(0)(state, name, record.handoff.content_hash)
        return []

    simulation.operator = operator


def approve(state: State, name: str, content: str) -> list[Command]:
    return [Command(f"a-{name}", Verb.APPROVE, "me", target=name, content_hash=content)]


async def test_the_feed_waits_for_an_approval(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape(), settings=ASKED, until="12:50", handoff_expiry_s=30.0)
    answers(simulation, approve)
    await simulation.run()
    check_laws(simulation)
    [(proposed_ns, _)] = [
        (at_ns, e) for at_ns, e in simulation.timed(ev.HandoffProposed) if e.handoff.needs_approval
    ]
    moved = {e.after: at_ns for at_ns, e in simulation.timed(ev.PhaseChanged)}
    assert moved[Phase.SESSION_OPEN] == proposed_ns == on_day("12:20")
    assert "handoff_waiting" in simulation.alerts()


async def test_an_approval_of_other_content_is_refused(tmp_path: Path) -> None:
    def wrong(state: State, name: str, content: str) -> list[Command]:
        return [
            Command("w", Verb.APPROVE, "me", target=name, content_hash="0" * 16),
            *approve(state, name, content),
            Command("replay", Verb.APPROVE, "me", target=name, content_hash=content),
        ]

    simulation = stage(tmp_path, Tape(), settings=ASKED, until="12:50", handoff_expiry_s=30.0)
    answers(simulation, wrong)
    await simulation.run()
    check_laws(simulation)
    receipts = simulation.host.receipts
    assert {name: receipt.accepted for name, receipt in receipts.items()} == {
        "w": False,
        "a-H001": True,
        "replay": False,
    }
    assert "changed" in receipts["w"].reason
    assert "already approved" in receipts["replay"].reason


async def test_a_rejected_handoff_blocks_until_it_is_asked_for_again(tmp_path: Path) -> None:
    def reject(state: State, name: str, content: str) -> list[Command]:
        return [Command("no", Verb.REJECT, "me", "not today", target=name)]

    simulation = stage(tmp_path, Tape(), settings=ASKED, until="13:10", handoff_expiry_s=30.0)
    answers(simulation, reject, approve)
    asked = simulation.operator
    assert asked is not None
    resumes = said_at((on_day("12:30"), Command("r1", Verb.RESUME, "me")))
    simulation.operator = lambda state, now_ns: [*asked(state, now_ns), *resumes(state, now_ns)]
    await simulation.run()
    state = check_laws(simulation)
    assert "handoff_blocked" in simulation.alerts()
    statuses = [(at_ns, e.after) for at_ns, e in simulation.timed(ev.StatusChanged)]
    assert (on_day("12:20"), SessionStatus.PAUSED) in statuses
    assert (on_day("12:30"), SessionStatus.RUNNING) in statuses
    moved = {e.after: at_ns for at_ns, e in simulation.timed(ev.PhaseChanged)}
    assert moved[Phase.SESSION_OPEN] == on_day("12:30")
    assert [record.state for record in state.handoffs.values()][:2] == [
        HandoffState.REJECTED,
        HandoffState.APPROVED,
    ]
    assert state.ended


async def test_nobody_answers_the_handoff_expires_and_is_never_approved_by_time(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape(), settings=ASKED, until="12:50", handoff_expiry_s=0.02)
    await simulation.run()
    state = check_laws(simulation)
    first = next(iter(state.handoffs.values()))
    assert first.state is HandoffState.EXPIRED
    assert Phase.SESSION_OPEN not in {event.after for event in simulation.all(ev.PhaseChanged)}
    assert state.ended


async def test_stopping_the_process_ends_the_wait_for_an_approval(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape(), settings=ASKED, until="12:50", handoff_expiry_s=3_600.0)

    def stops(state: State, now_ns: int) -> list[Command]:
        if any(record.state is HandoffState.PENDING for record in state.handoffs.values()):
            asyncio.get_running_loop().call_soon(simulation.host.stop)
        return []

    simulation.operator = stops
    await asyncio.wait_for(simulation.run(), 20)
    state = simulation.state()
    assert not state.ended
    assert [record.state for record in state.handoffs.values()] == [HandoffState.PENDING]


async def test_stopping_the_process_pulls_entries_and_leaves_the_session_resumable(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape(), long_at("12:41"))

    def stops(state: State, now_ns: int) -> list[Command]:
        if state.working_orders(role=OrderRole.ENTRY):
            simulation.host.stop()
        return []

    simulation.operator = stops
    await simulation.run()
    state = simulation.state()
    assert not state.ended
    assert [record.state for record in state.orders.values()] == [OrderState.CANCELED]


async def test_a_handoff_that_waited_when_the_process_stopped_waits_again_and_expires(tmp_path: Path) -> None:
    def staged() -> Simulation:
        return stage(tmp_path, Tape(), settings=ASKED, until="12:50", handoff_expiry_s=0.02)

    def stops(state: State, now_ns: int) -> list[Command]:
        if state.timers:
            simulation.host.stop()
        return []

    simulation = staged()
    simulation.store = PaperStore.in_memory()
    simulation.operator = stops
    await simulation.run()
    assert [record.state for record in simulation.state().handoffs.values()] == [HandoffState.PENDING]
    after = resumed(staged, simulation)
    await after.run()
    state = after.state()
    assert state.handoffs["H001"].state is HandoffState.EXPIRED
    assert sum(event.handoff_id == "H001" for event in after.all(ev.HandoffDecided)) == 1
    assert state.ended and not state.timers


async def test_the_end_of_the_session_ends_the_wait_for_an_approval(tmp_path: Path) -> None:
    def shut_down(state: State, name: str, content: str) -> list[Command]:
        return [Command("end", Verb.SHUTDOWN, "me", "enough")]

    simulation = stage(tmp_path, Tape(), settings=ASKED, until="12:50", handoff_expiry_s=3_600.0)
    answers(simulation, shut_down)
    await asyncio.wait_for(simulation.run(), 20)
    state = check_laws(simulation)
    assert state.ended
    assert isinstance(simulation.events[-1][1], ev.SessionEnded)
    assert state.handoffs["H001"].state is HandoffState.EXPIRED
    assert SessionStatus.PAUSED not in {event.after for event in simulation.all(ev.StatusChanged)}


async def test_a_timer_that_was_overtaken_does_nothing(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape(), settings=ASKED, until="12:50", handoff_expiry_s=3_600.0)

    def meddles(state: State, now_ns: int) -> list[Command]:
        run = simulation.host.current
        if not state.timers or run is None or stale:
            return []
        [timer] = state.timers.values()
        stale.extend((TimerFired(timer.name, timer.epoch - 1), TimerFired("handoff:H999", timer.epoch)))
        for fired in stale:
            assert decide(run.kernel.sit, fired) == []
        [expired] = decide(run.kernel.sit, TimerFired(timer.name, timer.epoch))
        assert isinstance(expired, ev.HandoffDecided) and expired.state is HandoffState.EXPIRED
        return [Command("a", Verb.APPROVE, "me", target=timer.subject)]

    stale: list[TimerFired] = []
    simulation.operator = meddles
    await simulation.run()
    assert len(stale) == 2
    assert check_laws(simulation).handoffs["H001"].state is HandoffState.APPROVED


async def test_the_last_handoff_is_waited_for_when_the_feed_has_ended(tmp_path: Path) -> None:
    asked = {"handoff.approve.paper": '["POST_MARKET->SHUTDOWN"]'}
    tape = Tape(end="13:00").walk("12:41", 20_040, 20_056, 20_060)
    for minute in range(48, 60):
        tape.bar(f"12:{minute}", 20_050, 20_060, opens=20_055, closes=20_055, volume=0.0)  # nothing fills
    simulation = stage(tmp_path, tape, long_at("12:41"), settings=asked, handoff_expiry_s=30.0)
    answers(simulation, approve)
    await simulation.run()
    state = simulation.state()
    assert state.positions and "unconfirmed_exposure" in simulation.alerts()
    assert state.ended


async def test_a_rejected_end_of_trading_is_proposed_again_on_request(tmp_path: Path) -> None:
    def reject(state: State, name: str, content: str) -> list[Command]:
        return [Command("no", Verb.REJECT, "me", "look first", target=name)]

    asked = {
        "handoff.approve.paper": '["ACTIVE_TRADING->POST_MARKET"]',
        "session.planned_hours": "0.5",
        "session.hard_hours": "0.75",
    }
    simulation = stage(tmp_path, Tape(), settings=asked, until="14:00", handoff_expiry_s=30.0)
    answers(simulation, reject, approve)
    first = simulation.operator
    assert first is not None
    resumes = said_at((on_day("13:00"), Command("r1", Verb.RESUME, "me", "looked")))
    simulation.operator = lambda state, now_ns: [*first(state, now_ns), *resumes(state, now_ns)]
    await simulation.run()
    state = check_laws(simulation)
    moved = {e.after: at_ns for at_ns, e in simulation.timed(ev.PhaseChanged)}
    assert moved[Phase.POST_MARKET] == on_day("13:00")
    assert state.ended and state.end_reason == "session time over"


async def test_a_session_that_the_end_of_the_feed_left_open_refuses_commands(tmp_path: Path) -> None:
    def reject(state: State, name: str, content: str) -> list[Command]:
        return [Command("no", Verb.REJECT, "me", target=name)]

    asked = {"handoff.approve.paper": '["POST_MARKET->SHUTDOWN"]'}
    simulation = stage(tmp_path, Tape(end="13:00"), settings=asked, handoff_expiry_s=30.0)
    answers(simulation, reject)
    await simulation.run()
    assert not simulation.state().ended
    receipt = await asyncio.wait_for(simulation.host.send(Command("late", Verb.RESUME, "me")), 5)
    assert not receipt.accepted
    assert "feed has ended" in receipt.reason
