"""The paper venue: the matching machine behind the `MatchingVenue` port, made durable.

Decides when something is written and how a re-driven feed is answered (semantics.md 3). Imports the
model, the port and the matching files; its only I/O is its own store.
Invariants: what a method answered is on disk; a step or command at or before the recorded place is
answered from the record and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ytc_tui.adapters.venues.faults import (
    NO_FAULTS,
    CommandKind,
    FaultDesk,
    FaultKind,
    FaultScript,
    Hit,
)
from ytc_tui.adapters.venues.matching import LAST_POINT, MatchingMachine
from ytc_tui.adapters.venues.matching_costs import PaperSettings
from ytc_tui.adapters.venues.matching_entry import InFlight
from ytc_tui.adapters.venues.matching_orders import content_difference
from ytc_tui.adapters.venues.matching_state import dump_machine, order_to_json, restore_machine
from ytc_tui.adapters.venues.paper_answers import answer_after, late_answer, told
from ytc_tui.adapters.venues.paper_store import Answer, Change, CommandRecord, PaperStore, StepRecord
from ytc_tui.engine.ports import MatchedPoint, Minute
from ytc_tui.errors import ConfigInvalid, VenueOutcomeUnknown, VenueRetryable
from ytc_tui.model.market import NS_PER_MIN, NS_PER_MS, PATH_OFFSETS_NS, Instrument
from ytc_tui.model.orders import (
    CancelRefused,
    Fill,
    OrderRequest,
    OrderState,
    RejectCode,
    Rejected,
    VenueAccount,
    VenueOrder,
    VenuePosition,
    VenueReport,
)
from ytc_tui.model.venue_rules import VENUE_RULES

__all__ = ["PaperSettings", "PaperVenue"]

_ENDED = frozenset({OrderState.CANCELED, OrderState.EXPIRED})


class PaperVenue:
    """A venue that matches against bars. Opening a store that has a past goes on from there.

    After a restart, drive the feed from the minute of `place_ns()` or an earlier one: steps at or
    before the place give their recorded reports again, and commands repeated at the instant at which
    they were first given get their recorded answer. Until the feed passes the place, `idle` is False.
    Without a drive, commands act at the place, at the prices last recorded.
    """

    name = "paper"
    supports_attached_stop = True

    def __init__(
        self,
        instruments: Mapping[str, Instrument],
        settings: PaperSettings,
        store: PaperStore,
        faults: FaultScript = NO_FAULTS,
    ) -> None:
        self.absence_is_proof = not faults.can_be_in_flight
        rules = VENUE_RULES[self.name]
        self._request_life_ns = rules.request_life_ns if faults.honours_validity else 0
        self._store = store
        self._machine = MatchingMachine(instruments, settings, FaultDesk(faults))
        self._place_ns = 0
        self._unsaved: list[CommandRecord | StepRecord] = []
        self._together = False
        # Re-driving: where the caller stands, and how often it gave each command at that instant.
        self._live = True
        self._cursor_ns: int | None = None
        self._asked: dict[tuple[CommandKind, str], int] = {}
        stored = store.load()
        if stored is not None:
            if stored.machine["currency"] != settings.currency:
                raise ConfigInvalid(
                    f"the paper account is in {stored.machine['currency']}, not {settings.currency}",
                    where=str(store.path),
                    fix="set the account's currency, or move the file away to begin a new account",
                )
            restore_machine(self._machine, stored)
            self._place_ns = stored.place_ns
            self._live = False
        self._fills_saved = len(self._machine.executions.fills)

    # ---- Venue ---------------------------------------------------------------------------------

    async def instruments(self) -> dict[str, Instrument]:
        return dict(self._machine.executions.instruments)

    async def submit(self, request: OrderRequest) -> tuple[VenueReport, ...]:
        """Accept or refuse an order, durably. A known client id is answered as it first was."""
        self._flush()
        answer = self._recorded(CommandKind.SUBMIT, request.client_id)
        if answer is None:
            now_ns = self._machine.now_ns
            answer = self._submit(request, now_ns)
            self._save_command(CommandRecord(now_ns, CommandKind.SUBMIT, request.client_id, request, answer))
        return told(answer, request.client_id)

    async def cancel(self, client_id: str) -> tuple[VenueReport, ...]:
        """Cancel at once. A closed order answers how it ended; an unknown one refuses."""
        self._flush()
        answer = self._recorded(CommandKind.CANCEL, client_id)
        if answer is None:
            now_ns = self._machine.now_ns
            answer = self._cancel(client_id, now_ns)
            self._save_command(CommandRecord(now_ns, CommandKind.CANCEL, client_id, None, answer))
        return told(answer, client_id)

    async def order(self, client_id: str) -> VenueOrder | None:
        """The order under this id, also a closed or rejected one; None = never arrived (yet)."""
        held = self._machine.book.by_id.get(client_id)
        return None if held is None else held.view()

    async def open_orders(self) -> tuple[VenueOrder, ...]:
        """Open orders by acceptance."""
        return tuple(order.view() for order in self._machine.book.all_open())

    async def positions(self) -> tuple[VenuePosition, ...]:
        """Open positions by symbol."""
        return self._machine.executions.account.position_views()

    async def account(self) -> VenueAccount:
        """Wallet, equity at the last path point, and initial margin of the open positions."""
        machine = self._machine
        return machine.executions.account.view(machine.executions.instruments, machine.marks)

    async def fills(self, since_ns: int) -> tuple[Fill, ...]:
        """Every fill at or after `since_ns`, once each, oldest first."""
        return self._machine.executions.fills_since(since_ns)

    # ---- MatchingVenue -------------------------------------------------------------------------

    def idle(self) -> bool:
        machine = self._machine
        return (
            not (machine.book.open or machine.executions.account.positions or machine.entry.in_flight)
            and self._live
            and not self._unsaved
        )

    def match(self, minute: Minute, point: int) -> MatchedPoint:
        """Match one path point, or give again what was recorded of it.

        Raises VenueRetryable when its reports could not be written: call it again.
        """
        self._flush()
        machine = self._machine
        at_ns = minute.open_ns + PATH_OFFSETS_NS[point]
        if at_ns <= machine.now_ns:
            self._stand_at(minute.open_ns + NS_PER_MIN if point == LAST_POINT else at_ns)
            prices = machine.prices(minute, point)
            return MatchedPoint(at_ns, tuple(prices), self._store.step_reports(at_ns))
        self._live = True
        prices, found = machine.step(minute, point)
        reports = tuple(found)
        # A trigger or an arrival changes an order without a report: kept too, so that the place is
        # never far behind a change.
        if reports or machine.book.changed:
            self._save(StepRecord(at_ns, reports))
        return MatchedPoint(at_ns, tuple(prices), reports)

    def skip_minute(self, minute: Minute) -> None:
        """Pass over a minute while idle; raises ValueError when orders or positions would be missed."""
        end_ns = minute.open_ns + NS_PER_MIN
        if end_ns <= self._machine.now_ns:
            self._stand_at(end_ns)
            return
        if not self._machine.idle:
            raise ValueError(f"minute {minute.open_ns} cannot be skipped: the venue is not idle")
        self._live = True
        self._machine.skip(minute)

    def place_ns(self) -> int:
        """The instant of the last step or command on record; 0 for a new store."""
        return self._place_ns

    # ---- what commands do ----------------------------------------------------------------------

    def _submit(self, request: OrderRequest, now_ns: int) -> Answer:
        machine = self._machine
        held = machine.book.by_id.get(request.client_id)
        if held is not None:
            first = machine.entry.submit(request, now_ns, Hit())
            if held.state in _ENDED and not content_difference(held.request, request):
                return Answer((first, held.cancel_answer(now_ns)))
            return Answer((first,))
        for command in machine.entry.in_flight:
            if command.request is not None and command.client_id == request.client_id:
                difference = content_difference(command.request, request)
                if difference:
                    code = RejectCode.DUPLICATE_ID
                    return Answer((Rejected(request.client_id, difference, now_ns, code),))
                return late_answer(command.hit.answer)
        hit = machine.entry.desk.of_submit(request)
        if hit.answer is not None and hit.answer.fault in (FaultKind.DELAY, FaultKind.LATE_LANDING):
            self._send_late(CommandKind.SUBMIT, request.client_id, request, hit, now_ns)
            return late_answer(hit.answer)
        report = machine.entry.submit(request, now_ns, hit)
        return answer_after(hit.answer, report)

    def _cancel(self, client_id: str, now_ns: int) -> Answer:
        machine = self._machine
        held = machine.book.by_id.get(client_id)
        hit = machine.entry.desk.of_cancel(client_id, None if held is None else held.request.role)
        if hit.answer is not None:
            if hit.answer.fault is FaultKind.REJECT:
                return Answer((CancelRefused(client_id, hit.answer.reason, now_ns),))
            if hit.answer.fault in (FaultKind.DELAY, FaultKind.LATE_LANDING):
                self._send_late(CommandKind.CANCEL, client_id, None, hit, now_ns)
                return late_answer(hit.answer)
        return answer_after(hit.answer, machine.entry.cancel(client_id, now_ns))

    def _send_late(
        self, kind: CommandKind, client_id: str, request: OrderRequest | None, hit: Hit, now_ns: int
    ) -> None:
        delay_ns = 0 if hit.answer is None else hit.answer.delay_ms * NS_PER_MS
        life_ns = self._request_life_ns if request is not None else 0
        valid_until_ns = now_ns + life_ns if life_ns else 0
        self._machine.entry.in_flight.append(
            InFlight(now_ns + delay_ns, kind, client_id, request, hit, valid_until_ns)
        )

    # ---- the record ----------------------------------------------------------------------------

    def _stand_at(self, cursor_ns: int) -> None:
        self._cursor_ns = cursor_ns
        self._asked.clear()

    def _recorded(self, kind: CommandKind, client_id: str) -> Answer | None:
        """The answer on record when a re-driven caller repeats a command; None for a new one."""
        if self._live or self._cursor_ns is None:
            return None
        index = self._asked.get((kind, client_id), 0)
        self._asked[kind, client_id] = index + 1
        return self._store.answer(self._cursor_ns, kind, client_id, index)

    def _save_command(self, record: CommandRecord) -> None:
        try:
            self._save(record)
        except VenueRetryable as error:
            raise VenueOutcomeUnknown(
                f"{record.kind.value} {record.client_id} is not on record: {error.what}",
                where=error.where,
                fix=error.fix,
            ) from error

    @contextmanager
    def together(self) -> Iterator[None]:
        """Commands given in this block are written in one commit at its end. Raises VenueRetryable at the
        begin when nothing can be done now, at the end when they are not on record yet."""
        self._flush()
        self._together = True
        try:
            yield
        finally:
            self._together = False
        self._flush()

    def _save(self, event: CommandRecord | StepRecord) -> None:
        self._unsaved.append(event)
        self._flush()

    def _flush(self) -> None:
        """Write what is not on disk yet; on failure it is kept, and nothing else goes on before it."""
        if not self._unsaved or self._together:
            return
        machine = self._machine
        book, fills = machine.book, machine.executions.fills
        change = Change(
            events=tuple(self._unsaved),
            machine=dump_machine(machine),
            orders=tuple(order_to_json(book.by_id[client_id]) for client_id in sorted(book.changed)),
            fills=tuple(fills[self._fills_saved :]),
        )
        self._store.write(change)
        book.changed.clear()
        self._fills_saved = len(fills)
        self._place_ns = self._unsaved[-1].at_ns
        self._unsaved.clear()
