"""The market structure journal: what a session was read as while it ran, and what it was in hindsight.

Decides what of the agents' answers makes an entry of it, and its tables. Imports the model and the
journal. Invariant: counts of what agents told, and what session review told; nothing is judged anew, and
what none of them told is -.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ytc_tui.model import events as ev
from ytc_tui.model.tasks import ResponseStatus
from ytc_tui.views.journal import Recorded, utc
from ytc_tui.views.json_data import listed, mapping, text_of
from ytc_tui.views.section import Section

_REVIEWER, _MONITOR, _TREND = "session_review", "monitoring", "trend_definition"
_UNREAD = "undetermined"


@dataclass(frozen=True, slots=True)
class EnvironmentChange:
    """The environment was read as `after` from the instant `at` (UTC) on."""

    at_ns: int
    at: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SymbolStructure:
    """One symbol's entry. `environments`, `regimes` and `outlooks` count readings while the session ran;
    `hindsight` is what it was; `told` is session review's account: prices, levels, swings, sequences."""

    symbol: str
    hindsight: str
    environments: dict[str, int]
    regimes: dict[str, int]
    outlooks: dict[str, int]
    changes: tuple[EnvironmentChange, ...]
    told: Mapping[str, Any]


@dataclass(slots=True)
class _Readings:
    environments: Counter[str] = field(default_factory=Counter)
    regimes: Counter[str] = field(default_factory=Counter)
    outlooks: Counter[str] = field(default_factory=Counter)
    changes: list[EnvironmentChange] = field(default_factory=list)
    last: str = ""


@dataclass(slots=True)
class StructureReadings:
    """Takes a session's entries, oldest first."""

    _symbols: dict[str, _Readings] = field(default_factory=dict)
    _review: Mapping[str, Any] = field(default_factory=dict)

    def take(self, record: Recorded) -> None:
        event = record.event
        if isinstance(event, ev.SessionStarted):
            self._symbols = {symbol: _Readings() for symbol in event.symbols}
        if not isinstance(event, ev.TaskReported) or event.response.status is ResponseStatus.FAILURE:
            return
        name, result = event.response.agent_name, event.response.result
        if name == _REVIEWER:
            self._review = result
        elif name == _MONITOR:
            self._monitored(record, mapping(result.get("market_status")))
        elif name == _TREND:
            self._trended(result)

    def entries(self) -> tuple[SymbolStructure, ...]:
        """An entry for each symbol, empty without a session."""
        actual = mapping(mapping(self._review.get("environment_classification")).get("actual"))
        told = mapping(self._review.get("market_structure"))
        return tuple(
            SymbolStructure(
                symbol,
                text_of(actual.get(symbol)),
                dict(seen.environments.most_common()),
                dict(seen.regimes.most_common()),
                dict(seen.outlooks.most_common()),
                tuple(seen.changes),
                mapping(told.get(symbol)),
            )
            for symbol, seen in self._symbols.items()
        )

    def _monitored(self, record: Recorded, status: Mapping[str, Any]) -> None:
        for symbol, seen in self._symbols.items():
            if symbol not in status:
                continue
            now = str(mapping(status[symbol]).get("environment") or _UNREAD)
            seen.environments[now] += 1
            if seen.last and now != seen.last:
                seen.changes.append(EnvironmentChange(record.at_ns, utc(record.at_ns), seen.last, now))
            seen.last = now

    def _trended(self, result: Mapping[str, Any]) -> None:
        states, futures = mapping(result.get("trend_state")), mapping(result.get("future_direction"))
        for symbol, seen in self._symbols.items():
            regime = mapping(states.get(symbol)).get("regime")
            if regime:
                seen.regimes[str(regime)] += 1
            expected = mapping(futures.get(symbol)).get("expect")
            if expected:
                seen.outlooks[str(expected)] += 1


def structure_sections(entries: Iterable[SymbolStructure]) -> tuple[Section, ...]:
    """The entries as tables: environment, key levels, swings, key sequences."""
    entries = tuple(entries)
    read = [entry for entry in entries if entry.environments or entry.regimes or entry.told]
    if not read:
        return ()
    return (
        Section("Market structure", _STRUCTURE_COLUMNS, tuple(map(_environment, read))),
        Section("Key levels", _LEVEL_COLUMNS, tuple(_levels(read)), "no level was told"),
        Section("Swings", ("symbol", "lettered"), tuple(_swings(read)), "no swing was told"),
        Section("Key sequences", ("time", "symbol", "what"), tuple(_sequences(read)), "nothing was noted"),
    )


_STRUCTURE_COLUMNS = (
    "symbol", "in hindsight", "read as", "regimes", "outlook", "open", "high", "low", "close",
)  # fmt: skip
_LEVEL_COLUMNS = (
    "symbol", "level", "from", "to", "role", "source", "strength", "behaviour", "tests", "breaks",
    "false breaks",
)  # fmt: skip


def _environment(entry: SymbolStructure) -> tuple[str, ...]:
    prices = (_price(entry.told.get(name)) for name in ("open", "high", "low", "close"))
    counted = (_shares(each) for each in (entry.environments, entry.regimes, entry.outlooks))
    return (entry.symbol, entry.hindsight, *counted, *prices)


def _shares(counts: Mapping[str, int]) -> str:
    """`trending 55 %, ranging 45 %`."""
    whole = sum(counts.values())
    shares = (f"{name.replace('_', ' ')} {count / whole * 100:.0f} %" for name, count in counts.items())
    return ", ".join(shares) or "-"


def _levels(entries: Iterable[SymbolStructure]) -> Iterator[tuple[str, ...]]:
    for entry in entries:
        for level in map(mapping, listed(entry.told.get("levels"))):
            yield (
                entry.symbol,
                *(_price(level.get(name)) for name in ("level", "low", "high")),
                text_of(level.get("role")),
                text_of(level.get("source")).replace("_", " "),
                *(
                    text_of(level.get(name))
                    for name in ("strength", "behaviour", "tests", "breaks", "false_breaks")
                ),
            )


def _swings(entries: Iterable[SymbolStructure]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        told = [
            f"{text_of(swing.get('letter'))} {_price(swing.get('price'))} {swing.get('label') or ''}".rstrip()
            for swing in map(mapping, listed(entry.told.get("swings")))
        ]
        if told:
            yield entry.symbol, ", ".join(told)


def _sequences(entries: Iterable[SymbolStructure]) -> Iterator[tuple[str, str, str]]:
    found = []
    for entry in entries:
        for change in entry.changes:
            found.append((change.at_ns, entry.symbol, f"read as {change.after}, before {change.before}"))
        for each in map(mapping, listed(entry.told.get("sequences"))):
            at_ns, what = each.get("at_ns"), text_of(each.get("note"))
            if each.get("level") is not None:
                what += f" of {text_of(each.get('role'))} {_price(each['level'])}"
            if isinstance(at_ns, int):
                found.append((at_ns, entry.symbol, what))
    for at_ns, symbol, what in sorted(found):
        yield utc(at_ns)[11:16], symbol, what


def _price(value: Any) -> str:
    return f"{value:.10g}" if isinstance(value, int | float) else "-"
