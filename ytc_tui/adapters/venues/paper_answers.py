"""What the caller of a paper venue is told of a command, given the fault that hit it.

Decides nothing by itself. Imports the faults, the store's answer and the model. Invariant: an answer that was
lost is an outcome that is not known, never a refusal.
"""

from __future__ import annotations

from ytc_tui.adapters.venues.faults import FaultKind, FaultRule
from ytc_tui.adapters.venues.paper_store import Answer
from ytc_tui.errors import VenueOutcomeUnknown
from ytc_tui.model.orders import VenueReport


def late_answer(rule: FaultRule | None) -> Answer:
    """What the caller is told while its command is on its way."""
    if rule is not None and rule.fault is FaultKind.LATE_LANDING:
        return Answer(lost="the request timed out")
    return Answer()


def answer_after(rule: FaultRule | None, report: VenueReport) -> Answer:
    """What the caller is told of a command that was carried out."""
    if rule is not None and rule.fault is FaultKind.LOST_ANSWER:
        return Answer(lost="the answer was lost")
    return Answer((report,))


def told(answer: Answer, client_id: str) -> tuple[VenueReport, ...]:
    if answer.lost:
        raise VenueOutcomeUnknown(
            answer.lost, where=f"paper venue, order {client_id}", fix="ask the venue for this client id"
        )
    return answer.reports
