"""Sessions on record and one of them in hindsight, made by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.screens.desk_views import NOW_NS
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S
from ytc_tui.views.review import PastSession, PastSessions, Review
from ytc_tui.views.section import Section

D = Decimal
_DAY_NS = 86_400 * NS_PER_S
RUNNING = PastSession(
    session_id="5f0c2a1e",
    mode="paper",
    status="running",
    phase="active_trading",
    started_ns=NOW_NS - 3_600 * NS_PER_S,
    ended_ns=None,
    pnl=None,
    pnl_pct=None,
    trades=None,
    wins=None,
    end_reason="",
)
ENDED = PastSession(
    session_id="9d41b7aa",
    mode="paper",
    status="completed",
    phase="ended",
    started_ns=RUNNING.started_ns - _DAY_NS if RUNNING.started_ns else None,
    ended_ns=NOW_NS - _DAY_NS,
    pnl=D("-61.40"),
    pnl_pct=D("-0.614"),
    trades=4,
    wins=1,
    end_reason="session time over",
)
STOPPED = replace(
    ENDED, session_id="03ce77d0", status="emergency_stop", pnl=D("-341.2"), pnl_pct=D("-3.412"), trades=6,
    end_reason="session loss of 3.41 %",
)  # fmt: skip
PAST = PastSessions((RUNNING, ENDED, STOPPED), 214)
_BALANCES = ("10000", "9996.1", "9901.7", "9898.2", "10011.4", "9998.9", "9950.3", "9938.6")
REVIEW = Review(
    ENDED.session_id,
    "USDT",
    tuple((NOW_NS + number * NS_PER_MIN, D(balance)) for number, balance in enumerate(_BALANCES)),
    ((D("-1"), 2), (D("-0.5"), 1), (D("0"), 0), (D("0.5"), 0), (D("1"), 1)),
    (
        Section("Result", (), (("P&L", "-61.40 USDT (-0.6140 %)"), ("fees", "7.02"))),
        Section(
            "Trades",
            ("trade", "setup", "symbol", "side", "quantity", "entry", "exit", "R", "grade"),
            (
                ("T0001", "PB", "ETHUSDT", "sell", "6.728", "1473.18", "1488.10", "-1.02", "B"),
                ("T0002", "BOF", "BTCUSDT", "buy", "0.2", "19,650.5", "19,702.1", "1.31", "A"),
            ),
        ),
        Section("Lessons", ("lesson",), (("A stop one tick behind the swing was run twice.",),)),
        Section("Notes", ("time", "note"), (), "no note was written"),
    ),
)
