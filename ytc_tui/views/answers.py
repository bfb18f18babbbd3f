"""A person's yes: what the journal must show before a trade that was asked about (safety.md 5).

Decides which answers to proposals break the rule. Imports the model only. Invariants: a proposal is
answered once; a yes is a command with the hash of exactly the content that was shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import assert_never

from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.proposals import Proposal, ProposalState, hash_of
from ytc_tui.views.journal import Difference


@dataclass(slots=True)
class Answers:
    """Follows proposals, commands and answers."""

    proposals: dict[str, Proposal] = field(default_factory=dict)
    states: dict[str, ProposalState] = field(default_factory=dict)
    said: dict[str, Command] = field(default_factory=dict)  # the last approval of each target

    def take(
        self, seq: int, event: ev.TradeProposed | ev.ProposalDecided | ev.CommandTaken
    ) -> Iterator[Difference]:
        """What is wrong with this entry."""
        match event:
            case ev.TradeProposed(proposal, state):
                name = f"proposal {proposal.proposal_id}"
                if proposal.proposal_id in self.proposals:
                    yield Difference(seq, name, "proposed a second time", "a new id")
                if hash_of(proposal) != proposal.content_hash:
                    yield Difference(seq, name, f"content hash {proposal.content_hash}", hash_of(proposal))
                self.proposals[proposal.proposal_id] = proposal
                self.states[proposal.proposal_id] = state
            case ev.ProposalDecided():
                yield from self._decided(seq, event)
            case ev.CommandTaken(command):
                if command.verb is Verb.APPROVE:
                    self.said[command.target] = command
            case _:
                assert_never(event)

    def _decided(self, seq: int, event: ev.ProposalDecided) -> Iterator[Difference]:
        name = f"proposal {event.proposal_id}"
        before = self.states.get(event.proposal_id)
        if before is not ProposalState.PENDING:
            found = f"{event.state} after {before}" if before else "answered, never proposed"
            yield Difference(seq, name, found, "one answer to what is pending")
        self.states[event.proposal_id] = event.state
        if event.state is not ProposalState.APPROVED:
            return
        said, shown = self.said.get(event.proposal_id), self.proposals.get(event.proposal_id)
        if said is None or shown is None:
            yield Difference(seq, name, "approved without a command", "a person's approval")
        elif (said.actor, said.content_hash) != (event.actor, shown.content_hash):
            found = f"approved {said.content_hash or 'no content'} by {said.actor}"
            yield Difference(seq, name, found, f"{shown.content_hash} by {event.actor}")

    def missing(self, decision_id: str) -> str:
        """Why an entry of this decision lacks the yes that it needs; empty when it has it, or needs none."""
        for name, proposal in self.proposals.items():
            state = self.states[name]
            if proposal.decision_id == decision_id and state is not ProposalState.APPROVED:
                return f"proposal {name} {state}"
        return ""
