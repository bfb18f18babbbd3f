"""What a drill says: one line for each rule, limit and emergency path.

Decides the shape of a line and how its sides are judged. Imports the model. Invariants: a line passes only if
what must be let through was, and what must be refused was; a drill that could not be carried out fails.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from ytc_tui.model.risk import Verdict


class Group(StrEnum):
    RULE = "rule"
    LIMIT = "limit"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Tried:
    """One side of a line: what was tried, in words with its figures, and what is wrong with the outcome.
    `orders` is how many were sent, where that is counted."""

    told: str
    problem: str = ""
    used: Decimal | None = None
    limit: Decimal | None = None
    orders: int | None = None


NOT_TRIED = Tried("", "was not tried")


@dataclass(frozen=True, slots=True)
class DrillLine:
    """One line. `inside` is the case that is let through, `outside` the one that is refused or acted on;
    `figures` are measured seconds and counts by name; `raised` the conditions that were seen to alert;
    `off` says why nothing is to be refused, where a setting says so."""

    group: Group
    name: str
    inside: Tried = NOT_TRIED
    outside: Tried = NOT_TRIED
    figures: dict[str, Decimal | int] = field(default_factory=dict)
    raised: tuple[str, ...] = ()
    problem: str = ""
    off: str = ""

    @property
    def passed(self) -> bool:
        return not (self.problem or self.inside.problem or (self.outside.problem and not self.off))

    @property
    def problems(self) -> tuple[str, ...]:
        sides = (("let through", self.inside), ("refused", self.outside))
        told = [f"{name}: {side.problem}" for name, side in sides if side.problem]
        if self.off:
            told = told[:1] if self.inside.problem else []
        return (*((self.problem,) if self.problem else ()), *told)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gate said of one request: `verdicts` are all rules', `reason` its own; `orders` the entries
    that reached the venue, `quantity` how much of it."""

    verdicts: tuple[Verdict, ...]
    reason: str
    asked: Decimal
    granted: Decimal
    orders: int
    quantity: Decimal

    def of(self, rule: str) -> Verdict | None:
        return next((verdict for verdict in self.verdicts if verdict.rule == rule), None)


def let_through(rule: str, answer: Answer) -> Tried:
    """The inner side of a rule's limit: the rule passes, uncut."""
    verdict = answer.of(rule)
    if verdict is None:
        return Tried("", "the rule was not asked", orders=answer.orders)
    told = Tried(verdict.reason, "", verdict.used, verdict.limit, answer.orders)
    if not verdict.ok:
        return replace(told, problem=f"it refused: {verdict.reason}")
    if verdict.max_qty is not None and verdict.max_qty < answer.asked:
        return replace(told, problem=f"it cut {answer.asked} to {verdict.max_qty}")
    return told


def refused(rule: str, answer: Answer) -> Tried:
    """The outer side: the rule refuses and nothing is sent, or cuts and no more than that is sent."""
    verdict = answer.of(rule)
    if verdict is None:
        return Tried("", "the rule was not asked", orders=answer.orders)
    told = Tried(verdict.reason, "", verdict.used, verdict.limit, answer.orders)
    if not verdict.ok:
        return replace(told, problem="an entry was sent all the same") if answer.orders else told
    if verdict.max_qty is None or verdict.max_qty >= answer.asked:
        return replace(told, problem=f"it let through: {verdict.reason}")
    if max(answer.granted, answer.quantity) > verdict.max_qty:
        return replace(told, problem=f"more than {verdict.max_qty} was granted")
    return replace(told, told=answer.reason) if answer.granted else told


def guarded(group: Group, name: str, drill: Callable[[], DrillLine]) -> DrillLine:
    """The line of `drill`; whatever goes wrong in it is a failed line, and the others are drilled."""
    try:
        return drill()
    except Exception as error:  # a drill that breaks must not hide the other lines
        return DrillLine(group, name, problem=f"could not be carried out: {type(error).__name__}: {error}")
