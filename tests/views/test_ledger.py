"""Every figure that the journal states about money is compared, and each lie is found at its entry."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.views.journals import (
    SESSION,
    D,
    Journal,
    approved_entry,
    finished,
    intent,
    opened,
    order,
    task,
    traded,
)
from ytc_tui.model import events as ev
from ytc_tui.model.codec import to_json
from ytc_tui.model.market import Side
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.tasks import ResponseStatus
from ytc_tui.model.trades import ExitReason, TradeOutcome, TradeState
from ytc_tui.views.journal import Recorded
from ytc_tui.views.ledger import LedgerReport, check_ledger

HONEST = tuple(finished().records)


def changed(journal: Journal, kind: type, change: Any) -> tuple[LedgerReport, int]:
    """The check of `journal` with its last `kind` event changed, and that entry's number."""
    index = max(n for n, record in enumerate(journal.records) if isinstance(record.event, kind))
    records = list(journal.records)
    records[index] = Recorded(records[index].entry, change(records[index].event))
    return check_ledger(records), records[index].seq


def only(report: LedgerReport, seq: int) -> str:
    assert [found.seq for found in report.differences] == [seq] * len(report.differences)
    assert report.differences
    return "\n".join(map(str, report.differences))


def test_an_honest_session_has_no_difference() -> None:
    journal = finished()
    report = check_ledger(journal.records)
    assert report.ok
    assert report.ended
    assert (report.orders, report.decisions, report.trades, report.sums.fills) == (4, 3, 2, 3)
    assert report.sums.wallet == journal.state.wallet
    assert report.sums.trades["T0001"].net == journal.state.trades["T0001"].net_pnl


def test_a_wrong_profit_of_a_fill_is_found_with_both_figures() -> None:
    report, seq = changed(
        traded(), ev.FillBooked, lambda e: replace(e, realised=e.realised + D("0.00000001"))
    )
    assert "is found" not in (text := only(report, seq))
    assert "profit realised by fill f3" in text
    assert "18.00000001; expected 18" in text


@pytest.mark.parametrize(
    ("field", "what"), [("pnl", "P&L of trade T0001"), ("r_multiple", "R of trade T0001")]
)
def test_a_wrong_result_of_a_trade(field: str, what: str) -> None:
    def lie(event: Any) -> Any:
        return replace(event, **{field: getattr(event, field) + D("0.0001")})

    report, seq = changed(traded(), ev.TradeClosed, lie)
    assert what in only(report, seq)


def test_wrong_balances() -> None:
    report, seq = changed(finished(), ev.StartBalanceFixed, lambda e: replace(e, balance=e.balance + 1))
    assert "start balance: 10001; expected 10000" in str(report.differences[0])
    assert report.differences[0].seq == seq
    report, seq = changed(finished(), ev.SessionEnded, lambda e: replace(e, end_balance=e.end_balance - 1))
    assert "end balance" in only(report, seq)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("account_balance",), "1"),
        (("start_balance",), "9999.99"),
        (("session_pnl",), "0"),
        (("fees_paid",), "0.81759999"),
        (("funding",), "1.5"),
        (("trades_count",), 2),
        (("session_metrics", "current_pnl"), "1"),
        (("session_metrics", "current_pnl_pct"), "0.3517"),
        (("session_metrics", "positions_open"), 1),
        (("funnel", "entered"), 0),
        (("trades", 0, "pnl"), "35.19"),
        (("trades", 0, "quantity"), "9"),
        (("trades", 0, "entry_price"), "100.5"),
        (("trades", 0, "pnl"), "much"),
    ],
)
def test_every_figure_of_the_document_is_compared(path: tuple[str | int, ...], value: object) -> None:
    def lie(event: ev.SessionEnded) -> ev.SessionEnded:
        document: Any = to_json(event.document)
        place = document
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        return replace(event, document=document)

    report, seq = changed(finished(), ev.SessionEnded, lie)
    assert str(path[-1]) in only(report, seq)
    assert len(report.differences) == 1


@given(
    st.integers(min_value=0, max_value=2),
    st.sampled_from(["quantity", "price", "fee"]),
    st.decimals(min_value=D("-0.5"), max_value=D("0.5"), places=8).filter(bool),
)
def test_no_number_of_a_fill_can_change_unseen(number: int, field: str, by: Decimal) -> None:
    records = list(HONEST)
    places = [n for n, record in enumerate(records) if isinstance(record.event, ev.FillBooked)]
    record = records[places[number]]
    event: Any = record.event
    fill = replace(event.fill, **{field: getattr(event.fill, field) + by})
    records[places[number]] = Recorded(record.entry, replace(event, fill=fill))
    assert not check_ledger(records).ok


def test_funding_is_part_of_the_wallet() -> None:
    journal = traded()
    before = check_ledger(journal.records).sums.wallet
    journal.add(ev.FundingBooked("BTCUSDT", D("-1.25")))
    report = check_ledger(journal.records)
    assert report.ok
    assert (report.sums.wallet, report.sums.funding) == (before - D("1.25"), D("-1.25"))


def test_fills_that_fit_no_order() -> None:
    journal = opened()
    approved_entry(journal, 1, "y1", 40)
    journal.fill("y1", Side.BUY, "10", "100", "T0001")
    wrong = [
        journal.fill("nobody", Side.SELL, "1", "100", check=False),
        journal.fill("y1", Side.SELL, "1", "100", "T0001", realised=D(0), check=False),
        journal.fill("y1", Side.BUY, "1", "100", "T0009", realised=D(0), check=False),
    ]
    told = {seq: [str(d) for d in check_ledger(journal.records).differences if d.seq == seq] for seq in
            (record.seq for record in wrong)}  # fmt: skip
    assert "order nobody not intended" in told[wrong[0].seq][0]
    assert any("sell BTCUSDT; expected buy BTCUSDT" in text for text in told[wrong[1].seq])
    assert any("trade T0009; expected trade T0001" in text for text in told[wrong[2].seq])


def test_a_recorded_discrepancy_explains_a_foreign_fill_and_an_overfill() -> None:
    journal = opened()
    approved_entry(journal, 1, "y1", 40)
    journal.fill("y1", Side.BUY, "12", "100", "T0001", check=False)
    journal.fill("theirs", Side.SELL, "2", "100", check=False, realised=D(0))
    found = check_ledger(journal.records).differences
    assert [difference.what for difference in found] == ["order y1", "fill f1", "fill f1"]
    journal.add(ev.DiscrepancyFound("overfill-y1", "overfill", "BTCUSDT", "ordered 10", "filled 12"))
    journal.add(ev.DiscrepancyFound("foreign-theirs", "foreign_order", "BTCUSDT", "not ours", "fill"))
    # What stays is the repeated fill id of this hand-made journal.
    assert [str(d) for d in check_ledger(journal.records).differences] == [
        f"entry {journal.records[-3].seq}: fill f1: booked a second time; expected booked once"
    ]


def test_a_stop_that_widened_and_a_position_at_verified_flat() -> None:
    journal = opened()
    approved_entry(journal, 1, "y1", 40)
    journal.fill("y1", Side.BUY, "10", "100", "T0001")
    seq = journal.add(ev.StopTightened("T0001", D(98), D(97), ExitReason.STOP, "y2")).seq
    flat = journal.add(ev.FlatVerified(D(0), D(0), 1)).seq
    told = [str(found) for found in check_ledger(journal.records).differences]
    assert told == [
        f"entry {seq}: stop of trade T0001: widened from 98 to 97; expected tighter or equal",
        f"entry {flat}: position BTCUSDT at verified flat: 10; expected 0",
    ]


def test_a_fill_or_order_after_the_end_and_a_repeated_task_id() -> None:
    journal = finished()
    journal.add(intent(order("late", OrderRole.ENTRY), 3), check=False)
    journal.fill("late", Side.BUY, "1", "100", "T0003", check=False)
    journal.add(task("setup_scanner", 1))
    told = "\n".join(map(str, check_ledger(journal.records).differences))
    for what in ("after the session's end", "no fill", "gate REDUCING", "id task-1 again"):
        assert what in told


def test_a_task_id_of_an_answer_that_was_there_before_is_named() -> None:
    journal = opened()
    journal.add(task("setup_scanner", 7))
    message = task("setup_scanner", 7).task
    repeated = journal.add(ev.TaskAnswered(message, ResponseStatus.SUCCESS, {})).seq
    told = [str(found) for found in check_ledger(journal.records).differences]
    assert told == [f"entry {repeated}: task of setup_scanner: id task-7 again; expected a new id"]


def test_an_open_position_is_not_valued_and_its_document_profit_not_judged() -> None:
    journal = opened()
    approved_entry(journal, 1, "y1", 40)
    journal.fill("y1", Side.BUY, "10", "100", "T0001")
    metrics = {"positions_open": 1, "current_pnl": "7"}
    document = {"session_pnl": "7", "session_metrics": metrics}
    journal.add(ev.SessionEnded("feed ended", journal.state.wallet, document))
    report = check_ledger(journal.records)
    assert report.ok
    assert report.sums.open_positions() == {"BTCUSDT": Decimal(10)}


def test_records_keep_their_place() -> None:
    record = traded().records[4]
    assert (record.seq, record.entry.session) == (5, SESSION)


def test_what_was_adopted_is_in_the_sums_and_a_trade_that_lost_it_has_no_result() -> None:
    journal = opened()
    approved_entry(journal, 1, "y1", 40)
    journal.fill("y1", Side.BUY, "10", "100", "T0001")
    journal.add(ev.TradeMoved("T0001", TradeState.PENDING_ENTRY, TradeState.IN_POSITION, "entry filled"))
    journal.add(ev.PositionAdopted("position-BTCUSDT", "BTCUSDT", D(0), D(0), D(1), "T0001", D(10), "ada"))
    trade = journal.state.trades["T0001"]
    r_multiple = (trade.net_pnl / trade.risk_money).quantize(D("0.0001"))
    end = (ExitReason.EXTERNAL, trade.net_pnl, r_multiple, D(0), D(0), TradeOutcome.BREAKEVEN)
    journal.add(ev.TradeClosed("T0001", TradeState.FULLY_CLOSED, *end))
    journal.add(ev.PositionAdopted("position-BTCUSDT", "BTCUSDT", D(-3), D(300), D(1), "", D(0), "ada"))
    journal.add(ev.WalletAdopted("wallet", D(-7), D(0), "ada"))
    report = check_ledger(journal.records)
    assert report.ok
    assert report.sums.open_positions() == {"BTCUSDT": D(-3)}
    assert report.sums.wallet == journal.state.wallet == D(10_000) - trade.fees - 7
