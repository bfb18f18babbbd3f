"""Bookkeeping of proposals and their answers. Imports the model and its own folder.

Invariant: a granted decision counts as approved until its proposal came to nothing; from then on it counts
as refused, under the name of what happened.
"""

from __future__ import annotations

from typing import assert_never

from ytc_tui.engine.apply.asked import note_asked
from ytc_tui.engine.apply.timers import arm_timer, disarm_timer
from ytc_tui.model import events as ev
from ytc_tui.model.proposals import PROPOSAL_TABLE, REFUSED_AS, ProposalState, ProposalTrigger
from ytc_tui.model.state import ProposalRecord, State
from ytc_tui.model.tables import next_state
from ytc_tui.model.timers import TimerPurpose

_TRIGGERS = {
    ProposalState.APPROVED: ProposalTrigger.APPROVE,
    ProposalState.REJECTED: ProposalTrigger.REJECT,
    ProposalState.EXPIRED: ProposalTrigger.EXPIRE,
    ProposalState.VOID: ProposalTrigger.INVALIDATE,
}


def apply_proposal(state: State, event: ev.TradeProposed | ev.ProposalDecided, at_ns: int) -> None:
    match event:
        case ev.TradeProposed(proposal, how):
            record = ProposalRecord(proposal, how)
            state.proposals[proposal.proposal_id] = record
            if how is ProposalState.PENDING:
                arm_timer(state, TimerPurpose.PROPOSAL, proposal.proposal_id, proposal.life_s)
            else:
                _no_trade(state, record)
        case ev.ProposalDecided():
            note_asked(state, event.verdicts, at_ns)
            record = state.proposals[event.proposal_id]
            record.state = next_state(PROPOSAL_TABLE, record.state, _TRIGGERS[event.state])
            record.decided_ns, record.decided_by, record.reason = at_ns, event.actor, event.reason
            disarm_timer(state, TimerPurpose.PROPOSAL, event.proposal_id)
            if record.state is not ProposalState.APPROVED:
                _no_trade(state, record)
        case _:
            assert_never(event)


def _no_trade(state: State, record: ProposalRecord) -> None:
    name = REFUSED_AS[record.state]
    state.approved -= 1
    state.refused[name] = state.refused.get(name, 0) + 1
    # What was void may try again with its next trigger; a no, and silence, stand.
    if record.state is not ProposalState.VOID:
        state.setup_refusals[record.proposal.setup.setup_id] = name
