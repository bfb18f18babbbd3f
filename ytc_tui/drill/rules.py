"""A drill for each rule of the gate: just inside its limit, and just outside.

Decides how a case is played and read. Imports the scene, the gate and the model. Invariant: a rule passes its
drill only if the session's own kernel asked it, and the venue got what it granted and nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ytc_tui.drill import tape
from ytc_tui.drill.cases_plan import CASES as PLAN_CASES
from ytc_tui.drill.cases_session import CASES as SESSION_CASES
from ytc_tui.drill.lines import Answer, DrillLine, Group, guarded, let_through, refused
from ytc_tui.drill.rule_case import RuleCase
from ytc_tui.drill.sandbox import Sandbox
from ytc_tui.drill.scene import ASK_MINUTE, Scene, idle
from ytc_tui.engine.decide.entries import entry_order, plan_of, risk_request
from ytc_tui.engine.risk.gate import NotApproved, approve_entry, assess
from ytc_tui.engine.risk.registry import RULES
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.risk import TradePlan
from ytc_tui.model.signals import Setup

CASES = {**SESSION_CASES, **PLAN_CASES}


def drill_rules(box: Sandbox) -> list[DrillLine]:
    """One line for each rule of the registry, in its order; a rule without a case fails."""
    return [guarded(Group.RULE, rule.name, partial(drill_rule, box, rule.name)) for rule in RULES]


def drill_rule(box: Sandbox, rule: str) -> DrillLine:
    """The line of one rule."""
    case = CASES.get(rule)
    if case is None:
        return DrillLine(Group.RULE, rule, problem="there is no drill for this rule")
    inside = let_through(rule, asked(box, rule, case, outside=False))
    outside = refused(rule, asked(box, rule, case, outside=True))
    return DrillLine(Group.RULE, rule, inside, outside, off=case.off(box.wanted))


def asked(box: Sandbox, rule: str, case: RuleCase, *, outside: bool) -> Answer:
    """What the gate of a real session says on one side of `rule`."""
    direct: list[Answer] = []

    def propose(sit: Situation) -> list[Setup]:
        if sit.at_ns != tape.open_ns(ASK_MINUTE):
            return []
        setup = case.arrange(sit, outside)
        if case.put is None or not outside:
            return [setup]
        direct.append(_at_the_gate(sit, case.put(sit, plan_of(sit, setup))))
        return []

    scene = Scene(
        f"{rule}-{'outside' if outside else 'inside'}",
        propose=propose,
        act=case.act if outside else idle,
        bars=case.bars if outside else {},
        until=ASK_MINUTE + 1,
    )
    scene.play(box)
    if direct:
        return direct[0]
    decisions = [event for _, event in scene.all(ev.DecisionMade)]
    if not decisions:
        raise LookupError("the gate was not asked")
    made = decisions[0]
    entries = [request for _, request in scene.venue.sent if request.role is OrderRole.ENTRY]
    quantity = sum((request.quantity for request in entries), ZERO)
    return Answer(made.verdicts, made.reason, made.asked, made.granted, len(entries), quantity)


def _at_the_gate(sit: Situation, plan: TradePlan) -> Answer:
    """What the gate says of `plan`, and how much of it could be made an order."""
    assessment = assess(risk_request(sit, plan), sit.policy.limits)
    order = replace(entry_order(sit, plan, "drill"), quantity=plan.quantity)
    try:
        approve_entry(assessment, order)
        approved = order.quantity
    except NotApproved:
        approved = ZERO
    orders = 1 if approved else 0
    return Answer(
        assessment.verdicts, assessment.reason, assessment.asked, assessment.granted, orders, approved
    )
