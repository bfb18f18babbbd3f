"""What goes wrong on the line between a client and a paper host, by a script.

Decides nothing by chance: a rule names its call by count. Imports the model's errors only. Invariant: what
the script does to a line changes nothing that the venue does by itself.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from ytc_tui.adapters.venues.faults import CommandKind, FaultKind, FaultRule, FaultScript, Outage
from ytc_tui.adapters.venues.host.wire import Call
from ytc_tui.errors import ConfigInvalid
from ytc_tui.model.orders import OrderRole


class LineFault(StrEnum):
    """LOST_REQUEST and CUT: never reaches the venue, answered by silence or a closed connection.
    LOST_ANSWER and CUT_AFTER: carried out, then the same. GARBAGE: carried out, answered by nonsense.
    BUSY: refused before it reaches the venue, as an overloaded host does."""

    LOST_REQUEST = "lost_request"
    LOST_ANSWER = "lost_answer"
    CUT = "cut"
    CUT_AFTER = "cut_after"
    GARBAGE = "garbage"
    BUSY = "busy"


NOT_SENT_ON = frozenset({LineFault.LOST_REQUEST, LineFault.CUT, LineFault.BUSY})


@dataclass(frozen=True, slots=True)
class LineRule:
    """One fault and the calls it hits: the `nth` of `call` from 1, 0 for every one, then `every` so many."""

    fault: LineFault
    call: Call
    nth: int = 0
    every: int = 0

    def hits(self, count: int) -> bool:
        """Whether the call number `count` is one of them."""
        if self.every:
            return count >= self.nth and (count - self.nth) % self.every == 0
        return self.nth in (0, count)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Latency and limit of a connection (0 = none), faults of the line, and those of the venue behind it."""

    latency_ms: int = 0
    requests_per_s: int = 0
    line: tuple[LineRule, ...] = ()
    venue: FaultScript = field(default_factory=FaultScript)


def load_trouble(path: Path) -> Trouble:
    """The script in the TOML file at `path`: `latency_ms`, `requests_per_s`, tables [[line]], [[venue]] and
    [[outage]]. Raises ConfigInvalid naming table, number and key."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigInvalid(f"cannot be read: {error}", where=str(path)) from error
    known = {"latency_ms", "requests_per_s", "line", "venue", "outage"}
    if unknown := set(data) - known:
        raise ConfigInvalid(
            f"unknown key {sorted(unknown)[0]!r}", where=str(path), fix=f"keys: {', '.join(sorted(known))}"
        )
    return Trouble(
        latency_ms=_whole(data, "latency_ms", path),
        requests_per_s=_whole(data, "requests_per_s", path),
        line=tuple(_rows(data, "line", LineRule, {"fault": LineFault, "call": Call}, path)),
        venue=FaultScript(
            tuple(
                _rows(
                    data,
                    "venue",
                    FaultRule,
                    {
                        "fault": FaultKind,
                        "command": CommandKind,
                        "role": OrderRole,
                        "share": lambda value: Decimal(str(value)),
                    },
                    path,
                )
            ),
            tuple(_rows(data, "outage", Outage, {}, path)),
        ),
    )


def _whole(data: Mapping[str, Any], key: str, path: Path) -> int:
    value = data.get(key, 0)
    if type(value) is not int or value < 0:
        raise ConfigInvalid(f"{key} is not a whole number from 0", where=str(path))
    return value


def _rows(
    data: Mapping[str, Any], table: str, kind: type[Any], readers: Mapping[str, Any], path: Path
) -> list[Any]:
    rows = []
    names = {each.name for each in fields(kind)}
    for number, row in enumerate(data.get(table, []), start=1):
        where = f"{path}: [[{table}]] {number}"
        if not isinstance(row, dict) or set(row) - names:
            raise ConfigInvalid("has unknown keys", where=where, fix=f"keys: {', '.join(sorted(names))}")
        try:
            rows.append(kind(**{key: readers.get(key, lambda v: v)(value) for key, value in row.items()}))
        except (ValueError, TypeError, ArithmeticError) as error:
            raise ConfigInvalid(str(error), where=where) from error
    return rows
