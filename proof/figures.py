"""What a journal's trades came to, and what became of its setups.

Profit after costs is that of the fills less fees. Profit before costs values the same fills at their
reference prices, before spread and slippage, and pays no fee.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Any

from proof.journal import Session
from proof.ledger import ZERO
from proof.rules import BREAKEVEN_R


@dataclass(frozen=True, slots=True)
class Result:
    """A closed trade; money in account currency, `gross` before all costs."""

    kind: str
    side: str
    exit_reason: str
    net: Decimal
    gross: Decimal
    r_multiple: Decimal
    fills: int


def results(session: Session, contract_sizes: dict[str, Decimal]) -> Iterator[Result]:
    """The closed trades of a session in the order of their ends."""
    plans: dict[str, dict[str, Any]] = {}
    gross: dict[str, Decimal] = {}
    pieces: Counter[str] = Counter()
    for entry in session.of("TradePlanned", "FillBooked", "TradeClosed"):
        body = entry.body
        if entry.type == "TradePlanned":
            plans[body["trade"]["trade_id"]] = body["trade"]
        elif entry.type == "FillBooked":
            fill, trade = body["fill"], body["trade_id"]
            value = Decimal(fill["quantity"]) * Decimal(fill["reference_price"])
            value *= contract_sizes[fill["symbol"]]
            gross[trade] = gross.get(trade, ZERO) + (value if fill["side"] == "sell" else -value)
            pieces[trade] += 1
        else:
            trade = body["trade_id"]
            yield Result(
                plans[trade]["setup_kind"],
                "long" if plans[trade]["side"] == "buy" else "short",
                body["exit_reason"],
                Decimal(body["pnl"]),
                gross[trade],
                Decimal(body["r_multiple"]),
                pieces[trade],
            )


def trade_figures(closed: list[Result], opening: Decimal) -> dict[str, Any]:
    """Figures of trades; ratios are None where nothing is to be divided by."""
    wins = sum(1 for each in closed if each.r_multiple >= BREAKEVEN_R)
    losses = sum(1 for each in closed if each.r_multiple <= -BREAKEVEN_R)
    return {
        "trades": len(closed),
        "wins": wins,
        "losses": losses,
        "breakeven": len(closed) - wins - losses,
        "win_rate": _told(_ratio(Decimal(wins), Decimal(len(closed)))),
        "expectancy_r": _told(_ratio(sum((each.r_multiple for each in closed), ZERO), Decimal(len(closed)))),
        "after_costs": _money([each.net for each in closed], opening),
        "before_costs": _money([each.gross for each in closed], opening),
        "by_setup": dict(Counter(each.kind for each in closed)),
        "by_side": dict(Counter(each.side for each in closed)),
        "by_exit": dict(Counter(each.exit_reason for each in closed)),
    }


def _money(profits: list[Decimal], opening: Decimal) -> dict[str, str | None]:
    won = sum((each for each in profits if each > ZERO), ZERO)
    lost = -sum((each for each in profits if each < ZERO), ZERO)
    balances = list(accumulate(profits, initial=opening))
    peaks = list(accumulate(balances, max))
    drops = [peak - balance for peak, balance in zip(peaks, balances, strict=True)]
    shares = [drop / peak * 100 for peak, drop in zip(peaks, drops, strict=True)]
    return {
        "profit": _told(won - lost),
        "profit_factor": _told(_ratio(won, lost)),
        "max_drawdown": _told(max(drops)),
        "max_drawdown_pct": _told(max(shares)),
    }


def funnel(sessions: Iterable[Session]) -> dict[str, Any]:
    """Setups detected by kind, and what the gate made of each time it was asked, by kind."""
    detected: Counter[str] = Counter()
    decided: dict[str, Counter[str]] = {}
    for session in sessions:
        for entry in session.of("SetupDetected"):
            detected[entry.body["setup"]["kind"]] += 1
        for entry in session.of("DecisionMade"):
            kind = entry.body["setup_id"].split("-")[0]
            decided.setdefault(kind, Counter())[entry.body["refused_by"] or "approved"] += 1
    return {
        "detected": dict(sorted(detected.items())),
        "decided": {kind: dict(rules.most_common()) for kind, rules in sorted(decided.items())},
    }


def _ratio(part: Decimal, whole: Decimal) -> Decimal | None:
    return part / whole if whole else None


def _told(value: Decimal | None) -> str | None:
    return None if value is None else format(value.quantize(Decimal("0.0001")), "f")
