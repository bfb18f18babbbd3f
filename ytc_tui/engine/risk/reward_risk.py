"""Rule: reward to risk net of costs is at least 1.0 on part one and 1.5 on the whole plan.

Where an odd lot, which leaves at T1, spoils the blend, the size is cut by that lot. Without a T2,
or when the size cannot be split, all of it leaves at T1 and that one ratio must meet both lines.
"""

from __future__ import annotations

from decimal import Decimal

from ytc_tui.analysis.sizing import NetRewardRisk, net_reward_risk
from ytc_tui.engine.risk.answers import capped, compared, no_stop, passed, plain, refused
from ytc_tui.engine.risk.exposure import parts_of, slippage_ticks
from ytc_tui.errors import DataInvalid
from ytc_tui.model.money import ZERO
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "reward_risk"
SUMMARY = (
    "Reward over risk net of the round-trip cost (ratio): part one at least min_rr_part_one, blended at "
    "least min_rr_blended."
)


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    plan, lot = request.plan, request.instrument.lot
    if plan.stop is None:
        return no_stop(RULE)
    if plan.t2 is not None and (plan.t2 - plan.t1) * plan.side.sign < ZERO:
        return refused(RULE, f"T2 {plain(plan.t2)} is nearer than T1 {plain(plan.t1)}", plan.t2, plan.t1)
    try:
        net = _net(request, plan.stop, plan.quantity, limits)
    except DataInvalid as error:
        return refused(RULE, error.what)
    if net.part_one < limits.min_rr_part_one:
        reason = compared("part-one reward to risk, net,", net.part_one, limits.min_rr_part_one)
        return refused(RULE, reason, net.part_one, limits.min_rr_part_one)
    used, limit = net.blended, limits.min_rr_blended
    reason = compared("blended reward to risk, net,", used, limit) + _basis(request)
    if used >= limit:
        return passed(RULE, reason, used, limit)
    even = plan.quantity - lot
    if even >= lot and _net(request, plan.stop, even, limits).blended >= limit:
        return capped(RULE, reason, asked=plan.quantity, most=even, lot=lot, used=used, limit=limit)
    return refused(RULE, reason, used, limit)


def _net(request: RiskRequest, stop: Decimal, quantity: Decimal, limits: RiskLimits) -> NetRewardRisk:
    plan, instrument = request.plan, request.instrument
    return net_reward_risk(
        instrument,
        entry=plan.entry,
        stop=stop,
        t1=plan.t1,
        t2=plan.t2,
        parts=parts_of(request, quantity),
        slippage_ticks=slippage_ticks(instrument, plan.entry, stop, limits),
    )


def _basis(request: RiskRequest) -> str:
    if request.plan.t2 is None:
        return " (no T2: all of it at T1)"
    note = parts_of(request, request.plan.quantity).note
    return f" ({note})" if note else ""
