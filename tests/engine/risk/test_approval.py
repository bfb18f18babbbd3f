"""Entry orders are approved only as they were assessed, and approvals are made nowhere else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path
from typing import Any

import pytest

import ytc_tui
from ytc_tui.engine.risk import gate
from ytc_tui.engine.risk.gate import ApprovedOrder, Assessment, NotApproved, approve_entry, assess, recall
from ytc_tui.engine.risk.registry import RULES
from ytc_tui.model.market import Side
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole
from ytc_tui.model.session import Gate

from .builders import CLOSE, ENTRY, LIMITS, REQUEST, SHORT, D, asking

SHORT_ENTRY = replace(ENTRY, side=Side.SELL, stop_price=D(2488), attached_stop_price=D(2496))


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
_INSIDE = {"_SEAL", "_approved", "_name_of"}
# The kernel's effects take the approval of a journalled intent up again, also after a restart.
_RECALLS = {Path("engine/effects.py")}


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
        if named in _INSIDE:
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
        "gate._approved(order, 'a', 'b')",
        "recall(order, gate._name_of(order))",
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


def _names_used(tree: ast.AST) -> set[str]:
    """Every name, attribute and imported name of a module."""
    nodes = list(ast.walk(tree))
    return (
        {node.id for node in nodes if isinstance(node, ast.Name)}
        | {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        | {node.name for node in nodes if isinstance(node, ast.alias)}
    )


def test_only_the_effects_recall_approvals() -> None:
    package = Path(ytc_tui.__file__).parent
    users = {
        path.relative_to(package)
        for path in package.rglob("*.py")
        if path != Path(gate.__file__) and "recall" in _names_used(ast.parse(path.read_text("utf-8")))
    }
    assert users == _RECALLS


def test_an_approval_is_recalled_for_its_own_order() -> None:
    approved = approve_entry(assess(REQUEST, LIMITS), ENTRY)
    again = recall(approved.order, approved.approval_id)
    assert (again.order, again.approval_id) == (approved.order, approved.approval_id)


@pytest.mark.parametrize("field", [field.name for field in fields(OrderRequest)])
def test_an_approval_is_not_recalled_for_an_order_that_differs_in(field: str) -> None:
    approved = approve_entry(assess(REQUEST, LIMITS), ENTRY)
    changed: dict[str, Any] = {
        "side": Side.SELL,
        "kind": OrderKind.MARKET,
        "role": OrderRole.EXIT,
        "reduce_only": True,
        "expires_ns": 1,
    }
    other = replace(ENTRY, **{field: changed.get(field, "1")})
    with pytest.raises(NotApproved, match="is for another order"):
        recall(other, approved.approval_id)


def test_nothing_is_recalled_without_an_approval() -> None:
    for approval_id in ("", "a", ".", "a0000000000000000000.000000000000"):
        with pytest.raises(NotApproved, match="is for another order"):
            recall(ENTRY, approval_id)
