"""Every component that the session leans on: feed, venue, journal, guard and agents, and what each answers.

Decides which figures speak for a component. Imports the model and its sibling views. Invariants: a verdict is
the engine's own; what was never measured is None.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ytc_tui.model.market import NS_PER_MIN, NS_PER_S
from ytc_tui.model.session import StepResult
from ytc_tui.views.ages import coarse_s
from ytc_tui.views.seen import Seen

if TYPE_CHECKING:
    from ytc_tui.model.state import State


@dataclass(frozen=True, slots=True)
class HealthRow:
    """One component: its verdict, what that rests on, the age of what it gave last, its figures in words."""

    component: str
    result: StepResult
    detail: str
    age_s: int | None
    figures: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HealthView:
    """`worst` is the worst verdict there is; `feed_state` and `speed` as the engine says them."""

    rows: tuple[HealthRow, ...]
    worst: StepResult
    software: str
    speed: str
    feed_state: str


_NOT_ON_RECORD = "not on record"
_RANK = {StepResult.BLOCKED: 0, StepResult.WARN: 1}


def build(state: State, seen: Seen) -> HealthView:
    rows = sorted(_rows(state, seen), key=lambda row: _RANK.get(row.result, 2))
    worst = next((row.result for row in rows if row.result is not StepResult.NOT_APPLICABLE), StepResult.OK)
    return HealthView(tuple(rows), worst, seen.software, seen.speed, seen.feed_state)


def _rows(state: State, seen: Seen) -> Iterator[HealthRow]:
    stalled = seen.journal_stalled
    verdict = StepResult.BLOCKED if stalled else StepResult.OK
    if stalled is None:
        verdict, stalled = StepResult.NOT_APPLICABLE, _NOT_ON_RECORD
    yield HealthRow("journal", verdict, stalled, None, (("entries", f"{seen.journal_entries:,}"),))
    yield HealthRow(
        "guard",
        StepResult.OK if seen.guard else StepResult.NOT_APPLICABLE,
        _guard(seen.guard),
        None,
        (("at the venue", seen.venue_guard),),
    )
    for name, result, detail in seen.components:
        kind, _, of = name.partition(".")
        match kind:
            case "feed":
                yield _feed(seen, name, result, detail, of)
            case "venue":
                yield _venue(state, seen, result, detail)
            case _:
                yield _agent(state, seen, name, result, detail, of)


def _guard(guard: str | None) -> str:
    if guard is None:
        return _NOT_ON_RECORD
    return f"watching: {guard}" if guard else "none watches this engine: start `ytc guard`"


def _feed(seen: Seen, name: str, result: StepResult, detail: str, symbol: str) -> HealthRow:
    market = seen.symbols.get(symbol)
    closed_ns = market.last_bar_ns + NS_PER_MIN if market is not None and market.last_bar_ns else 0
    age_s = coarse_s(max(0, seen.at_ns - closed_ns) // NS_PER_S) if closed_ns else None
    problem = market.problem if market is not None else ""
    return HealthRow(name, result, detail or problem, age_s, (("feed", seen.feed_state),))


def _venue(state: State, seen: Seen, result: StepResult, detail: str) -> HealthRow:
    silent_s = coarse_s((seen.at_ns - state.venue_silent_ns) // NS_PER_S) if state.venue_silent_ns else None
    figures = [
        ("venue", seen.venue),
        ("requests", "?" if seen.venue_requests is None else f"{seen.venue_requests:,}"),
        ("fills", f"{len(state.fill_ids):,}"),
        ("working orders", str(len(state.working))),
        ("rejects in a row", str(state.rejects_in_row)),
        ("differences", str(len(state.discrepancies))),
    ]
    return HealthRow("venue", result, detail, silent_s, tuple(figures))


def _agent(state: State, seen: Seen, name: str, result: StepResult, detail: str, agent: str) -> HealthRow:
    record, known = state.agents.get(agent), seen.agents.get(agent)
    last_ns = record.last_run_ns if record is not None else 0
    mean_ms = known.mean_ms if known is not None else None
    figures = [
        ("runs", str(record.runs if record is not None else 0)),
        ("failures", str(record.failures if record is not None else 0)),
        ("ms on average", "?" if mean_ms is None else f"{mean_ms:.1f}"),
    ]
    age_s = coarse_s((seen.at_ns - last_ns) // NS_PER_S) if last_ns else None
    return HealthRow(name, result, detail, age_s, tuple(figures))
