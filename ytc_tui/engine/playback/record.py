"""The entries of a past session: read once from end to end, then the state at any of them.

Decides how far a record can be played: to its last entry, or to the one before the first that is bad. Imports
apply through recovery, the journal's reading port and the model. Invariants: the state at an entry is the one
that the engine had when it wrote it; nothing after a bad entry is believed.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from ytc_tui.engine.decide.lifecycle import FEED_ENDED
from ytc_tui.engine.playback.checkpoints import Checkpoints
from ytc_tui.engine.ports import JournalReader
from ytc_tui.engine.recovery import replay, replay_entry
from ytc_tui.errors import JournalCorrupt
from ytc_tui.model import events as ev
from ytc_tui.model.chain import ChainHead, ChainWalk, Entry
from ytc_tui.model.events import SessionStarted, decode_event
from ytc_tui.model.money import ZERO
from ytc_tui.model.session import PhaseTrigger
from ytc_tui.model.state import State

# Entries between two copies of the state: a step back applies half as many on average.
SPACING = 200
_PAGE, _TOLD_EVERY = 500, 100
_UNREADABLE = (ValueError, KeyError, TypeError, ArithmeticError, RecursionError)

Progress = Callable[[float], None]  # told the share that is done, 0 to 1


@dataclass(slots=True)
class Held:
    """The state after entry `head.seq`, and that entry's place in the chain."""

    state: State
    head: ChainHead


@dataclass(slots=True)
class PastRecord:
    """What was read. `times_ns` are the instants of the entries 1, 2 and so on, never going back; `named` the
    entries that concern a trade, an alert, an order and the like, in their order; `turns` when the sign of a
    position changed, by symbol. `cut` says which entry is bad and how, empty for a whole record."""

    reader: JournalReader
    session: str
    started: SessionStarted
    last: State  # after the last entry that can be played
    times_ns: array[int]
    named: dict[str, list[int]]
    turns: dict[str, Turns]
    feed_ended_seq: int  # the entry that says so; 0 = none does
    cut: str
    _kept: Checkpoints[Held]
    _page: list[Entry] = field(default_factory=list)

    @property
    def entries(self) -> int:
        """How many can be played."""
        return len(self.times_ns)

    def at(self, seq: int) -> Held:
        """The state after entry `seq`. Raises JournalUnavailable, JournalCorrupt (the store changed)."""
        _, held = self._kept.before(seq)
        self.move(held, seq)
        return held

    def move(self, held: Held, seq: int) -> None:
        """Take `held` on to entry `seq`, which is not before it. Raises as `at` does."""
        while held.head.seq < seq:
            replay(held.state, self._after(held.head.seq, seq), held.head)

    def _after(self, seq: int, last: int) -> list[Entry]:
        """The entries after `seq` up to `last`, as many as a page holds; at least one."""
        page = self._page
        if not page or not page[0].seq <= seq + 1 <= page[-1].seq:
            page = self._page = list(islice(self.reader.entries(self.session, seq), _PAGE))
        if not page or page[0].seq > seq + 1:
            raise JournalCorrupt(f"entry {seq + 1} has gone", where=f"session {self.session}")
        first = seq + 1 - page[0].seq
        return page[first : first + last - seq]


@dataclass(slots=True)
class Turns:
    """When the sign of a position changed, by what was filled at the venue."""

    times_ns: list[int] = field(default_factory=list)
    signs: list[int] = field(default_factory=list)

    def sign_at(self, at_ns: int) -> int:
        """The sign after everything that was filled up to and including `at_ns`."""
        index = bisect_right(self.times_ns, at_ns)
        return self.signs[index - 1] if index else 0


def started_of(reader: JournalReader, session: str) -> SessionStarted:
    """What the first entry of `session` says. Raises JournalCorrupt where nothing of it can be played."""
    walk, problem = ChainWalk(), "its first entry is not the start of a session"
    try:
        for entry in walk.along(reader.entries(session)):
            event = decode_event(entry)
            if isinstance(event, SessionStarted):
                return event
            break
    except _UNREADABLE as error:
        problem = f"entry 1 cannot be read: {error}"
    if walk.fault is not None:
        problem = f"entry {walk.fault.seq}: {walk.fault.reason}"
    raise JournalCorrupt(
        problem, where=f"session {session}", fix="nothing of it can be played; run `ytc verify`"
    )


def read_record(reader: JournalReader, session: str, progress: Progress = lambda share: None) -> PastRecord:
    """Read all entries of `session`, each verified and applied.

    Raises JournalCorrupt where not even the first can be played, JournalUnavailable where the store cannot be
    read.
    """
    started, ends = started_of(reader, session), reader.ends(session)
    last_seq = max(1, ends[1].seq) if ends is not None else 1
    walk, reading = ChainWalk(), _Reading(session)
    for entry in walk.along(reader.entries(session)):
        if not reading.take(entry):
            break
        if entry.seq % _TOLD_EVERY == 0:
            progress(min(1.0, entry.seq / last_seq))
    cut = reading.problem
    if walk.fault is not None:
        cut = f"entry {walk.fault.seq}: {walk.fault.reason}"
    return reading.record(reader, started, cut)


class _Reading:
    """What one walk along the entries gathers."""

    def __init__(self, session: str) -> None:
        self.held = Held(State(session), ChainHead(session))
        self.times_ns: array[int] = array("q")
        self.named: dict[str, list[int]] = {}
        self.fills: dict[str, list[ev.FillBooked]] = {}
        self.feed_ended_seq = 0
        self.problem = ""
        self.kept: Checkpoints[Held] = Checkpoints(SPACING)

    def take(self, entry: Entry) -> bool:
        """Apply one entry; False where that is not possible."""
        try:
            event = decode_event(entry)
            replay_entry(self.held.state, entry, self.held.head, event)
        except JournalCorrupt as error:
            self.problem = error.what
            return False
        except _UNREADABLE as error:
            self.problem = f"entry {entry.seq} ({entry.type}) cannot be read: {error}"
            return False
        before_ns = self.times_ns[-1] if self.times_ns else entry.at
        self.times_ns.append(max(before_ns, entry.at))
        for name in _names(event):
            self.named.setdefault(name, []).append(entry.seq)
        if isinstance(event, ev.FillBooked):
            self.fills.setdefault(event.fill.symbol, []).append(event)
        if _ends_feed(event):
            self.feed_ended_seq = entry.seq
        if self.kept.due(entry.seq):
            self.kept.keep(entry.seq, self.held)
        return True

    def record(self, reader: JournalReader, started: SessionStarted, cut: str) -> PastRecord:
        session, turns = self.held.head.session, {name: _turns(fills) for name, fills in self.fills.items()}
        record = PastRecord(
            reader, session, started, self.held.state, self.times_ns, self.named, turns,
            self.feed_ended_seq, cut, self.kept,
        )  # fmt: skip
        if cut:
            # The bad entry may have left a part of itself.
            record.last = record.at(record.entries).state
        return record


def _ends_feed(event: ev.Event) -> bool:
    match event:
        case ev.PhaseChanged(trigger=PhaseTrigger.ABORTED, reason=reason):
            return reason == FEED_ENDED
        case _:
            return False


def _turns(fills: list[ev.FillBooked]) -> Turns:
    """From fills as they were booked; what was told late counts from when it was filled."""
    turns, quantity = Turns(), ZERO
    for booked in sorted(fills, key=lambda booked: booked.fill.at_ns):
        quantity += booked.fill.quantity * booked.fill.side.sign
        sign = (quantity > ZERO) - (quantity < ZERO)
        if sign != (turns.signs[-1] if turns.signs else 0):
            turns.times_ns.append(booked.fill.at_ns)
            turns.signs.append(sign)
    return turns


def _names(event: ev.Event) -> Iterator[str]:
    """What a person may ask for by name, of those that `event` tells of for the first or the last time."""
    match event:
        case ev.TradePlanned(trade):
            yield trade.trade_id
        case ev.TradeClosed(trade_id):
            yield trade_id
        case ev.OrderIntended(order) | ev.GuardOrdered(order) | ev.EmergencyOrdered(order):
            yield order.client_id
        case ev.StopAttached(order):
            yield order.client_id
        case ev.AlertRaised(alert_id):
            yield alert_id
        case ev.TradeProposed(proposal):
            yield proposal.proposal_id
        case ev.HandoffProposed(handoff):
            yield handoff.handoff_id
        case ev.DecisionMade():
            yield event.decision_id
        case ev.SetupDetected(setup):
            yield setup.setup_id
        case _:
            return
