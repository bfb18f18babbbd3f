"""A proposal and its answer, as the journal tells them.

Decides what an explanation says of a trade that a person was asked about. Imports the model and the
history. Invariant: what was shown and what was answered are the entries' own, never judged anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ytc_tui.model import events as ev
from ytc_tui.model.proposals import Proposal, ProposalState
from ytc_tui.model.risk import Verdict
from ytc_tui.views.history import History
from ytc_tui.views.journal import Recorded, utc


@dataclass(frozen=True, slots=True)
class ProposalPart:
    """What was shown at entry `seq`, and the answer of entry `answer_seq` (0 = none yet).

    `failed` are the verdicts that made it void.
    """

    seq: int
    at: str
    proposal: Proposal
    state: str
    answer_seq: int
    answered_at: str
    actor: str
    reason: str
    failed: tuple[Verdict, ...]

    @property
    def outcome(self) -> str:
        """`P0001 rejected by me: too late`; who and why only where there was an answer."""
        told = f"{self.proposal.proposal_id} {self.state}"
        return f"{told} by {self.actor}: {self.reason}" if self.answer_seq else told


def proposal_parts(history: History, names: Iterable[str]) -> Iterator[ProposalPart]:
    """The proposals among the entries of `names`, each once, with their answers."""
    found: dict[str, tuple[Recorded, ev.TradeProposed]] = {}
    for name in names:
        for record in history.entries_of(name):
            if isinstance(record.event, ev.TradeProposed):
                found[record.event.proposal.proposal_id] = (record, record.event)
    for name, (record, event) in sorted(found.items()):
        yield _part(record, event, _answer_of(history, name))


def _answer_of(history: History, name: str) -> tuple[Recorded, ev.ProposalDecided] | None:
    for record in history.entries_of(name):
        if isinstance(record.event, ev.ProposalDecided):
            return record, record.event
    return None


def _part(
    record: Recorded, event: ev.TradeProposed, answer: tuple[Recorded, ev.ProposalDecided] | None
) -> ProposalPart:
    if answer is None:
        shown_only = event.state is ProposalState.ALERTED
        reason = "alert_only: shown, not traded" if shown_only else ""
        return ProposalPart(
            record.seq, utc(record.at_ns), event.proposal, event.state.value, 0, "", "", reason, ()
        )
    said, decided = answer
    return ProposalPart(
        seq=record.seq,
        at=utc(record.at_ns),
        proposal=event.proposal,
        state=decided.state.value,
        answer_seq=said.seq,
        answered_at=utc(said.at_ns),
        actor=decided.actor,
        reason=decided.reason,
        failed=tuple(verdict for verdict in decided.verdicts if not verdict.ok),
    )
