"""Reactions follow the emergency matrix: domain.md 2.13's vectors, and each reaction by itself."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import pytest

from tests.engine.situations import book, kinds, settle, trading
from ytc_tui.engine.decide import alarms
from ytc_tui.engine.decide.alarms import alert, react
from ytc_tui.engine.decide.loss import decide_loss, decide_streak
from ytc_tui.engine.inputs import Happened
from ytc_tui.model import events as ev
from ytc_tui.model.conditions import CONDITIONS, Reaction
from ytc_tui.model.session import Gate, SessionStatus, Severity

D = Decimal


@pytest.mark.parametrize(
    ("equity", "raised", "reaction"),
    [
        ("98500.01", set(), None),
        ("98500", {"loss_medium"}, Reaction.TELL),
        ("97600", {"loss_medium", "loss_high"}, Reaction.TELL),
        ("97500", {"loss_medium", "loss_high", "entries_off"}, Reaction.LATCH),
        ("97000.000001", {"loss_medium", "loss_high", "entries_off"}, Reaction.LATCH),
        ("97000", {"session_loss_limit"}, Reaction.SHUTDOWN),
    ],
)
def test_session_loss(tmp_path: Path, equity: str, raised: set[str], reaction: Reaction | None) -> None:
    sit = trading(tmp_path)
    sit.state.start_balance, sit.state.wallet = D(100_000), D(equity)
    events = list(decide_loss(sit))
    told = {event.code: event.severity for event in events if isinstance(event, ev.AlertRaised)}
    assert set(told) == raised
    assert all(CONDITIONS[code].severity is severity for code, severity in told.items())
    grave = {CONDITIONS[code].reaction for code in raised} - {Reaction.TELL}
    assert grave == ({reaction} - {Reaction.TELL, None} if reaction else set())
    assert ("FlattenStarted" in kinds(events)) is (reaction is Reaction.SHUTDOWN)
    assert ("GateChanged" in kinds(events)) is (reaction is Reaction.LATCH)


@pytest.mark.parametrize(
    ("losses", "code", "severity"),
    [
        (2, None, None),
        (3, "losing_streak", Severity.WARNING),
        (4, "losing_streak", Severity.WARNING),
        (5, "losing_streak_limit", Severity.CRITICAL),
    ],
)
def test_streak(tmp_path: Path, losses: int, code: str | None, severity: Severity | None) -> None:
    sit = trading(tmp_path)
    sit.state.consecutive_losses = losses
    told = [(e.code, e.severity) for e in decide_streak(sit) if isinstance(e, ev.AlertRaised)]
    assert told == ([] if code is None else [(code, severity)])


def outcome(folder: Path, reaction: Reaction, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    row = replace(CONDITIONS["slippage"], severity=Severity.INFO, reaction=reaction)
    monkeypatch.setattr(alarms, "CONDITIONS", MappingProxyType({"slippage": row}))
    sit = trading(folder)
    events = list(react(sit, "x", "slippage", "it slipped", "why"))
    raised = events[0]
    assert isinstance(raised, ev.AlertRaised)
    assert raised.severity is Severity.INFO
    book(sit, *events)
    for number, event in enumerate(events):
        settle(sit, Happened(event, number))
    return [sit.state.gate.value, sit.state.status.value]


@pytest.mark.parametrize(
    ("reaction", "gate", "status"),
    [
        (Reaction.LOG, Gate.ACTIVE, SessionStatus.RUNNING),
        (Reaction.TELL, Gate.ACTIVE, SessionStatus.RUNNING),
        (Reaction.HOLD, Gate.ACTIVE, SessionStatus.RUNNING),
        (Reaction.PROTECT, Gate.ACTIVE, SessionStatus.RUNNING),
        (Reaction.LATCH, Gate.REDUCING, SessionStatus.RUNNING),
        (Reaction.PAUSE, Gate.ACTIVE, SessionStatus.PAUSED),
        (Reaction.SHUTDOWN, Gate.HALTED, SessionStatus.EMERGENCY_STOP),
    ],
)
def test_what_a_reaction_does_comes_from_the_row_alone(
    tmp_path: Path, reaction: Reaction, gate: Gate, status: SessionStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert outcome(tmp_path, reaction, monkeypatch) == [gate.value, status.value]


def test_a_second_shutdown_is_told_and_begins_nothing(tmp_path: Path) -> None:
    sit = trading(tmp_path)
    book(sit, *react(sit, "a", "connection_lost", "gone"))
    assert kinds(react(sit, "b", "session_loss_limit", "lost", pnl=D(-4))) == ["AlertRaised"]


def test_a_latched_gate_and_a_paused_session_are_left_as_they_are(tmp_path: Path) -> None:
    sit = trading(tmp_path)
    book(sit, *react(sit, "a", "slippage", "slipped"), *react(sit, "b", "handoff_blocked", "no"))
    assert kinds(react(sit, "a", "slippage", "slipped")) == ["AlertRaised"]
    assert kinds(react(sit, "b", "handoff_blocked", "no")) == ["AlertRaised"]


def test_a_code_without_a_row_is_a_programmers_error() -> None:
    with pytest.raises(KeyError):
        alert("x", "no_such_condition", "never")
