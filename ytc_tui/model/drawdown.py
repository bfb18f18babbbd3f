"""The drawdown ledger: what an account lost over a day, a week, a month, and from its peak.

Decides from which balance each span counts (semantics.md 5). Standard library and the model only.
Invariant: a ledger follows from closed sessions alone, so it never changes while a session runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from ytc_tui.model.money import HUNDRED, ZERO


class Span(StrEnum):
    """What a drawdown is counted over: the local day, calendar week (from Monday), month, or all."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TOTAL = "total"


# Of each span: the loss that warns and the loss that stops entries, in percent of its base.
DrawdownLimits = Mapping[Span, tuple[Decimal, Decimal]]


@dataclass(frozen=True, slots=True)
class SessionBalance:
    """What a closed session began and ended with; `date` is its local calendar date, YYYY-MM-DD."""

    date: str
    opening: Decimal
    ending: Decimal


@dataclass(frozen=True, slots=True)
class LedgerSpan:
    """One span as a session begins: `base` is the balance that its losses count from, `since` the local
    date of that balance."""

    span: Span
    since: str
    base: Decimal
    warn_pct: Decimal
    limit_pct: Decimal

    def used_pct(self, worth: Decimal) -> Decimal:
        """Loss from the base in percent of it, 0 or more, when the account is worth `worth`."""
        return max(ZERO, (self.base - worth) / self.base * HUNDRED) if self.base > ZERO else ZERO


def ledger_spans(
    past: Sequence[SessionBalance], today: str, opening: Decimal, limits: DrawdownLimits
) -> tuple[LedgerSpan, ...]:
    """The spans of a session that begins on the local date `today` with `opening`.

    Day, week and month count from the balance with which the first session in them began; the total from
    the highest balance with which any began or ended. Past sessions are in order of time.
    """
    day = date.fromisoformat(today)
    begins = {
        Span.DAY: day,
        Span.WEEK: day - timedelta(days=day.weekday()),
        Span.MONTH: day.replace(day=1),
    }
    found = []
    for span, (warn_pct, limit_pct) in limits.items():
        since, base = today, opening
        if span is Span.TOTAL:
            marks = [(held.date, balance) for held in past for balance in (held.opening, held.ending)]
            since, base = max([*marks, (today, opening)], key=lambda mark: mark[1])
        else:
            inside = [held for held in past if begins[span] <= date.fromisoformat(held.date) <= day]
            if inside:
                since, base = inside[0].date, inside[0].opening
        found.append(LedgerSpan(span, since, base, warn_pct, limit_pct))
    return tuple(found)
