"""A variant's run is the run that `ytc run` makes, and its sums are those of its journal."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

from ytc_tui.adapters.stores.upgrade import upgrade
from ytc_tui.analysis.metrics.comparison import run_figures
from ytc_tui.boot import RunRequest, prepare
from ytc_tui.commands.instants import parse_instant
from ytc_tui.config import load_settings
from ytc_tui.outlets import memory_outlets
from ytc_tui.paper_run import PaperRun
from ytc_tui.variant_run import run_variant

OVERRIDES = {"trading.setups": "PB,TST,BOF,BPB,CPB"}
REQUEST = RunRequest(
    from_ns=parse_instant("2022-11-08", "--from"), to_ns=parse_instant("2022-11-11", "--to"), speed=60
)


def test_it_is_the_run_entry_by_entry_and_its_sums_are_the_books(tmp_path: Path) -> None:
    found = run_variant(load_settings(overrides=OVERRIDES, environment={}), REQUEST, tmp_path / "one")
    parts = prepare(
        load_settings(overrides={**OVERRIDES, "journal.state_dir": str(tmp_path / "two")}, environment={}),
        RunRequest(from_ns=REQUEST.from_ns, to_ns=REQUEST.to_ns),
        {},
    )
    parts.paths.prepare()
    upgrade(parts.paths.database)
    over_before: list[int] = []  # sessions that were over as the next was about to open
    run = PaperRun(
        parts,
        memory_outlets(parts, lambda entry, event: None),
        about_to_open=lambda: over_before.append(len(run.documents)),
    )
    asyncio.run(run.run())
    assert over_before == [0, 1, 2]
    assert [session.head for session in found.sessions] == [one["journal"]["head"] for one in run.documents]
    assert found.planned == len(found.sessions) == 3
    figures = run_figures(found.sessions)
    assert figures.summary.trades == len(run.history.trades) > 0
    assert figures.net == sum((Decimal(one["session_pnl"]) for one in run.documents), Decimal(0))
    assert figures.fees == sum((Decimal(one["fees_paid"]) for one in run.documents), Decimal(0))
    assert figures.summary.net == figures.net
    assert figures.summary.fees == figures.fees
    assert figures.book_cost > 0
