"""Setups that were found and not traded, and what they came to: part of a report (domain.md 2.12).

Decides why a setup was not traded, and how the session compares with every setup at its best exit. Imports
the metrics, the store's reader and the report. Invariant: prices come from the bar store alone; a symbol
without stored bars is judged nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.analysis.metrics.hindsight import Course, Hindsight, in_hindsight
from ytc_tui.model import events as ev
from ytc_tui.model.market import NS_PER_MIN, Bar
from ytc_tui.model.money import ZERO, decimal_from_float
from ytc_tui.model.proposals import REFUSED_AS
from ytc_tui.model.signals import Setup
from ytc_tui.views.journal import Recorded, utc
from ytc_tui.views.report import SessionReport
from ytc_tui.views.section import Section

_TOLD = 60
_COLUMNS = ("found", "setup", "symbol", "side", "score", "not traded because", "in hindsight", "best R")


@dataclass(frozen=True, slots=True)
class Missed:
    """A setup as it was first found; `hindsight` is None where no bars of its symbol are stored."""

    setup: Setup
    why: str
    hindsight: Hindsight | None


@dataclass(frozen=True, slots=True)
class Perfect:
    """Every setup at its best exit before its stop, traded or not, in R before costs."""

    missed: tuple[Missed, ...]
    best_r: Decimal
    made_r: Decimal

    @property
    def efficiency(self) -> Decimal | None:
        """What was made of it, None where there was nothing to make."""
        return self.made_r / self.best_r if self.best_r > ZERO else None


def perfect_of(report: SessionReport, records: Iterable[Recorded], reader: SqliteReader) -> Perfect:
    """The session's setups in hindsight."""
    header = report.header
    bars: dict[str, tuple[Bar, ...]] = {}
    found = []
    for setup, why in _not_traded(records):
        if setup.symbol not in bars:
            stored = reader.bars(
                setup.symbol, header.init_ns, header.until_ns + NS_PER_MIN, header.feed_digest
            )
            by_open = {bar.open_ns: bar for bar in stored}
            bars[setup.symbol] = tuple(by_open[open_ns] for open_ns in sorted(by_open))
        after = bars[setup.symbol]
        found.append(Missed(setup, why, in_hindsight(setup, after) if after else None))
    missed_r = (decimal_from_float(each.hindsight.best_r) for each in found if each.hindsight is not None)
    taken_r = (result.mfe_r for result in report.results if result.mfe_r is not None)
    return Perfect(tuple(found), sum((*missed_r, *taken_r), ZERO), report.result.total_r)


def _not_traded(records: Iterable[Recorded]) -> Iterator[tuple[Setup, str]]:
    """Every setup that was found and never filled, with the last reason."""
    setups: dict[str, Setup] = {}
    why: dict[str, str] = {}
    proposed: dict[str, str] = {}  # proposal or trade -> setup
    filled = set()
    for record in records:
        match record.event:
            case ev.SetupDetected(setup):
                setups.setdefault(setup.setup_id, setup)
            case ev.DecisionMade(setup_id=setup_id, refused_by=rule):
                why[setup_id] = rule or "its entry did not fill"
            case ev.TradeProposed(proposal, state):
                proposed[proposal.proposal_id] = proposal.setup.setup_id
                why[proposal.setup.setup_id] = REFUSED_AS.get(state, "nobody answered")
            case ev.ProposalDecided(proposal_id, state=state) if proposal_id in proposed:
                why[proposed[proposal_id]] = REFUSED_AS.get(state, "its entry did not fill")
            case ev.TradePlanned(trade):
                proposed[trade.trade_id] = trade.setup_id
            case ev.FillBooked(trade_id=trade_id) if trade_id in proposed:
                filled.add(proposed[trade_id])
            case _:
                continue
    for setup_id, setup in setups.items():
        if setup_id not in filled:
            yield setup, why.get(setup_id, "it was not proposed")


def missed_sections(perfect: Perfect) -> tuple[Section, ...]:
    """The table and its sums; nothing where every setup was traded."""
    if not perfect.missed:
        return ()
    told = perfect.missed[:_TOLD]
    table = Section("Setups that were not traded, in hindsight", _COLUMNS, tuple(map(_row, told)))
    return (table, Section("Against every setup at its best exit", (), tuple(_sums(perfect, len(told)))))


def _row(missed: Missed) -> tuple[str, ...]:
    setup, seen = missed.setup, missed.hindsight
    course, best = ("no bars are stored", "-") if seen is None else (seen.course.value, f"{seen.best_r:+.2f}")
    score, side = f"{setup.score:.0f}", setup.side.value
    return (utc(setup.found_ns), setup.kind.value, setup.symbol, side, score, missed.why, course, best)


def _sums(perfect: Perfect, told: int) -> Iterator[tuple[str, str]]:
    courses = [each.hindsight.course for each in perfect.missed if each.hindsight is not None]
    counts = ", ".join(f"{courses.count(course)} {course}" for course in Course if course in courses)
    yield "not traded", f"{len(perfect.missed)}" + (f" ({counts})" if counts else "")
    if told < len(perfect.missed):
        yield "not listed here", f"{len(perfect.missed) - told}"
    share = perfect.efficiency
    made = f"{perfect.made_r:+.2f} R of {perfect.best_r:+.2f} R"
    yield "made", made if share is None else f"{made}: {share * 100:.1f} %"
    yield "how to read it", "stop before target, before costs, and whether or not they could be held together"
