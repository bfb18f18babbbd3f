"""What `ytc compare` says: figures side by side, what differs, and what the sample says about it.

Decides order, wording and rounding. Imports the metrics. Invariant: text and data are made from the same
figures; where a sample is too small, no word says which set is better.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, assert_never

from ytc_tui.analysis.metrics.comparison import (
    LEAST_TRADES,
    Difference,
    RunFigures,
    Says,
    difference,
    run_figures,
)
from ytc_tui.analysis.metrics.interval import Interval
from ytc_tui.model.codec import to_json
from ytc_tui.model.money import HUNDRED
from ytc_tui.variant_run import VariantOutcome

CLOSING = "One period, one sample. Nothing is recommended, and nothing was applied."
Outcomes = Mapping[str, VariantOutcome]
Settings = Mapping[str, Mapping[str, str]]


def comparison_text(given: Mapping[str, str], differing: Settings, outcomes: Outcomes) -> str:
    """The comparison for a terminal."""
    return "\n".join(_lines(given, differing, outcomes))


def comparison_data(given: Mapping[str, str], differing: Settings, outcomes: Outcomes) -> dict[str, Any]:
    """The comparison as JSON-able values; differences are those to the first set."""
    first, *others = outcomes
    return {
        "sets": {
            name: {
                "given": given[name],
                "config_digest": outcome.config_digest,
                "planned_sessions": outcome.planned,
                "figures": to_json(run_figures(outcome.sessions)),
                "heads": {session.date: session.head for session in outcome.sessions},
            }
            for name, outcome in outcomes.items()
        },
        "symbols": list(outcomes[first].symbols),
        "feed_digest": outcomes[first].feed_digest,
        "seed": outcomes[first].seed,
        "settings": {key: dict(values) for key, values in differing.items()},
        "differences": {
            f"{name} - {first}": to_json(difference(outcomes[first].sessions, outcomes[name].sessions))
            for name in others
        },
        "least_trades": LEAST_TRADES,
    }


def _lines(given: Mapping[str, str], differing: Settings, outcomes: Outcomes) -> Iterator[str]:
    first, *others = outcomes
    figures = {name: run_figures(outcome.sessions) for name, outcome in outcomes.items()}
    for name, text in given.items():
        yield f"{name}  {text}"
    same = outcomes[first]
    yield f"data {same.feed_digest[:12]}, {', '.join(same.symbols)}, seed {same.seed}"
    yield ""
    if differing:
        yield from _aligned(
            [("setting", *outcomes), *((key, *values.values()) for key, values in differing.items())]
        )
    else:
        yield "no setting differs"
    yield ""
    yield from _aligned([("", *outcomes), *_rows(list(figures.values()))])
    for name, outcome in outcomes.items():
        if (missing := outcome.planned - len(outcome.sessions)) > 0:
            yield f"{name}: {missing} sessions of the range have no end in the data"
    for name in others:
        yield ""
        yield from _told(first, name, difference(outcomes[first].sessions, outcomes[name].sessions), figures)
    yield ""
    yield CLOSING


Cell = Callable[[RunFigures], str]

_ABOVE: tuple[tuple[str, Cell], ...] = (
    ("sessions", lambda run: f"{run.sessions}"),
    ("setups detected", lambda run: _counts(run.detected)),
    ("refused", lambda run: f"{sum(run.refused_by.values())}"),
)
_BELOW: tuple[tuple[str, Cell], ...] = (
    ("approved", lambda run: f"{run.approved}"),
    ("entered, not entered", lambda run: f"{run.entered}, {run.not_entered}"),
    ("trades", lambda run: f"{run.summary.trades}"),
    ("win rate", lambda run: _share(run.summary.win_rate, run.win_rate_interval)),
    ("expectancy, R", lambda run: _with_interval(run.summary.expectancy_r, run.expectancy_interval)),
    ("mean R before costs", lambda run: _r(run.expectancy_before_costs_r)),
    ("profit factor", lambda run: _number(run.summary.profit_factor)),
    (
        "max drawdown",
        lambda run: (
            f"{run.drawdown:,.2f}" + ("" if run.drawdown_pct is None else f" ({run.drawdown_pct:.2f} %)")
        ),
    ),
    ("fees", lambda run: f"{run.fees:,.2f}"),
    ("spread and slippage", lambda run: f"{run.book_cost:,.2f}"),
    ("funding paid", lambda run: f"{run.funding:,.2f}"),
    ("P&L before costs", lambda run: f"{run.before_costs:+,.2f}"),
    ("P&L after costs", lambda run: f"{run.net:+,.2f}"),
)


def _rows(runs: Sequence[RunFigures]) -> Iterator[tuple[str, ...]]:
    rules = dict.fromkeys(rule for run in runs for rule in run.refused_by)
    for title, cell in _ABOVE:
        yield (title, *map(cell, runs))
    for rule in rules:
        yield (f"  by {rule}", *(f"{run.refused_by.get(rule, 0)}" for run in runs))
    for title, cell in _BELOW:
        yield (title, *map(cell, runs))


def _told(first: str, name: str, found: Difference, figures: Mapping[str, RunFigures]) -> Iterator[str]:
    yield f"{name} against {first}, session by session"
    yield f"  {found.pairs} sessions in both, {found.differing} with another result"
    only = f"{found.only_first} only in {first}, {found.only_second} only in {name}"
    yield f"  {found.same_trades} trades entered alike, {only}"
    if found.mean_r is not None:
        yield f"  R a session: {name} less {first} {_with_interval(found.mean_r, found.interval)}"
    counts = ", ".join(f"{one} {figures[one].summary.trades}" for one in (first, name))
    match found.says:
        case Says.NOTHING_DIFFERS:
            yield "  The same trades with the same results: on these days the settings make no difference."
        case Says.TOO_SMALL:
            yield (
                f"  The sample says nothing about which is better: {counts} trades, and fewer than "
                f"{LEAST_TRADES} tell nothing."
            )
        case Says.NOT_TOLD_APART:
            yield "  The sample does not tell them apart: the interval of the difference holds zero."
        case Says.HIGHER | Says.LOWER:
            yield f"  On these days R a session is {found.says} with {name}: the interval leaves zero out."
            yield "  One pair in twenty does so by chance alone, and many tries find such a pair."
        case _:
            assert_never(found.says)


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _counts(counts: Mapping[str, int]) -> str:
    kinds = ", ".join(f"{kind} {count}" for kind, count in counts.items())
    return f"{sum(counts.values())}" + (f" ({kinds})" if kinds else "")


def _number(value: Decimal | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _r(value: Decimal | None) -> str:
    return "-" if value is None else f"{value:+.3f}"


def _with_interval(value: Decimal | None, interval: Interval | None) -> str:
    return _r(value) + ("" if interval is None else f" [{interval.low:+.3f}, {interval.high:+.3f}]")


def _share(value: Decimal | None, interval: Interval | None) -> str:
    if value is None or interval is None:
        return "-"
    return f"{value * HUNDRED:.1f} % [{interval.low * 100:.1f}, {interval.high * 100:.1f}]"
