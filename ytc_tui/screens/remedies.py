"""What each remedy does to each kind of difference, in words.

Decides nothing: `engine/decide/reconcile.py` does. Imports the model and the view. Invariant: every remedy
that is offered has its words.
"""

from __future__ import annotations

from ytc_tui.model.reconciling import UNKNOWN_ORDER, Remedy
from ytc_tui.views.differences import DifferenceRow

_ADOPT = {
    "position": "our position becomes {theirs}, tagged EXTERNAL; our trade loses what is gone",
    "wallet": "money that came in lies beside our wallet as EXTERNAL; what is gone is booked as a loss",
    "foreign_order": "the venue's order stays there as EXTERNAL and counts in exposure",
    "missing_order": "our order {client_id} counts as canceled",
    UNKNOWN_ORDER: "your word that order {client_id} is not at the venue; from 60 s after it was sent",
}
_CLOSE = {
    "position": "the venue's position is taken over and closed at market, reduce-only",
    "foreign_order": "the order is canceled at the venue",
    "missing_order": "order {client_id} is canceled at the venue",
    "order_content": "order {client_id} is canceled at the venue",
    UNKNOWN_ORDER: "order {client_id} is canceled at the venue, wherever it is",
}
_IGNORE = "it stays as it is until a time, and counts in exposure"
_LINK = "the venue's order is the one of ours that you name"


def effect(remedy: Remedy, row: DifferenceRow) -> str:
    """What `remedy` does about `row`."""
    match remedy:
        case Remedy.ADOPT:
            told = _ADOPT.get(row.kind, "the venue's word is taken; our books keep what is on record")
        case Remedy.CLOSE:
            told = _CLOSE.get(row.kind, "what was filled too much is closed at market, reduce-only")
        case Remedy.IGNORE:
            told = _IGNORE
        case Remedy.LINK:
            told = _LINK
    return told.format(theirs=row.theirs, client_id=row.client_id)
