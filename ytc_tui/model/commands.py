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
from ytc_tui.model.money import HUNDRED, ZERO, checked_number, checked_price
from ytc_tui.model.own import AddLevel, ArmLevel, LevelAlert, Saying, SetBias, WriteNote, level_id
from ytc_tui.model.reconciling import Reconcile

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
    LEVEL = "level"
    DROP_LEVEL = "drop-level"
    ARM_LEVEL = "arm-level"
    BIAS = "bias"
    NOTE = "note"
    RECONCILE = "reconcile"


@dataclass(frozen=True, slots=True)
class ClosePart:
    """Leave `pct` percent of a position at the market: above 0, at most 100."""

    pct: Decimal = HUNDRED

    def __post_init__(self) -> None:
        checked_number("pct", self.pct, ZERO, HUNDRED)


@dataclass(frozen=True, slots=True)
class MoveStop:
    """Tighten the protective stop to `price`; None = to breakeven, costs included."""

    price: Decimal | None = None

    def __post_init__(self) -> None:
        if self.price is not None:
            checked_price("price", self.price)


@dataclass(frozen=True, slots=True)
class MoveTarget:
    """Take profit at `price`. `part` 1 or 2; None = the only one that works."""

    price: Decimal
    part: int | None = None

    def __post_init__(self) -> None:
        checked_price("price", self.price)
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
        checked_price("stop", self.stop)
        checked_price("target", self.target)
        if self.limit is not None:
            checked_price("limit", self.limit)


Action = ClosePart | MoveStop | MoveTarget | Ticket
Argument = Action | Saying | Reconcile

# The field that holds what each of these verbs asks for.
ARGUMENT = {
    Verb.CLOSE: "close",
    Verb.STOP: "move_stop",
    Verb.TARGET: "move_target",
    Verb.TICKET: "ticket",
    Verb.LEVEL: "level",
    Verb.ARM_LEVEL: "arm_level",
    Verb.BIAS: "bias",
    Verb.NOTE: "note",
    Verb.RECONCILE: "reconcile",
}


@dataclass(frozen=True, slots=True)
class Command:
    """One operator command. `target` is what the verb is about: a handoff, an alert, one order (CANCEL;
    empty = every entry), a trade or its symbol (CLOSE, STOP, TARGET), a symbol (TICKET, LEVEL, BIAS), a level
    (DROP_LEVEL, ARM_LEVEL), a trade or nothing (NOTE), a difference with the venue (RECONCILE).
    `content_hash` binds an approval to what the operator saw. Of the fields after it the one in `ARGUMENT` is
    set, and only for its verb."""

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
    level: AddLevel | None = None
    arm_level: ArmLevel | None = None
    bias: SetBias | None = None
    note: WriteNote | None = None
    reconcile: Reconcile | None = None

    def __post_init__(self) -> None:
        wanted = ARGUMENT.get(self.verb)
        for name in ARGUMENT.values():
            given = getattr(self, name) is not None
            if given and name != wanted:
                raise ValueError(f"{name} is not allowed: the verb is {self.verb.value}")
            if not given and name == wanted:
                raise ValueError(f"{name} is missing: the verb {self.verb.value} needs it")
        if wanted and not self.target and self.verb is not Verb.NOTE:
            raise ValueError(
                f"target is empty: {self.verb.value} needs a trade, a level or a symbol, or what differs"
            )

    @property
    def action(self) -> Action | None:
        """What is asked for by hand; None for every other verb."""
        return self.close or self.move_stop or self.move_target or self.ticket

    @property
    def words(self) -> str:
        """The verb with its arguments, e.g. `close T0001 50 %`."""
        if self.level is not None:
            target = level_id(self.target, self.level.low, self.level.high)
        else:
            target = self.target
        said = self.level or self.arm_level or self.bias or self.note or self.reconcile
        return " ".join(part for part in (self.verb.value, target, _words(self.action or said)) if part)


def _words(argument: Argument | None) -> str:
    match argument:
        case ClosePart(pct):
            return "" if pct == HUNDRED else f"{pct.normalize():f} %"
        case MoveStop(price):
            return "breakeven" if price is None else f"{price:f}"
        case MoveTarget(price, part):
            return f"{price:f}" if part is None else f"T{part} {price:f}"
        case Ticket(side, stop, target, limit):
            worst = "" if limit is None else f" limit {limit:f}"
            return f"{side.value} stop {stop:f} target {target:f}{worst}"
        case AddLevel() as level:
            role = level.role.value if level.role is not None else ""
            alert = f"alert {level.alert}" if level.alert is not LevelAlert.NONE else ""
            return " ".join(part for part in (role, alert, level.label) if part)
        case ArmLevel(alert):
            return alert.value
        case SetBias(bias):
            return bias.value
        case Reconcile(remedy, _, order):
            return f"{remedy.value} {order}".rstrip()
        case WriteNote() as note:
            marks = [*(f"#{tag}" for tag in note.tags), *(f"!{code}" for code in note.mistakes)]
            return " ".join(part for part in (*marks, note.text) if part)
        case None:
            return ""
