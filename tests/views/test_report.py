"""A report states what the journal states, in every form, and no foreign text acts in any of them."""

from __future__ import annotations

import json

from tests.views.journals import ESCAPE, SESSION, D, finished, opened, traded
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.model import events as ev
from ytc_tui.model.codec import to_json
from ytc_tui.views.journal import short
from ytc_tui.views.json_data import text_of
from ytc_tui.views.report import SessionReport, build_report
from ytc_tui.views.report_after import after_sections
from ytc_tui.views.report_layout import markdown, sections


def report() -> SessionReport:
    return build_report(finished().records, safe=safe_line)


def test_header_and_result() -> None:
    told = report()
    assert (told.header.session, told.header.mode, told.header.status) == (SESSION, "paper", "completed")
    assert (told.header.end_reason, told.header.ended) == ("session time over", "2022-11-08 15:20:00Z")
    result = told.result
    assert (result.start_balance, result.end_balance) == (D(10000), D("10035.1824"))
    assert (result.pnl, result.fees, result.funding) == (D("35.1824"), D("0.8176"), "not modelled")
    assert (result.trades, result.wins, result.losses, result.breakevens) == (1, 1, 0, 0)
    assert result.differences == 0
    assert told.header.head == finished().head.hash


def test_trades_entered_and_not() -> None:
    first, second = report().trades
    assert (first.entry_price, first.exit_price, first.pnl) == (D("100.4"), D(104), D("35.1824"))
    assert (first.exit_reason, first.mae_r, first.mfe_r) == ("target", D("-0.2"), D("1.3"))
    assert (second.state, second.quantity, second.pnl) == ("not_entered", D(0), None)


def test_the_funnel_counts_every_setup_and_rule() -> None:
    funnel = report().funnel
    assert funnel.detected == {"PB": 4}
    assert (funnel.never_proposed, funnel.decisions, funnel.approved) == (1, 3, 2)
    assert funnel.refused_by == {"reward_risk": 1}
    assert (funnel.entered, funnel.not_entered) == (1, 1)


def test_limits_count_every_refusal_and_the_span_used() -> None:
    limits = {row.rule: row for row in report().limits}
    assert (limits["setup_score"].asked, limits["setup_score"].refused) == (3, 0)
    assert (limits["costs"].refused, limits["costs"].most_used, limits["costs"].limit) == (
        1,
        D("0.5"),
        D("1.2"),
    )


def test_work_around_the_trades() -> None:
    told = report()
    agents = {row.name: row for row in told.agents}
    assert (agents["session_review"].runs, agents["session_review"].retries) == (1, 1)
    assert [(row.handoff_id, row.state, row.decided_by) for row in told.handoffs] == [
        ("H001", "approved", "orchestrator")
    ]
    assert told.checklists["initialization"][0].result == "ok"
    assert told.review is not None
    assert told.review["grade"] == "A"


def test_an_unfinished_session_says_so() -> None:
    told = build_report(traded().records, safe=safe_line)
    assert told.header.ended == ""
    assert "not ended: stands in phase active_trading" in markdown(told).replace("\\", "")


def test_the_loss_past_the_limit_is_stated() -> None:
    journal = opened()
    journal.add(ev.FlattenStarted("session_loss", "P&L <= -3 %", D("-3.2"), D(-3), True), 50)
    unverified = markdown(build_report(journal.records, safe=safe_line))
    assert "NOT VERIFIED" in unverified
    journal.add(ev.ExposureRemains(("BTCUSDT 1",), 1))
    assert "NOT FLAT: BTCUSDT 1" in markdown(build_report(journal.records, safe=safe_line))
    journal.add(ev.FlatVerified(D("-3.4"), D("-0.4"), 2), 51)
    flatten = build_report(journal.records, safe=safe_line).flattens[0]
    assert (flatten.final, flatten.verified_pnl_pct, flatten.beyond_limit_pct) == (True, D("-3.4"), D("-0.4"))


def test_no_foreign_text_acts_in_any_form() -> None:
    told = report()
    text = json.dumps(to_json(told), ensure_ascii=False) + markdown(told)
    assert ESCAPE not in text
    assert "\x1b" not in text
    assert "\x07" not in text
    page = markdown(told)
    assert "\\<b\\>late\\</b\\>" in page
    assert "data \\| " in page


def test_a_markdown_row_has_as_many_cells_as_its_head() -> None:
    page = markdown(report()).replace("\\|", "")
    tables = [block.splitlines() for block in page.split("\n\n") if block.startswith("|")]
    assert len(tables) >= 5
    for table in tables:
        assert {line.count("|") for line in table} == {table[0].count("|")}


def test_every_section_of_the_brief_is_there() -> None:
    titles = [section.title for section in sections(report())]
    assert titles == [
        "Session", "Result", "Trades", "Session review", "Funnel", "Limits", "Drawdown", "Alerts", "Handoffs",
        "Checklist: initialization", "Agents",
    ]  # fmt: skip


def test_long_numbers_are_shortened_for_people_only() -> None:
    assert [short(D(text)) for text in ("1.50", "1.012675977675123995", "123456789012.5", "-0.0")] == [
        "1.5", "1.01268", "123457000000", "0",
    ]  # fmt: skip


def test_an_empty_journal_has_a_report() -> None:
    told = build_report([], safe=safe_line)
    assert told.header.entries == 0
    assert "no trade was planned" in markdown(told)


def test_the_books_add_up_to_the_ledger_check() -> None:
    told = report()
    assert [row.kind for row in told.ledger] == ["opening", *["realised", "fee"] * 3]
    assert told.ledger[-1].balance == told.result.end_balance
    assert sum((row.amount for row in told.ledger), D(0)) == told.result.end_balance
    assert sum((fill.fee for fill in told.fills), D(0)) == told.result.fees
    assert [(fill.role, fill.asked) for fill in told.fills] == [
        ("entry", D("100.5")), ("target", D(104)), ("target", D(104)),
    ]  # fmt: skip


def test_results_and_orders_for_the_figures() -> None:
    told = report()
    (trade,) = told.results
    assert (trade.trade_id, trade.net, trade.exit_reason) == ("T0001", D("35.1824"), "target")
    assert trade.closed_ns - trade.opened_ns == 15 * 60 * 10**9
    assert (told.orders.sent, told.orders.filled, told.orders.unfilled) == (5, 3, 2)


def test_answers_of_any_shape_make_a_table_or_nothing() -> None:
    odd = {"trade_reviews": [3, {"trade_id": None}], "rule_compliance": 7, "lessons_learned": "no list"}
    told = list(after_sections(odd, {"learning": [1], "psychology": {"signs": {}}, "next_session_prep": 0}))
    assert [section.title for section in told] == ["Trade reviews", "Session review", "Behaviour"]
    assert told[0].rows[1][0] == "-"
    assert [section.title for section in after_sections(None, {})] == ["Session review"]
    assert text_of({"a": True, "b": [], "c": 0}) == "a yes, b -, c 0"
