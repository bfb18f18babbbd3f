"""What an operator can ask of a session (semantics.md 6).

Decides the verbs and the arguments that each takes. Invariants: a command carries its own id, so that
the same command delivered twice acts once; a command whose arguments do not fit its verb cannot be made:
ValueError names the field, its value and what is allowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ytc_tui.model.market import Side
from ytc_tui.model.money import HUNDRED, ZERO

# Beyond these a number is no price of any market, and its digits would fill the journal.
_HIGHEST_PRICE = Decimal(10) ** 12
_MOST_PLACES = 18
PARTS = (1, 2)


# The target of a shutdown that closes nothing and waits until nothing is open.
WHEN_FLAT = "when-flat"


class Verb(StrEnum):
    STOP_ENTRIES = "stop-entries"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    FLATTEN = "flatten"
    SHUTDOWN = "shutdown"
    APPROVE = "approve"
    REJECT = "reject"
    ACK = "ack"
    CLOSE = "close"
    STOP = "stop"
    TARGET = "target"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class ClosePart:
    """Leave `pct` percent of a position at the market: above 0, at most 100."""

    pct: Decimal = HUNDRED

    def __post_init__(self) -> None:
        _number("pct", self.pct, ZERO, HUNDRED)


@dataclass(frozen=True, slots=True)
class MoveStop:
    """Tighten the protective stop to `price`; None = to breakeven, costs included."""

    price: Decimal | None = None

    def __post_init__(self) -> None:
        if self.price is not None:
            _price("price", self.price)


@dataclass(frozen=True, slots=True)
class MoveTarget:
    """Take profit at `price`. `part` 1 or 2; None = the only one that works."""

    price: Decimal
    part: int | None = None

    def __post_init__(self) -> None:
        _price("price", self.price)
        if self.part is not None and self.part not in PARTS:
            raise ValueError(f"part {self.part} is not allowed: 1, 2 or none")


@dataclass(frozen=True, slots=True)
class Ticket:
    """A new trade: its side, stop and target; `limit` is the worst entry, None = the last price worsened
    by the largest slippage that is configured."""

    side: Side
    stop: Decimal
    target: Decimal
    limit: Decimal | None = None

    def __post_init__(self) -> None:
        _price("stop", self.stop)
        _price("target", self.target)
        if self.limit is not None:
            _price("limit", self.limit)


Action = ClosePart | MoveStop | MoveTarget | Ticket

# The field that holds what each verb by hand asks for.
ARGUMENT = {
    Verb.CLOSE: "close",
    Verb.STOP: "move_stop",
    Verb.TARGET: "move_target",
    Verb.TICKET: "ticket",
}


@dataclass(frozen=True, slots=True)
class Command:
    """One operator command. `target` is what the verb is about: a handoff, an alert, one order (CANCEL;
    empty = every entry), a trade or its symbol (CLOSE, STOP, TARGET), a symbol (TICKET).
    `content_hash` binds an approval to what the operator saw. Of the last four fields the one in
    `ARGUMENT` is set, and only for its verb."""

    command_id: str
    verb: Verb
    actor: str
    reason: str = ""
    target: str = ""
    content_hash: str = ""
    close: ClosePart | None = None
    move_stop: MoveStop | None = None
    move_target: MoveTarget | None = None
    ticket: Ticket | None = None

    def __post_init__(self) -> None:
        wanted = ARGUMENT.get(self.verb)
        for name in ARGUMENT.values():
            given = getattr(self, name) is not None
            if given and name != wanted:
                raise ValueError(f"{name} is not allowed: the verb is {self.verb.value}")
            if not given and name == wanted:
                raise ValueError(f"{name} is missing: the verb {self.verb.value} needs it")
        if wanted and not self.target:
            raise ValueError(f"target is empty: {self.verb.value} needs a trade or a symbol")

    @property
    def action(self) -> Action | None:
        """What is asked for by hand; None for every other verb."""
        return self.close or self.move_stop or self.move_target or self.ticket

    @property
    def words(self) -> str:
        """The verb with its arguments, e.g. `close T0001 50 %`."""
        return " ".join(part for part in (self.verb.value, self.target, _words(self.action)) if part)


def _words(action: Action | None) -> str:
    match action:
        case ClosePart(pct):
            return "" if pct == HUNDRED else f"{pct.normalize():f} %"
        case MoveStop(price):
            return "breakeven" if price is None else f"{price:f}"
        case MoveTarget(price, part):
            return f"{price:f}" if part is None else f"T{part} {price:f}"
        case Ticket(side, stop, target, limit):
            worst = "" if limit is None else f" limit {limit:f}"
            return f"{side.value} stop {stop:f} target {target:f}{worst}"
        case None:
            return ""


def _number(name: str, value: Decimal, lowest: Decimal, highest: Decimal) -> None:
    """Raise ValueError unless `value` is a finite decimal above `lowest`, at most `highest`, not too long."""
    good = isinstance(value, Decimal) and value.is_finite() and lowest < value <= highest
    if good:
        exponent = value.as_tuple().exponent
        good = isinstance(exponent, int) and -exponent <= _MOST_PLACES
    if not good:
        allowed = f"above {lowest:f}, at most {highest:f}, at most {_MOST_PLACES} places"
        raise ValueError(f"{name} {str(value)[:40]} is not allowed: {allowed}")


def _price(name: str, value: Decimal) -> None:
    _number(name, value, ZERO, _HIGHEST_PRICE)
