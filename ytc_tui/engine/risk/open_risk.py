"""Rule: open risk with this trade, correlated pairs counted more, stays within 3 %. Cuts the size.

Each pair of this trade with a position that profits from the same move (|rho| >= threshold) counts
with the multiplier 1 + |rho| (domain.md 1.4 agent 02): with r the risk of an open position and x the
risk of this trade, used = sum(r) + x + sum over pairs of |rho| (r + x), in % of min(start, equity).
A pair whose rho is not given counts as rho = 1 (semantics.md 5).
"""

from __future__ import annotations

from decimal import Decimal

from ytc_tui.analysis.correlation import is_correlated
from ytc_tui.engine.risk.answers import capped, compared, no_stop, plain, refused
from ytc_tui.engine.risk.exposure import largest_quantity, loss_per_unit, sizing_base
from ytc_tui.model.money import HUNDRED, ONE, ZERO
from ytc_tui.model.risk import OpenRisk, RiskLimits, RiskRequest, Verdict

RULE = "open_risk"
SUMMARY = (
    "Risk of all open positions with this trade, correlated pairs times 1 + |rho|, % of min(start "
    "balance, equity), at most max_open_risk_pct."
)


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    plan, lot, base = request.plan, request.instrument.lot, sizing_base(request)
    if plan.stop is None:
        return no_stop(RULE)
    if base <= ZERO:
        return refused(RULE, f"sizing base {plain(base)} is not above 0", base, ZERO)
    pairs = correlated_pairs(request, limits)
    held = sum((risk.risk_money for risk in request.open_risks), ZERO)
    held += sum((strength * risk.risk_money for risk, strength in pairs), ZERO)
    weight = ONE + sum((strength for _, strength in pairs), ZERO)
    per_unit = weight * loss_per_unit(request.instrument, plan.entry, plan.stop, limits)
    used = (held + plan.quantity * per_unit) / base * HUNDRED
    limit = limits.max_open_risk_pct
    return capped(
        RULE,
        compared("open risk", used, limit, " %") + _words(request, pairs),
        asked=plan.quantity,
        most=largest_quantity(base * limit / HUNDRED - held, per_unit, lot),
        lot=lot,
        used=used,
        limit=limit,
    )


def correlated_pairs(request: RiskRequest, limits: RiskLimits) -> tuple[tuple[OpenRisk, Decimal], ...]:
    """The open risks that profit from the same move as the plan, each with its |rho|."""
    threshold = float(limits.correlation_threshold)
    pairs = []
    for risk in request.open_risks:
        given = [rho for symbol, rho, _ in request.correlations if symbol == risk.symbol]
        if risk.symbol == request.plan.symbol or not given:
            given = [ONE]
        strengths = [
            abs(rho) for rho in given if is_correlated(risk.side, request.plan.side, float(rho), threshold)
        ]
        if strengths:
            pairs.append((risk, max(strengths)))
    return tuple(pairs)


def _words(request: RiskRequest, pairs: tuple[tuple[OpenRisk, Decimal], ...]) -> str:
    if not pairs:
        return ""
    notes = {symbol: note for symbol, _, note in request.correlations}
    names = []
    for risk, strength in pairs:
        note = notes.get(risk.symbol, "")
        names.append(f"{risk.symbol} |rho| {strength:.2f}" + (f" ({note})" if note else ""))
    return f", correlated with {', '.join(names)}"
