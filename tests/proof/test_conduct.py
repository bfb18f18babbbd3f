"""The proof of conduct: nothing to say of what was recorded, and each planted breach is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from proof.conduct import main
from tests.proof.record import DATA, spoiled, without

Body = dict[str, Any]


def found_in(journal: Path, capsys: pytest.CaptureFixture[str], code: int) -> dict[str, Any]:
    assert main([str(journal), *DATA]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def is_entry(body: Body) -> bool:
    return bool(body["order"]["role"] == "entry")


def twice_the_size(body: Body) -> bool:
    body["order"]["quantity"] = str(Decimal(body["order"]["quantity"]) * 2)
    return is_entry(body)


def a_stop_too_near(body: Body) -> bool:
    limit = Decimal(body["order"]["limit_price"] or 0)
    body["order"]["attached_stop_price"] = str(limit * Decimal("0.9999"))
    return is_entry(body) and body["order"]["side"] == "buy"


def an_hour_late(body: Body) -> bool:
    body["planned_end_ns"] = body["open_ns"] + 1
    return True


def a_wider_stop(body: Body) -> bool:
    body["order"]["stop_price"] = "1000000"
    return bool(body["order"]["role"] == "protective_stop" and body["order"]["side"] == "buy")


def no_approval(body: Body) -> bool:
    body["approval_id"] = ""
    return True


def may_open(body: Body) -> bool:
    body["order"]["reduce_only"] = False
    return not is_entry(body)


def refused(body: Body) -> bool:
    approved = not body["refused_by"]
    body["refused_by"] = "costs"
    return approved


def low_score(body: Body) -> bool:
    body["trade"]["score"] = 69.9
    return True


def dearer_fill(body: Body) -> bool:
    body["fill"]["price"] = str(Decimal(body["fill"]["price"]) * 2)
    return bool(body["fill"]["side"] == "buy")


def still_running(body: Body) -> bool:
    body["after"] = "running"
    return True


def test_a_recorded_run_keeps_every_rule(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = found_in(journal, capsys, 0)
    assert found["breaches"] == []
    assert found["endings"] == {"completed": 2}
    assert found["checks"]["covered"] > 50
    assert set(found["checks"]) >= {"entry_hours", "entry_pnl", "leverage", "open_risk", "plan", "tightens"}
    assert found["trades"] == found["wins"] + found["losses"] + found["breakeven"] == 5
    assert found["by_exit"]["target"] == 1
    assert sum(found["funnel"]["detected"].values()) >= 4
    assert Decimal(found["before_costs"]["profit"]) > Decimal(found["after_costs"]["profit"])


@pytest.mark.parametrize(
    ("kind", "change", "rule"),
    [
        ("OrderIntended", twice_the_size, "within_grant"),
        ("OrderIntended", twice_the_size, "plan"),
        ("OrderIntended", a_stop_too_near, "plan"),
        ("OrderIntended", no_approval, "approved"),
        ("OrderIntended", may_open, "reduces"),
        ("OrderIntended", a_wider_stop, "tightens"),
        ("SessionStarted", an_hour_late, "entry_hours"),
        ("DecisionMade", refused, "approved"),
        ("TradePlanned", low_score, "plan"),
        ("FillBooked", dearer_fill, "fill_in_limit"),
    ],
)
def test_a_planted_breach_is_named(
    journal: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    change: Callable[[Body], bool],
    rule: str,
) -> None:
    found = found_in(spoiled(journal, tmp_path / "ytc.db", kind, change), capsys, 1)
    assert any(breach.startswith(f"{rule}: ") for breach in found["breaches"])
    assert any("does not match its hash" in breach for breach in found["breaches"])


def test_a_missing_stop_is_a_naked_position(
    journal: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = found_in(without(journal, tmp_path / "ytc.db", "StopAttached"), capsys, 1)
    naked = [breach for breach in found["breaches"] if breach.startswith("covered: ")]
    assert "0 covered" in naked[0]
    assert any("is missing" in breach for breach in found["breaches"])


def test_a_session_must_end_as_sessions_end(
    journal: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def last(body: Body) -> bool:
        return body["after"] == "completed" and still_running(body)

    found = found_in(spoiled(journal, tmp_path / "ytc.db", "StatusChanged", last), capsys, 1)
    assert any(breach.startswith("ending: ") for breach in found["breaches"])
