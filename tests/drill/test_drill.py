"""The drill passes on what we ship, and fails on exactly the line of what is broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from ytc_tui.commands.watch import watch
from ytc_tui.config import load_settings
from ytc_tui.drill import emergencies, from_outside, latches, limits, limits_outer
from ytc_tui.drill.lines import DrillLine, Group
from ytc_tui.drill.rules import CASES, drill_rule, drill_rules
from ytc_tui.drill.sandbox import Sandbox, sandbox
from ytc_tui.drill.whole import Drilled, drill
from ytc_tui.engine.conservation import Conservation
from ytc_tui.engine.decide import alarms, connection, coverage, flatten, operator
from ytc_tui.engine.outward import Outward
from ytc_tui.engine.risk import gate
from ytc_tui.engine.risk.registry import RULES, Rule
from ytc_tui.engine.situation import Situation
from ytc_tui.model.conditions import CONDITIONS, Reaction
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict
from ytc_tui.paper_run import PaperRun

SETTINGS = load_settings(None, {}, environment={}).settings
NAMES = [rule.name for rule in RULES]


@pytest.fixture(scope="module")
def drilled(tmp_path_factory: pytest.TempPathFactory) -> Drilled:
    """A drill by somebody with a home, state and a working folder, in which nothing may be touched."""
    home, temporary = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("temporary")
    (home / "mine").write_text("mine")
    with pytest.MonkeyPatch.context() as patched:
        for name in ("HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"):
            patched.setenv(name, str(home))
        patched.setattr("tempfile.tempdir", str(temporary))
        patched.chdir(home)
        found = drill(SETTINGS, watch)
    assert [path.name for path in home.rglob("*")] == ["mine"]
    assert list(temporary.iterdir()) == []
    return found


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    with sandbox(SETTINGS) as box:
        yield box


def failed(lines: list[DrillLine]) -> set[str]:
    return {line.name for line in lines if not line.passed}


def test_what_we_ship_passes(drilled: Drilled) -> None:
    assert [(line.name, line.problems) for line in drilled.lines if not line.passed] == []
    assert drilled.passed
    assert not [line.name for line in drilled.lines if line.off]


def test_every_rule_says_what_it_let_through_and_what_it_stopped(drilled: Drilled) -> None:
    rules = [line for line in drilled.lines if line.group is Group.RULE]
    assert [line.name for line in rules] == NAMES
    assert all(line.inside.told and line.outside.told for line in rules)
    by_name = {line.name: line for line in rules}
    streak = by_name["losing_streak"]
    used = (streak.inside.used, streak.outside.used, streak.outside.limit)
    assert used == (Decimal(4), Decimal(5), Decimal(5))
    loss_line = by_name["session_loss"]
    assert (loss_line.inside.used, loss_line.outside.used) == (Decimal("-2.4999"), Decimal("-2.5"))


def test_every_condition_that_acts_by_itself_is_set_off(drilled: Drilled) -> None:
    acts = {Reaction.LATCH, Reaction.PAUSE, Reaction.PROTECT, Reaction.SHUTDOWN}
    wanted = {code for code, row in CONDITIONS.items() if row.reaction in acts}
    raised = {code for line in drilled.lines for code in line.raised}
    assert wanted <= raised


def test_emergencies_state_their_figures(drilled: Drilled) -> None:
    by_name = {line.name: line.figures for line in drilled.lines if line.group is Group.EMERGENCY}
    assert by_name["close_answer_lost"]["closes"] == 1
    assert by_name["close_rejected"]["closes"] == 2
    assert by_name["stop_rejected"]["alarm_s"] <= 5
    assert by_name["journal_away"]["entries_meanwhile"] == 0
    assert by_name["flatten_operator"]["to_flat_s"] <= 1
    assert by_name["record"]["entries"] > 5_000


# ---- a drill that cannot fail is worthless --------------------------------------------------------------


def broken(monkeypatch: pytest.MonkeyPatch, name: str, ok: bool) -> None:
    """The rule `name` says yes, or no, to everything."""

    def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
        return Verdict(name, ok, "planted")

    planted = tuple(Rule(rule.name, rule.summary, check) if rule.name == name else rule for rule in RULES)
    monkeypatch.setattr(gate, "RULES", planted)


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_that_always_passes_is_found(
    monkeypatch: pytest.MonkeyPatch, shared: Sandbox, name: str
) -> None:
    broken(monkeypatch, name, ok=True)
    line = drill_rule(shared, name)
    assert not line.passed
    assert not line.inside.problem
    assert "let through" in line.outside.problem


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_that_always_refuses_is_found(
    monkeypatch: pytest.MonkeyPatch, shared: Sandbox, name: str
) -> None:
    broken(monkeypatch, name, ok=False)
    line = drill_rule(shared, name)
    assert not line.passed
    assert "refused" in line.inside.problem


@pytest.mark.slow
@pytest.mark.parametrize("name", ["losing_streak", "open_risk", "blackout"])
def test_only_the_broken_rules_line_fails(
    monkeypatch: pytest.MonkeyPatch, shared: Sandbox, name: str
) -> None:
    broken(monkeypatch, name, ok=True)
    assert failed(drill_rules(shared)) == {name}


def test_a_rule_that_is_off_by_one_is_found(monkeypatch: pytest.MonkeyPatch, shared: Sandbox) -> None:
    [streak] = [rule for rule in RULES if rule.name == "losing_streak"]

    def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
        later = replace(limits, max_consecutive_losses=limits.max_consecutive_losses + 1)
        return streak.check(request, later)

    planted = tuple(rule._replace(check=check) if rule is streak else rule for rule in RULES)
    monkeypatch.setattr(gate, "RULES", planted)
    assert not drill_rule(shared, "losing_streak").passed


def test_a_rule_without_a_drill_fails(shared: Sandbox) -> None:
    line = drill_rule(shared, "a_rule_of_tomorrow")
    assert line.problems[0] == "there is no drill for this rule"
    assert not line.passed


def _row(code: str, reaction: Reaction) -> dict[str, Any]:
    return {**CONDITIONS, code: replace(CONDITIONS[code], reaction=reaction)}


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("session_loss_limit", limits.session_loss_limit),
        ("entries_off", limits.entries_off),
        ("slippage", limits.slippage),
        ("rejects_in_row", limits.rejects_in_row),
        ("order_rate", limits.order_rate),
        ("connection_lost", limits_outer.connection_lost),
        ("unreconciled", limits_outer.unreconciled),
        ("critical_agent_failed", limits_outer.critical_agent_failed),
        ("handoff_blocked", limits_outer.handoff_blocked),
    ],
)
def test_a_limit_that_only_tells_is_found(
    monkeypatch: pytest.MonkeyPatch, shared: Sandbox, code: str, line: Any
) -> None:
    assert line(shared).passed
    monkeypatch.setattr("ytc_tui.engine.decide.alarms.CONDITIONS", _row(code, Reaction.TELL))
    assert not line(shared).passed


def test_a_loss_limit_that_comes_too_late_is_found(monkeypatch: pytest.MonkeyPatch, shared: Sandbox) -> None:
    true_pct = Situation.pnl_pct

    def pnl_pct(sit: Situation) -> Decimal:
        return true_pct(sit) + Decimal("0.0001")

    monkeypatch.setattr(Situation, "pnl_pct", pnl_pct)
    assert not limits.session_loss_limit(shared).passed


def test_a_connection_loss_that_acts_twice_is_found(monkeypatch: pytest.MonkeyPatch, shared: Sandbox) -> None:
    react = alarms.react

    def twice(*arguments: Any, **named: Any) -> Any:
        for event in react(*arguments, **named):
            yield event
            if type(event).__name__ == "FlattenStarted":
                yield event

    monkeypatch.setattr(f"{connection.__name__}.react", twice)
    line = limits_outer.connection_lost(shared)
    assert not line.passed


def test_a_flatten_that_sends_nothing_is_found(monkeypatch: pytest.MonkeyPatch, shared: Sandbox) -> None:
    monkeypatch.setattr(flatten, "decide_round", lambda sit, closes=True: iter(()))
    for line in (emergencies.flatten_operator, emergencies.shutdown, emergencies.close_rejected):
        assert not line(shared).passed


def test_stops_that_nobody_replaces_are_found(monkeypatch: pytest.MonkeyPatch, shared: Sandbox) -> None:
    monkeypatch.setattr(coverage, "decide_coverage", lambda sit: iter(()))
    assert not emergencies.stop_rejected(shared).passed
    assert not emergencies.stop_impossible(shared).passed


def test_entries_that_leave_without_a_journal_are_found(
    monkeypatch: pytest.MonkeyPatch, shared: Sandbox
) -> None:
    submit = Outward._submit

    async def careless(self: Outward, order: Any, durable: bool, again: bool) -> Any:
        return await submit(self, order, True, again)

    monkeypatch.setattr(Outward, "_submit", careless)
    assert not emergencies.journal_away(shared).passed


def test_an_exit_that_counts_nothing_is_found(monkeypatch: pytest.MonkeyPatch, shared: Sandbox) -> None:
    assert latches.sent_beyond_approval(shared).passed
    monkeypatch.setattr(Conservation, "problem", lambda self, order, decision, approved: "")
    assert not latches.sent_beyond_approval(shared).passed


def test_a_kill_file_that_nobody_sees_is_found(shared: Sandbox) -> None:
    async def blind(run: PaperRun) -> None:
        return

    assert not from_outside.kill_file(shared, blind).passed
    assert not from_outside.guard_halted(shared, blind).passed


def test_verbs_that_latch_nothing_are_found(monkeypatch: pytest.MonkeyPatch, shared: Sandbox) -> None:
    monkeypatch.setattr(operator, "decide_command", lambda sit, command: iter(()))
    for line in (latches.pause, latches.stop_entries, latches.cancel):
        assert not line(shared).passed


def test_a_drill_that_breaks_is_a_failed_line(monkeypatch: pytest.MonkeyPatch, shared: Sandbox) -> None:
    def breaks(sit: object, outside: bool) -> Any:
        raise ZeroDivisionError("planted")

    monkeypatch.setitem(CASES, "spread", replace(CASES["spread"], arrange=breaks))
    assert failed(drill_rules(shared)) == {"spread"}


# ---- settings of the user's own -------------------------------------------------------------------------


def test_the_limits_are_those_of_the_settings() -> None:
    wanted = load_settings(None, {"risk.max_consecutive_losses": "7"}, environment={}).settings
    with sandbox(wanted) as box:
        line = drill_rule(box, "losing_streak")
        streak = limits.losing_streak_limit(box)
    assert line.passed
    assert (line.inside.used, line.outside.used) == (Decimal(6), Decimal(7))
    assert streak.passed
    assert "7 losses in a row of 7" in streak.outside.told


def test_what_a_setting_switches_off_is_said_and_does_not_fail() -> None:
    off = {"risk.blackout_before_min": "0", "risk.blackout_after_min": "0"}
    wanted = load_settings(None, off, environment={}).settings
    with sandbox(wanted) as box:
        line = drill_rule(box, "blackout")
    assert line.passed
    assert "are 0" in line.off
    assert line.problems == ()


def test_nothing_is_left_of_the_sandbox() -> None:
    with sandbox(SETTINGS) as box:
        assert box.folder.is_dir()
    assert not box.folder.exists()
