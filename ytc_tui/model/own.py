"""The operator's own view of the market: levels, bias and notes.

Decides what an operator may say and in which shape. Standard library and the model only. Invariants: what
does not fit cannot be made: ValueError names the field, its value and what is allowed; a level acts on
minutes that begin at or after it was said, never on an earlier one; a bias only ever forbids.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from ytc_tui.model.market import Side
from ytc_tui.model.money import checked_price
from ytc_tui.model.structure import ZoneRole

# Levels that stand at a time, and that one session ever takes.
MAX_LEVELS, MAX_LEVELS_TAKEN = 64, 512
MAX_NOTES = 500
_LABEL_LENGTH, _NOTE_LENGTH = 40, 1000
_MAX_MARKS = 8
_MARK = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class LevelAlert(StrEnum):
    """What about a level is told, once: nothing, that price reached it, or that a bar closed beyond it."""

    NONE = "none"
    TOUCH = "touch"
    CLOSE = "close"


class Bias(StrEnum):
    """Which entries the operator still allows; NONE forbids nothing."""

    NONE = "none"
    LONG_ONLY = "long_only"
    SHORT_ONLY = "short_only"
    NO_TRADES = "no_trades"

    def allows(self, side: Side) -> bool:
        match self:
            case Bias.NONE:
                return True
            case Bias.LONG_ONLY:
                return side is Side.BUY
            case Bias.SHORT_ONLY:
                return side is Side.SELL
            case Bias.NO_TRADES:
                return False


# ---- what is asked -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AddLevel:
    """A price (`low` equals `high`) or a band. `role` None = by the side of the price; `until_ns` 0 = until
    it is removed."""

    low: Decimal
    high: Decimal
    role: ZoneRole | None = None
    label: str = ""
    until_ns: int = 0
    alert: LevelAlert = LevelAlert.NONE

    def __post_init__(self) -> None:
        checked_price("price" if self.high is self.low else "low", self.low)
        checked_price("high", self.high)
        if self.high < self.low:
            raise ValueError(f"high {self.high:f} is not allowed: it is below low {self.low:f}")
        _line("label", self.label, _LABEL_LENGTH)
        if self.until_ns < 0:
            raise ValueError(f"until_ns {self.until_ns} is not allowed: a time, or 0")


@dataclass(frozen=True, slots=True)
class ArmLevel:
    """The alert of a level, armed anew; NONE disarms it."""

    alert: LevelAlert


@dataclass(frozen=True, slots=True)
class SetBias:
    bias: Bias


@dataclass(frozen=True, slots=True)
class WriteNote:
    """A note on a trade, or on a moment (`at_ns`, 0 = now)."""

    text: str
    tags: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()
    at_ns: int = 0

    def __post_init__(self) -> None:
        _line("text", self.text, _NOTE_LENGTH)
        if not (self.text or self.tags or self.mistakes):
            raise ValueError("text is empty: a note needs a text, a tag or a mistake code")
        _marks("tag", self.tags)
        _marks("mistake", self.mistakes)
        if self.at_ns < 0:
            raise ValueError(f"at_ns {self.at_ns} is not allowed: a time, or 0")


Saying = AddLevel | ArmLevel | SetBias | WriteNote


# ---- what is kept ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OwnLevel:
    """A level of the operator's. Times UTC ns of the feed.

    It acts on minutes that open at `from_ns` or later and before `until_ns` (0 = no end). `met` is the side
    of the price it had when it was said, None where no price was known. The alert looks at minutes that open
    at `armed_ns` or later; `reached_ns` is when it was raised, 0 = not yet; `armings` counts how often.
    """

    level_id: str
    symbol: str
    low: Decimal
    high: Decimal
    role: ZoneRole | None
    label: str
    actor: str
    from_ns: int = 0
    until_ns: int = 0
    met: ZoneRole | None = None
    alert: LevelAlert = LevelAlert.NONE
    armed_ns: int = 0
    armings: int = 0
    reached_ns: int = 0

    @property
    def armed(self) -> bool:
        return self.alert is not LevelAlert.NONE and not self.reached_ns

    def acts(self, open_ns: int) -> bool:
        """Whether it acts on a minute that opens at `open_ns`."""
        return self.from_ns <= open_ns and not self.expired(open_ns)

    def expired(self, at_ns: int) -> bool:
        return bool(self.until_ns) and at_ns >= self.until_ns

    @property
    def words(self) -> str:
        """`BTCUSDT@20150 "weekly open"`, or `BTCUSDT@20100..20150`."""
        return f'{self.level_id} "{self.label}"' if self.label else self.level_id


@dataclass(frozen=True, slots=True)
class OwnBias:
    """A bias on one symbol, from when it was said until `until_ns`, the end of the local day."""

    symbol: str
    bias: Bias
    reason: str
    actor: str
    until_ns: int

    @property
    def words(self) -> str:
        why = f": {self.reason}" if self.reason else ""
        return f"{self.bias} by {self.actor}{why}"


@dataclass(frozen=True, slots=True)
class OwnNote:
    """A note: about trade `trade_id`, or the moment `about_ns` where that is empty."""

    note_id: str
    trade_id: str
    about_ns: int
    text: str
    tags: tuple[str, ...]
    mistakes: tuple[str, ...]
    actor: str


def level_id(symbol: str, low: Decimal, high: Decimal) -> str:
    """A level's name: its symbol and prices, so that the same level is never there twice."""
    return f"{symbol}@{_plain(low)}" if low == high else f"{symbol}@{_plain(low)}..{_plain(high)}"


def acting(levels: Iterable[OwnLevel], open_ns: int) -> tuple[OwnLevel, ...]:
    """Those of `levels` that act on a minute that opens at `open_ns`."""
    return tuple(level for level in levels if level.acts(open_ns))


def ended_at(level: OwnLevel, at_ns: int) -> OwnLevel:
    """`level` as it was until `at_ns`, or until it ended before."""
    return replace(level, until_ns=min(level.until_ns, at_ns) if level.until_ns else at_ns)


def tags_by_trade(notes: Iterable[OwnNote]) -> dict[str, tuple[str, ...]]:
    """The tags of each trade that has one, over all its notes."""
    return marks_by_trade((note.trade_id, note.tags) for note in notes)


def mistakes_by_trade(notes: Iterable[OwnNote]) -> dict[str, tuple[str, ...]]:
    """The same of mistake codes."""
    return marks_by_trade((note.trade_id, note.mistakes) for note in notes)


def marks_by_trade(marked: Iterable[tuple[str, Iterable[str]]]) -> dict[str, tuple[str, ...]]:
    """Each mark of a trade once, over all pairs of (trade id, marks); without those that are on no trade."""
    found: dict[str, dict[str, None]] = {}
    for trade_id, marks in marked:
        if trade_id:
            found.setdefault(trade_id, {}).update(dict.fromkeys(marks))
    return {trade_id: tuple(names) for trade_id, names in found.items() if names}


def unknown_code(mistakes: Iterable[str], codes: Iterable[str]) -> str:
    """Why one of `mistakes` is none of the closed list `codes`; empty when all are."""
    known = tuple(codes)
    odd = next((code for code in mistakes if code not in known), None)
    return "" if odd is None else f"mistake code {odd!r} is unknown: {', '.join(known)}"


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _line(name: str, text: str, most: int) -> None:
    if len(text) > most:
        raise ValueError(f"{name} of {len(text)} characters is not allowed: at most {most}")
    if _CONTROL.search(text):
        raise ValueError(f"{name} holds a control character: one line of plain text is allowed")


def _marks(name: str, marks: tuple[str, ...]) -> None:
    if len(marks) > _MAX_MARKS or len(set(marks)) != len(marks):
        raise ValueError(f"{name}: at most {_MAX_MARKS} different ones are allowed")
    for mark in marks:
        if not _MARK.fullmatch(mark):
            raise ValueError(f"{name} {mark[:40]!r} is not allowed: a-z, 0-9, - and _, at most 32 characters")
