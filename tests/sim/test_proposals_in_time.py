"""Proposals over a restart, and on a feed that does not wait for the answer (semantics.md 7 and 8)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.sim.asking import CONFIRM, UP, answers, asked, entries, last_state, no, yes
from tests.sim.harness import Simulation
from tests.sim.restarts import Fuse, FusedJournal, fused, killed_and_resumed, outcome, resumed
from tests.sim.stage import long_at, short_at, stage
from tests.sim.tape import Tape, on_day
from ytc_tui.adapters.venues.paper_store import PaperStore
from ytc_tui.model import events as ev
from ytc_tui.model.codec import canonical, from_json, to_json
from ytc_tui.model.commands import Command
from ytc_tui.model.proposals import Proposal, ProposalState
from ytc_tui.model.state import State


async def test_a_proposal_outlives_its_process_and_trades_as_if_nothing_had_happened(tmp_path: Path) -> None:
    def staged() -> Simulation:
        return asked(tmp_path, yes, approval_life_s=3_600.0)

    whole = staged()
    await whole.run()
    stopped = staged()
    stopped.store = PaperStore.in_memory()

    def stops(proposal: Proposal) -> list[Command]:
        stopped.host.stop()
        return []

    answers(stopped, stops)
    await asyncio.wait_for(stopped.run(), 20)
    waiting = stopped.state()
    assert [record.state for record in waiting.proposals.values()] == [ProposalState.PENDING]
    assert waiting.timers
    after = resumed(staged, stopped)
    await asyncio.wait_for(after.run(), 20)
    state = last_state(after)
    assert state.proposals["P0001"].state is ProposalState.APPROVED
    assert state.trades == whole.state().trades
    assert [(fill.fill.at_ns, fill.fill.price) for fill in after.all(ev.FillBooked)] == [
        (fill.fill.at_ns, fill.fill.price) for fill in whole.all(ev.FillBooked)
    ]


async def test_a_proposal_that_waited_when_the_process_stopped_expires_in_the_next(tmp_path: Path) -> None:
    def staged() -> Simulation:
        return asked(tmp_path, lambda proposal: [], approval_life_s=0.02)

    stopped = staged()
    stopped.store = PaperStore.in_memory()

    def stops(proposal: Proposal) -> list[Command]:
        stopped.host.stop()
        return []

    answers(stopped, stops)
    await stopped.run()
    after = resumed(staged, stopped)
    await after.run()
    assert last_state(after).proposals["P0001"].state is ProposalState.EXPIRED
    [(expired_ns, _)] = after.timed(ev.ProposalDecided)
    assert expired_ns == on_day("12:41")


# ---- a feed that does not wait --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("closes", "says"),
    [
        ((20_070,), "past the worst entry"),
        ((19_940,), "at or beyond the stop"),
        ((20_010, 20_010, 20_010, 20_010, 20_010), "its setup has expired"),
    ],
)
async def test_where_the_market_goes_on_a_proposal_that_no_longer_holds_is_void(
    tmp_path: Path, closes: tuple[float, ...], says: str
) -> None:
    simulation = asked(tmp_path, lambda proposal: [], tape=Tape().walk("12:41", *closes), feed_waits=False)
    await simulation.run()
    state = last_state(simulation)
    [record] = state.proposals.values()
    assert record.state is ProposalState.VOID
    assert says in record.reason
    assert record.decided_ns == on_day("12:41") + len(closes[:4]) * 60_000_000_000
    assert not entries(simulation)


async def test_a_late_yes_within_the_band_trades_what_was_shown(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", 20_020, 20_045, *UP[1:])
    simulation = asked(tmp_path, tape=tape, feed_waits=False)

    def operator(state: State, now_ns: int) -> list[Command]:
        late = now_ns >= on_day("12:42")
        return [c for r in state.pending_proposals() if late for c in yes(r.proposal)]

    simulation.operator = operator
    await simulation.run()
    state = last_state(simulation)
    [entry] = entries(simulation)
    proposal = state.proposals["P0001"].proposal
    assert (entry.order.quantity, entry.order.limit_price) == (proposal.plan.quantity, proposal.plan.entry)
    assert state.trades["T0001"].planned_ns > proposal.proposed_ns


async def test_what_was_void_may_be_asked_again_up_to_its_attempts(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", 20_070, 20_000, 20_070, 20_000, 20_070, 20_000, 20_070, 20_000)
    idea = long_at("12:41", until_ns=on_day("12:50"))
    simulation = answers(stage(tmp_path, tape, idea, settings=CONFIRM, feed_waits=False), lambda proposal: [])
    await simulation.run()
    state = last_state(simulation)
    assert state.refused.get("approval_void", 0) <= 3
    assert len(state.proposals) == 3


async def test_the_state_with_proposals_goes_through_a_snapshot(tmp_path: Path) -> None:
    simulation = answers(
        stage(tmp_path, Tape(), long_at("12:41"), short_at("12:50"), settings=CONFIRM), no, yes
    )
    await simulation.run()
    state = last_state(simulation)
    assert [record.state for record in state.proposals.values()] == [
        ProposalState.REJECTED,
        ProposalState.APPROVED,
    ]
    assert canonical(from_json(State, to_json(state))) == canonical(state)
    assert from_json(State, to_json(state)).proposals == state.proposals


@pytest.mark.parametrize("after", [True, False])
async def test_killed_at_any_write_around_the_answer_it_ends_the_same(tmp_path: Path, after: bool) -> None:
    def staged() -> Simulation:
        return asked(tmp_path, yes, approval_life_s=3_600.0, until="13:00")

    fuse = Fuse()
    whole = fused(staged, fuse)
    await whole.run()
    expected = outcome(whole)
    steps = _writes_around_the_answer(whole)
    waited = 0
    for step in steps:
        ended = outcome(await killed_and_resumed(staged, (step, after)))
        assert ended.recoveries == 1 and ended.fault is None
        assert (ended.fills, ended.state.trades, ended.state.wallet) == (
            expected.fills,
            expected.state.trades,
            expected.state.wallet,
        )
        assert {record.state for record in ended.state.proposals.values()} == {ProposalState.APPROVED}
        kinds = [type(event) for event in ended.events]
        recovered = kinds.index(ev.EngineRecovered)
        waited += kinds.index(ev.TradeProposed) < recovered < kinds.index(ev.ProposalDecided)
    assert waited  # at least once the process died while it waited


def _writes_around_the_answer(whole: Simulation) -> list[int]:
    """The durable writes of the run from just before it was asked to just after the entry was sent."""
    journal = whole.journal
    assert isinstance(journal, FusedJournal)
    kinds = [type(event) for event in outcome(whole).events]
    asked_at, sent_at = kinds.index(ev.TradeProposed), kinds.index(ev.OrderAcknowledged)
    written, first, last = 0, 0, 0
    for number, count in enumerate(journal.commits, 1):
        if written <= asked_at < written + count:
            first = number
        if written <= sent_at < written + count:
            last = number
        written += count
    return list(range(first - 1, last + 3))
