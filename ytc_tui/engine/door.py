"""The door: the EngineClient that the engine itself is.

Decides what a client sees of a running engine. Imports the host and the read side of the engine.
Invariant: reading changes nothing; a command goes through the host's inbox like every other.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ytc_tui.client import NEWEST, Frame, Page, Receipt, WholeEntry
from ytc_tui.engine.building import views_of
from ytc_tui.engine.charting import Charts
from ytc_tui.engine.document import metrics, own_facts, rule_facts, session_document
from ytc_tui.engine.external import difference_rows
from ytc_tui.engine.health import health_rows
from ytc_tui.engine.host import Host
from ytc_tui.engine.seeing import RunFacts, agents_now
from ytc_tui.engine.session_run import SessionRun
from ytc_tui.engine.watching import Watching
from ytc_tui.model.commands import Command
from ytc_tui.views.journal_query import PageQuery, check
from ytc_tui.views.review import PastSessions, Review
from ytc_tui.views.settings import SettingsView


class RecordQuestions(Protocol):
    """What the door asks of the written record; answered off the engine's loop."""

    async def explain(self, session: str, target: str, now: Mapping[str, str]) -> dict[str, Any]: ...

    async def page(self, session: str, query: PageQuery) -> Page: ...

    async def entry(self, session: str, seq: int) -> WholeEntry | None: ...

    async def sessions(self) -> PastSessions: ...

    async def review(self, session: str) -> Review: ...


class Presence(Protocol):
    """Knows which commands somebody has to be there for, and whether he showed that he is."""

    def missing(self, command: Command) -> str:
        """Why `command` may not be carried out yet; empty when it may, for this once."""
        ...


@dataclass(slots=True)
class Door:
    """One engine's door. `speed` says how fast the feed plays, `venue` what stands behind the orders,
    `presence` which commands need the PIN, if any do, `guard` who watches the engine from outside,
    `settings` what the run goes by."""

    host: Host
    record: RecordQuestions
    speed: Callable[[], str]
    venue: str
    presence: Presence | None = None
    guard: Callable[[], str] = str
    settings: Callable[[], SettingsView | None] = lambda: None
    last_document: dict[str, Any] = field(default_factory=dict)
    watching: Watching = field(init=False)
    _charts: Charts = field(default_factory=Charts)
    _shown: tuple[object, ...] = ()
    _built: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.watching = Watching(self._views)

    # ---- EngineClient ---------------------------------------------------------------------------

    def frames(self, names: Collection[str]) -> AsyncGenerator[Frame, None]:
        return self.watching.frames(names)

    async def status(self, component: str | None = None) -> dict[str, Any]:
        """The running session's document with health and metrics; the last one when none runs."""
        run = self.host.current
        if run is None:
            return {**self.last_document, "running": False}
        sit = run.kernel.sit
        health = health_rows(sit)
        health["journal"] = {
            "status": "blocked" if run.kernel.stalled else "ok",
            "detail": run.kernel.stalled,
            "metrics": {"entries": run.kernel.head.seq},
        }
        guard = self.guard()
        health["guard"] = {
            "status": "ok" if guard else "not_applicable",
            "detail": f"watching: {guard}" if guard else "none",
        }
        if component is not None:
            return {"component": component, **health.get(component, {"status": "unknown"})}
        counted = metrics(sit)
        counted["api_call_count"] = run.kernel.outward.api_calls
        counted["average_response_time"] = run.kernel.runner.average_ms()
        return {
            **session_document(sit),
            "running": True,
            "metrics": counted,
            "health": health,
            "agents_now": agents_now(sit),
            "working_orders": [
                {
                    "client_id": record.request.client_id,
                    "symbol": record.request.symbol,
                    "side": record.request.side.value,
                    "role": record.request.role.value,
                    "state": record.state.value,
                    "remaining": str(record.remaining),
                }
                for record in sit.state.working_orders()
            ],
            "differences": difference_rows(sit.state, max(run.now_ns, sit.at_ns)),
            "own": own_facts(sit),
            "rules": rule_facts(sit),
            "journal": {"entries": run.kernel.head.seq, "head": run.kernel.head.hash},
        }

    async def send(self, command: Command) -> Receipt:
        missing = self.presence.missing(command) if self.presence is not None else ""
        if missing:
            at_ns = self.host.latest.now_ns if self.host.latest is not None else 0
            return Receipt(command.command_id, False, missing, self._session(), at_ns)
        return await self.host.send(command)

    async def page(self, query: PageQuery = NEWEST) -> Page:
        check(query)
        session = self._session()
        return await self.record.page(session, query) if session else Page("", (), 0)

    async def entry(self, seq: int) -> WholeEntry | None:
        session = self._session()
        return await self.record.entry(session, seq) if session else None

    async def explain(self, target: str) -> dict[str, Any]:
        session, run = self._session(), self.host.latest
        now = agents_now(run.kernel.sit).get(target, {}) if run is not None else {}
        return await self.record.explain(session, target, now) if session else {}

    async def sessions(self) -> PastSessions:
        return await self.record.sessions()

    async def review(self, session: str) -> Review:
        return await self.record.review(session)

    # ---- what a frame shows ---------------------------------------------------------------------

    def _session(self) -> str:
        run = self.host.latest
        return run.kernel.sit.state.session_id if run else str(self.last_document.get("session_id", ""))

    def _views(self, names: Collection[str]) -> tuple[int, dict[str, Any]]:
        """Every view of `names`; built anew only when something that they show can have changed."""
        run = self.host.latest
        if run is None:
            return 0, dict.fromkeys(names)
        kernel, sit = run.kernel, run.kernel.sit
        at_ns = max(run.now_ns, sit.at_ns, sit.state.now_ns)
        left_s = _left_s(run)
        shown = (
            frozenset(names),
            kernel.head.session,
            kernel.head.seq,
            at_ns,
            kernel.stalled,
            tuple(left_s.items()),
        )
        if shown != self._shown:
            self._shown, self._built = shown, self._build(run, names, at_ns, left_s)
        return at_ns, self._built

    def _build(
        self, run: SessionRun, names: Collection[str], at_ns: int, left_s: dict[str, int | None]
    ) -> dict[str, Any]:
        sit = run.kernel.sit
        facts = RunFacts(
            speed=self.speed(),
            venue=self.venue,
            venue_requests=run.kernel.outward.api_calls,
            # Read from disk: for who shows it.
            guard=self.guard() if "health" in names else "",
            journal_entries=run.kernel.head.seq,
            stalled=run.kernel.stalled,
            left_s=left_s,
            trace=run.trace,
        )
        return views_of(
            sit, run.kernel.runner, facts, names, at_ns=at_ns, charts=self._charts, settings=self.settings
        )


def _left_s(run: SessionRun) -> dict[str, int | None]:
    """Whole seconds of wall time left for each answer that is waited for, by the id of what waits."""
    due_s = run.kernel.outward.timers.armed()
    now_s = asyncio.get_running_loop().time()
    return {
        timer.subject: max(0, int(due_s[timer.name] - now_s))
        for timer in run.kernel.sit.state.timers.values()
        if timer.name in due_s
    }
