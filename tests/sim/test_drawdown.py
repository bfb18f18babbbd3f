"""The drawdown ledger over the sessions of a run: warned, stopped, and the same after every restart."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.sim.harness import Simulation
from tests.sim.laws import check_laws
from tests.sim.restarts import Fuse, Killed, fused, killed_and_resumed, resumed
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.engine.recovery import recover_state
from ytc_tui.model import events as ev
from ytc_tui.model.chain import first_fault
from ytc_tui.model.drawdown import Span
from ytc_tui.model.events import decode_event
from ytc_tui.model.session import Severity
from ytc_tui.views.journal import recorded
from ytc_tui.views.report import build_report

D = Decimal
DAYS = ("2022-11-08", "2022-11-09", "2022-11-10")
# A session of each day loses some 2 % at the stop: under its own limit of 3 %.
LOSING = {
    "session.open": "12:20",
    "session.planned_hours": "0.75",
    "session.hard_hours": "1",
    "risk.risk_per_trade_pct": "2",
    "risk.drawdown.week_warn_pct": "1.5",
    "risk.drawdown.week_limit_pct": "3.5",
}


def run_of(folder: Path, **settings: str) -> Simulation:
    """Three sessions on three days; each enters once and is stopped out."""
    tape = Tape(end="2022-11-10T14:00")
    for day in DAYS:
        tape.walk(f"{day}T12:41", 20_040, 20_056, 19_940, 19_930, 20_000)
    said = [long_at(f"{day}T12:41") for day in DAYS]
    given = {**LOSING, **settings}
    return stage(folder, tape, *said, settings=given, until="2022-11-10T14:00")


def told(simulation: Simulation, kind: type[ev.Event]) -> dict[str, list[ev.Event]]:
    """The events of a type, by session in order."""
    journal = simulation.journal
    return {
        session: [event for event in map(decode_event, journal.entries(session)) if isinstance(event, kind)]
        for session in journal.sessions()
    }


def ledgers(simulation: Simulation) -> list[ev.LedgerFixed]:
    found = [event for events in told(simulation, ev.LedgerFixed).values() for event in events]
    return [event for event in found if isinstance(event, ev.LedgerFixed)]


def bases(ledger: ev.LedgerFixed) -> dict[Span, Decimal]:
    return {held.span: held.base for held in ledger.spans}


async def test_losses_add_up_over_sessions_warn_and_stop_entries(tmp_path: Path) -> None:
    simulation = run_of(tmp_path)
    run = await simulation.run()
    _, second, third = run.documents
    check_laws(simulation)
    assert [document["trades_count"] for document in run.documents] == [1, 1, 0]
    assert [ledger.sessions for ledger in ledgers(simulation)] == [0, 1, 2]
    begin = [bases(ledger) for ledger in ledgers(simulation)]
    assert begin[0] == dict.fromkeys(Span, D(10_000))
    assert begin[2][Span.DAY] == D(third["start_balance"]) == D(second["account_balance"])
    assert begin[2][Span.WEEK] == begin[2][Span.MONTH] == begin[2][Span.TOTAL] == D(10_000)
    alerts = [
        [(a.code, a.alert_id, a.severity) for a in events if isinstance(a, ev.AlertRaised)]
        for events in told(simulation, ev.AlertRaised).values()
    ]
    drawdown = [[row[1:] for row in rows if row[0].startswith("drawdown")] for rows in alerts]
    assert drawdown[0] == [("drawdown-week", Severity.WARNING)]
    assert drawdown[1] == [("drawdown-week", Severity.WARNING), ("drawdown-limit-week", Severity.CRITICAL)]
    assert drawdown[2] == [("drawdown-limit-week", Severity.CRITICAL)]
    assert third["funnel"]["refused_by"] == {"drawdown": 1}
    decided = [e for events in told(simulation, ev.DecisionMade).values() for e in events]
    last = decided[-1]
    assert isinstance(last, ev.DecisionMade)
    assert last.reason.startswith("week drawdown ")
    assert "% of 10000.00 since 2022-11-08 (warning 1.5 %, limit 3.5 %): no entries" in last.reason
    [verdict] = [verdict for verdict in last.verdicts if verdict.rule == "drawdown"]
    assert verdict.used is not None
    assert verdict.used > D("3.5")
    assert verdict.limit == D("3.5")
    week = next(row for row in third["drawdown"] if row["span"] == "week")
    lost_pct = (D(10_000) - D(third["account_balance"])) / 100
    assert D(week["used_pct"]) == lost_pct.quantize(D("0.0001"))


async def test_a_report_tells_the_ledger(tmp_path: Path) -> None:
    simulation = run_of(tmp_path)
    await simulation.run()
    session = simulation.journal.sessions()[1]
    report = build_report(recorded(simulation.journal.entries(session)), safe=safe_line)
    rows = {row.span: row for row in report.drawdown}
    assert list(rows) == ["day", "week", "month", "total"]
    assert rows["day"].begin_pct == 0
    assert D("1.5") < rows["week"].begin_pct < rows["week"].end_pct
    assert rows["week"].limit_pct == D("3.5")
    assert rows["week"].since == "2022-11-08"


async def test_another_week_begins_anew(tmp_path: Path) -> None:
    simulation = run_of(tmp_path, **{"session.days": '["tue", "thu"]'})
    await simulation.run()
    assert [ledger.sessions for ledger in ledgers(simulation)] == [0, 1]


def facts(simulation: Simulation) -> list[tuple[object, ...]]:
    """What each session came to, with the ledger that it was given."""
    found: list[tuple[object, ...]] = []
    for session in simulation.journal.sessions():
        state, _ = recover_state(simulation.journal, session)
        assert first_fault(simulation.journal.entries(session)) is None
        found.append((session, state.ledger, state.wallet, state.trades_taken, dict(state.refused)))
    return found


@pytest.mark.parametrize("after", [True, False])
async def test_a_killed_run_has_the_same_ledgers(tmp_path: Path, after: bool) -> None:
    fuse = Fuse()
    whole = fused(lambda: run_of(tmp_path), fuse)
    await whole.run()
    steps = fuse.steps
    # In the first session, as a later one begins, and late in the last.
    kills = [(steps * share // 10, after) for share in (2, 3, 3)]
    killed = await killed_and_resumed(lambda: run_of(tmp_path), *kills)
    assert facts(killed) == facts(whole)


async def test_a_restart_keeps_the_ledger_that_was_fixed(tmp_path: Path) -> None:
    """Killed again and again until the last session has begun: nothing is computed anew."""
    whole = run_of(tmp_path)
    await whole.run()
    fuse = Fuse()
    simulation = fused(lambda: run_of(tmp_path), fuse)
    kills = 0
    while len(simulation.journal.sessions()) < len(DAYS):
        kills += 1
        fuse.kill_at, fuse.steps = 40 * kills, 0
        with pytest.raises(Killed):
            await simulation.run()
        simulation = resumed(lambda: run_of(tmp_path), simulation)
    fuse.kill_at = 0
    await simulation.run()
    assert kills > 1
    assert facts(simulation) == facts(whole)
    assert [len(events) for events in told(simulation, ev.LedgerFixed).values()] == [1, 1, 1]


async def test_a_run_over_older_days_does_not_see_later_ones(tmp_path: Path) -> None:
    """The same days under another label, into the same journal: its ledger is that of the first time."""
    first = run_of(tmp_path)
    await first.run()
    again = run_of(tmp_path, **{"risk.drawdown.total_limit_pct": "25"})  # another run: other settings
    again.journal = first.journal
    await again.run()
    before, after = ledgers(again)[:3], ledgers(again)[3:]
    assert [ledger.sessions for ledger in after] == [ledger.sessions for ledger in before] == [0, 1, 2]
    assert [bases(ledger) for ledger in after] == [bases(ledger) for ledger in before]
