"""The emergency matrix is whole: one row a condition, and its classes mean what spec 000 says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import ytc_tui
from ytc_tui.model.conditions import CONDITIONS, Condition, Reaction
from ytc_tui.model.session import Severity

ENGINE = Path(ytc_tui.__file__).parent / "engine"
ROWS = tuple(CONDITIONS.values())
# Conditions whose code is made of a state or a kind when they arise.
MADE = {"proposal_expired", "proposal_void", "news_blackout", "news_restricted"}
DISCREPANCIES = {
    "position", "wallet", "foreign_order", "missing_order", "order_content", "overfill",
    "filled_after_reject",
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.code)
def test_a_row_keeps_to_its_class(row: Condition) -> None:
    match row.severity:
        case Severity.INFO:
            assert row.reaction is Reaction.LOG
        case Severity.WARNING:
            assert row.reaction in (Reaction.TELL, Reaction.HOLD, Reaction.LATCH, Reaction.PAUSE)
        case Severity.CRITICAL:
            assert row.reaction not in (Reaction.LOG, Reaction.PAUSE)
    assert row.arises
    assert "\n" not in row.arises


def test_only_a_critical_condition_shuts_down() -> None:
    shut = {row.code for row in ROWS if row.reaction is Reaction.SHUTDOWN}
    assert "session_loss_limit" in shut
    assert {CONDITIONS[code].severity for code in shut} == {Severity.CRITICAL}


def test_alerts_are_made_in_one_place() -> None:
    for path in sorted(ENGINE.rglob("*.py")):
        made = re.findall(r"(?<!case )ev\.AlertRaised\((?!\))", path.read_text())
        assert bool(made) == (path.name == "alarms.py") or path.name in ("effects.py", "projections.py"), path


def test_every_row_is_raised_by_something() -> None:
    text = "\n".join(path.read_text() for path in sorted(ENGINE.rglob("*.py")))
    raised = {code for code in CONDITIONS if f'"{code}"' in text} | MADE
    assert set(CONDITIONS) == raised
    for kind in DISCREPANCIES:
        assert f'"{kind}"' in text
