"""The chain of gates: which latch stood first, what was asked, and what was not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.views.journals import (
    BTC,
    FAILED,
    PASSED,
    Journal,
    answer,
    approved_entry,
    finished,
    opened,
    refusal,
    setup,
    task,
    trade,
)
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.model import events as ev
from ytc_tui.model.codec import to_json
from ytc_tui.model.risk import Verdict
from ytc_tui.model.session import Gate, SessionStatus, Severity
from ytc_tui.model.trades import ExitReason, TradeOutcome, TradeState
from ytc_tui.views.explain import Explanation, explain
from ytc_tui.views.explain_text import explanation_text
from ytc_tui.views.gate_chain import GateChain
from ytc_tui.views.standing import Mark, Standing, Step

OK, NO, NOT_ASKED = Mark.OK, Mark.NO, Mark.NOT_ASKED
BEFORE_SETUPS = [
    {"gate": "data", "ok": True, "why": "fresh and enough"},
    {"gate": "structure", "ok": True, "why": "between support 98 and resistance 104"},
    {"gate": "trend", "ok": True, "why": "uptrend, strong"},
    {"gate": "environment", "ok": True, "why": "steady trend, fits PB"},
]
NO_PB = {"gate": "PB", "ok": False, "why": "no trigger"}


def why(journal: Journal, target: str) -> Explanation:
    told = explain(journal.records, target, safe=safe_line)
    assert told is not None
    return told


def scanned(journal: Journal, minute: float, *steps: dict[str, Any], setups: tuple[str, ...] = ()) -> None:
    result = {
        "active_setups": [to_json(setup(name)) for name in setups],
        "chain": {BTC: [*BEFORE_SETUPS, *steps]},
    }
    number = len(journal.records)
    journal.add(task("setup_scanner", number), minute)
    journal.add(answer("setup_scanner", number, result))


def marks(chain: GateChain) -> list[tuple[str, Mark]]:
    return [(step.gate, step.mark) for step in chain.steps]


def test_a_minute_without_a_setup_shows_every_gate_in_order() -> None:
    journal = opened()
    scanned(journal, 40, NO_PB)
    told = why(journal, "12:40")
    assert told.headline.endswith("no trade: BTCUSDT: PB: no trigger")
    session, own = told.chain
    assert [step.gate for step in session.steps] == ["hours", "status", "gate", "limits", "news", "venue"]
    assert session.first(NO) is None
    assert marks(own) == [
        ("position", OK), ("data", OK), ("structure", OK), ("trend", OK), ("environment", OK), ("PB", NO),
        ("price", NOT_ASKED), ("risk rules", NOT_ASKED),
    ]  # fmt: skip
    text = explanation_text(told)
    assert "  ok  structure        between support 98 and resistance 104\n" in text
    assert "  --  price            not asked: no setup was found\n" in text


@pytest.mark.parametrize(
    ("gate", "words"),
    [("environment", "choppy, fits no setup that is on (PB)"), ("trend", "sideways; PB needs a trend")],
)
def test_the_first_gate_that_is_closed_is_the_answer(gate: str, words: str) -> None:
    journal = opened()
    steps = [{**step, "ok": False, "why": words} if step["gate"] == gate else step for step in BEFORE_SETUPS]
    result = {"active_setups": [], "chain": {BTC: [*steps, NO_PB]}}
    journal.add(answer("setup_scanner", 1, result), 40)
    assert why(journal, "12:40").headline.endswith(f"BTCUSDT: {words}")


def test_data_that_cannot_be_acted_on_spare_the_other_gates_the_question() -> None:
    journal = opened()
    step = {"gate": "data", "ok": False, "why": "too few bars since a hole in the data"}
    journal.add(answer("setup_scanner", 1, {"active_setups": [], "chain": {BTC: [step]}}), 40)
    told = why(journal, "12:40")
    assert told.headline.endswith("BTCUSDT: too few bars since a hole in the data")
    assert marks(told.chain[1])[2:7] == [
        (gate, NOT_ASKED) for gate in ("structure", "trend", "environment", "setups", "price")
    ]
    assert "--  structure to price not asked: the data cannot be acted on" in explanation_text(told)


def test_many_missing_setups_are_counted_not_listed() -> None:
    journal = opened()
    scanned(journal, 40, *({"gate": kind, "ok": False, "why": "no"} for kind in ("TST", "BOF", "BPB", "PB")))
    assert why(journal, "12:40").headline.endswith("BTCUSDT: TST: no; BOF: no; 2 more setups missing")


def test_a_found_setup_tells_its_score_and_that_it_was_decided_before() -> None:
    name = "PB-BTCUSDT-buy-2"
    found = {"gate": "PB", "ok": True, "why": f"{name}: score 82.5 of 70 needed, grade B"}
    price = {"gate": "price", "ok": True, "why": "within LWP and LRP"}
    journal = opened()
    journal.add(ev.SetupDetected(setup(name), ev.BarRef(BTC, 0, "d" * 64)), 40)
    journal.add(refusal(2, name))
    scanned(journal, 41, found, price, setups=(name,))
    told = why(journal, "12:41")
    assert told.headline.endswith(f"{name} was decided at 2022-11-08 12:40:00Z: D0002 refused by reward_risk")
    (pb,) = (step for step in told.chain[1].steps if step.gate == "PB")
    assert pb.why.endswith("grade B; trend 30/40, strength 52.5/60, confluence: zone, 50 % retrace")
    late = {"gate": "price", "ok": False, "why": "price 101 is beyond the worst price allowed 100.5"}
    scanned(journal, 42, found, late, setups=(name,))
    assert why(journal, "12:42").headline.endswith(
        "BTCUSDT: price 101 is beyond the worst price allowed 100.5"
    )


def test_a_decision_is_told_with_the_gates_that_it_met() -> None:
    journal = opened()
    scanned(journal, 40, {"gate": "PB", "ok": True, "why": "PB-BTCUSDT-buy-1: score 82.5"})
    approved_entry(journal, 1, "yentry1", 40)
    for target in ("D0001", "T0001", "yentry1", "PB-BTCUSDT-buy-1", "12:40"):
        chain = why(journal, target).chain[1]
        assert marks(chain)[0] == ("position", OK)
        assert marks(chain)[-1] == ("setup_score", OK)
    assert "T0001" in str(why(journal, "12:40").facts["pending_entries"])


def test_rules_of_risk_are_not_asked_of_a_setup_that_is_refused_itself() -> None:
    poor = Verdict("setup_score", False, "score 60 of 70 needed", Decimal(60), Decimal(70))
    for verdicts, last in (((poor,), ("risk rules", NOT_ASKED)), ((PASSED, FAILED), ("reward_risk", NO))):
        journal = opened()
        decided = refusal(1, "PB-BTCUSDT-buy-1", verdicts=verdicts, refused_by=verdicts[-1].rule)
        journal.add(decided, 40)
        assert marks(why(journal, "D0001").chain[1])[-1] == last


def latched(event: ev.Event) -> tuple[Explanation, Step]:
    journal = opened()
    journal.add(event, 38, check=False)
    scanned(journal, 40, NO_PB)
    told = why(journal, "12:40")
    step = told.chain[0].first(NO)
    assert step is not None
    assert step.seq == len(journal.records) - 2
    assert told.headline.endswith(f"no trade: {step.why}")
    return told, step


def test_each_latch_names_itself_before_any_setup() -> None:
    streak = ev.AlertRaised("s", Severity.CRITICAL, "losing_streak_limit", "5 losses in a row: no entries")
    drawdown = ev.AlertRaised("d", Severity.CRITICAL, "drawdown_limit", "day 5 % lost: no entries")
    counted = Verdict("trade_count", False, "20 of 20 trades taken", Decimal(20), Decimal(20))
    for event, gate, words in (
        (ev.GateChanged(Gate.ACTIVE, Gate.REDUCING, "entries off"), "gate", "REDUCING (entries off)"),
        (ev.StatusChanged(SessionStatus.RUNNING, SessionStatus.PAUSED, "why"), "status", "paused (why)"),
        (streak, "limits", "5 losses in a row: no entries"),
        (drawdown, "limits", "day 5 % lost: no entries"),
        (refusal(1, "x", verdicts=(counted,), refused_by="trade_count"), "limits", "20 of 20 trades taken"),
        (ev.ConnectionLost("timed out"), "venue", "silent since 2022-11-08 12:38:00Z: timed out"),
    ):
        _, step = latched(event)
        assert (step.gate, step.why) == (gate, words)


def test_a_blackout_holds_as_long_as_the_calendar_says() -> None:
    period = {"start": "2022-11-08T12:30:00Z", "end": "2022-11-08T13:00:00Z", "event": "USD CPI m/m"}
    told: dict[str, Any] = {
        "calendar": {"filter": "on", "problem": ""},
        "trading_restrictions": {"blackout_periods": [period]},
    }
    step = latched(answer("economic_calendar", 9, told))[1]
    assert (step.gate, step.why) == ("news", "blackout until 13:00Z: USD CPI m/m")
    journal = opened()
    journal.add(answer("economic_calendar", 9, told), 38)
    scanned(journal, 60, NO_PB)
    assert why(journal, "13:00").headline.endswith("BTCUSDT: PB: no trigger")
    told["calendar"]["filter"] = "off"
    journal.add(answer("economic_calendar", 10, told), 39)
    scanned(journal, 40, NO_PB)
    assert why(journal, "12:40").headline.endswith("BTCUSDT: PB: no trigger")
    journal.add(answer("economic_calendar", 11, {"trading_restrictions": {"blackout_periods": [7, {}]}}), 41)
    assert why(journal, "12:41").chain[0].first(NO) is None


def test_what_ended_a_latch_is_seen() -> None:
    journal = opened()
    streak = ev.AlertRaised("s", Severity.CRITICAL, "losing_streak_limit", "5 losses in a row: no entries")
    won = ev.TradeClosed(
        "T0001", TradeState.FULLY_CLOSED, ExitReason.TARGET, Decimal(9), Decimal("0.3"), Decimal(0),
        Decimal("0.5"), TradeOutcome.WIN,
    )  # fmt: skip
    for minute, event in (
        (38, streak), (39, ev.ConnectionLost("timed out")), (40, ev.TradePlanned(trade())), (41, won),
        (42, ev.ConnectionRestored(5)), (43, ev.DiscrepancyFound("x1", "position", BTC, "0", "1")),
        (44, ev.DiscrepancyResolved("x1", "closed")),
    ):  # fmt: skip
        journal.add(event, minute, check=False)
    wanted = {39: "limits", 41: "venue", 42: None}
    for minute, gate in wanted.items():
        step = why(journal, f"12:{minute}").chain[0].first(NO)
        assert (step.gate if step is not None else None) == gate
    assert ("books", NO) in marks(why(journal, "12:43").chain[1])
    assert ("books", NO) not in marks(why(journal, "12:44").chain[1])


def test_our_own_trade_stands_before_the_scan() -> None:
    journal = opened()
    approved_entry(journal, 1, "yentry1", 38)
    scanned(journal, 40, NO_PB)
    assert why(journal, "12:40").headline.endswith("BTCUSDT: the entry of T0001 worked already")
    journal.add(ev.TradeMoved("T0001", TradeState.PENDING_ENTRY, TradeState.IN_POSITION, "filled"), 41)
    scanned(journal, 42, NO_PB)
    told = why(journal, "12:42")
    assert told.headline.endswith("BTCUSDT: T0001 was open in BTCUSDT")
    assert told.facts["open_trades"] == ["T0001"]


def test_nothing_is_scanned_while_paused_after_hours_or_when_the_scanner_failed() -> None:
    journal = opened()
    journal.add(answer("setup_scanner", 1, {}, "no bars"), 40)
    told = why(journal, "12:40")
    assert told.headline.endswith("BTCUSDT: the scanner failed: no bars")
    assert "not asked: the scanner failed: no bars" in explanation_text(told)
    journal.add(ev.StatusChanged(SessionStatus.RUNNING, SessionStatus.PAUSED, "lunch"), 41)
    assert "not asked: nothing is scanned while paused" in explanation_text(why(journal, "12:42"))
    done = finished()
    for time, words in (
        ("11:59", "before the session's first entry"),
        ("12:05", "the session opens at 12:20Z"),
        ("12:25", "the opening is watched, not traded"),
        ("15:30", "trading was over (session time over)"),
    ):
        assert words in why(done, time if time > "12:00" else "2022-11-08T11:59Z").headline


def test_standing_of_an_empty_journal_is_before_the_session() -> None:
    step = Standing().steps(0)[0]
    assert (step.gate, step.mark) == ("hours", NO)
    assert "had not begun" in step.why


def test_latches_take_one_line_while_all_are_open() -> None:
    journal = opened()
    calendar = {"calendar": {"filter": "on"}, "trading_restrictions": {"blackout_periods": []}}
    journal.add(answer("economic_calendar", 9, calendar), 38)
    scanned(journal, 40, NO_PB)
    text = explanation_text(why(journal, "12:40"))
    assert "  ok  hours, status, gate, limits, news, venue\n" in text
    journal.add(ev.ConnectionLost("timed out"), 41, check=False)
    scanned(journal, 42, NO_PB)
    text = explanation_text(why(journal, "12:42"))
    assert "  ok  limits           none was reached\n" in text
    assert "  NO  venue            silent since" in text
