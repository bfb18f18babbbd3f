"""Why, and why not: each answer names the rule, the numbers and the entries behind it."""

from __future__ import annotations

import pytest

from tests.views.journals import ESCAPE, Journal, answer, finished, opened, task, traded
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.model import events as ev
from ytc_tui.model.session import Gate, SessionStatus, Severity
from ytc_tui.views.explain import Explanation, explain
from ytc_tui.views.explain_text import explanation_text
from ytc_tui.views.standing import Mark


def why(target: str, journal: Journal | None = None) -> Explanation:
    told = explain((journal or finished()).records, target, safe=safe_line)
    assert told is not None
    return told


def test_a_refused_decision_names_the_first_rule_and_all_others() -> None:
    told = why("D0002")
    assert told.headline == "D0002 refused by reward_risk: blended 1.2 < 1.5; also refused by costs"
    assert [verdict.rule for verdict in told.decisions[0].failed] == ["reward_risk", "costs"]
    text = explanation_text(told)
    assert "first failing rule: reward_risk" in text
    assert "NO  reward_risk      blended 1.2 < 1.5  [1.2 / 1.5]" in text
    assert "ok  setup_score" in text
    assert "score 82.5 of 100, grade B" in text
    assert "strength                 52.5 of 60" in text


@pytest.mark.parametrize("target", ["T0001", "t0001", "D0001", "PB-BTCUSDT-buy-1"])
def test_a_trade_is_explained_from_setup_to_result(target: str) -> None:
    told = why(target)
    text = explanation_text(told)
    assert [part.setup.setup_id for part in told.setups] == ["PB-BTCUSDT-buy-1"]
    assert [part.outcome for part in told.decisions] == ["approved"]
    assert [order.client_id for order in told.orders] == ["yentry1", "yentry1-stop", "yt1", "yt2"]
    assert [order.fate for order in told.orders] == [
        "filled 10 of 10 at 100.4",
        "canceled: on request",
        "filled 5 of 5 at 104",
        "filled 5 of 5 at 104",
    ]
    assert "fully_closed by target: P&L 35.18 (+1.17 R)" in text
    seqs = [moment.seq for moment in told.moments]
    assert seqs == sorted(set(seqs))


def test_an_order_says_why_it_was_sent_and_what_became_of_it() -> None:
    told = why("yt1")
    assert told.headline == "target sell 5 BTCUSDT: filled 5 of 5 at 104; target (T1)"
    assert [part.decision_id for part in told.decisions] == ["D0001"]
    texts = [moment.text for moment in told.moments]
    assert any("WORKING  yt1" in text for text in texts)
    assert not any("yt2" in text for text in texts)
    assert why("yentry1-stop").decisions[0].decision_id == "D0001"
    assert why("yentry3").orders[0].fate == "expired"


@pytest.mark.parametrize(
    ("event", "fate"),
    [
        (ev.OrderRejected("y9", "no margin"), "rejected: no margin"),
        (ev.OrderLost("y9", "timed out"), "UNKNOWN: timed out"),
        (ev.CancelAsked("y9", "stale"), "being canceled: stale"),
        (ev.OrderCanceled("y9", "gone"), "canceled: gone"),
    ],
)
def test_the_end_of_an_order_is_what_its_last_entry_says(event: ev.Event, fate: str) -> None:
    from tests.views.journals import approved_entry

    journal = opened()
    approved_entry(journal, 9, "y9", 40)
    assert why("y9", journal).orders[0].fate == "working"
    journal.add(event, check=False)
    assert why("y9", journal).orders[0].fate == fate


def test_a_setup_that_was_never_proposed_says_what_it_waited_for() -> None:
    told = why("PB-BTCUSDT-buy-4")
    assert told.headline == "not proposed to the gate: expired (2022-11-08 13:30:00Z)"
    assert told.decisions == ()


def test_an_agent_with_its_runs() -> None:
    told = why("session_review")
    assert (told.facts["asked"], told.facts["answered"], told.facts["retried"]) == (1, 1, 1)
    assert told.headline.startswith("success at 2022-11-08 15:20:00Z (entry ")
    assert told.headline.endswith("); now: the session is over")
    assert told.facts["next_due"] == "not any more"
    assert told.facts["last_result"]["grade"] == "A"
    journal = opened()
    journal.add(task("trend_definition", 1))
    journal.add(answer("trend_definition", 1, {}, "no bars"))
    told = why("trend_definition", journal)
    assert told.facts["failed"] == 1
    assert told.headline.endswith("no bars; now: no engine that runs it answers")


def test_a_running_engine_says_why_its_agent_is_idle_and_when_it_is_due() -> None:
    journal = opened()
    journal.add(task("monitoring", 1))
    now = {"why_idle": "waits for the trading bar", "next_due": "2022-11-08 12:39:00Z"}
    told = explain(journal.records, "monitoring", safe=safe_line, ask_agent=lambda agent: now)
    assert told is not None
    assert told.headline == "asked, and has not answered; now: waits for the trading bar"
    assert told.facts["next_due"] == "2022-11-08 12:39:00Z"


def test_a_minute_without_a_trade_says_what_the_scanner_missed() -> None:
    told = why("12:40")
    assert told.headline == "2022-11-08 12:40:00Z: no trade: BTCUSDT: PB: trend is sideways"
    assert [(step.gate, step.mark, step.why) for step in told.chain[1].steps[:2]] == [
        ("position", Mark.OK, "nothing of ours was open"),
        ("PB", Mark.NO, "trend is sideways"),
    ]
    assert told.facts == {}
    assert why("2022-11-08T13:40+01:00").headline == told.headline


def test_a_minute_knows_only_what_was_before_its_end() -> None:
    assert "phase was pre_market" in why("12:05").headline
    assert "the scanner had not reported yet" in why("12:36").headline
    assert "gave no answer then, its last one is of 2022-11-08 12:40:00Z" in why("12:42").headline
    assert "last_refusal" not in why("12:42").facts
    assert why("13:15").facts["last_refusal"].startswith("D0002 at 2022-11-08 13:10:00Z by reward_risk")
    assert why("13:15").decisions == ()
    assert why("12:50").facts["open_trades"] == ["T0001"]


def test_a_minute_with_a_decision_is_answered_by_it() -> None:
    assert "decision D0001 on PB-BTCUSDT-buy-1 approved" in why("12:45").headline
    assert "refused by reward_risk" in why("13:10").headline


def test_gate_and_status_speak_before_the_scanner() -> None:
    journal = traded()
    journal.add(ev.GateChanged(Gate.ACTIVE, Gate.REDUCING, "operator"), 70)
    journal.add(ev.AlertRaised("x", Severity.INFO, "c", ESCAPE))
    assert why("13:11", journal).headline.endswith("no trade: REDUCING (operator)")
    journal.add(ev.StatusChanged(SessionStatus.RUNNING, SessionStatus.PAUSED, "operator"), 72)
    assert why("13:12", journal).headline.endswith("no trade: paused (operator); also gate")


@pytest.mark.parametrize("target", ["T0099", "nobody", "", "25:00", "12:99", "2022-11-08", "20221108"])
def test_what_is_not_known_has_no_answer(target: str) -> None:
    assert explain(finished().records, target, safe=safe_line) is None


def test_no_foreign_text_acts() -> None:
    for target in ("12:50", "session_review", "T0001"):
        assert "\x1b" not in explanation_text(why(target))
