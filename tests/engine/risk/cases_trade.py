"""Cases of the rules about the one trade that is asked for."""

from __future__ import annotations

from dataclasses import replace

from .builders import FREE_LIMITS, FREE_PERP, LIMITS, REQUEST, D, asking, traded
from .case import Case

_FREE = replace(REQUEST, instrument=FREE_PERP)
# Without costs: entry 2487, stop 2478, loss 9 for a quantity of one.
_FREE_ODD = asking(_FREE, quantity=D("0.003"), t1=D(2496), t2=D("2505.5"))

CASES: dict[str, tuple[Case, ...]] = {
    "min_size": (
        Case(True, "notional 124350", used="124350", limit="5"),
        Case(True, "at least 5", asking(quantity=D("0.1"), entry=D(50)), "5", "5"),
        Case(False, "less than one lot", asking(quantity=D("0.0009")), "0.0009", "0.001"),
        Case(False, "notional 4.974 is less than 5", asking(quantity=D("0.002")), "4.974", "5"),
    ),
    "costs": (
        # Taker fees on 10 and 10 are 0.008, three times that 0.024.
        Case(
            True,
            "stop distance 0.060 > 0.024",
            traded(asking(entry=D("10.03"), stop=D("9.97")), tick=D("0.0001")),
            "0.06",
            "0.024",
            FREE_LIMITS,
        ),
        Case(
            True,
            "= 0.024 (3x",
            traded(asking(entry=D("10.012"), stop=D("9.988")), tick=D("0.0001")),
            "0.024",
            "0.024",
            FREE_LIMITS,
        ),
        Case(
            False,
            "stop distance 0.020 < 0.024 (3x the round-trip cost)",
            traded(asking(entry=D("10.01"), stop=D("9.99")), tick=D("0.0001")),
            "0.02",
            "0.024",
            FREE_LIMITS,
        ),
        # 1.5 bps each way on 20 are 0.003 more, three times that 0.009.
        Case(
            False,
            "stop distance 0.024 < 0.033",
            traded(asking(entry=D("10.012"), stop=D("9.988")), tick=D("0.0001")),
            "0.024",
            "0.033",
        ),
        Case(True, "9.00 > 0.00", _FREE, "9", "0", FREE_LIMITS),
        Case(
            False,
            "stop distance 0.20 < 0.24",
            traded(asking(entry=D("10.01"), stop=D("9.99")), tick=D("0.0001"), contract_size=D(10)),
            "0.2",
            "0.24",
            FREE_LIMITS,
        ),
        Case(False, "no stop", asking(stop=None)),
    ),
    "reward_risk": (
        # Risk 9, T1 +9 (1.0), T2 +18 (2.0): exactly both lines.
        Case(True, "1.50 = 1.50", asking(_FREE, t1=D(2496), t2=D(2505)), "1.5", "1.5", FREE_LIMITS),
        Case(
            False,
            "part-one reward to risk, net, 0.999 < 1.000",
            asking(_FREE, t1=D("2495.991"), t2=D(2600)),
            "0.999",
            "1",
            FREE_LIMITS,
        ),
        Case(
            False,
            "blended reward to risk, net, 1.4995 < 1.5000",
            asking(_FREE, t1=D(2496), t2=D("2504.991")),
            "1.4995",
            "1.5",
            FREE_LIMITS,
        ),
        Case(
            True,
            "(no T2: all of it at T1)",
            asking(_FREE, t1=D("2500.5"), t2=None),
            "1.5",
            "1.5",
            FREE_LIMITS,
        ),
        Case(False, "1.00 < 1.50 (no T2", asking(_FREE, t1=D(2496), t2=None), "1", "1.5", FREE_LIMITS),
        # Two of three lots leave at T1: (1 + 1 + 2.0556) / 3 < 1.5; two lots blend to 1.528.
        Case(
            True,
            "1.35 < 1.50; 0.002 of 0.003",
            traded(_FREE_ODD, min_notional=D(0)),
            None,
            "1.5",
            FREE_LIMITS,
            "0.002",
        ),
        Case(
            False,
            "too small to split",
            traded(asking(_FREE_ODD, quantity=D("0.001")), min_notional=D(0)),
            "1",
            "1.5",
            FREE_LIMITS,
        ),
        Case(
            True,
            "0.002 of 0.003 fits",
            traded(asking(_FREE_ODD, t2=D(2505)), min_notional=D(0)),
            None,
            "1.5",
            FREE_LIMITS,
            "0.002",
        ),
        Case(True, "2.00 > 1.50", asking(_FREE, t1=D(2505), t2=D(2505)), "2", "1.5", FREE_LIMITS),
        Case(False, "T2 2500 is nearer than T1 2505", asking(t2=D(2500)), "2500", "2505"),
        Case(False, "opposite sides", asking(t1=D(2480), t2=None)),
        Case(False, "no stop", asking(stop=None)),
        # Costs turn a gross 1.5 into less.
        Case(False, "<", asking(t1=D(2496), t2=D(2505))),
    ),
    "risk_per_trade": (
        Case(True, "risk of the trade 0.45 % < 1.00 %", _FREE, "0.45", "1", FREE_LIMITS, "111.111"),
        Case(
            True,
            "risk of the trade 1.08 % > 1.00 %; 111.111 of 120 fits",
            asking(_FREE, quantity=D(120)),
            "1.08",
            "1",
            FREE_LIMITS,
            "111.111",
        ),
        # The smaller of start balance and equity counts.
        Case(True, "0.90 % < 1.00 %", replace(_FREE, equity=D(50_000)), "0.9", "1", FREE_LIMITS, "55.555"),
        Case(True, "0.45 % < 1.00 %", replace(_FREE, equity=D(150_000)), "0.45", "1", FREE_LIMITS, "111.111"),
        Case(False, "not even 0.001 fits", replace(_FREE, equity=D("0.8")), None, "1", FREE_LIMITS, "0"),
        Case(False, "sizing base 0 is not above 0", replace(REQUEST, equity=D(0)), "0", "0"),
        Case(False, "no stop", asking(stop=None)),
    ),
    "order_notional": (
        Case(True, "order notional 124350.00 < 250000.00", REQUEST, "124350", "250000", LIMITS, "100.522"),
        Case(True, "; 100.522 of 101 fits", asking(quantity=D(101)), "251187", "250000", LIMITS, "100.522"),
        Case(
            False,
            "not even 0.001 fits",
            REQUEST,
            "124350",
            "2",
            replace(LIMITS, max_order_notional=D(2)),
            "0",
        ),
    ),
}
