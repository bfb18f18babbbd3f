"""Cases of the rules about everything that is open together with the plan."""

from __future__ import annotations

from dataclasses import replace

from ytc_tui.model.market import InstrumentKind, Side

from .builders import FREE_LIMITS, FREE_PERP, LIMITS, REQUEST, SHORT, D, asking, held, traded
from .case import Case

_FREE = replace(REQUEST, instrument=FREE_PERP)

CASES: dict[str, tuple[Case, ...]] = {
    "open_risk": (
        # 50 x 9 = 450 of 100,000.
        Case(True, "open risk 0.45 % < 3.00 %", _FREE, "0.45", "3", FREE_LIMITS, "333.333"),
        # 2,000 held and uncorrelated (rho 0.69), 1,000 left: 111.111 lots of 9.
        Case(
            True,
            "open risk 2.45 % < 3.00 %",
            replace(
                _FREE,
                open_risks=(held(risk="2000"),),
                correlations=(("BTCUSDT", D("0.69"), "20 of 20 days"),),
            ),
            "2.45",
            "3",
            FREE_LIMITS,
            "111.111",
        ),
        # rho 0.8 of 1,000 held: (1,000 + 450) x 1.8 = 2,610; room (3,000 - 1,800) / (9 x 1.8).
        Case(
            True,
            "open risk 2.61 % < 3.00 %, correlated with BTCUSDT |rho| 0.80 (20 of 20 days)",
            replace(_FREE, open_risks=(held(),), correlations=(("BTCUSDT", D("0.8"), "20 of 20 days"),)),
            "2.61",
            "3",
            FREE_LIMITS,
            "74.074",
        ),
        Case(
            True,
            "open risk 3.34 % > 3.00 %, correlated with BTCUSDT |rho| 0.80; 74.074 of 95 fits",
            replace(
                asking(_FREE, quantity=D(95), part_one_quantity=D(50)),
                open_risks=(held(risk="1000"),),
                correlations=(("BTCUSDT", D("0.8"), ""),),
            ),
            "3.339",
            "3",
            FREE_LIMITS,
            "74.074",
        ),
        # Opposite sides that move alike do not add up.
        Case(
            True,
            "open risk 1.45 % < 3.00 %",
            replace(_FREE, open_risks=(held(side=Side.SELL),), correlations=(("BTCUSDT", D("0.8"), ""),)),
            "1.45",
            "3",
            FREE_LIMITS,
            "222.222",
        ),
        # No rho given: 1 for the same side; 1,500 x 2 leaves nothing.
        Case(
            False,
            "open risk 3.90 % > 3.00 %, correlated with BTCUSDT |rho| 1.00; not even 0.001 fits",
            replace(_FREE, open_risks=(held(risk="1500"),)),
            "3.9",
            "3",
            FREE_LIMITS,
            "0",
        ),
        # Of two values given for one symbol the worse counts: (1,000 + 450) x 1.9.
        Case(
            True,
            "|rho| 0.90",
            replace(
                _FREE,
                open_risks=(held(),),
                correlations=(("BTCUSDT", D("0.8"), ""), ("BTCUSDT", D("0.9"), "")),
            ),
            "2.755",
            "3",
            FREE_LIMITS,
            "64.327",
        ),
        Case(False, "sizing base -1 is not above 0", replace(REQUEST, equity=D(-1)), "-1", "0"),
        Case(False, "sizing base 0 is not above 0", replace(REQUEST, equity=D(0)), "0", "0"),
        Case(False, "no stop", asking(stop=None)),
    ),
    "buying_power": (
        Case(True, "5x of 100000 less 10 %", _FREE, "124350", "450000", FREE_LIMITS, "180.94"),
        # Fees of a round trip at 5x: (2487 + 2478) x 0.0004 x 5 = 9.93 on each 2,487.
        Case(True, "124846.50 < 450000.00", REQUEST, "124846.5", "450000", LIMITS, "180.221"),
        Case(
            True,
            "less 10 %); 20.104 of 50 fits",
            replace(_FREE, open_risks=(held(notional="400000"),)),
            "524350",
            "450000",
            FREE_LIMITS,
            "20.104",
        ),
        Case(
            False,
            "not even 0.001 fits",
            replace(_FREE, open_risks=(held(notional="450000"),)),
            "574350",
            "450000",
            FREE_LIMITS,
            "0",
        ),
        Case(
            True, "2x of 100000", traded(_FREE, max_leverage=D(2)), "124350", "180000", FREE_LIMITS, "72.376"
        ),
        Case(True, "notional", asking(_FREE, stop=None), "124350", "450000", FREE_LIMITS, "180.94"),
    ),
    "liquidation": (
        # Long of 50: 124,350 - 100,000 = 24,350 over 50 x 0.995.
        Case(True, "liquidation at 489.45, stop at 2478.00", _FREE, None, "2478", FREE_LIMITS, "4675.081"),
        # Short of 50: 224,350 over 50 x 1.005.
        Case(
            True,
            "liquidation at 4464.68, stop at 2496.00",
            replace(_FREE, plan=SHORT),
            None,
            "2496",
            FREE_LIMITS,
            "4655.493",
        ),
        Case(True, "liquidation at 0.00", asking(_FREE, quantity=D(1)), "0", "2478", FREE_LIMITS, "4675.081"),
        # At the stop 50 x (9 + 12.39) = 1,069.50 are needed: that much equity is not enough for 50.
        Case(
            True,
            "liquidation at 2478.00, stop at 2478.00; 49.999 of 50 fits",
            replace(_FREE, equity=D("1069.5")),
            "2478",
            "2478",
            FREE_LIMITS,
            "49.999",
        ),
        # A position of 50,000 that loses 1,000 takes 1,000 + 250 of it.
        Case(
            True,
            "stop at 2478",
            replace(_FREE, equity=D("2319.5"), open_risks=(held(),)),
            "2478",
            "2478",
            FREE_LIMITS,
            "49.999",
        ),
        # Contracts of 10, and a round trip of 2.736 x 10 that comes off the equity first:
        # (1,243,500 - 100,000 + 1,368) / (500 x 0.995), and 100,000 / (10 x (21.39 + 2.736)).
        Case(
            True,
            "liquidation at 2301.24, stop at 2478.00",
            traded(contract_size=D(10)),
            None,
            "2478",
            LIMITS,
            "414.490",
        ),
        Case(False, "not even 0.001 fits", replace(_FREE, equity=D(0)), None, "2478", FREE_LIMITS, "0"),
        Case(True, "spot is not liquidated", traded(kind=InstrumentKind.SPOT)),
        Case(False, "quantity 0 is not above 0", asking(quantity=D(0)), "0", "0"),
        Case(False, "no stop", asking(stop=None)),
    ),
}
