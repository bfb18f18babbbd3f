"""Inputs: everything that can reach the kernel, as one closed union.

Decides nothing. Imports ports and the model. Invariant: state changes only in answer to an input.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ytc_tui.model.commands import Command
from ytc_tui.model.events import Event, LedgerFixed, SessionStarted
from ytc_tui.model.halt import Clearance, Halt
from ytc_tui.model.orders import VenueAccount, VenueOrder, VenuePosition, VenueReport
from ytc_tui.model.own import OwnBias, OwnLevel
from ytc_tui.model.tasks import ResponseMessage


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """The session begins; everything was loaded and checked by boot."""

    started: SessionStarted
    checks: tuple[tuple[str, str, str], ...]  # (step, result, detail) of boot's checklist lines
    ledger: LedgerFixed | None = None
    levels: tuple[OwnLevel, ...] = ()  # the operator's, from before the session
    biases: tuple[OwnBias, ...] = ()


@dataclass(frozen=True, slots=True)
class PointMet:
    """Marks moved to the next point of the minute's path; `first` marks the minute's open."""

    first: bool = False


@dataclass(frozen=True, slots=True)
class MinuteClosed:
    """The minute is complete and analysis has taken it in."""


@dataclass(frozen=True, slots=True)
class VenueReported:
    report: VenueReport


@dataclass(frozen=True, slots=True)
class VenueFailed:
    """A request failed. `refused` = it is proved that the venue did not take it; else unknown. `heard`:
    whether the venue answered, None where that it did not says nothing of the connection."""

    client_id: str
    cancel: bool
    refused: bool
    message: str
    heard: bool | None = True


@dataclass(frozen=True, slots=True)
class VenueRead:
    """The venue was read again; `start_up`: for the first time since the engine began."""

    positions: tuple[VenuePosition, ...]
    orders: tuple[VenueOrder, ...]
    account: VenueAccount
    start_up: bool = False


@dataclass(frozen=True, slots=True)
class OrderRead:
    """The venue was asked for one order by its client id; `order` None = it knows none."""

    client_id: str
    order: VenueOrder | None
    absence_is_proof: bool
    absence_after_ns: int = 0  # it proves nothing before so long after the order was sent
    held: Decimal | None = None  # what the venue holds of the symbol, signed; None = not asked


@dataclass(frozen=True, slots=True)
class VenueUnreadable:
    """The venue could not be read; `heard`: it answered, but with what cannot be."""

    message: str
    heard: bool = False


@dataclass(frozen=True, slots=True)
class VenueNonsense:
    """The venue told what cannot be: it is not believed."""

    message: str


@dataclass(frozen=True, slots=True)
class VenueReached:
    """The venue answered a request that asked for nothing else."""


@dataclass(frozen=True, slots=True)
class VenueSilent:
    """It did not."""

    message: str


@dataclass(frozen=True, slots=True)
class AgentAnswered:
    response: ResponseMessage


@dataclass(frozen=True, slots=True)
class Commanded:
    command: Command


@dataclass(frozen=True, slots=True)
class TimerFired:
    """The wall time of a timer has come; one with another epoch than the state's was overtaken."""

    name: str
    epoch: int


@dataclass(frozen=True, slots=True)
class FeedEnded:
    """No further price will come."""


@dataclass(frozen=True, slots=True)
class StepsDone:
    """Lines of the shutdown checklist that the outside carried out."""

    lines: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class FlattenPressed:
    """A flatten that is in doubt is taken up again."""


@dataclass(frozen=True, slots=True)
class JournalStalled:
    """The journal cannot accept writes: no new risk until it can."""

    message: str


@dataclass(frozen=True, slots=True)
class JournalReturned:
    """The journal accepts writes again; `acted` is what the emergency path sent meanwhile."""

    acted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HaltFound:
    """A guard halted this account: in this session, of which it did what `halt` says, or before it."""

    halt: Halt


@dataclass(frozen=True, slots=True)
class HaltLifted:
    """An operator has cleared the halt under which this session stood."""

    clearance: Clearance


@dataclass(frozen=True, slots=True)
class Restarted:
    """The session was recovered from its journal after entry `from_seq`."""

    from_seq: int


@dataclass(frozen=True, slots=True)
class ChainChecked:
    """The whole chain of a recovered session is verified (`done`), or still being verified."""

    done: bool


@dataclass(frozen=True, slots=True)
class Happened:
    """An event was applied as entry `seq`: what follows from it is decided next."""

    event: Event
    seq: int


Input = (
    SessionOpened
    | PointMet
    | MinuteClosed
    | VenueReported
    | VenueFailed
    | VenueRead
    | OrderRead
    | VenueUnreadable
    | VenueNonsense
    | VenueReached
    | VenueSilent
    | AgentAnswered
    | Commanded
    | TimerFired
    | FeedEnded
    | StepsDone
    | FlattenPressed
    | JournalStalled
    | JournalReturned
    | HaltFound
    | HaltLifted
    | Restarted
    | ChainChecked
    | Happened
)
