"""The kernel: decide, journal, apply, effects. The one writer of a session's state.

Decides the order of these four and nothing else. Imports the deciders, apply, effects and the ports.
Invariants: an effect that reaches outside happens only after its entry is durable (the emergency
exception of semantics.md 7 apart); what cannot be journalled stays queued and is never lost.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from ytc_tui.agents.base import AgentContext
from ytc_tui.engine import effects as fx, inputs as inp
from ytc_tui.engine.apply import apply
from ytc_tui.engine.contexts import agent_context
from ytc_tui.engine.decide.evidence import is_ours, uncertain_orders
from ytc_tui.engine.decide.flatten import flattening, in_doubt, wants_venue_read
from ytc_tui.engine.decide.recovery import differences
from ytc_tui.engine.decide.route import decide
from ytc_tui.engine.outward import Outward
from ytc_tui.engine.ports import Batch, Journal, ProjectionRow, Snapshot
from ytc_tui.engine.projections import rows_of
from ytc_tui.engine.runner import AgentRunner
from ytc_tui.engine.situation import Situation
from ytc_tui.errors import JournalUnavailable
from ytc_tui.model import events as ev
from ytc_tui.model.chain import ChainHead, Entry
from ytc_tui.model.codec import canonical, in_order
from ytc_tui.model.state import OrderRecord
from ytc_tui.model.tasks import TaskMessage
from ytc_tui.views.sanitised import sanitised

# With these it is on record that an agent was asked.
_ASKED = (ev.TaskAnswered, ev.AnswerRepeated, ev.TaskRequested)
# More events than this from one input mean a decider that feeds itself: a programmer error.
MAX_EVENTS_PER_INPUT = 5_000
# More entries than this waiting for a stalled journal end the engine: they would not fit in memory.
MAX_WAITING_ENTRIES = 100_000


Observer = Callable[[Entry, ev.Event], None]


@dataclass(slots=True)
class Kernel:
    """One session's kernel. `head` is the journal's chain as far as it was linked; `stalled` says
    why the journal does not accept writes, empty while it does. `observe` is told of every entry once
    it is durable. `withhold` takes out of a text what may not be written down."""

    sit: Situation
    journal: Journal
    outward: Outward
    runner: AgentRunner
    head: ChainHead
    snapshot_every: int = 500
    observe: Observer | None = None
    withhold: Callable[[str], str] | None = None
    stalled: str = ""
    told: list[ev.Event] | None = None  # where every event is noted, while somebody asks
    _entries: list[Entry] = field(default_factory=list)
    _events: list[ev.Event] = field(default_factory=list)
    _rows: dict[tuple[str, tuple[str, ...]], ProjectionRow] = field(default_factory=dict)
    _durable: list[tuple[Entry, ev.Event]] = field(default_factory=list)  # not told to `observe` yet
    _effects: list[fx.Effect] = field(default_factory=list)
    _tasks: list[TaskMessage] = field(default_factory=list)
    _causes: dict[str, str] = field(default_factory=dict)  # by agent that was asked: the entry that led to it
    _snapshot_seq: int = 0

    async def take(self, at_ns: int, items: Iterable[inp.Input]) -> None:
        """Decide `items` at feed time `at_ns` and carry out all that follows, to the end."""
        self.sit.at_ns = at_ns
        queue: deque[inp.Input] = deque(items)
        read = False
        while True:
            await self._decide_all(queue)
            if self._entries or self._effects:
                queue.extend(await self._carry_out())
            # Once per instant: a venue that is not flat, or cannot be read, is asked again at the next.
            if not queue and not read and wants_venue_read(self.sit):
                read = True
                queue.extend(await self.reconcile())
            if not queue:
                return

    async def evidence(self, start_up: bool = False, venue_busy: bool = False) -> list[inp.Input]:
        """What the venue says of every order whose fate is not known, and its books (safety.md 2.2); while
        it is silent, first whether it answers again. The books are read while anything is open here or, as
        `venue_busy` tells, there; at a start always."""
        state = self.sit.state
        self.outward.pressing = flattening(self.sit)
        found = await self.outward.reach() if state.venue_silent_ns else []
        if found and isinstance(found[0], inp.VenueSilent):
            return found
        found.extend(await self._asked(uncertain_orders(self.sit)))
        open_here = state.positions or state.working or state.discrepancies or state.external_orders
        if start_up or venue_busy or open_here:
            found.extend(await self.reconcile(start_up))
        return found

    async def _asked(self, records: Sequence[OrderRecord]) -> list[inp.Input]:
        """What the venue knows of each of `records`, in their order."""
        if len(records) == 1:
            return await self._asked_of(records[0])
        answers = await asyncio.gather(*map(self._asked_of, records))
        return [one for answer in answers for one in answer]

    async def _asked_of(self, record: OrderRecord) -> list[inp.Input]:
        state = self.sit.state
        id_there = fx.id_at_venue(state, record.request.client_id)
        return await self.outward.read_order(record, state.fill_ids, id_there)

    @property
    def flattening(self) -> bool:
        """Whether a flatten is under way and not yet verified."""
        return flattening(self.sit)

    @property
    def in_doubt(self) -> bool:
        """Whether a flatten under way is not confirmed, for another reason than that it waits for a price."""
        return flattening(self.sit) and bool(in_doubt(self.sit))

    async def press(self, at_ns: int) -> None:
        """Take up a flatten that is in doubt once more: evidence first, then what still has to be sent."""
        await self.take(at_ns, [*await self.evidence(), inp.FlattenPressed()])

    async def reconcile(self, start_up: bool = False) -> list[inp.Input]:
        """The venue's books (safety.md 2.2, points 7 and 9); where they differ from ours, first the fills
        that we were never told of."""
        answer = await self.outward.read_venue(lambda client_id: is_ours(self.sit, client_id))
        read = answer[0] if answer else None
        if not isinstance(read, inp.VenueRead) or not differences(self.sit, read):
            return answer
        fills = await self.outward.read_fills(self.sit.window.init_ns, self.sit.state.fill_ids)
        if not start_up:
            return [*fills, read]
        # What only needs asking is explained before anything is held against a start.
        missing = [found for found in differences(self.sit, read).values() if found.kind == "missing_order"]
        asked = await self._asked([self.sit.state.orders[found.client_id] for found in missing])
        return [*fills, read, *asked, replace(read, start_up=True)]

    async def _carry_out(self) -> list[inp.Input]:
        """Make what was decided durable and act on it; what the journal and the venue answered."""
        effects, self._effects = self._effects, []
        answers: list[inp.Input] = []
        was_stalled = self.stalled
        durable = await self._commit()
        self.sit.journal_away = not durable
        if durable and was_stalled:
            answers.append(inp.JournalReturned(self.outward.emergency_lines()))
        elif not durable and not was_stalled:
            answers.append(inp.JournalStalled(self.stalled))
        self.outward.pressing = flattening(self.sit)

        async def perform(effect: fx.Effect) -> list[inp.Input]:
            if isinstance(effect, fx.ReadVenue):
                return await self.reconcile()
            told = await self.outward.perform(effect, durable)
            if self.outward.pressing and isinstance(effect, fx.SubmitOrder):
                told += await self._evidence_at_once(effect.approved.order.client_id, told)
            return told

        performing = self.outward.perform_all(effects, perform, self._after_commit)
        if doubtful := self._in_doubt_beside(effects):
            performed, found = await asyncio.gather(performing, self._asked(doubtful))
            return [*answers, *performed, *found]
        answers.extend(await performing)
        return answers

    def _in_doubt_beside(self, effects: Sequence[fx.Effect]) -> list[OrderRecord]:
        """In a flatten that sends something, the orders whose fate is not known since an earlier instant."""
        sent = {one.approved.order.client_id for one in effects if isinstance(one, fx.SubmitOrder)}
        sent |= {one.client_id for one in effects if isinstance(one, fx.CancelOrder)}
        if not (sent and self.outward.pressing):
            return []
        earlier = (one for one in uncertain_orders(self.sit) if one.updated_ns < self.sit.at_ns)
        return [one for one in earlier if one.request.client_id not in sent]

    async def _evidence_at_once(self, client_id: str, told: Sequence[inp.Input]) -> list[inp.Input]:
        """In a flatten a close without an answer is asked about now, beside those that are on their way."""
        lost = any(isinstance(one, inp.VenueFailed) and not one.refused for one in told)
        return await self._asked_of(self.sit.state.orders[client_id]) if lost else []

    @property
    def waiting(self) -> bool:
        """Whether entries wait in memory for a journal that is away."""
        return bool(self._entries)

    async def resume(self, at_ns: int, effects: Sequence[fx.Effect], items: Sequence[inp.Input]) -> None:
        """Take up a recovered session: `items` first, then the effects that were under way."""
        self.outward.conservation.restore(self.sit.state.orders.values())
        self._effects.extend(effect for effect in effects if not isinstance(effect, fx.RunAgent))
        self._tasks.extend(effect.task for effect in effects if isinstance(effect, fx.RunAgent))
        await self.take(at_ns, items)
        self._snapshot_seq = self.head.seq

    async def _decide_all(self, queue: deque[inp.Input]) -> None:
        """Decide until nothing follows; agents that answer at once are part of it."""
        produced, most = 0, MAX_EVENTS_PER_INPUT * max(len(queue), 1)
        while queue or self._tasks:
            while queue:
                item = queue.popleft()
                cause = str(item.seq) if isinstance(item, inp.Happened) else ""
                for decided in decide(self.sit, item):
                    if isinstance(decided, fx.RunAgent):
                        self._ask(decided.task, cause)
                        continue
                    self._record(decided, cause)
                    queue.append(inp.Happened(decided, self.head.seq))
                    produced += 1
                if produced > most:
                    raise RuntimeError(f"{produced} events in one step: a decider feeds itself")
            if self._tasks:
                tasks, self._tasks = self._tasks, []
                answers = await self.runner.run(tasks, self._context, self._on_suspended)
                queue.extend([inp.AgentAnswered(answer) for answer in answers])

    def _ask(self, task: TaskMessage, causation: str) -> None:
        self._tasks.append(task)
        self.sit.asked[task.agent_target] = task
        self._causes[task.agent_target] = causation

    def _context(self, task: TaskMessage) -> AgentContext:
        return agent_context(self.sit, task)

    def _on_suspended(self, task: TaskMessage) -> None:
        """An agent does not answer at once: that it was asked is an entry of its own."""
        if task.agent_target in self.sit.asked:
            self._record(ev.TaskRequested(task), "")

    def _record(self, event: ev.Event, causation: str) -> None:
        """Link the event into the chain, apply it, and note its rows and effects."""
        at_ns, state = self.sit.at_ns, self.sit.state
        if isinstance(event, _ASKED):
            agent = event.agent if isinstance(event, ev.AnswerRepeated) else event.task.agent_target
            self.sit.asked.pop(agent, None)
            causation = self._causes.pop(agent, causation)
        body = canonical(event)
        if self.withhold is not None and self.withhold(body) != body:
            event = sanitised(event, self.withhold)
            body = canonical(event)
        kind, version, correlation = ev.header_of(event)
        entry = self.head.link(at_ns, kind, version, correlation, causation, body)
        apply(state, event, at_ns)
        self._entries.append(entry)
        self._events.append(event)
        if self.told is not None:
            self.told.append(event)
        for row in rows_of(state, event):
            self._rows[row.table, row.key] = row
        for effect in fx.effects_of(state, event):
            if isinstance(effect, fx.RunAgent):
                self._tasks.append(effect.task)
            else:
                self._effects.append(effect)

    async def _commit(self) -> bool:
        """Make everything that was linked durable; False when the journal cannot take it now."""
        try:
            await self.journal.append(Batch(tuple(self._entries), tuple(self._rows.values())))
        except JournalUnavailable as error:
            self.stalled = str(error)
            if len(self._entries) > MAX_WAITING_ENTRIES:
                raise
            return False
        self.stalled = ""
        if ev.EmergencyActed in map(type, self._events):
            self.outward.forget_emergency()
        if self.observe is not None:
            self._durable.extend(zip(self._entries, self._events, strict=True))
        self._entries.clear()
        self._events.clear()
        self._rows.clear()
        return True

    async def _after_commit(self) -> None:
        """What a commit allows and no request waits for: its entries are told, a snapshot is due."""
        if self.observe is not None:
            durable, self._durable = self._durable, []
            for entry, event in durable:
                self.observe(entry, event)
        if not self._entries and self.head.seq - self._snapshot_seq >= self.snapshot_every:
            await self.save_snapshot()

    async def save_snapshot(self) -> None:
        """Keep the state as it is after the last entry; where the store cannot, the next one is tried."""
        self._snapshot_seq = self.head.seq
        state = in_order(self.sit.state)
        snapshot = Snapshot(self.head.session, self.head.seq, self.head.hash, state)
        with suppress(JournalUnavailable):
            await self.journal.save_snapshot(snapshot)
