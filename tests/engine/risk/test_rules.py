"""Each rule's answers at and around its limit, and the interface that every rule module meets."""

from __future__ import annotations

from decimal import Decimal
from types import ModuleType

import pytest

from ytc_tui.engine.risk import registry
from ytc_tui.engine.risk.registry import NOT_RULES, ORDER, RULES, Rule, in_order, rule_of

from .case import Case, expected
from .cases import CASES, cases_of

_BY_NAME = {rule.name: rule for rule in RULES}
_ALL = [(rule.name, case) for rule in RULES for case in cases_of(rule.name)]


@pytest.mark.parametrize(("name", "case"), _ALL, ids=[f"{name}-{case.words}" for name, case in _ALL])
def test_answer_and_its_numbers(name: str, case: Case) -> None:
    verdict = _BY_NAME[name].check(case.request, case.limits)
    assert (verdict.rule, verdict.ok) == (name, case.ok), verdict.reason
    assert case.words in verdict.reason
    assert verdict.max_qty == expected(case.max_qty)
    assert case.limit is None or verdict.limit == expected(case.limit)
    assert case.used is None or verdict.used == expected(case.used)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_is_reachable_both_ways(rule: Rule) -> None:
    assert {rule.check(case.request, case.limits).ok for case in cases_of(rule.name)} == {True, False}


def test_a_rule_outside_the_table_must_bring_its_own_cases() -> None:
    with pytest.raises(ModuleNotFoundError, match="test_rule_without_cases"):
        cases_of("rule_without_cases")


def test_the_table_names_only_rules_that_exist() -> None:
    assert set(CASES) <= set(_BY_NAME)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_refusals_that_have_numbers_have_both(rule: Rule) -> None:
    for case in cases_of(rule.name):
        verdict = rule.check(case.request, case.limits)
        assert (verdict.used is None) == (verdict.limit is None)
        assert verdict.reason


def test_rules_stand_in_the_documented_order() -> None:
    assert tuple(rule.name for rule in RULES)[: len(ORDER)] == ORDER
    place = {rule.name: index for index, rule in enumerate(RULES)}
    assert place["session_loss"] < place["max_positions"] < place["open_risk"]
    assert place["open_risk"] < place["buying_power"] < place["losing_streak"]


def test_unlisted_rules_come_last_by_name() -> None:
    zebra, apple = (Rule(name, "x", RULES[0].check) for name in ("zebra", "apple"))
    assert in_order((zebra, RULES[3], apple, RULES[1])) == (RULES[1], RULES[3], apple, zebra)


def _module(**parts: object) -> ModuleType:
    module = ModuleType("ytc_tui.engine.risk.spread")
    for name, part in {
        "RULE": "spread",
        "SUMMARY": "Spread in bps.",
        "check": RULES[0].check,
        **parts,
    }.items():
        setattr(module, name, part)
    return module


def test_a_module_with_the_interface_is_a_rule() -> None:
    assert rule_of(_module()) == Rule("spread", "Spread in bps.", RULES[0].check)


@pytest.mark.parametrize(
    ("parts", "lacks"),
    [
        ({"RULE": "other"}, "RULE must be 'spread'"),
        ({"RULE": None}, "RULE must be 'spread'"),
        ({"SUMMARY": ""}, "SUMMARY"),
        ({"SUMMARY": None}, "SUMMARY"),
        ({"SUMMARY": "two\nlines"}, "SUMMARY"),
        ({"check": None}, "check"),
    ],
)
def test_a_module_that_lacks_a_part_is_named(parts: dict[str, object], lacks: str) -> None:
    with pytest.raises(TypeError, match=lacks):
        rule_of(_module(**parts))


def test_a_listed_rule_without_a_module_stops_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "ORDER", (*ORDER, "vanished"))
    with pytest.raises(TypeError, match="vanished"):
        registry._found()


def test_a_module_that_is_neither_rule_nor_listed_stops_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "NOT_RULES", NOT_RULES - {"answers"})
    with pytest.raises(TypeError, match="answers"):
        registry._found()


def test_summaries_state_a_unit_or_a_state() -> None:
    units = (
        "%",
        "count",
        "currency",
        "ratio",
        "Minutes",
        "Quantity",
        "minutes",
        "ACTIVE",
        "spot",
        "price",
        "no ",
    )
    for rule in RULES:
        assert any(unit in rule.summary for unit in units), rule.name


def test_used_is_exact_decimal() -> None:
    for rule in RULES:
        for case in cases_of(rule.name):
            verdict = rule.check(case.request, case.limits)
            for number in (verdict.used, verdict.limit, verdict.max_qty):
                assert number is None or type(number) is Decimal
