"""A run in memory for its figures alone: what `ytc compare` does once for each set of settings.

Decides what is kept of a run. Part of the composition root. Invariants: it is the run that `ytc run` makes
of the same data and settings, entry by entry; nothing of it reaches the user's state folder.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from ytc_tui.adapters.stores.memory import MemoryJournal
from ytc_tui.adapters.stores.upgrade import upgrade
from ytc_tui.analysis.metrics.comparison import CostedTrade, SessionOutcome
from ytc_tui.boot import Parts, RunRequest, prepare
from ytc_tui.config import LoadedSettings
from ytc_tui.engine.session_run import SessionRun
from ytc_tui.model.chain import Entry
from ytc_tui.model.events import Event, FillBooked, SessionStarted
from ytc_tui.model.history import result_of
from ytc_tui.model.money import ZERO
from ytc_tui.outlets import memory_outlets
from ytc_tui.paper_run import Outlets, PaperRun


@dataclass(frozen=True, slots=True)
class VariantOutcome:
    """What a variant's run came to. `feed_digest` and `seed` tell that variants met the same market;
    `planned` counts the sessions of the range, of which one that the data cut off has no outcome."""

    sessions: tuple[SessionOutcome, ...]
    planned: int
    config_digest: str
    feed_digest: str
    seed: int
    symbols: tuple[str, ...]


def run_variant(loaded: LoadedSettings, request: RunRequest, folder: Path) -> VariantOutcome:
    """Run to the end of the range at full speed; in `folder`, its own, is what a start asks of a disk."""
    journal = loaded.settings.journal.model_copy(update={"state_dir": str(folder)})
    here = replace(loaded, settings=loaded.settings.model_copy(update={"journal": journal}))
    parts = prepare(here, replace(request, speed=None), {})
    parts.paths.prepare()
    upgrade(parts.paths.database)
    run = _FiguresRun.over(parts)
    asyncio.run(run.run())
    return VariantOutcome(
        sessions=tuple(run.outcomes),
        planned=len(parts.windows),
        config_digest=loaded.digest,
        feed_digest=parts.feed.digest,
        seed=loaded.settings.paper.seed,
        symbols=parts.feed.symbols,
    )


class _FiguresRun(PaperRun):
    """A paper run that keeps each session's figures, and forgets the session itself."""

    outcomes: list[SessionOutcome]
    book_costs: dict[str, Decimal]  # by trade of the running session

    @classmethod
    def over(cls, parts: Parts) -> _FiguresRun:
        journal = MemoryJournal()
        costs: dict[str, Decimal] = defaultdict(lambda: ZERO)

        def observe(entry: Entry, event: Event) -> None:
            match event:
                case SessionStarted():
                    # Its balance is in the ledger that was fixed for this one.
                    journal.keep_only(entry.session)
                    costs.clear()
                case FillBooked(fill, trade_id, _, contract_size) if fill.reference_price is not None:
                    worse = (fill.price - fill.reference_price) * fill.side.sign
                    costs[trade_id] += worse * fill.quantity * contract_size
                case _:
                    return

        outlets: Outlets = memory_outlets(parts, observe, journal)
        run = cls(parts, outlets)
        run.outcomes, run.book_costs = [], costs
        return run

    async def on_ended(self, run: SessionRun) -> None:
        await super().on_ended(run)
        self.outcomes.append(self._outcome(run, self.documents.pop()))

    def _outcome(self, run: SessionRun, document: dict[str, Any]) -> SessionOutcome:
        state, policy = run.kernel.sit.state, self.parts.policy
        trades = [
            CostedTrade(result, trade.risk_money, self.book_costs.get(trade.trade_id, ZERO))
            for trade in state.trades.values()
            if (result := result_of(trade, policy.management.breakeven_band_r)) is not None
        ]
        funnel = document["funnel"]
        return SessionOutcome(
            date=run.kernel.sit.window.date,
            start_balance=state.opening_balance,
            end_balance=state.wallet,
            trades=tuple(trades),
            detected=funnel["detected"],
            refused_by=funnel["refused_by"],
            approved=funnel["approved"],
            entered=funnel["entered"],
            not_entered=funnel["not_entered"],
            fees=state.fees_paid,
            book_cost=sum(self.book_costs.values(), ZERO),
            funding=state.funding,
            head=document["journal"]["head"],
        )
