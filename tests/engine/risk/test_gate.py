"""The gate: smallest cap wins, whatever fails refuses, and approvals come from nowhere else."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import ytc_tui
from ytc_tui.engine.risk import gate
from ytc_tui.engine.risk.gate import ApprovedOrder, Assessment, NotApproved, approve_entry, assess
from ytc_tui.engine.risk.registry import RULES, Rule
from ytc_tui.model.market import Side
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict
from ytc_tui.model.session import Gate

from .builders import CLOSE, ENTRY, LIMITS, REQUEST, SHORT, D, asking, held, traded

SHORT_ENTRY = replace(ENTRY, side=Side.SELL, stop_price=D(2488), attached_stop_price=D(2496))


def _rules(monkeypatch: pytest.MonkeyPatch, *checks: Callable[[RiskRequest, RiskLimits], Any]) -> None:
    rules = [Rule(f"extra_{index}", "x", check) for index, check in enumerate(checks)]
    monkeypatch.setattr(gate, "RULES", (*RULES, *rules))


def _answer(**parts: Any) -> Callable[[RiskRequest, RiskLimits], Verdict]:
    return lambda request, limits: Verdict(**{"rule": "extra_0", "ok": True, "reason": "fine", **parts})


# --- assess ---------------------------------------------------------------------------------------


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


# --- fail closed ----------------------------------------------------------------------------------


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


# --- approve_entry --------------------------------------------------------------------------------


def test_an_entry_that_fits_is_approved() -> None:
    approved = approve_entry(assess(REQUEST, LIMITS), ENTRY)
    assert approved.order == ENTRY
    assert approved.summary == "granted 50 as asked"
    assert approved == approve_entry(assess(REQUEST, LIMITS), ENTRY)


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "yother"},
        {"quantity": D(49)},
        {"limit_price": D(2486)},
        {"attached_stop_price": D(2479)},
    ],
)
def test_the_approval_id_names_the_order(change: dict[str, Any]) -> None:
    assessment = assess(REQUEST, LIMITS)
    first, second = approve_entry(assessment, ENTRY), approve_entry(assessment, replace(ENTRY, **change))
    assert first.approval_id != second.approval_id


def test_the_approval_id_names_the_verdicts() -> None:
    other = assess(replace(REQUEST, trades_taken=1), LIMITS)
    assert (
        approve_entry(other, ENTRY).approval_id != approve_entry(assess(REQUEST, LIMITS), ENTRY).approval_id
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"quantity": D("50.001")}, "quantity 50.001 is not within the granted 50"),
        ({"quantity": D(0)}, "not within"),
        ({"quantity": D("NaN")}, "not within"),
        ({"quantity": D("Infinity")}, "not within"),
        ({"role": OrderRole.EXIT}, "not an entry"),
        ({"reduce_only": True}, "not an entry"),
        ({"symbol": "BTCUSDT"}, "was not assessed"),
        ({"side": Side.SELL}, "was not assessed"),
        ({"kind": OrderKind.MARKET}, "no worst price"),
        ({"kind": OrderKind.STOP}, "no worst price"),
        ({"limit_price": None}, "no worst price"),
        ({"limit_price": D("2487.01")}, "worse than the assessed entry"),
        ({"limit_price": D("NaN")}, "worse than the assessed entry"),
        ({"attached_stop_price": None}, "no stop is attached"),
        ({"attached_stop_price": D("2477.99")}, "not between"),
        ({"attached_stop_price": D(2487)}, "not between"),
        ({"limit_price": D(2480), "attached_stop_price": D(2480)}, "not between"),
        ({"attached_stop_price": D("NaN")}, "not between"),
        ({"attached_stop_id": ""}, "no id"),
    ],
)
def test_an_entry_that_does_not_fit_raises(change: dict[str, Any], words: str) -> None:
    with pytest.raises(NotApproved, match=f"yentry: .*{words}"):
        approve_entry(assess(REQUEST, LIMITS), replace(ENTRY, **change))


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": D(1)},
        {"kind": OrderKind.LIMIT, "stop_price": None},
        {"limit_price": D(2480)},
        {"attached_stop_price": D("2486.99")},
    ],
)
def test_a_smaller_better_or_tighter_entry_fits(change: dict[str, Any]) -> None:
    order = replace(ENTRY, **change)
    assert approve_entry(assess(REQUEST, LIMITS), order).order == order


def test_the_same_for_a_short() -> None:
    assessment = assess(replace(REQUEST, plan=SHORT), LIMITS)
    assert approve_entry(assessment, SHORT_ENTRY).order == SHORT_ENTRY
    for worse in (
        replace(SHORT_ENTRY, limit_price=D("2486.99")),
        replace(SHORT_ENTRY, attached_stop_price=D("2496.01")),
    ):
        with pytest.raises(NotApproved):
            approve_entry(assessment, worse)


def test_where_the_venue_attaches_no_stops_an_entry_may_come_without() -> None:
    assessment, bare = assess(REQUEST, LIMITS), replace(ENTRY, attached_stop_price=None, attached_stop_id="")
    assert approve_entry(assessment, bare, venue_attaches_stop=False).order == bare
    with pytest.raises(NotApproved, match="not between"):
        approve_entry(assessment, replace(ENTRY, attached_stop_price=D(1)), venue_attaches_stop=False)


def test_a_plan_without_a_stop_gives_no_entry_whatever_the_rules_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "RULES", tuple(rule for rule in RULES if rule.name == "gate_open"))
    with pytest.raises(NotApproved, match="the plan has no stop"):
        approve_entry(assess(asking(stop=None), LIMITS), ENTRY, venue_attaches_stop=False)


def test_a_refused_assessment_gives_no_entry() -> None:
    with pytest.raises(NotApproved, match="refused by gate_open: gate is REDUCING"):
        approve_entry(assess(replace(REQUEST, gate=Gate.REDUCING), LIMITS), ENTRY)


# --- made nowhere else ----------------------------------------------------------------------------


def test_approvals_cannot_be_made_outside_the_gate() -> None:
    for seal in (None, object()):
        with pytest.raises(TypeError, match="made by the risk gate alone"):
            ApprovedOrder(ENTRY, "a1", "fine", seal)
        with pytest.raises(TypeError, match="made by the risk gate alone"):
            Assessment((), D(1), D(1), "", REQUEST.plan, None, seal)


def test_approvals_cannot_be_changed_or_copied_into_others() -> None:
    assessment = assess(REQUEST, LIMITS)
    approved = approve_entry(assessment, ENTRY)
    with pytest.raises(ValueError, match="seal"):
        replace(approved, order=replace(ENTRY, quantity=D(1000)))  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="seal"):
        replace(assessment, granted=D(1000))  # type: ignore[call-arg]
    with pytest.raises(FrozenInstanceError):
        approved.order = CLOSE  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        assessment.granted = D(1000)  # type: ignore[misc]


_MADE_HERE = {"ApprovedOrder", "Assessment"}


def _makers(tree: ast.AST) -> Iterator[str]:
    """The places where a module makes an approval, reaches for the seal or gets around the constructor."""
    aliases = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            func = node.func
            name = func.id if isinstance(func, ast.Name) else getattr(func, "attr", "")
            made = {aliases.get(name, name)} & _MADE_HERE
            if name == "__new__":
                made |= {arg.id for arg in node.args if isinstance(arg, ast.Name)} & _MADE_HERE
            if made:
                yield f"line {node.lineno}: makes {made}"
        named = getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "name", None)
        if named == "_SEAL":
            yield f"{named} is used"


@pytest.mark.parametrize(
    "source",
    [
        "ApprovedOrder(order, 'a', 'b', seal)",
        "gate.ApprovedOrder(order, 'a', 'b', seal)",
        "from ytc_tui.engine.risk.gate import ApprovedOrder as A\nA(order, 'a', 'b', seal)",
        "object.__new__(ApprovedOrder)",
        "Assessment((), 1, 1, '', plan, None, seal)",
        "from ytc_tui.engine.risk.gate import _SEAL",
        "seal = gate._SEAL",
    ],
)
def test_the_search_for_makers_finds_them(source: str) -> None:
    assert [*_makers(ast.parse(source))]


def test_the_search_lets_users_of_approvals_pass() -> None:
    source = "def submit(order: ApprovedOrder) -> None: venue.submit(order.order)"
    assert not [*_makers(ast.parse(source))]


def test_no_other_module_makes_an_approval() -> None:
    package = Path(ytc_tui.__file__).parent
    files = [path for path in package.rglob("*.py") if path != Path(gate.__file__)]
    assert len(files) > 30
    found = {str(path): [*_makers(ast.parse(path.read_text("utf-8")))] for path in files}
    assert {path: places for path, places in found.items() if places} == {}


def _order(**changes: Any) -> OrderRequest:
    return replace(ENTRY, **changes)


def test_orders_of_every_kind_and_role_but_bounded_entries_are_refused() -> None:
    assessment = assess(REQUEST, LIMITS)
    for kind in OrderKind:
        for role in OrderRole:
            fits = role is OrderRole.ENTRY and kind in (OrderKind.LIMIT, OrderKind.STOP_LIMIT)
            if fits:
                approve_entry(assessment, _order(kind=kind, role=role))
                continue
            with pytest.raises(NotApproved):
                approve_entry(assessment, _order(kind=kind, role=role))
