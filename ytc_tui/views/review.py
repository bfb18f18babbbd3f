"""A session as it is looked back on, and the list of those there are.

Decides nothing. Imports the tables of reports. Invariant: what is not on record is None, never nought.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ytc_tui.views.section import Section


@dataclass(frozen=True, slots=True)
class PastSession:
    """A session in one line. Times UTC ns; `end_reason` is empty while it has not ended."""

    session_id: str
    mode: str
    status: str
    phase: str
    started_ns: int | None
    ended_ns: int | None
    pnl: Decimal | None
    pnl_pct: Decimal | None
    trades: int | None
    wins: int | None
    end_reason: str


@dataclass(frozen=True, slots=True)
class PastSessions:
    """The newest sessions of a record, the newest first, and how many it has in all."""

    rows: tuple[PastSession, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Review:
    """`balances` of the wallet, after each movement, with its feed time (UTC ns); `r_counts` = trades by R,
    each step from its R to half an R more; `tables` = the report, as `ytc report` prints it."""

    session_id: str
    currency: str
    balances: tuple[tuple[int, Decimal], ...]
    r_counts: tuple[tuple[Decimal, int], ...]
    tables: tuple[Section, ...]
