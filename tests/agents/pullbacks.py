"""A market that stands at a simple pullback, with or without its one-minute trigger."""

from __future__ import annotations

from functools import cache

from tests.agents.builders import SYMBOL, market
from tests.analysis.series import minutes_of
from ytc_tui.analysis.symbol import SymbolAnalysis

# An uptrend of three pushes; the last pullback leaves 1066, turns at 1048 and stalls there.
TURNS = ((1000.0, 0.0), (1030, 1.0), (1010, 1.0), (1045, 1.0), (1024, 1.0), (1066, 1.2), (1048, 0.6))
STALL = (1048.3, 1048.8, 1048.6, 1049.0, 1048.8, 1049.2, 1049.0, 1049.4, 1049.0)
TRIGGER = 1049.2


@cache
def pullback(symbol: str = SYMBOL, *, triggered: bool = True) -> SymbolAnalysis:
    price, closes = TURNS[0][0], []
    for target, speed in TURNS[1:]:
        count = round(abs(target - price) / speed)
        closes += [round(price + (target - price) * (i + 1) / count, 1) for i in range(count)]
        price = target
    bars = minutes_of([*closes, *STALL, *([TRIGGER] if triggered else [])], wick=0.2)
    return market([bar._replace(symbol=symbol) for bar in bars], symbol)
