"""The gate: asks every rule, cuts the size to the smallest cap, and alone makes approved orders.

Decides what may be sent to a venue. Imports the registry, `reducing`, `exposure` and the model.
Invariants: an `ApprovedOrder` or `Assessment` exists only because this module made it; an entry is
never approved for more than was granted; a rule that fails, or answers with a number that is not
finite, refuses (fail closed).
"""

from __future__ import annotations

from dataclasses import InitVar, dataclass, fields, replace
from decimal import Decimal
from hashlib import sha256

from ytc_tui.engine.risk.answers import plain, refused
from ytc_tui.engine.risk.exposure import parts_of
from ytc_tui.engine.risk.reducing import check_reducing
from ytc_tui.engine.risk.registry import RULES, Rule
from ytc_tui.model.money import ZERO, floor_to_step
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole
from ytc_tui.model.risk import RiskLimits, RiskRequest, TradePlan, Verdict
from ytc_tui.model.session import Gate

# Rules cap a size independently of each other, so one cut settles it; more rounds than this mean
# that a rule lowers its cap whenever it is met.
_MAX_CUTS = 4
_SEAL = object()


class NotApproved(ValueError):
    """An entry order does not fit its assessment: programmer error, nothing may be sent."""


def _check_seal(seal: object, what: str) -> None:
    if seal is not _SEAL:
        raise TypeError(f"{what} is made by the risk gate alone")


@dataclass(frozen=True, slots=True)
class Assessment:
    """The gate's answer to one request.

    `verdicts` are all rules' answers, in the registry's order, for the size that was judged last.
    `plan` is the plan with the granted size and parts (as asked when refused); `granted` 0 = refused
    by the rule `refused_by`. `cut` is the answer that made the size smaller, None = none did.
    """

    verdicts: tuple[Verdict, ...]
    granted: Decimal
    asked: Decimal
    refused_by: str
    plan: TradePlan
    cut: Verdict | None
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        _check_seal(seal, "an assessment")

    @property
    def reason(self) -> str:
        """One sentence for a person: why it was refused, or what was granted of what was asked."""
        cut = "" if self.cut is None else f"{self.cut.rule}: {self.cut.reason}"
        if self.refused_by:
            headline = next(f"{v.rule}: {v.reason}" for v in self.verdicts if not v.ok)
            return f"{headline}, after a cut ({cut})" if cut else headline
        if self.granted < self.asked:
            amounts = f"granted {plain(self.granted)} of {plain(self.asked)} asked"
            return f"{amounts} ({cut or 'whole lots'})"
        return f"granted {plain(self.granted)} as asked"


@dataclass(frozen=True, slots=True)
class ApprovedOrder:
    """An order that passed the gate. `summary` says by what; `approval_id` names order and verdicts."""

    order: OrderRequest
    approval_id: str
    summary: str
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        _check_seal(seal, "an approved order")


def assess(request: RiskRequest, limits: RiskLimits) -> Assessment:
    """Ask every rule; grant the largest whole lots that all rules allow, or nothing.

    After a cut every rule is asked again about the smaller size and its new parts.
    """
    asked = request.plan.quantity
    try:
        current = _resized(request, asked)
    except Exception as error:  # fail closed: a size that cannot be reckoned is refused
        verdicts = (*_ask_all(request, limits), _failed("min_size", error))
        return _refusal(request, verdicts, None)
    cut: Verdict | None = None
    for _ in range(_MAX_CUTS + 1):
        verdicts = _ask_all(current, limits)
        if not all(verdict.ok for verdict in verdicts):
            return _refusal(request, verdicts, cut)
        tightest = _tightest(verdicts)
        quantity = current.plan.quantity
        if tightest is None or tightest.max_qty is None or tightest.max_qty >= quantity:
            return Assessment(verdicts, quantity, asked, "", current.plan, cut, _SEAL)
        cut = tightest
        current = _resized(current, tightest.max_qty)
    assert cut is not None
    unsettled = refused(cut.rule, f"the size does not settle: {cut.reason}", cut.used, cut.limit)
    return _refusal(request, tuple(unsettled if v.rule == cut.rule else v for v in verdicts), cut)


def approve_entry(
    assessment: Assessment, order: OrderRequest, *, venue_attaches_stop: bool = True
) -> ApprovedOrder:
    """The approved form of an entry order; raises NotApproved naming what does not fit.

    The order must be for the assessed symbol and side, for at most the granted quantity, bounded by
    a limit price no worse than the plan's entry, and carry the plan's stop or a tighter one. Only
    where the venue attaches no stops (`venue_attaches_stop` False) may it come without; then the
    caller places the plan's stop upon the fill.
    """
    problem = _entry_problem(assessment, order, venue_attaches_stop)
    if problem:
        raise NotApproved(f"order {order.client_id}: {problem}")
    evidence = "\n".join(f"{v.rule} {v.used} {v.limit} {v.max_qty}" for v in assessment.verdicts)
    return _approved(order, assessment.reason, evidence)


def approve_reducing(
    order: OrderRequest, position_qty: Decimal, gate: Gate, working_stop: Decimal | None = None
) -> ApprovedOrder | Verdict:
    """The approved form of a stop, target, exit or close, or the verdict that refuses it.

    `position_qty` is signed (long > 0). `working_stop` is the stop price in force, None = none.
    Passes in every gate state; HALTED lets no targets through.
    """
    try:
        verdict = check_reducing(order, position_qty, gate, working_stop)
    except Exception as error:  # fail closed
        return _failed("reduce_only", error)
    return _approved(order, verdict.reason, verdict.rule) if verdict.ok else verdict


def _ask_all(request: RiskRequest, limits: RiskLimits) -> tuple[Verdict, ...]:
    return tuple(_ask(rule, request, limits) for rule in RULES)


def _ask(rule: Rule, request: RiskRequest, limits: RiskLimits) -> Verdict:
    """One rule's answer; an exception or an answer that cannot be trusted becomes a refusal."""
    try:
        verdict = rule.check(request, limits)
        numbers = (verdict.used, verdict.limit, verdict.max_qty)
        if verdict.rule != rule.name or not isinstance(verdict.ok, bool):
            raise TypeError(f"answered {verdict!r}")
        if not all(number is None or number.is_finite() for number in numbers):
            raise ArithmeticError(f"answered with {', '.join(str(number) for number in numbers)}")
    except Exception as error:  # fail closed: whatever a rule does wrong, nothing enters
        return _failed(rule.name, error)
    return verdict


def _failed(rule: str, error: Exception) -> Verdict:
    return refused(rule, f"the check failed, which refuses: {type(error).__name__}: {error}")


def _resized(request: RiskRequest, quantity: Decimal) -> RiskRequest:
    """The request with its plan cut to `quantity` in whole lots, and its parts with it."""
    whole = floor_to_step(quantity, request.instrument.lot)
    plan = replace(request.plan, quantity=whole, part_one_quantity=parts_of(request, whole).first)
    return replace(request, plan=plan)


def _tightest(verdicts: tuple[Verdict, ...]) -> Verdict | None:
    """The verdict with the smallest cap, the first of equals; None when no rule caps."""
    caps = [(verdict.max_qty, index) for index, verdict in enumerate(verdicts) if verdict.max_qty is not None]
    return verdicts[min(caps)[1]] if caps else None


def _refusal(request: RiskRequest, verdicts: tuple[Verdict, ...], cut: Verdict | None) -> Assessment:
    headline = next(verdict.rule for verdict in verdicts if not verdict.ok)
    return Assessment(verdicts, ZERO, request.plan.quantity, headline, request.plan, cut, _SEAL)


def _entry_problem(assessment: Assessment, order: OrderRequest, venue_attaches_stop: bool) -> str:
    """Why the order does not fit the assessment, empty when it does."""
    plan, sign = assessment.plan, assessment.plan.side.sign
    if assessment.refused_by:
        return f"refused by {assessment.reason}"
    if order.role is not OrderRole.ENTRY or order.reduce_only:
        return f"role {order.role.value}, reduce-only {order.reduce_only}: not an entry"
    if (order.symbol, order.side) != (plan.symbol, plan.side):
        return f"{order.side.value} {order.symbol} was not assessed, {plan.side.value} {plan.symbol} was"
    if not (order.quantity.is_finite() and ZERO < order.quantity <= assessment.granted):
        return f"quantity {plain(order.quantity)} is not within the granted {plain(assessment.granted)}"
    if order.kind not in (OrderKind.LIMIT, OrderKind.STOP_LIMIT) or order.limit_price is None:
        return f"a {order.kind.value} entry has no worst price"
    if not (order.limit_price.is_finite() and (plan.entry - order.limit_price) * sign >= ZERO):
        return f"limit {plain(order.limit_price)} is worse than the assessed entry {plain(plan.entry)}"
    return _stop_problem(plan, order, order.limit_price, venue_attaches_stop)


def _stop_problem(
    plan: TradePlan, order: OrderRequest, limit_price: Decimal, venue_attaches_stop: bool
) -> str:
    """Why the stop of an entry does not fit its plan, empty when it does."""
    stop, sign = order.attached_stop_price, plan.side.sign
    if plan.stop is None:
        return "the plan has no stop"
    if stop is None:
        return "no stop is attached" if venue_attaches_stop else ""
    if not order.attached_stop_id:
        return "the attached stop has no id"
    if not (stop.is_finite() and ZERO <= (stop - plan.stop) * sign < (limit_price - plan.stop) * sign):
        return f"attached stop {plain(stop)} is not between {plain(plan.stop)} and {plain(limit_price)}"
    return ""


def recall(order: OrderRequest, approval_id: str) -> ApprovedOrder:
    """The approval that the journal holds for `order`; raises NotApproved when it is not for this order.

    An unkeyed hash binds the two: an order that was mixed up or changed in any field after its approval is
    not sent. It proves no origin. Who can write state or journal can write the matching id as well; against
    that stand the chain, which is verified whole before anything is recalled, and its heads kept elsewhere.
    """
    if approval_id.partition(".")[0] != _name_of(order):
        raise NotApproved(f"order {order.client_id}: approval {approval_id!r} is for another order")
    return ApprovedOrder(order, approval_id, "recalled from the journal", _SEAL)


def _name_of(order: OrderRequest) -> str:
    """What binds an approval to exactly this order."""
    stated = "\n".join(f"{field.name} {getattr(order, field.name)}" for field in fields(order))
    return f"a{sha256(stated.encode()).hexdigest()[:19]}"


def _approved(order: OrderRequest, summary: str, evidence: str) -> ApprovedOrder:
    checked = sha256(f"{summary}\n{evidence}".encode()).hexdigest()[:12]
    return ApprovedOrder(order, f"{_name_of(order)}.{checked}", summary, _SEAL)
