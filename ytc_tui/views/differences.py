"""Differences with the venue, a row each: what we say, what it says, and what may be done.

Decides which orders stand among them. Imports the model and its sibling views. Invariant: an order whose fate
is not known is one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.orders import OrderState
from ytc_tui.model.reconciling import REMEDIES, UNKNOWN_ORDER, Remedy, unknown_name
from ytc_tui.views.ages import coarse_s
from ytc_tui.views.seen import Seen

if TYPE_CHECKING:
    from ytc_tui.model.state import State


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One difference under its `id`, both sides' evidence in words; `state` says what was done about it, and
    `since_ns` (UTC) when it was found."""

    id: str
    kind: str
    symbol: str
    client_id: str
    ours: str
    theirs: str
    since_ns: int
    age_s: int
    state: str
    remedies: tuple[Remedy, ...]


@dataclass(frozen=True, slots=True)
class DifferencesView:
    rows: tuple[DifferenceRow, ...]


def build(state: State, seen: Seen) -> DifferencesView:
    rows = differences(state, seen.at_ns)
    return DifferencesView(tuple(replace(row, age_s=coarse_s(row.age_s)) for row in rows))


def differences(state: State, at_ns: int) -> Iterator[DifferenceRow]:
    """Each difference, and each order of ours whose fate is not known."""
    for name, found in state.discrepancies.items():
        yield DifferenceRow(
            name,
            found.kind,
            found.symbol,
            found.client_id,
            found.ours,
            found.theirs,
            found.found_ns,
            (at_ns - found.found_ns) // NS_PER_S,
            _standing(found.cancel_ns, found.ignored_until_ns, at_ns),
            REMEDIES[found.kind],
        )
    for record in state.working_orders():
        if record.state is OrderState.UNKNOWN:
            request = record.request
            yield DifferenceRow(
                unknown_name(request.client_id),
                UNKNOWN_ORDER,
                request.symbol,
                request.client_id,
                f"sent {request.side} {request.quantity}, {record.detail}",
                "unknown",
                record.updated_ns,
                (at_ns - record.updated_ns) // NS_PER_S,
                "open",
                REMEDIES[UNKNOWN_ORDER],
            )


def _standing(cancel_ns: int, ignored_until_ns: int, at_ns: int) -> str:
    if at_ns < ignored_until_ns:
        return "ignored"
    return "cancel asked" if cancel_ns else "open"
