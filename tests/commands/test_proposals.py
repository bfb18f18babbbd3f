"""Proposals from a second shell: shown, approved by what was seen, rejected."""

from __future__ import annotations

from typing import Any

from tests.commands.scripted_engine import ScriptedEngine, document
from tests.views.proposals import proposal
from ytc_tui.client import Receipt
from ytc_tui.commands import operate
from ytc_tui.commands.places import command_of
from ytc_tui.model.codec import to_json
from ytc_tui.model.commands import Verb
from ytc_tui.model.proposals import ProposalState
from ytc_tui.model.state import ProposalRecord


def rows(*states: ProposalState) -> list[dict[str, Any]]:
    """Proposals P0001, P0002, ... as a session document shows them."""
    return [
        to_json(ProposalRecord(proposal(proposal_id=f"P000{number}"), state, decided_by="", reason=""))
        for number, state in enumerate(states, 1)
    ]


WAITING = document(proposals=rows(ProposalState.EXPIRED, ProposalState.PENDING))


async def test_what_waits_is_listed_first_with_all_that_is_approved() -> None:
    answer = await operate.ask_handoffs(ScriptedEngine([WAITING]))
    assert [row["state"] for row in answer.data] == ["pending", "pending", "expired", "approved"]
    first = answer.text.splitlines()[0]
    assert first.startswith("P0002 pending: PB buy 10 BTCUSDT entry to 100.5 stop 98 targets 104 and 108")
    assert "risk 25.80 (0.26 %) net R 1.90" in first
    assert first.endswith(f"(content {proposal(proposal_id='P0002').content_hash})")


async def test_an_answer_says_who_gave_it() -> None:
    [row] = rows(ProposalState.REJECTED)
    row |= {"decided_by": "ada", "reason": "too late\x1b[2J"}
    text = (await operate.ask_handoffs(ScriptedEngine([document(proposals=[row], handoffs=[])]))).text
    assert "P0001 rejected" in text and "by ada: too late" in text
    assert "\x1b" not in text


async def test_status_names_what_waits() -> None:
    lines = (await operate.ask_status(ScriptedEngine([WAITING]))).text.splitlines()
    [line] = [line for line in lines if line.startswith("proposal")]
    assert line.startswith("proposal P0002 pending: PB buy 10 BTCUSDT") and line.endswith("`ytc approve`")


async def test_an_approval_is_bound_to_what_was_seen_or_to_what_is_there_now() -> None:
    engine = ScriptedEngine([WAITING])
    for content in ("seen", ""):
        await operate.carry_out(engine, command_of("approve", "", "P0002", content))
    await operate.carry_out(engine, command_of("reject", "no", "P0002"))
    there = proposal(proposal_id="P0002").content_hash
    assert [(sent.verb, sent.target, sent.content_hash) for sent in engine.sent] == [
        (Verb.APPROVE, "P0002", "seen"),
        (Verb.APPROVE, "P0002", there),
        (Verb.REJECT, "P0002", ""),
    ]


async def test_a_yes_that_came_too_late_is_refused() -> None:
    engine = ScriptedEngine(
        [WAITING],
        receipt=lambda sent: Receipt(sent.command_id, False, "proposal P0002 is void: price_band", "s", 1),
    )
    answer = await operate.carry_out(engine, command_of("approve", "", "P0002"))
    assert answer.exit_code == operate.EXIT_REFUSED
    assert answer.text == "approve: refused: proposal P0002 is void: price_band"
