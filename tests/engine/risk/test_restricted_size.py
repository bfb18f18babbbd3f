"""The half size around medium-impact news: of the risk of a trade, and not halved again."""

from __future__ import annotations

from dataclasses import replace

from ytc_tui.engine.risk.gate import assess

from .builders import FREE_LIMITS, FREE_PERP, LIMITS, REQUEST, D, asking
from .case import Case

_NEWS = "news until 13:40Z: USD Initial Jobless Claims (13:30Z)"
# 9 to the stop without costs: 111.111 would risk 1 %, 55.555 half of it.
_FREE = replace(REQUEST, instrument=FREE_PERP, restricted_reason=_NEWS)

CASES = (
    Case(True, "no news", REQUEST),
    Case(True, _NEWS, asking(_FREE, quantity=D(50)), "0.45", "0.5", FREE_LIMITS, max_qty="55.555"),
    Case(True, "55.555 of 60 fits", asking(_FREE, quantity=D(60)), "0.54", "0.5", FREE_LIMITS, "55.555"),
    Case(
        False,
        "not even 0.001 fits",
        asking(_FREE, quantity=D("0.001"), stop=D(-9_999_999)),
        limit="0.5",
        limits=FREE_LIMITS,
        max_qty="0",
    ),
    Case(False, "no stop", asking(_FREE, stop=None), limits=FREE_LIMITS),
    Case(False, "sizing base 0", replace(_FREE, equity=D(0)), "0", "0", FREE_LIMITS),
)


def test_the_share_is_a_setting() -> None:
    limits = replace(FREE_LIMITS, restricted_size_pct=D(25))
    answer = assess(asking(_FREE, quantity=D(100), part_one_quantity=D(50)), limits)
    assert (answer.granted, answer.cut.rule if answer.cut else "") == (D("27.777"), "restricted_size")


def test_a_plan_that_was_cut_is_granted_whole_when_it_is_asked_again() -> None:
    first = assess(asking(replace(REQUEST, restricted_reason=_NEWS), quantity=D(90)), LIMITS)
    assert D(0) < first.granted < D(90)
    assert "half" not in first.reason
    assert _NEWS in first.reason
    again = assess(replace(REQUEST, restricted_reason=_NEWS, plan=first.plan), LIMITS)
    assert again.granted == first.granted
