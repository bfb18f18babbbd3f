"""What a run reaches: the durable outlets of a real run, and the ones in memory of a run beside its record.

Decides which adapters stand behind which port. Part of the composition root. Invariant: what goes into
the chain from here is a verdict in words; paths, sizes and times stay in logs and telemetry.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from ytc_tui.adapters.clock import WallClock
from ytc_tui.adapters.logs import LogOptions, SessionLog, archive, prune_audit
from ytc_tui.adapters.notify import Fanout
from ytc_tui.adapters.redaction import Redactor
from ytc_tui.adapters.secrets import REDACTOR
from ytc_tui.adapters.stores.memory import MemoryJournal
from ytc_tui.adapters.stores.operator import FILE, OperatorFile
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.stores.spare import EmergencyFile
from ytc_tui.adapters.stores.writer import SqliteJournal
from ytc_tui.adapters.venues.paper_store import PaperStore
from ytc_tui.agents.base import Probe
from ytc_tui.boot import Parts, chain_checker, hold_session
from ytc_tui.checklists import Line, finishing_lines, initial_lines, refuse_unwritable, start_up_probes
from ytc_tui.config import Settings
from ytc_tui.engine.kernel import Observer
from ytc_tui.engine.ports import Notice, Notifier, Venue
from ytc_tui.errors import UsageInvalid, YtcError
from ytc_tui.halting import fence_of
from ytc_tui.model.chain import ChainHead, Entry
from ytc_tui.model.codec import canonical
from ytc_tui.model.events import AlertRaised, AnswerRepeated, Event, TaskAnswered, TaskReported
from ytc_tui.model.session import Severity
from ytc_tui.model.state import State
from ytc_tui.notices import notifiers_of
from ytc_tui.own_view import keep_view, kept_view
from ytc_tui.paper_run import Opening, Outlets, nothing_said
from ytc_tui.sealing import Sealer, head_file_of
from ytc_tui.venues import durable_venue, fenced, open_venue, urgent_line
from ytc_tui.views.event_lines import event_line
from ytc_tui.views.next_session import PREPARER, next_session_toml

PREPARE = "Prepare next session config"

_LEVELS = {
    Severity.INFO: logging.INFO,
    Severity.WARNING: logging.WARNING,
    Severity.CRITICAL: logging.CRITICAL,
}


class SilentNotifier:
    """Tells nobody: for a run beside its record."""

    async def notify(self, notice: Notice) -> None:
        return


@dataclass(slots=True)
class EmergencyMemory:
    """Emergency lines of a run in memory."""

    lines: list[str] = field(default_factory=list)

    def write(self, line: str) -> None:
        self.lines.append(line)

    def read_back(self) -> tuple[str, ...]:
        return tuple(self.lines)

    def clear(self) -> None:
        self.lines.clear()


@dataclass(slots=True)
class RunLog:
    """The application log of the running session; a new one for each session of the run."""

    folder: Path
    options: LogOptions
    redactor: Redactor
    current: SessionLog | None = None
    session: str = ""

    def entry(self, entry: Entry, event: Event) -> None:
        """Log one journalled event, and audit its entry."""
        log = self.current
        if log is None or entry.session != self.session:
            self.close()
            self.session = entry.session
            try:
                log = self.current = SessionLog(self.folder, entry.session, self.options, self.redactor)
            except OSError:
                # The journal holds the entry; the log begins again with the next one.
                return
        log.audit(entry)
        if isinstance(event, TaskAnswered | TaskReported):
            response = event.response
            log.agent_output(response.agent_name, response.task_id, response.result)
        elif isinstance(event, AnswerRepeated):
            log.agent_repeated(event.agent, event.task_id)
        text = event_line(entry, event)
        if text:
            level = _LEVELS[event.severity] if isinstance(event, AlertRaised) else logging.INFO
            log.event(level, text, {"seq": entry.seq, "type": entry.type, "session": entry.session})

    def archive(self) -> str:
        """Pack what is logged so far; what comes after is added when the log is closed."""
        session = self.session
        if self.current is not None:
            self.current.close()
            self.current = None
        archive(self.folder, session)
        return "archived"

    def close(self) -> None:
        if self.current is not None:
            self.current.close()
            self.current = None
            # A log that cannot be packed now stays as it is and is packed with the next run's.
            with suppress(OSError):
                archive(self.folder, self.session)


@asynccontextmanager
async def durable_outlets(
    parts: Parts, journal: SqliteJournal, reader: SqliteReader, show: Observer
) -> AsyncIterator[Outlets]:
    """The outlets of a real run; on leaving, notices are delivered and logs closed."""
    settings = parts.loaded.settings
    venue = durable_venue(parts)
    spare = EmergencyFile(parts.paths.spare_file(parts.run_id))
    log = RunLog(parts.paths.log_dir, log_options(settings), REDACTOR)
    prune_audit(parts.paths.log_dir, settings.logging.audit_keep_days, WallClock().now_ns())
    operator = OperatorFile(parts.paths.state_dir / FILE)
    notifier = Fanout(notifiers_of(settings), REDACTOR)
    sealer = Sealer(
        key_path=parts.paths.signing_key,
        head_file=head_file_of(parts.paths, settings),
        keep=journal.keep_signed,
        signed=reader.signed_head,
        bars=reader.bars_head,
        now_ns=WallClock().now_ns,
    )
    await notifier.start()

    def observe(entry: Entry, event: Event) -> None:
        log.entry(entry, event)
        show(entry, event)

    def finish(state: State) -> list[Line]:
        folder = parts.paths.state_dir / "exports"
        return finishing_lines(
            (
                (PREPARE, lambda: prepare_next(state, folder)),
                ("Export session data", lambda: _export(folder, state)),
                ("Archive logs", log.archive),
                ("Clean up resources", lambda: "nothing held but the journal"),
                ("Notify completion", lambda: "queued with the end of the session"),
            )
        )

    try:
        yield Outlets(
            journal=journal,
            reader=reader,
            venue=venue,
            urgent=urgent_line(venue),
            notifier=notifier,
            spare=spare,
            checks=lambda: _checks(parts, venue, spare.read_back),
            finish=finish,
            observe=observe,
            hold=lambda session: hold_session(parts, session),
            seal=_sealing(journal, sealer, notifier),
            withhold=REDACTOR.values if REDACTOR.knows_any else None,
            fence=lambda: fenced(venue, fence_of(parts.paths, parts.run_id)),
            own_view=lambda session, window: kept_view(parts, operator, window),
            keep_view=lambda state, window: keep_view(operator, state, window),
            check_chain=chain_checker(parts).begin,
        )
    finally:
        await notifier.stop()
        log.close()
        spare_is_empty = not spare.read_back()
        spare.close()
        if spare_is_empty:
            spare.path.unlink(missing_ok=True)


def memory_outlets(
    parts: Parts, show: Observer, journal: MemoryJournal | None = None, own_view: Opening = nothing_said
) -> Outlets:
    """Outlets of a run that leaves nothing behind but in `journal`; what it journals is the same, where
    `own_view` gives what the operator had said before its sessions."""
    journal = journal or MemoryJournal()
    venue = open_venue(parts, PaperStore.in_memory())
    spare = EmergencyMemory()

    done = (
        ("Export session data", lambda: "exported"),
        ("Archive logs", lambda: "archived"),
        ("Clean up resources", lambda: "nothing held but the journal"),
        ("Notify completion", lambda: "queued with the end of the session"),
    )

    def finish(state: State) -> list[Line]:
        return finishing_lines(((PREPARE, lambda: prepare_next(state, None)), *done))

    return Outlets(
        journal=journal,
        reader=journal,
        venue=venue,
        notifier=SilentNotifier(),
        spare=spare,
        checks=lambda: _checks(parts, venue, spare.read_back),
        finish=finish,
        observe=show,
        hold=lambda session: None,
        seal=_left_unsigned,
        own_view=own_view,
    )


async def _left_unsigned(head: ChainHead) -> None:
    return


def _sealing(
    journal: SqliteJournal, sealer: Sealer, notifier: Notifier
) -> Callable[[ChainHead], Awaitable[None]]:
    """Anchors and signs a head; where that fails, somebody is told and the record stays as it is."""

    async def seal(head: ChainHead) -> None:
        try:
            await journal.anchor(head.session, sealer.now_ns())
            await sealer.seal(head)
        except YtcError as error:
            message = f"{error}; `ytc sign` signs it later"
            title = f"the journal of session {head.session} is not signed"
            await notifier.notify(Notice(sealer.now_ns(), Severity.WARNING, title, message))

    return seal


async def _checks(
    parts: Parts, venue: Venue, open_spare: Callable[[], object]
) -> tuple[list[Line], tuple[Probe, ...]]:
    probes = await start_up_probes(parts, venue, open_spare)
    refuse_unwritable(parts, probes)
    return initial_lines(parts, probes), probes


def _export(folder: Path, state: State) -> str:
    """The session's trades and alerts as a JSON file beside the journal."""
    _write(folder / f"{state.session_id}.json", canonical(state))
    return "exported"


def prepare_next(state: State, folder: Path | None) -> str:
    """What next session preparation found, as a settings file in `folder` (None: it is kept nowhere).

    The words are the same either way, as they go into the chain. UsageInvalid without a preparation.
    """
    agent = state.agents.get(PREPARER)
    if agent is None or not agent.output:
        raise UsageInvalid("nothing was prepared: its agent did not deliver or is disabled")
    if folder is not None:
        _write(folder / f"{state.session_id}.next.toml", next_session_toml(state.session_id, agent.output))
    return f"prepared, {len(agent.output.get('settings', {}))} settings suggested, none applied"


def _write(target: Path, text: str) -> None:
    """Write the whole file or none of it."""
    target.parent.mkdir(mode=0o700, exist_ok=True)
    fresh = target.with_suffix(".tmp")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(target)


def log_options(settings: Settings) -> LogOptions:
    wanted = settings.logging
    return LogOptions(
        level=wanted.level,
        include_agent_outputs=wanted.include_agent_outputs,
        audit_trail=wanted.audit_trail,
        max_file_mb=wanted.max_file_mb,
        keep_files=wanted.keep_files,
    )
