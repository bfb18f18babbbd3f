"""All risk rules, found in this folder and put into a fixed order.

Decides the order of checks; the first that refuses is the headline reason. Imports every rule module.
Invariant: each module here is either a rule (RULE, SUMMARY, check) or named in NOT_RULES; a module
that is neither stops the program at import.

The order: may anything enter at all (gate, session loss, drawdown, capacity, positions, the operator's
bias), does the plan make sense (instrument, stop, size), then exposure (open and correlated risk, margin),
streak, count, clock, market and venue, and last the price of this one trade. Within it the order of
domain.md 1.4 agent 02 holds: session limit, position count, correlation, margin, losing streak. A rule
that is not listed here comes after the listed ones, by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import NamedTuple

from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

NOT_RULES = frozenset({"answers", "exposure", "gate", "reducing", "registry"})

ORDER = (
    "sound_input",
    "gate_open",
    "session_loss",
    "drawdown",
    "capacity",
    "max_positions",
    "bias",
    "instrument_kind",
    "stop_present",
    "stop_side",
    "min_size",
    "open_risk",
    "buying_power",
    "liquidation",
    "losing_streak",
    "trade_count",
    "session_time",
    "blackout",
    "market_data",
    "symbol_clear",
    "rejects_in_row",
    "order_rate",
    "price_collar",
    "spread",
    "costs",
    "reward_risk",
    "risk_per_trade",
    "restricted_size",
    "order_notional",
)


class Rule(NamedTuple):
    """One rule: its name, one line for help, and the check itself (pure)."""

    name: str
    summary: str
    check: Callable[[RiskRequest, RiskLimits], Verdict]


def rule_of(module: ModuleType) -> Rule:
    """The rule that a module is; TypeError names what the module lacks."""
    name, summary, check = (getattr(module, part, None) for part in ("RULE", "SUMMARY", "check"))
    stem = module.__name__.rpartition(".")[2]
    if name != stem:
        raise TypeError(f"{module.__name__}: RULE must be {stem!r}, is {name!r}")
    if not isinstance(summary, str) or not summary or "\n" in summary:
        raise TypeError(f"{module.__name__}: SUMMARY must be one line of text")
    if not callable(check):
        raise TypeError(f"{module.__name__}: check(request, limits) is missing")
    return Rule(stem, summary, check)


def in_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules as listed in ORDER, those not listed after them by name."""
    place = {name: index for index, name in enumerate(ORDER)}
    return tuple(sorted(rules, key=lambda rule: (place.get(rule.name, len(ORDER)), rule.name)))


def _found() -> tuple[Rule, ...]:
    package = __name__.rpartition(".")[0]
    names = (info.name for info in iter_modules(import_module(package).__path__))
    rules = in_order(rule_of(import_module(f"{package}.{name}")) for name in names if name not in NOT_RULES)
    missing = set(ORDER) - {rule.name for rule in rules}
    if missing:
        raise TypeError(f"risk rules without a module: {', '.join(sorted(missing))}")
    return rules


RULES: tuple[Rule, ...] = _found()
