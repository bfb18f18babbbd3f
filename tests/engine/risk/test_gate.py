"""The gate: smallest cap wins, whatever fails refuses, and approvals come from nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from ytc_tui.engine.risk import gate
from ytc_tui.engine.risk.gate import assess
from ytc_tui.engine.risk.registry import RULES, Rule
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict
from ytc_tui.model.session import Gate

from .builders import LIMITS, REQUEST, SHORT, D, asking, held, traded


def _rules(monkeypatch: pytest.MonkeyPatch, *checks: Callable[[RiskRequest, RiskLimits], Any]) -> None:
    rules = [Rule(f"extra_{index}", "x", check) for index, check in enumerate(checks)]
    monkeypatch.setattr(gate, "RULES", (*RULES, *rules))


def _answer(**parts: Any) -> Callable[[RiskRequest, RiskLimits], Verdict]:
    return lambda request, limits: Verdict(**{"rule": "extra_0", "ok": True, "reason": "fine", **parts})


def test_what_all_rules_allow_is_granted_as_asked() -> None:
    assessment = assess(REQUEST, LIMITS)
    assert (assessment.granted, assessment.asked, assessment.refused_by) == (D(50), D(50), "")
    assert assessment.cut is None
    assert assessment.plan == REQUEST.plan
    assert assessment.reason == "granted 50 as asked"
    assert tuple(verdict.rule for verdict in assessment.verdicts) == tuple(rule.name for rule in RULES)


def test_a_short_is_granted_like_a_long() -> None:
    assert assess(replace(REQUEST, plan=SHORT), LIMITS).granted == 50


def test_the_smallest_cap_cuts_and_the_cut_is_stated() -> None:
    request = replace(asking(quantity=D(90)), open_risks=(held(notional="360000"),))
    assessment = assess(request, LIMITS)
    assert (assessment.granted, assessment.asked) == (D("36.044"), D(90))
    assert assessment.cut is not None
    assert assessment.cut.rule == "buying_power"
    assert "granted 36.044 of 90 asked (buying_power: notional with fees" in assessment.reason
    assert assessment.plan.quantity == D("36.044")
    assert assessment.plan.part_one_quantity == D("18.022")
    assert all(verdict.ok for verdict in assessment.verdicts)
    judged = {verdict.rule: verdict for verdict in assessment.verdicts}
    assert judged["order_notional"].used == D("36.044") * 2487


def test_size_is_floored_to_the_lot() -> None:
    assessment = assess(traded(asking(quantity=D("50.9")), lot=D("0.5")), LIMITS)
    assert (assessment.granted, assessment.asked) == (D("50.5"), D("50.9"))
    assert assessment.reason == "granted 50.5 of 50.9 asked (whole lots)"


def test_what_is_too_small_after_a_cut_is_refused_not_forced_up() -> None:
    request = traded(replace(REQUEST, open_risks=(held(notional="449900"),)), min_notional=D(500))
    assessment = assess(request, LIMITS)
    assert (assessment.granted, assessment.asked, assessment.refused_by) == (D(0), D(50), "min_size")
    assert assessment.plan == request.plan
    assert assessment.reason.startswith(
        "min_size: notional 99.48 is less than 500, after a cut (buying_power:"
    )


def test_after_a_cut_the_ratio_is_judged_on_the_new_parts() -> None:
    # With two tradable parts the blend is 1.5 and more; cut to a size that cannot be split it is not.
    request = traded(asking(t1=D(2502)), min_notional=D(60_000))
    assert assess(request, LIMITS).refused_by == ""
    cut = replace(request, open_risks=(held(notional="350000"),))
    assert assess(cut, LIMITS).refused_by == "reward_risk"


def test_the_first_refusal_in_order_is_the_headline() -> None:
    request = replace(REQUEST, gate=Gate.HALTED, trades_taken=99, blackout_reason="CPI")
    assessment = assess(request, LIMITS)
    assert assessment.refused_by == "gate_open"
    assert assessment.reason == "gate_open: gate is HALTED, entries need ACTIVE"
    failed = [verdict.rule for verdict in assessment.verdicts if not verdict.ok]
    assert failed == ["gate_open", "trade_count", "blackout"]


def test_a_plan_without_a_stop_is_refused_by_stop_present() -> None:
    assert assess(asking(stop=None), LIMITS).refused_by == "stop_present"


@pytest.mark.parametrize("quantity", ["0", "-1", "0.0009"])
def test_no_quantity_is_refused(quantity: str) -> None:
    assessment = assess(asking(quantity=D(quantity)), LIMITS)
    assert (assessment.granted, assessment.refused_by) == (D(0), "min_size")


def test_asking_twice_gives_the_same_answer() -> None:
    assert assess(REQUEST, LIMITS) == assess(REQUEST, LIMITS)


def _explodes(request: RiskRequest, limits: RiskLimits) -> Verdict:
    raise ZeroDivisionError("no ATR")


@pytest.mark.parametrize(
    "check",
    [
        _explodes,
        _answer(used=D("NaN")),
        _answer(limit=D("Infinity")),
        _answer(max_qty=D("-Infinity")),
        _answer(max_qty=D("sNaN")),
        _answer(rule="somebody_else"),
        _answer(ok="yes"),
        _answer(ok=None),
        lambda request, limits: None,
    ],
)
def test_a_rule_that_fails_refuses_under_its_name(
    monkeypatch: pytest.MonkeyPatch, check: Callable[[RiskRequest, RiskLimits], Any]
) -> None:
    _rules(monkeypatch, check)
    assessment = assess(REQUEST, LIMITS)
    assert (assessment.granted, assessment.refused_by) == (D(0), "extra_0")
    assert "the check failed, which refuses" in assessment.reason


def test_a_cap_below_one_lot_grants_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for cap in (D("0.0005"), D(0), D(-7)):
        _rules(monkeypatch, _answer(max_qty=cap))
        assert assess(REQUEST, LIMITS).granted == 0


def test_a_cap_that_shrinks_whenever_it_is_met_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    def shrinking(request: RiskRequest, limits: RiskLimits) -> Verdict:
        return Verdict("extra_0", True, "less", max_qty=request.plan.quantity - 1)

    _rules(monkeypatch, shrinking)
    assessment = assess(REQUEST, LIMITS)
    assert (assessment.granted, assessment.refused_by) == (D(0), "extra_0")
    assert assessment.reason.startswith("extra_0: the size does not settle: less")
    assert [verdict.rule for verdict in assessment.verdicts if not verdict.ok] == ["extra_0"]
    assert len({verdict.rule for verdict in assessment.verdicts}) == len(RULES) + 1


def test_of_equal_caps_the_first_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    second = Verdict("extra_1", True, "second", max_qty=D(3))
    _rules(monkeypatch, _answer(max_qty=D(3)), lambda request, limits: second)
    assessment = assess(REQUEST, LIMITS)
    assert assessment.granted == 3
    assert assessment.cut is not None
    assert assessment.cut.rule == "extra_0"


def _decimal_paths(value: Any) -> Iterator[tuple[str, ...]]:
    for field in fields(value):
        inner = getattr(value, field.name)
        if isinstance(inner, Decimal):
            yield (field.name,)
        elif is_dataclass(inner):
            yield from ((field.name, *rest) for rest in _decimal_paths(inner))


def _with(value: Any, path: tuple[str, ...], number: Decimal) -> Any:
    inner = number if len(path) == 1 else _with(getattr(value, path[0]), path[1:], number)
    return replace(value, **{path[0]: inner})


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_a_number_that_is_not_finite_anywhere_refuses(number: str) -> None:
    # The gate splits the parts itself and never reads the split that was asked for.
    paths = [path for path in _decimal_paths(REQUEST) if path != ("plan", "part_one_quantity")]
    assert ("plan", "stop") in paths
    assert ("instrument", "taker_fee") in paths
    for path in paths:
        assessment = assess(_with(REQUEST, path, D(number)), LIMITS)
        assert (assessment.granted, assessment.refused_by) == (D(0), "sound_input"), path
    for path in _decimal_paths(LIMITS):
        assert assess(REQUEST, _with(LIMITS, path, D(number))).refused_by == "sound_input", path
    for broken in (held(risk=number), held(notional=number)):
        assert assess(replace(REQUEST, open_risks=(broken,)), LIMITS).refused_by == "sound_input"
    correlated = replace(REQUEST, open_risks=(held(),), correlations=(("BTCUSDT", D(number), ""),))
    assert assess(correlated, LIMITS).refused_by == "sound_input"


def test_a_size_that_cannot_be_reckoned_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    assert assess(traded(lot=D(0)), LIMITS).refused_by == "sound_input"
    monkeypatch.setattr(gate, "RULES", tuple(rule for rule in RULES if rule.name == "gate_open"))
    assessment = assess(traded(lot=D(0)), LIMITS)
    assert (assessment.granted, assessment.refused_by) == (D(0), "min_size")
    assert "the check failed" in assessment.reason
