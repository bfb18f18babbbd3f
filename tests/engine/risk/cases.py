"""For each rule requests that it passes and requests that it refuses, with the numbers it must state.

A rule that is not in this table brings its own `CASES` in `test_<rule>.py` beside this file.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from importlib import import_module
from typing import NamedTuple

from ytc_tui.model.market import InstrumentKind, Side
from ytc_tui.model.risk import RiskLimits, RiskRequest
from ytc_tui.model.session import Gate

from .builders import FREE_LIMITS, FREE_PERP, LIMITS, REQUEST, SHORT, D, asking, held, traded


class Case(NamedTuple):
    """What is asked; whether it passes; words of the reason; the numbers (None = not numeric)."""

    ok: bool
    words: str
    request: RiskRequest = REQUEST
    used: str | None = None
    limit: str | None = None
    limits: RiskLimits = LIMITS
    max_qty: str | None = None


def _pnl(text: str) -> RiskRequest:
    return replace(REQUEST, session_pnl_pct=D(text))


def _held(*symbols: str) -> RiskRequest:
    return replace(REQUEST, open_risks=tuple(held(symbol, risk="0") for symbol in symbols))


def _minutes(count: str) -> RiskRequest:
    return replace(REQUEST, now_ns=REQUEST.entries_from_ns + int(D(count) * 60_000_000_000))


_SHORT_REQUEST = replace(REQUEST, plan=SHORT)
_FREE = replace(REQUEST, instrument=FREE_PERP)
# Without costs: entry 2487, stop 2478, loss 9 for a quantity of one.
_FREE_ODD = asking(_FREE, quantity=D("0.003"), t1=D(2496), t2=D("2505.5"))

CASES: dict[str, tuple[Case, ...]] = {
    "sound_input": (
        Case(True, "sound", used="0", limit="0"),
        Case(False, "request.equity is NaN", replace(REQUEST, equity=D("NaN")), "1", "0"),
        Case(
            False,
            "request.open_risks[0].risk_money is Infinity",
            replace(REQUEST, open_risks=(held(risk="Infinity"),)),
            "1",
            "0",
        ),
        Case(
            False, "limits.max_leverage", used="1", limit="0", limits=replace(LIMITS, max_leverage=D("sNaN"))
        ),
        Case(False, "lot is 0", traded(lot=D(0)), "1", "0"),
        Case(False, "entry is -1", asking(entry=D(-1)), "1", "0"),
        Case(False, "open risk of BTCUSDT is -1", replace(REQUEST, open_risks=(held(risk="-1"),)), "1", "0"),
        Case(False, "notional -2", replace(REQUEST, open_risks=(held(notional="-2"),)), "1", "0"),
    ),
    "gate_open": (
        Case(True, "gate is ACTIVE"),
        Case(False, "gate is REDUCING, entries need ACTIVE", replace(REQUEST, gate=Gate.REDUCING)),
        Case(False, "gate is HALTED", replace(REQUEST, gate=Gate.HALTED)),
    ),
    "session_loss": (
        Case(True, "session P&L -2.4999 % > -2.5000 %", _pnl("-2.4999"), "-2.4999", "-2.5"),
        Case(False, "session P&L -2.50 % = -2.50 % (entries are off", _pnl("-2.5"), "-2.5", "-2.5"),
        Case(False, "entries are off", _pnl("-2.999999"), "-2.999999", "-2.5"),
        Case(False, "session P&L -3.00 % = -3.00 % (emergency line)", _pnl("-3"), "-3", "-3"),
    ),
    "drawdown": (
        Case(True, "no drawdown limit"),
        Case(False, "week -10.0 %", replace(REQUEST, drawdown_problem="week -10.0 %, limit -10.0 %")),
    ),
    "capacity": (
        Case(True, "loss capacity left 0.501 % > 0.500 %", _pnl("-2.499"), "0.501", "0.5"),
        Case(True, "3.00 %", _pnl("7"), "3", "0.5"),
        Case(False, "loss capacity left 0.50 % = 0.50 %, must be more", _pnl("-2.5"), "0.5", "0.5"),
    ),
    "max_positions": (
        Case(True, "2 of 3", _held("A", "B", "B"), "2", "3"),
        Case(False, "3 of 3 positions in use", _held("A", "B", "C"), "3", "3"),
    ),
    "instrument_kind": (
        Case(True, "sell is possible", _SHORT_REQUEST),
        Case(True, "spot, buy is possible", traded(kind=InstrumentKind.SPOT)),
        Case(False, "cannot be sold short", traded(_SHORT_REQUEST, kind=InstrumentKind.SPOT)),
        Case(False, "the instrument is BTCUSDT", traded(symbol="BTCUSDT")),
    ),
    "stop_present": (
        Case(True, "stop 2478", used="2478", limit="0"),
        Case(False, "has no stop", asking(stop=None)),
        Case(False, "stop 0 is not above 0", asking(stop=D(0)), "0", "0"),
    ),
    "stop_side": (
        Case(True, "stop 2478, buy entry 2487", used="2478", limit="2487"),
        Case(True, "stop 2496, sell entry 2487", _SHORT_REQUEST, "2496", "2487"),
        Case(False, "must be below", asking(stop=D(2487)), "2487", "2487"),
        Case(False, "must be above", asking(_SHORT_REQUEST, stop=D("2486.99")), "2486.99", "2487"),
        Case(False, "no stop", asking(stop=None)),
    ),
    "min_size": (
        Case(True, "notional 124350", used="124350", limit="5"),
        Case(True, "at least 5", asking(quantity=D("0.1"), entry=D(50)), "5", "5"),
        Case(False, "less than one lot", asking(quantity=D("0.0009")), "0.0009", "0.001"),
        Case(False, "notional 4.974 is less than 5", asking(quantity=D("0.002")), "4.974", "5"),
    ),
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
    "losing_streak": (
        Case(True, "4 losses in a row, entries stop at 5", replace(REQUEST, consecutive_losses=4), "4", "5"),
        Case(False, "5 losses in a row", replace(REQUEST, consecutive_losses=5), "5", "5"),
    ),
    "trade_count": (
        Case(True, "19 of 20", replace(REQUEST, trades_taken=19), "19", "20"),
        Case(False, "20 of 20 trades taken", replace(REQUEST, trades_taken=20), "20", "20"),
    ),
    "session_time": (
        Case(True, "0.00 min into an entry window of 180.00 min", _minutes("0"), "0", "180"),
        Case(True, "179.99 min into", _minutes("179.99"), "179.99", "180"),
        Case(False, "180.00 min into an entry window of 180.00 min", _minutes("180"), "180", "180"),
        Case(False, "the entry window opens in 5.00 min", _minutes("-5"), "-5", "180"),
    ),
    "blackout": (
        Case(True, "no blackout"),
        Case(False, "CPI at 13:30", replace(REQUEST, blackout_reason="CPI at 13:30, blackout to 13:45")),
    ),
    "market_data": (
        Case(True, "whole and fresh"),
        Case(False, "2 bars late", replace(REQUEST, data_problem="2 bars late")),
        Case(False, "last price of ETHUSDT is unknown", replace(REQUEST, last_price=None)),
        Case(False, "ATR of ETHUSDT is unknown", replace(REQUEST, atr=None)),
        Case(False, "ATR of ETHUSDT is 0", replace(REQUEST, atr=D(0)), "0", "0"),
    ),
    "symbol_clear": (
        Case(True, "nothing stands against", replace(REQUEST, open_risks=(held("BTCUSDT", unknown=True),))),
        Case(True, "nothing stands against", replace(REQUEST, open_risks=(held("ETHUSDT"),))),
        Case(False, "books differ", replace(REQUEST, foreign_reason="books differ by 0.5")),
        Case(False, "UNKNOWN", replace(REQUEST, open_risks=(held("ETHUSDT", unknown=True),))),
        Case(False, "open on the sell side", replace(REQUEST, open_risks=(held("ETHUSDT", Side.SELL),))),
    ),
    "rejects_in_row": (
        Case(True, "2 rejects in a row, entries stop at 3", replace(REQUEST, rejects_in_row=2), "2", "3"),
        Case(False, "3 rejects in a row", replace(REQUEST, rejects_in_row=3), "3", "3"),
    ),
    "order_rate": (
        Case(True, "order 10 of 10", replace(REQUEST, orders_last_minute=9), "10", "10"),
        Case(
            False,
            "order 11 in the last minute, 10 allowed",
            replace(REQUEST, orders_last_minute=10),
            "11",
            "10",
        ),
    ),
    "price_collar": (
        Case(
            True, "entry to last price 12.00 = 12.00 (3 ATR", replace(REQUEST, last_price=D(2475)), "12", "12"
        ),
        Case(False, "12.01 > 12.00", replace(REQUEST, last_price=D("2499.01")), "12.01", "12"),
        Case(False, "last price is unknown", replace(REQUEST, last_price=None)),
        Case(False, "ATR is unknown", replace(REQUEST, atr=None)),
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


def cases_of(rule: str) -> tuple[Case, ...]:
    """The cases of a rule: from the table, or from the rule's own test file."""
    if rule in CASES:
        return CASES[rule]
    own: tuple[Case, ...] = import_module(f".test_{rule}", __package__).CASES
    return own


def expected(number: str | None) -> Decimal | None:
    return None if number is None else D(number)
