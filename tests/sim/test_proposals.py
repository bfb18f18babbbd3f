"""Single trades that wait for a person (semantics.md 5): a yes trades the same, anything else does not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.sim.asking import CONFIRM, UP, answers, asked, entries, last_state, no, yes
from tests.sim.harness import Simulation, at
from tests.sim.laws import check_laws
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape, on_day
from ytc_tui.boot import RunRequest
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.proposals import Proposal, ProposalState
from ytc_tui.model.session import Severity
from ytc_tui.model.state import State
from ytc_tui.model.trades import ExitReason, TradeState


async def test_a_yes_trades_what_auto_trades_on_real_market_data() -> None:
    request = RunRequest(demo=True, from_ns=at("2022-11-08T03:46"), to_ns=at("2022-11-08T05:00"))
    auto = Simulation(request)
    confirmed = answers(Simulation(request, CONFIRM), yes)
    for simulation in (auto, confirmed):
        await simulation.run()
    [proposal] = [event.proposal for event in confirmed.all(ev.TradeProposed)]
    assert (proposal.plan.symbol, proposal.proposed_ns) == ("ETHUSDT", at("2022-11-08T04:41"))
    state = last_state(confirmed)
    assert state.proposals["P0001"].state is ProposalState.APPROVED
    assert state.proposals["P0001"].decided_ns == proposal.proposed_ns
    # Other sessions have other ids; everything else of the trade is the same.
    one, other = auto.state(), state
    assert one.trades["T0001"] == other.trades["T0001"]
    assert one.trades_taken == 1
    assert (one.wallet, one.approved, one.refused) == (other.wallet, other.approved, other.refused)
    assert proposal.risk_money == one.trades["T0001"].risk_money
    assert proposal.plan.quantity == one.trades["T0001"].planned_quantity


async def test_a_yes_waits_in_the_feed_and_is_on_record(tmp_path: Path) -> None:
    simulation = asked(tmp_path, yes)
    await simulation.run()
    state = last_state(simulation)
    [trade] = state.trades.values()
    assert (trade.state, trade.exit_reason, trade.attempts) == (
        TradeState.FULLY_CLOSED,
        ExitReason.TARGET,
        1,
    )
    [(decided_ns, decided)] = simulation.timed(ev.ProposalDecided)
    assert (decided.state, decided.actor, decided_ns) == (ProposalState.APPROVED, "me", on_day("12:41"))
    rules = [verdict.rule for verdict in decided.verdicts]
    assert rules[:3] == ["proposal_content", "setup_expiry", "price_band"]
    assert "gate_open" in rules and all(verdict.ok for verdict in decided.verdicts)
    assert simulation.host.receipts["yes-P0001"].accepted
    [notice] = [notice for notice in simulation.notices if notice.title == "proposal_waiting"]
    assert notice.severity is Severity.WARNING and "P0001" in notice.message
    assert state.alerts["proposal-P0001"].acknowledged_by == "me"
    assert state.approved == 1 and not state.refused


async def test_no_answer_is_no_trade(tmp_path: Path) -> None:
    simulation = asked(tmp_path, lambda proposal: [], approval_life_s=0.02)
    await simulation.run()
    state = last_state(simulation)
    assert not entries(simulation) and not state.trades
    [record] = state.proposals.values()
    assert (record.state, record.decided_by) == (ProposalState.EXPIRED, "clock")
    assert (state.approved, state.refused) == (0, {"approval_expired": 1})
    assert "no trade" in state.alerts["proposal-P0001"].message
    document = simulation.all(ev.SessionEnded)[-1].document
    assert document["funnel"]["refused_by"] == {"approval_expired": 1}
    assert [row["state"] for row in document["proposals"]] == ["expired"]


async def test_a_no_stands(tmp_path: Path) -> None:
    """The setup goes on for half an hour; nobody is asked again."""
    idea = long_at("12:41", until_ns=on_day("13:10"))
    simulation = answers(stage(tmp_path, Tape(), idea, settings=CONFIRM), no)
    await simulation.run()
    state = last_state(simulation)
    [record] = state.proposals.values()
    assert (record.state, record.decided_by, record.reason) == (ProposalState.REJECTED, "me", "too late")
    assert state.refused == {"approval_rejected": 1}
    assert not entries(simulation)
    assert state.alerts["proposal-P0001"].acknowledged_by == "me"


async def test_a_yes_to_something_else_is_refused_and_a_second_yes_too(tmp_path: Path) -> None:
    def all_ways(proposal: Proposal) -> list[Command]:
        name = proposal.proposal_id
        return [
            Command("bare", Verb.APPROVE, "me", target=name),
            Command("other", Verb.APPROVE, "me", target=name, content_hash="0" * 16),
            Command("none", Verb.APPROVE, "me", target="P0009", content_hash=proposal.content_hash),
            *yes(proposal),
            Command("again", Verb.APPROVE, "me", target=name, content_hash=proposal.content_hash),
            Command("late", Verb.REJECT, "me", target=name),
        ]

    simulation = asked(tmp_path, all_ways)
    await simulation.run()
    last_state(simulation)
    receipts = simulation.host.receipts
    assert [name for name, receipt in receipts.items() if receipt.accepted] == ["yes-P0001"]
    assert "by its content hash only" in receipts["bare"].reason
    assert "another content" in receipts["other"].reason
    assert "no handoff or proposal 'P0009'" in receipts["none"].reason
    assert "already approved (by me" in receipts["again"].reason
    assert "already approved" in receipts["late"].reason
    assert len(entries(simulation)) == len(simulation.all(ev.ProposalDecided)) == 1


@pytest.mark.parametrize("verb", [Verb.STOP_ENTRIES, Verb.PAUSE, Verb.SHUTDOWN, Verb.FLATTEN])
async def test_a_gate_that_closes_meanwhile_voids_what_waits(tmp_path: Path, verb: Verb) -> None:
    def closes(proposal: Proposal) -> list[Command]:
        return [Command("close", verb, "me", "wait"), *yes(proposal)]

    simulation = asked(tmp_path, closes, approval_life_s=3_600.0)
    await asyncio.wait_for(simulation.run(), 20)
    state = last_state(simulation)
    [record] = state.proposals.values()
    assert record.state is ProposalState.VOID
    assert record.reason.startswith("gate ")
    assert state.refused == {"approval_void": 1}
    assert not entries(simulation)
    assert simulation.host.receipts["yes-P0001"].accepted is False


async def test_the_whole_gate_is_asked_again_at_yes(tmp_path: Path) -> None:
    """Nothing is open when it is asked; at the yes the account has a discrepancy."""
    simulation = asked(tmp_path, yes)

    def strange(proposal: Proposal) -> list[Command]:
        run = simulation.host.current
        assert run is not None
        found = ev.DiscrepancyFound("d1", "position", "BTCUSDT", "0", "1")
        run.kernel._record(found, "")
        return yes(proposal)

    answers(simulation, strange)
    await simulation.run()
    state = check_laws(simulation)
    assert state.proposals["P0001"].state is ProposalState.VOID
    [decided] = simulation.all(ev.ProposalDecided)
    assert "symbol_clear" in decided.reason
    receipt = simulation.host.receipts["yes-P0001"]
    assert not receipt.accepted and "is void" in receipt.reason
    assert not entries(simulation)


async def test_a_second_setup_of_the_minute_is_asked_after_the_first(tmp_path: Path) -> None:
    """As in auto, each sees the orders before it; the second symbol is another proposal."""
    tapes = (Tape().walk("12:41", *UP), Tape(symbol="ETHUSDT").walk("12:41", *UP))
    ideas = (long_at("12:41"), long_at("12:41", symbol="ETHUSDT"))
    pending: list[int] = []

    def counted(proposal: Proposal) -> list[Command]:
        run = simulation.host.current
        assert run is not None
        pending.append(len(run.kernel.sit.state.pending_proposals()))
        return yes(proposal)

    results = []
    for settings in ({}, CONFIRM):
        simulation = stage(tmp_path, tapes, *ideas, settings=settings)
        answers(simulation, counted)
        await simulation.run()
        state = last_state(simulation)
        results.append((list(state.trades.values()), state.refused))
    assert results[0] == results[1]
    assert pending and set(pending) == {1}


async def test_alert_only_shows_and_never_trades(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape().walk("12:41", *UP), long_at("12:41", until_ns=on_day("12:50")))
    simulation.overrides["trading.approval"] = "alert_only"

    def operator(state: State, now_ns: int) -> list[Command]:
        return [command for record in state.proposals.values() for command in yes(record.proposal)]

    simulation.operator = operator
    await simulation.run()
    state = last_state(simulation)
    [record] = state.proposals.values()
    assert record.state is ProposalState.ALERTED
    assert "proposal_alerted" in simulation.alerts()
    assert state.refused == {"approval_alert_only": 1}
    receipt = simulation.host.receipts["yes-P0001"]
    assert not receipt.accepted and "only shown" in receipt.reason
    assert not entries(simulation)
    assert len([notice for notice in simulation.notices if notice.title == "proposal_alerted"]) == 1


@pytest.mark.parametrize(
    ("settings", "traded"),
    [
        ({"trading.approval_by_setup.PB": "confirm"}, False),
        ({"trading.approval": "alert_only", "trading.approval_by_setup.PB": "auto"}, True),
    ],
)
async def test_a_setup_may_have_its_own_rule(tmp_path: Path, settings: dict[str, str], traded: bool) -> None:
    simulation = stage(tmp_path, Tape().walk("12:41", *UP), long_at("12:41"), settings=settings)
    simulation.approval_life_s = 0.02
    await simulation.run()
    state = last_state(simulation)
    assert bool(state.trades) is traded
    assert bool(state.proposals) is not traded
