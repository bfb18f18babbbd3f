"""Entries as people read them: kinds, lines, what they are about, and their fields."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tests.views import journals
from ytc_tui.model import events as ev
from ytc_tui.model.chain import Entry
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.session import StepResult
from ytc_tui.views import entry_lines
from ytc_tui.views.entry_kinds import KINDS, ROUTINE, EntryKind, kind_of
from ytc_tui.views.entry_lines import About, FieldLine, about, body_of, field_lines, line_of, why_target


def entry(kind: str, body: str, at_ns: int = journals.INIT_NS) -> Entry:
    return Entry(1, at_ns, "s-1", kind, 1, "", "", body, "", "")


def made(event: ev.Event) -> Entry:
    return journals.Journal().add(event, check=False).entry


def test_every_type_of_event_has_a_kind() -> None:
    assert KINDS.keys() == ev.EVENT_TYPES.keys()
    assert set(KINDS.values()) == set(EntryKind)
    assert KINDS.keys() >= ROUTINE
    assert kind_of("OfALaterRelease") is EntryKind.ENGINE


def test_every_entry_of_a_session_has_a_line_without_time_and_kind() -> None:
    for record in journals.finished().records:
        line = line_of(record.entry)
        assert line.strip()
        assert not line.startswith(("2022", f"{kind_of(record.entry.type).value.upper()} "))
        assert line != record.entry.type


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (ev.OrderAcknowledged("y1", "v1"), "ACKED    y1 is v1 at the venue"),
        (ev.CancelRefused("y1", "filled"), "CANCEL   y1 refused  (filled)"),
        (ev.PositionLiquidated("BTCUSDT"), "LIQUIDATED BTCUSDT by the venue"),
        (ev.FundingBooked("BTCUSDT", Decimal("-1.5")), "funding -1.5 for BTCUSDT"),
        (
            ev.EmergencyActed(("cancel y1", "sell 1")),
            "ACTED    while the journal was away: cancel y1; sell 1",
        ),
        (ev.AnswerRepeated("t", "monitoring", {}, ()), "monitoring answered as before"),
        (journals.answer("monitoring", 1, {}, "late"), "monitoring reported failure: late"),
        (ev.HealthChanged("venue", StepResult.WARN, "slow"), "HEALTH   venue warn  slow"),
        (ev.EndingWhenFlat("asked"), "ends when flat  (asked)"),
    ],
)
def test_a_line(event: ev.Event, line: str) -> None:
    assert line_of(made(event)) == line


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("AlertRaised", "{}"),
        ("AlertRaised", "[1]"),
        ("AlertRaised", "no"),
        ("OfALaterRelease", "{}"),
        ("", ""),
    ],
)
def test_what_cannot_be_decoded_has_a_line_too(kind: str, body: str) -> None:
    assert f"{kind} cannot be read" in line_of(entry(kind, body))
    assert field_lines(entry(kind, body))[1] == 0


def about_of(event: ev.Event) -> About:
    found = made(event)
    return about(found.type, body_of(found))


def test_what_an_entry_is_about() -> None:
    intended = journals.intent(journals.order("y1", OrderRole.ENTRY))
    assert about_of(intended) == About((), ("y1", "y1-stop"), ("T0001",))
    assert about_of(journals.task("monitoring", 1)) == About(("monitoring",))
    repeated = ev.AnswerRepeated("t", "monitoring", {"client_id": "y1", "trade_id": "T0001"}, ())
    assert about_of(repeated) == About(("monitoring",))
    assert about_of(ev.CommandTaken(Command("c", Verb.ACK, "ada", "", "T0001"))) == About(
        (), ("T0001",), ("T0001",)
    )
    assert about_of(ev.HealthChanged("agent.monitoring", StepResult.WARN, "late")).agents == ("monitoring",)
    assert about_of(ev.HealthChanged("venue", StepResult.WARN, "late")) == About()


def test_what_is_explained_of_an_entry() -> None:
    targets = {record.entry.type: why_target(record.entry) for record in journals.finished().records}
    assert targets["FillBooked"] == "yt2"
    assert targets["TradeClosed"] == "T0001"
    assert targets["TaskRequested"] == "session_review"
    assert targets["DecisionMade"] == "D0003"
    assert targets["SetupDetected"] == "PB-BTCUSDT-buy-4"
    assert targets["AlertRaised"] == "2022-11-08T12:50:00Z"
    assert targets["GateChanged"] == "2022-11-08T15:20:00Z"


def test_fields_by_name_the_nested_below_them() -> None:
    body = {
        "a": 1.50, "b": [1, "x", None], "c": {"d": True, "e": []}, "f": [{"g": "two\nlines"}, 3], "at_ns": 1,
        "opened_ns": journals.INIT_NS, "closed_ns": 10**30, "h": {}, "i": "",
    }  # fmt: skip
    lines, left_out = field_lines(entry("X", json.dumps(body)))
    assert left_out == 0
    assert lines == (
        FieldLine(0, "a", "1.5"),
        FieldLine(0, "b", "1, x, none"),
        FieldLine(0, "c", ""),
        FieldLine(1, "d", "yes"),
        FieldLine(1, "e", "none"),
        FieldLine(0, "f", ""),
        FieldLine(1, "1", ""),
        FieldLine(2, "g", "two\nlines"),
        FieldLine(1, "2", "3"),
        FieldLine(0, "at_ns", "1"),
        FieldLine(0, "opened_ns", f"2022-11-08 12:00:00Z ({journals.INIT_NS})"),
        FieldLine(0, "closed_ns", "1" + "0" * 30),
        FieldLine(0, "h", "none"),
        FieldLine(0, "i", ""),
    )


def test_a_body_without_end_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_lines, "MAX_FIELDS", 10)
    lines, left_out = field_lines(entry("X", json.dumps({str(n): n for n in range(25)})))
    assert (len(lines), left_out) == (10, 15)
    deep = '{"a":' * 900 + "1" + "}" * 900
    assert 0 < len(field_lines(entry("X", deep))[0]) <= entry_lines.MAX_DEPTH + 2
    assert field_lines(entry("X", '{"a":' * 50_000))[0] == (FieldLine(0, "body", '{"a":' * 50_000),)
