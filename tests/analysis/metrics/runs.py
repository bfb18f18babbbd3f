"""Runs made by hand, as a comparison is given them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tests.analysis.metrics.results import ended
from ytc_tui.analysis.metrics.comparison import CostedTrade, SessionOutcome
from ytc_tui.model.money import ZERO

RISK = Decimal(100)
FEE, BOOK = Decimal(4), Decimal(2)


def trade(r: str | Decimal, opened_ns: int = 0) -> CostedTrade:
    net = Decimal(r) * RISK
    made = ended(str(r), net=net, fees=FEE, opened_ns=opened_ns, closed_ns=opened_ns + 1)
    return CostedTrade(made, RISK, BOOK)


def run(sessions: Sequence[Sequence[str]], begin: int = 0) -> list[SessionOutcome]:
    """Sessions of trades by R, each a day; a trade's entry instant is its place."""
    balance, made, count = Decimal(10_000), [], begin
    for day, rs in enumerate(sessions):
        trades = tuple(trade(r, count + place) for place, r in enumerate(rs))
        count += len(rs)
        net = sum((one.result.net for one in trades), ZERO)
        made.append(
            SessionOutcome(
                date=f"2022-11-{day + 1:02d}",
                start_balance=balance,
                end_balance=balance + net,
                trades=trades,
                detected={"PB": len(rs) + 1},
                refused_by={"reward_risk": 1},
                approved=len(rs),
                entered=len(rs),
                not_entered=0,
                fees=FEE * len(rs),
                book_cost=BOOK * len(rs),
                funding=ZERO,
                head=f"{day}",
            )
        )
        balance += net
    return made
