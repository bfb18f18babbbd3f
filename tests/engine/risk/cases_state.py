"""Cases of the rules about the session, the market and the shape of a plan."""

from __future__ import annotations

from dataclasses import replace

from ytc_tui.model.market import InstrumentKind, Side
from ytc_tui.model.risk import RiskRequest
from ytc_tui.model.session import Gate

from .builders import LIMITS, REQUEST, SHORT, D, asking, held, traded
from .case import Case


def _pnl(text: str) -> RiskRequest:
    return replace(REQUEST, session_pnl_pct=D(text))


def _held(*symbols: str) -> RiskRequest:
    return replace(REQUEST, open_risks=tuple(held(symbol, risk="0") for symbol in symbols))


def _minutes(count: str) -> RiskRequest:
    return replace(REQUEST, now_ns=REQUEST.entries_from_ns + int(D(count) * 60_000_000_000))


_SHORT_REQUEST = replace(REQUEST, plan=SHORT)

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
}
