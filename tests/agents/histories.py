"""Histories made by hand: sessions of trades with results."""

from __future__ import annotations

from collections.abc import Iterable

from tests.analysis.metrics.results import D
from ytc_tui.model.history import History, SessionFigures, TradeResult


def session(number: int, trades: Iterable[TradeResult] = (), change: str = "0") -> SessionFigures:
    return SessionFigures(f"S{number}", number, D(10_000), D(10_000) + D(change), tuple(trades))


def known(*trades: TradeResult) -> History:
    """One session before this one with these trades."""
    return History((session(0, trades),))
