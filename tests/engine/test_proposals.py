"""A pending proposal under the deciders: what a yes, a no, a timer and the market make of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.sim.harness import Simulation
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.apply import apply
from ytc_tui.engine.decide.route import Decided, decide
from ytc_tui.engine.effects import ForgetTimer, SetTimer, effects_of, pending_effects
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.proposals import Proposal, ProposalState, hash_of, sealed
from ytc_tui.model.session import Gate
from ytc_tui.model.state import ProposalRecord, State

D = Decimal
Look = Callable[[Situation, ProposalRecord], None]


async def at_pending(folder: Path, look: Look, settings: dict[str, str] | None = None) -> None:
    """Call `look` with the situation in which P0001 waits; then the process stops."""
    simulation: Simulation = stage(
        folder, Tape(), long_at("12:41"), settings={"trading.approval": "confirm", **(settings or {})}
    )
    seen: list[str] = []

    def operator(state: State, now_ns: int) -> list[Command]:
        run = simulation.host.current
        pending = state.pending_proposals()
        if pending and run is not None and not seen:
            seen.append("P0001")
            try:
                look(run.kernel.sit, pending[0])
            finally:
                simulation.host.stop()
        return []

    simulation.operator = operator
    await simulation.run()
    assert seen


def yes(sit: Situation, proposal: Proposal) -> list[Decided]:
    command = Command("y", Verb.APPROVE, "me", "", "P0001", proposal.content_hash)
    return decide(sit, inp.Commanded(command))


def verdict_of(events: Sequence[Decided]) -> ev.ProposalDecided:
    [decided] = [event for event in events if isinstance(event, ev.ProposalDecided)]
    return decided


def void(events: Sequence[Decided]) -> str:
    """Why the proposal is void; nothing was traded and the command was refused."""
    decided = verdict_of(events)
    assert decided.state is ProposalState.VOID
    assert [type(event).__name__ for event in events] == ["CommandRefused", "ProposalDecided", "AlertRaised"]
    assert any(not verdict.ok for verdict in decided.verdicts) or "granted" in decided.reason
    return decided.reason


async def test_what_is_shown_is_what_the_gate_granted(tmp_path: Path) -> None:
    def look(sit: Situation, record: ProposalRecord) -> None:
        shown = record.proposal
        assert shown.plan.stop is not None
        assert shown.content_hash == hash_of(shown)
        assert (shown.plan.symbol, shown.price) == ("BTCUSDT", sit.mark_of("BTCUSDT"))
        assert D(0) < shown.plan.quantity <= shown.asked
        moved = (shown.plan.entry - shown.plan.stop) * shown.plan.quantity
        assert shown.risk_money == moved + shown.cost
        assert shown.risk_pct == shown.risk_money / sit.base_balance() * 100
        assert shown.risk_pct <= sit.policy.limits.risk_per_trade_pct
        assert shown.reward_risk >= sit.policy.limits.min_rr_blended
        assert shown.life_s == 60.0

    await at_pending(tmp_path, look)


async def test_a_yes_is_journalled_with_actor_and_verdicts_and_then_the_order_is_intended(
    tmp_path: Path,
) -> None:
    def look(sit: Situation, record: ProposalRecord) -> None:
        events = yes(sit, record.proposal)
        names = [type(event).__name__ for event in events]
        assert names == [
            "CommandTaken",
            "ProposalDecided",
            "AlertAcknowledged",
            "TradePlanned",
            "OrderIntended",
        ]
        decided, intended = verdict_of(events), events[-1]
        assert isinstance(intended, ev.OrderIntended)
        assert (decided.actor, decided.decision_id) == ("me", record.proposal.decision_id)
        assert intended.order.quantity == record.proposal.plan.quantity
        assert intended.order.attached_stop_price == record.proposal.plan.stop

    await at_pending(tmp_path, look)


Change = Callable[[Situation, ProposalRecord], Any]


def tampered(sit: Situation, record: ProposalRecord) -> None:
    record.proposal = replace(record.proposal, risk_money=D(1))


def late(sit: Situation, record: ProposalRecord) -> None:
    sit.at_ns = record.proposal.setup.expires_ns


def past(sit: Situation, record: ProposalRecord) -> None:
    sit.market.marks["BTCUSDT"] = float(record.proposal.plan.entry) + 0.1


def stopped(sit: Situation, record: ProposalRecord) -> None:
    sit.market.marks["BTCUSDT"] = float(record.proposal.plan.stop or 0)


def blind(sit: Situation, record: ProposalRecord) -> None:
    del sit.market.marks["BTCUSDT"]


def smaller(sit: Situation, record: ProposalRecord) -> None:
    """The same trade may now be half as large."""
    plan = record.proposal.plan
    limits = replace(sit.policy.limits, max_order_notional=plan.quantity * plan.entry / 2)
    sit.policy = replace(sit.policy, limits=limits)


def losing(sit: Situation, record: ProposalRecord) -> None:
    sit.state.consecutive_losses = sit.policy.limits.max_consecutive_losses


def closed(sit: Situation, record: ProposalRecord) -> None:
    sit.state.gate = Gate.REDUCING


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (tampered, "proposal_content: its content is not that of"),
        (late, "setup_expiry: its setup has expired"),
        (past, "price_band: price 20060.1 is past the worst entry 20060"),
        (stopped, "price_band: price 19950.0 is at or beyond the stop 19950"),
        (blind, "price_band: no price is known"),
        (smaller, "granted"),
        (losing, "losing_streak"),
        (closed, "gate_open"),
    ],
)
async def test_what_no_longer_holds_at_yes_is_void(tmp_path: Path, change: Change, says: str) -> None:
    def look(sit: Situation, record: ProposalRecord) -> None:
        change(sit, record)
        assert says in void(yes(sit, record.proposal))

    await at_pending(tmp_path, look)


async def test_the_edge_of_the_band_still_trades(tmp_path: Path) -> None:
    def look(sit: Situation, record: ProposalRecord) -> None:
        sit.market.marks["BTCUSDT"] = float(record.proposal.plan.entry)
        assert verdict_of(yes(sit, record.proposal)).state is ProposalState.APPROVED

    await at_pending(tmp_path, look)


async def test_the_market_alone_voids_only_what_it_ran_away_from(tmp_path: Path) -> None:
    def look(sit: Situation, record: ProposalRecord) -> None:
        assert not [e for e in decide(sit, inp.PointMet()) if isinstance(e, ev.ProposalDecided)]
        past(sit, record)
        decided = verdict_of(decide(sit, inp.PointMet()))
        assert (decided.state, decided.actor) == (ProposalState.VOID, "gate")

    await at_pending(tmp_path, look)


async def test_only_the_timer_in_force_ends_the_wait(tmp_path: Path) -> None:
    def look(sit: Situation, record: ProposalRecord) -> None:
        [timer] = sit.state.timers.values()
        assert timer.name == "proposal:P0001"
        assert SetTimer(timer.name, timer.epoch, 60.0) in list(pending_effects(sit.state))
        assert decide(sit, inp.TimerFired(timer.name, timer.epoch + 1)) == []
        expired = verdict_of(decide(sit, inp.TimerFired(timer.name, timer.epoch)))
        assert (expired.state, expired.actor) == (ProposalState.EXPIRED, "clock")
        record.state = ProposalState.APPROVED
        assert list(effects_of(sit.state, expired)) == [ForgetTimer(timer.name)]
        assert decide(sit, inp.TimerFired(timer.name, timer.epoch)) == []

    await at_pending(tmp_path, look)


async def test_a_gate_that_stays_open_voids_nothing(tmp_path: Path) -> None:
    def look(sit: Situation, record: ProposalRecord) -> None:
        assert decide(sit, inp.Happened(ev.GateChanged(Gate.REDUCING, Gate.ACTIVE, "x"), 1)) == []
        closed(sit, record)
        changed = ev.GateChanged(Gate.ACTIVE, Gate.REDUCING, "x")
        assert verdict_of(decide(sit, inp.Happened(changed, 1))).state is ProposalState.VOID

    await at_pending(tmp_path, look)


@pytest.mark.parametrize(
    ("state", "grade", "again"),
    [
        (ProposalState.REJECTED, "A", False),
        (ProposalState.REJECTED, "C", True),
        (ProposalState.EXPIRED, "B", True),
        (ProposalState.ALERTED, "A", False),
        (ProposalState.VOID, "A", True),
        (ProposalState.PENDING, "C", False),
    ],
)
async def test_when_a_setup_is_asked_about_again(
    tmp_path: Path, state: ProposalState, grade: str, again: bool
) -> None:
    """The setup is said once more in a later minute; `grade` is what a person saw, A is what it has now."""

    def look(sit: Situation, record: ProposalRecord) -> None:
        shown = record.proposal
        agent = next(name for name, known in sit.state.agents.items() if "proposals" in known.output)
        record.proposal = sealed(replace(shown, setup=replace(shown.setup, grade=grade)))
        sit.state.proposals.clear()
        sit.state.timers.clear()
        sit.state.setup_refusals.clear()
        apply_proposed(sit, record.proposal, state)
        sit.at_ns += 60_000_000_000
        sit.state.agents[agent].last_run_ns = sit.at_ns
        made = decide(sit, inp.Happened(any_decision(sit), 1))
        assert [type(event).__name__ for event in made][:2] == (
            ["DecisionMade", "TradeProposed"] if again else []
        )

    await at_pending(tmp_path, look)


def apply_proposed(sit: Situation, proposal: Proposal, state: ProposalState) -> None:
    asked = state if state is ProposalState.ALERTED else ProposalState.PENDING
    apply(sit.state, ev.TradeProposed(proposal, asked), sit.at_ns)
    if state not in (ProposalState.PENDING, ProposalState.ALERTED):
        decided = ev.ProposalDecided(proposal.proposal_id, proposal.decision_id, state, "me", "x")
        apply(sit.state, decided, sit.at_ns)


def any_decision(sit: Situation) -> ev.DecisionMade:
    """Any decision: what follows is the next proposal."""
    proposal = sit.state.proposals["P0001"].proposal
    bar = ev.BarRef("BTCUSDT", 0, "")
    return ev.DecisionMade("D0000", "other", proposal.plan, (), D(0), D(0), "x", "x", bar)


async def test_a_price_that_was_shown_past_the_worst_entry_may_stay_there(tmp_path: Path) -> None:
    def look(sit: Situation, record: ProposalRecord) -> None:
        past(sit, record)
        record.proposal = sealed(replace(record.proposal, price=sit.mark_of("BTCUSDT")))
        assert verdict_of(yes(sit, record.proposal)).state is ProposalState.APPROVED
        sit.market.marks["BTCUSDT"] += 0.1
        assert "past the worst entry" in void(yes(sit, record.proposal))

    await at_pending(tmp_path, look)
