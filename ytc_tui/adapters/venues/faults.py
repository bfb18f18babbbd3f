"""A script of faults for the paper venue: what goes wrong, at which command.

Decides nothing by chance: a rule names its command by count, client id or role. Imports the model
only. Invariant: with NO_FAULTS the venue answers every command at once and truly.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ytc_tui.errors import ConfigInvalid
from ytc_tui.model.money import ONE, ZERO
from ytc_tui.model.orders import OrderRequest, OrderRole


class CommandKind(StrEnum):
    SUBMIT = "submit"
    CANCEL = "cancel"


class FaultKind(StrEnum):
    """What goes wrong.

    DELAY: accepted `delay_ms` later, answered in a later match report. LOST_ANSWER: done, but the
    caller gets VenueOutcomeUnknown. REJECT: refused with `reason`. LATE_LANDING: the caller gets
    VenueOutcomeUnknown and the command lands `delay_ms` later. PARTIAL: the first fill takes only
    `share` of the order. DUPLICATE: every fill of the order is reported twice.
    """

    DELAY = "delay"
    LOST_ANSWER = "lost_answer"
    REJECT = "reject"
    LATE_LANDING = "late_landing"
    PARTIAL = "partial"
    DUPLICATE = "duplicate"


FILL_FAULTS = frozenset({FaultKind.PARTIAL, FaultKind.DUPLICATE})
LATE_FAULTS = frozenset({FaultKind.DELAY, FaultKind.LATE_LANDING})


@dataclass(frozen=True, slots=True)
class FaultRule:
    """One fault and the commands it hits: `client_id` and `role` select, "" and None select all.

    `nth` counts the selected commands from 1; 0 hits every one of them. The role of a cancel is
    that of the order it names. A submit rule that selects an attached stop hits its coming to life.
    """

    fault: FaultKind
    command: CommandKind = CommandKind.SUBMIT
    nth: int = 0
    client_id: str = ""
    role: OrderRole | None = None
    delay_ms: int = 0
    share: Decimal = Decimal("0.5")
    reason: str = "refused by the fault script"

    def __post_init__(self) -> None:
        """Raise ConfigInvalid on a rule that could not do what it says."""
        if self.nth < 0:
            raise ConfigInvalid(
                f"nth is {self.nth}", where="fault rule", fix="count from 1, or 0 for every one"
            )
        if self.fault in LATE_FAULTS and self.delay_ms <= 0:
            raise ConfigInvalid(
                f"{self.fault.value} has delay_ms {self.delay_ms}", where="fault rule", fix="set it above 0"
            )
        if self.fault in FILL_FAULTS and self.command is not CommandKind.SUBMIT:
            raise ConfigInvalid(
                f"{self.fault.value} cannot hit a cancel", where="fault rule", fix='use command "submit"'
            )
        if not ZERO < self.share <= ONE:
            raise ConfigInvalid(
                f"share is {self.share}", where="fault rule", fix="use a share above 0, up to 1"
            )

    def selects(self, command: CommandKind, client_id: str, role: OrderRole | None) -> bool:
        return (
            command is self.command
            and self.client_id in ("", client_id)
            and (self.role is None or self.role is role)
        )


@dataclass(frozen=True, slots=True)
class Outage:
    """From `from_ns` until just before `until_ns` (feed time) nothing passes between us and the venue."""

    from_ns: int
    until_ns: int


@dataclass(frozen=True, slots=True)
class FaultScript:
    """Fault rules in order; the first that hits a command decides its answer. And times without a line."""

    rules: tuple[FaultRule, ...] = ()
    outages: tuple[Outage, ...] = ()
    honours_validity: bool = True  # False: a create is taken however late it lands

    @property
    def can_be_in_flight(self) -> bool:
        """Whether a create may land at any time after its answer, so that absence proves nothing."""
        return not self.honours_validity and any(rule.fault in LATE_FAULTS for rule in self.rules)


NO_FAULTS = FaultScript()


@dataclass(frozen=True, slots=True)
class Hit:
    """What the script does to one command: a fault of its answer, and faults of its fills."""

    answer: FaultRule | None = None
    first_share: Decimal | None = None
    doubled: bool = False


_NO_HIT = Hit()


class FaultDesk:
    """Walks a script: counts the commands that each rule selects. The counts survive restarts."""

    def __init__(self, script: FaultScript) -> None:
        self._rules = script.rules
        self.counts = [0] * len(script.rules)

    def of_submit(self, request: OrderRequest) -> Hit:
        return self._hit(CommandKind.SUBMIT, request.client_id, request.role)

    def of_cancel(self, client_id: str, role: OrderRole | None) -> Hit:
        return self._hit(CommandKind.CANCEL, client_id, role)

    def _hit(self, command: CommandKind, client_id: str, role: OrderRole | None) -> Hit:
        if not self._rules:
            return _NO_HIT
        answer, share, doubled = None, None, False
        for index, rule in enumerate(self._rules):
            if not rule.selects(command, client_id, role):
                continue
            self.counts[index] += 1
            if rule.nth not in (0, self.counts[index]):
                continue
            if rule.fault is FaultKind.PARTIAL:
                share = rule.share if share is None else share
            elif rule.fault is FaultKind.DUPLICATE:
                doubled = True
            elif answer is None:
                answer = rule
        return Hit(answer, share, doubled)
