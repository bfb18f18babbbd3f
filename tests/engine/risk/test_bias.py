"""The bias forbids entries against it, and nothing it says lets an entry through."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings, strategies as st

from ytc_tui.engine.risk.gate import assess
from ytc_tui.engine.risk.registry import ORDER
from ytc_tui.model.own import Bias, OwnBias
from ytc_tui.model.risk import RiskLimits, RiskRequest

from .builders import REQUEST, SHORT
from .case import Case
from .test_gate_properties import limits, requests

_SELLING = replace(REQUEST, plan=SHORT)


def _held(bias: Bias) -> OwnBias:
    return OwnBias("ETHUSDT", bias, "a meeting", "ada", REQUEST.now_ns + 1)


def _under(bias: Bias, request: RiskRequest = REQUEST) -> RiskRequest:
    return replace(request, bias=_held(bias))


CASES = (
    Case(True, "no bias is set"),
    Case(True, "a long is allowed: long_only by ada", _under(Bias.LONG_ONLY)),
    Case(True, "a short is allowed: short_only by ada", _under(Bias.SHORT_ONLY, _SELLING)),
    Case(False, "a short is against the bias: long_only by ada: a meeting", _under(Bias.LONG_ONLY, _SELLING)),
    Case(False, "a long is against the bias: short_only by ada: a meeting", _under(Bias.SHORT_ONLY)),
    Case(False, "a long is against the bias: no_trades by ada: a meeting", _under(Bias.NO_TRADES)),
    Case(False, "a short is against the bias: no_trades by ada: a meeting", _under(Bias.NO_TRADES, _SELLING)),
)


@settings(max_examples=120, deadline=None)
@given(requests(), limits(), st.sampled_from(Bias))
def test_a_bias_only_ever_forbids(request: RiskRequest, rules: RiskLimits, bias: Bias) -> None:
    free, bound = assess(request, rules), assess(_under(bias, request), rules)
    assert bound.granted in (0, free.granted)
    if bias.allows(request.plan.side):
        assert (bound.granted, bound.refused_by, bound.plan) == (free.granted, free.refused_by, free.plan)
    else:
        assert bound.granted == 0
        assert bound.refused_by == (free.refused_by if _before(free.refused_by) else "bias")


def _before(refused_by: str) -> bool:
    """Whether this rule is asked before the bias."""
    return bool(refused_by) and ORDER.index(refused_by) < ORDER.index("bias")
