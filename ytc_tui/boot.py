"""The composition root: the only place that knows every concrete class.

Decides how a paper run over a bars feed is put together. Imports everything. Invariant: nothing below
is built at import time; whoever runs this gets the whole run or one clear error.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from decimal import Decimal
from importlib import resources
from pathlib import Path

from ytc_tui.adapters.clock import PacedClock, WallClock
from ytc_tui.adapters.feeds.bars import BarsFeed
from ytc_tui.adapters.feeds.calendar import bundled_calendar, load_calendar
from ytc_tui.adapters.feeds.demo import demo_sources
from ytc_tui.adapters.feeds.files import open_source
from ytc_tui.adapters.instruments import instrument_for, load_instruments
from ytc_tui.adapters.locks import Lock, account_lock, account_lock_path, session_lock
from ytc_tui.adapters.paths import Paths, paths_of
from ytc_tui.adapters.stores.checking import ChainChecker
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.stores.upgrade import upgrade
from ytc_tui.adapters.stores.writer import SqliteJournal
from ytc_tui.adapters.venues.faults import NO_FAULTS, FaultScript
from ytc_tui.adapters.workflows import load_workflow
from ytc_tui.agents.base import Agent
from ytc_tui.agents.registry import Registry, discover
from ytc_tui.analysis.exits import policies
from ytc_tui.analysis.setups import finders
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.config import LoadedSettings
from ytc_tui.engine import ids
from ytc_tui.engine.market import MarketView
from ytc_tui.engine.policy import Policy, Window
from ytc_tui.engine.ports import JournalReader
from ytc_tui.engine.recovery import recover_state
from ytc_tui.engine.schedule import windows
from ytc_tui.errors import UsageInvalid
from ytc_tui.model.market import NS_PER_MIN, Instrument
from ytc_tui.model.news import Calendar
from ytc_tui.model.session import Phase
from ytc_tui.model.workflow import PhasePlan, Step, Workflow
from ytc_tui.wiring import analysis_params, hours_of, policy_of, refuse_unbuilt

# On a bars feed nothing depends on the machine, so neither do the client order ids.
BARS_INSTALL_ID = "bars"


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a run is asked to be, beyond the settings. Times UTC ns, None = what the data holds."""

    data: tuple[str, ...] = ()
    from_ns: int | None = None
    to_ns: int | None = None
    speed: int | None = None
    label: str = ""
    demo: bool = False
    play_from_ns: int = 0  # until here the feed passes at full speed
    agents: tuple[Agent, ...] = ()
    steps: tuple[tuple[Phase, Step], ...] = ()
    faults: FaultScript = NO_FAULTS
    # Of a run that is built again from its sheet: what its tables and its calendar said.
    instruments: Mapping[str, Instrument] | None = None
    calendar: Calendar | None = None


@dataclass(slots=True)
class Parts:
    """Everything that a run is made of, opened and checked."""

    loaded: LoadedSettings
    request: RunRequest
    feed: BarsFeed
    instruments: Mapping[str, Instrument]
    registry: Registry
    workflow: Workflow
    policy: Policy
    market: MarketView
    windows: tuple[Window, ...]
    run_id: str
    paths: Paths
    clock: PacedClock
    opening_balance: Decimal
    closing: ExitStack = field(default_factory=ExitStack)
    session_lock: Lock | None = None

    @property
    def door_name(self) -> str:
        """The name of this engine's socket and kill file: the run, and the state folder that it is in.

        One run over the same data may be recorded in several state folders at the same time.
        """
        return f"{self.run_id}-{self.paths.tag}"


def prepare(loaded: LoadedSettings, request: RunRequest, environ: Mapping[str, str] = os.environ) -> Parts:
    """Open and check everything that a run needs; a YtcError says what is wrong."""
    settings = loaded.settings
    refuse_unbuilt(settings)
    feed = _feed(loaded, request)
    instruments = _instruments(loaded, request, feed.symbols)
    registry = registry_of(loaded, request)
    calendar = _calendar(loaded, request)
    policy = policy_of(
        settings, frozenset(registry.agents), instruments, BARS_INSTALL_ID, volume_known(feed), calendar
    )
    params = analysis_params(settings)
    analysis = {
        symbol: SymbolAnalysis(symbol, float(instruments[symbol].tick), params) for symbol in feed.symbols
    }
    found = tuple(windows(hours_of(settings), feed.from_ns, feed.to_ns, feed.last_ns + NS_PER_MIN))
    if settings.session.session_date:
        found = tuple(window for window in found if window.date == settings.session.session_date)
    if not found:
        raise UsageInvalid(
            "no session opens in this range", where="--from, --to", fix="widen it or change session.open"
        )
    run_id = _run_id(loaded, feed, calendar, request.label)
    return Parts(
        loaded=loaded,
        request=request,
        feed=feed,
        instruments=instruments,
        registry=registry,
        workflow=workflow_of(registry, request),
        policy=policy,
        market=MarketView(instruments, analysis),
        windows=found,
        run_id=run_id,
        paths=paths_of(settings.mode, environ, state_dir=_state_dir(loaded)),
        clock=PacedClock(request.speed),
        opening_balance=settings.account.initial_balance,
    )


def _run_id(loaded: LoadedSettings, feed: BarsFeed, calendar: Calendar, label: str) -> str:
    seed = loaded.settings.paper.seed
    return run_id_of(feed.digest, calendar, loaded.digest, (feed.from_ns, feed.to_ns), seed, label)


def run_id_of(
    feed_digest: str, calendar: Calendar, config_digest: str, range_ns: tuple[int, int], seed: int, label: str
) -> str:
    """A run is its data, of which the calendar is a part, its settings, its range and its label."""
    data = f"{feed_digest}+{calendar.digest}" if calendar.digest else feed_digest
    return ids.run_id(data, config_digest, *range_ns, seed, label)


def _calendar(loaded: LoadedSettings, request: RunRequest) -> Calendar:
    """The user's calendar; without one the bundled data have theirs, and other data none."""
    if request.calendar is not None:
        return request.calendar
    feed = loaded.settings.feed
    if feed.calendar_path:
        return load_calendar(Path(feed.calendar_path), feed.calendar_timezone)
    return Calendar() if request.data or feed.data else bundled_calendar()


def _state_dir(loaded: LoadedSettings) -> Path | None:
    given = loaded.settings.journal.state_dir
    return Path(given) if given else None


def _feed(loaded: LoadedSettings, request: RunRequest) -> BarsFeed:
    settings = loaded.settings
    arguments = request.data or tuple(settings.feed.data)
    sources = [open_source(argument, settings.feed.bar_label) for argument in arguments] or list(
        demo_sources()
    )
    wanted = set(settings.session.symbols)
    if wanted:
        missing = wanted - {source.symbol for source in sources}
        if missing:
            held = ", ".join(sorted({source.symbol for source in sources}))
            raise UsageInvalid(
                f"no data for {', '.join(sorted(missing))}", where="session.symbols", fix=f"there is {held}"
            )
        sources = [source for source in sources if source.symbol in wanted]
    begins: dict[str, int] = {}
    for source in sources:
        begins[source.symbol] = min(source.first_ns, begins.get(source.symbol, source.first_ns))
    from_ns = request.from_ns if request.from_ns is not None else max(begins.values())
    last = max(source.last_ns for source in sources) + NS_PER_MIN
    to_ns = request.to_ns if request.to_ns is not None else last
    if from_ns % NS_PER_MIN:
        raise UsageInvalid("the start must be a whole minute", where="--from")
    return BarsFeed(sources, from_ns, to_ns, settings.session.warmup_days)


def volume_known(feed: BarsFeed) -> dict[str, bool]:
    return {symbol: feed.volume_known(symbol) for symbol in feed.symbols}


def _instruments(
    loaded: LoadedSettings, request: RunRequest, symbols: Iterable[str]
) -> dict[str, Instrument]:
    if request.instruments is not None:
        return {symbol: instrument_for(symbol, request.instruments) for symbol in symbols}
    table = load_instruments(None)
    own = loaded.settings.feed.instruments_path
    if own:
        table = table | load_instruments(Path(own))
    return {symbol: instrument_for(symbol, table) for symbol in symbols}


def registry_of(loaded: LoadedSettings, request: RunRequest) -> Registry:
    known = (*discover(), *request.agents)
    settings = loaded.settings.agents
    loaded.require_known("agents", settings, [agent.spec.name for agent in known])
    trading = loaded.settings.trading
    kinds = [kind.value for kind in finders()]
    loaded.require_known("trading.setups", trading.setups, kinds)
    loaded.require_known("trading.approval_by_setup", trading.approval_by_setup, kinds)
    loaded.require_known("trading.exit_policy", [trading.exit_policy], list(policies()))
    enabled = [
        agent for agent in known if agent.spec.name not in settings or settings[agent.spec.name].enabled
    ]
    return Registry.build(enabled)


def workflow_of(registry: Registry, request: RunRequest) -> Workflow:
    """The session's own workflow, with the steps of agents that the caller brought along."""
    resource = resources.files("ytc_tui") / "data" / "workflows" / "ytc_session.toml"
    known = frozenset(agent.spec.name for agent in discover())
    with resources.as_file(resource) as path:
        workflow = load_workflow(path, registry, known)
    phases = dict(workflow.phases)
    for phase, step in request.steps:
        plan = phases.get(phase, PhasePlan(phase, ()))
        phases[phase] = replace(plan, steps=(*plan.steps, step))
    return Workflow(workflow.name, phases)


def relabel(parts: Parts, label: str) -> None:
    """Let `parts` be the run of the same data and settings under another label."""
    parts.request = replace(parts.request, label=label)
    parts.run_id = _run_id(parts.loaded, parts.feed, parts.policy.news.calendar, label)


def hold_account(parts: Parts) -> None:
    """Lock the account of this run; AlreadyRunning names who holds it."""
    parts.paths.prepare()
    lock = account_lock(parts.paths.lock_dir, "paper", _account_of(parts), now_ns=WallClock().now_ns())
    parts.closing.callback(lock.release)


def account_lock_file(parts: Parts) -> Path:
    """The lock that the engine of this run holds as long as it lives."""
    return account_lock_path(parts.paths.lock_dir, "paper", _account_of(parts))


def _account_of(parts: Parts) -> str:
    return f"{parts.policy.account_id}-{parts.run_id}"


def hold_session(parts: Parts, session: str) -> None:
    """Lock `session` until the next one of this run begins, or its end; AlreadyRunning names who holds it."""
    if parts.session_lock is not None:
        parts.session_lock.release()
    lock = session_lock(parts.paths.lock_dir, session, now_ns=WallClock().now_ns())
    parts.session_lock = lock
    parts.closing.callback(lock.release)


def open_journal(parts: Parts) -> tuple[SqliteJournal, SqliteReader]:
    """The journal of this mode, migrated if need be, and a reader on it."""
    upgrade(parts.paths.database)
    journal = SqliteJournal(parts.paths.database, feed=parts.feed.digest)
    reader = SqliteReader(parts.paths.database)
    parts.closing.callback(reader.close)
    return journal, reader


def chain_checker(parts: Parts) -> ChainChecker:
    """Verifies chains of this mode's journal beside the engine, until the run is closed."""
    checker = ChainChecker(parts.paths.database)
    parts.closing.callback(checker.stop)
    return checker


def whole_on_record(reader: JournalReader, parts: Parts) -> bool:
    """Whether the journal already holds every session of this run to its end."""
    for window in parts.windows:
        session = ids.session_id(parts.run_id, window.date)
        if reader.ends(session) is None or not recover_state(reader, session)[0].ended:
            return False
    return True
