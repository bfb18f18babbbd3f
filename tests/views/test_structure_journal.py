"""The market structure journal: readings are counted, hindsight is taken as told, and gaps stay gaps."""

from __future__ import annotations

from typing import Any

from tests.views.journals import BTC, Journal, answer, finished, opened
from ytc_tui.views.structure_journal import StructureReadings, SymbolStructure, structure_sections

TOLD = {
    "from_ns": 0, "until_ns": 9, "open": 100.0, "high": 104.0, "low": 98.5, "close": 103.25, "left_out": 0,
    "levels": [
        {
            "level": 104.0, "low": 103.9, "high": 104.1, "strength": 7, "source": "swing_high",
            "role": "resistance", "behaviour": "held", "tests": 2, "breaks": 0, "false_breaks": 0,
        }
    ],
    "swings": [{"letter": "A", "kind": "high", "price": 104.0, "at_ns": 5, "label": "HH"}],
    "sequences": [
        {"at_ns": 1667910600000000000, "note": "test", "level": 104.0, "role": "resistance"},
        {"at_ns": 1667911200000000000, "note": "contraction to expansion", "level": None, "role": None},
    ],
}  # fmt: skip


def entry(journal: Journal) -> SymbolStructure:
    readings = StructureReadings()
    for record in journal.records:
        readings.take(record)
    (found,) = readings.entries()
    return found


def monitored(journal: Journal, minute: float, environment: str | None) -> None:
    status = {BTC: {"environment": environment}}
    journal.add(answer("monitoring", len(journal.records), {"market_status": status}), minute)


def reviewed() -> Journal:
    journal = opened()
    for minute, environment in ((36, "trending"), (39, "trending"), (42, None), (45, "ranging")):
        monitored(journal, minute, environment)
    for regime, expect in (("steady_trend", "frame_holds"), ("sideways", None)):
        future = {"expect": expect} if expect else None
        result = {"trend_state": {BTC: {"regime": regime}}, "future_direction": {BTC: future}}
        journal.add(answer("trend_definition", len(journal.records), result), 46)
    result = {
        "environment_classification": {"actual": {BTC: "ranging"}, "predicted": {BTC: "ranging"}},
        "market_structure": {BTC: TOLD},
    }
    journal.add(answer("session_review", 99, result), 200)
    return journal


def test_readings_are_counted_and_their_changes_kept() -> None:
    found = entry(reviewed())
    assert found.environments == {"trending": 2, "undetermined": 1, "ranging": 1}
    assert found.regimes == {"steady_trend": 1, "sideways": 1}
    assert found.outlooks == {"frame_holds": 1}
    assert found.hindsight == "ranging"
    assert [(change.at[11:16], change.before, change.after) for change in found.changes] == [
        ("12:42", "trending", "undetermined"),
        ("12:45", "undetermined", "ranging"),
    ]


def test_the_tables_say_what_was_told() -> None:
    environment, levels, swings, sequences = structure_sections([entry(reviewed())])
    assert environment.rows == (
        (
            BTC, "ranging", "trending 50 %, undetermined 25 %, ranging 25 %",
            "steady trend 50 %, sideways 50 %", "frame holds 100 %", "100", "104", "98.5", "103.25",
        ),
    )  # fmt: skip
    held = ("resistance", "swing high", "7", "held", "2", "0", "0")
    assert levels.rows == ((BTC, "104", "103.9", "104.1", *held),)
    assert swings.rows == ((BTC, "A 104 HH"),)
    assert [row[0] for row in sequences.rows] == ["12:30", "12:40", "12:42", "12:45"]
    assert sequences.rows[0][2] == "test of resistance 104"
    assert sequences.rows[2][2] == "read as undetermined, before trending"


def test_a_journal_of_before_tells_what_it_has() -> None:
    assert structure_sections([entry(finished())]) == ()
    journal = opened()
    monitored(journal, 36, "choppy")
    environment, levels, _, _ = structure_sections([entry(journal)])
    assert environment.rows[0][:3] == (BTC, "-", "choppy 100 %")
    assert (levels.rows, levels.empty) == ((), "no level was told")


def test_an_answer_of_any_shape_makes_no_error() -> None:
    shapes: tuple[Any, ...] = (7, "x", None, [1], {BTC: 7}, {BTC: {"levels": 3, "sequences": [None, {}]}})
    for shape in shapes:
        journal = reviewed()
        journal.add(answer("session_review", 100, {"market_structure": shape, "x": 1}), 201)
        journal.add(answer("monitoring", 101, {"market_status": shape}), 202)
        journal.add(answer("trend_definition", 102, {"trend_state": shape, "future_direction": shape}), 203)
        structure_sections([entry(journal)])


def test_a_failed_answer_and_a_journal_without_a_session_count_nothing() -> None:
    journal = reviewed()
    journal.add(answer("session_review", 100, {}, "no bars"), 201)
    assert entry(journal).hindsight == "ranging"
    assert StructureReadings().entries() == ()
