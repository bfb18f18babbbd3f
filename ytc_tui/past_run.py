"""A past session put together for playback: its record, and what is left of its run's data and settings.

Decides what is known of a run: its settings by the sheet that its digests prove, its market by the data that
they prove, else prices alone from the bar store. Part of the composition root. Invariant: what cannot be made
anew exactly is named as missing, and why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from ytc_tui import __version__
from ytc_tui.adapters.feeds.files import split_argument
from ytc_tui.adapters.instruments import instrument_for
from ytc_tui.adapters.paths import Paths
from ytc_tui.adapters.run_sheet import RunSheet, read_sheet, write_sheet
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.boot import (
    BARS_INSTALL_ID,
    Parts,
    RunRequest,
    prepare,
    registry_of,
    run_id_of,
    workflow_of,
)
from ytc_tui.config import LoadedSettings, Settings, deciding, digest_of, settings_of
from ytc_tui.engine import ids
from ytc_tui.engine.market import MarketView
from ytc_tui.engine.playback.course import Course, ReadTime
from ytc_tui.engine.playback.past import Background, Past
from ytc_tui.engine.playback.record import PastRecord, Progress, read_record
from ytc_tui.engine.playback.tape import Levels, Tape, warmed_up
from ytc_tui.engine.policy import Window
from ytc_tui.engine.ports import JournalReader, Minute
from ytc_tui.engine.recovery import recover_state
from ytc_tui.errors import ConfigInvalid, DataInvalid, JournalCorrupt, UsageInvalid
from ytc_tui.model.events import SessionStarted
from ytc_tui.model.market import NS_PER_DAY, NS_PER_MIN, Bar, Instrument, InstrumentKind
from ytc_tui.model.money import ONE, ZERO
from ytc_tui.model.news import Calendar
from ytc_tui.model.own import OwnLevel
from ytc_tui.wiring import analysis_params, policy_of

# (symbol, from_ns, to_ns, feed) -> its recorded bars that open in between, oldest first
BarStore = Callable[[str, int, int, str], Iterable[Bar]]

_SEED = "paper.seed"
# Of opening, the share that reading the record takes, and driving the market up to the session.
_RECORD, _WARM_UP = 0.4, 0.5


def keep_sheet(parts: Parts) -> None:
    """Write down what the run of `parts` is started with. Raises ConfigInvalid."""
    write_sheet(parts.paths.run_sheet(parts.run_id), sheet_of(parts))


def sheet_of(parts: Parts) -> RunSheet:
    request, feed, calendar = parts.request, parts.feed, parts.policy.news.calendar
    within = (feed.from_ns - NS_PER_DAY, feed.to_ns + NS_PER_DAY)
    events = tuple(event for event in calendar.events if within[0] <= event.at_ns < within[1])
    return RunSheet(
        software=__version__,
        settings=deciding(parts.loaded.settings),
        data=tuple(map(_absolute, request.data or tuple(parts.loaded.settings.feed.data))),
        from_ns=feed.from_ns,
        to_ns=feed.to_ns,
        label=request.label,
        calendar=replace(calendar, events=events),
        instruments=dict(parts.instruments),
    )


def _absolute(argument: str) -> str:
    """`[SYMBOL=]PATH`, from wherever it will be read."""
    symbol, path = split_argument(argument)
    return f"{symbol}={path.absolute()}" if symbol else str(path.absolute())


# ---- opening -----------------------------------------------------------------------------------------


def open_past(
    paths: Paths, reader: JournalReader, bars: BarStore, session: str, read_time: ReadTime, progress: Progress
) -> Past:
    """Read `session` and make its market and background anew, as far as they can be.

    Raises JournalUnavailable or JournalCorrupt where the record cannot be read at all.
    """
    record = read_record(reader, session, lambda share: progress(share * _RECORD))
    started = record.started
    try:
        sheet = _proved(read_sheet(paths.run_sheet(started.run_id)), started)
        loaded = settings_of(sheet.settings)
        request = RunRequest(
            data=sheet.data,
            from_ns=sheet.from_ns,
            to_ns=sheet.to_ns,
            label=sheet.label,
            instruments=sheet.instruments,
            calendar=sheet.calendar,
        )
        try:
            parts = _same_run(loaded, request, sheet, started)
            rest = 1 - _RECORD
            return whole_past(record, parts, read_time, lambda share: progress(_RECORD + share * rest))
        except (ConfigInvalid, DataInvalid, UsageInvalid, JournalCorrupt) as error:
            return _priced_past(record, bars, read_time, loaded, request, str(error))
    except ConfigInvalid as error:
        return unknown_past(record, bars, read_time, f"the settings of its run are not on record ({error})")


def _same_run(loaded: LoadedSettings, request: RunRequest, sheet: RunSheet, started: SessionStarted) -> Parts:
    """The parts of the run, made of the same data by the same release. Raises what says why they are not."""
    if sheet.software != __version__:
        raise UsageInvalid(f"it was recorded by release {sheet.software}, this is {__version__}")
    parts = prepare(loaded, request, {})
    if parts.run_id != started.run_id:
        raise DataInvalid(
            "not the data of the run any more", where=", ".join(sheet.data) or "the bundled days"
        )
    return parts


def _proved(sheet: RunSheet, started: SessionStarted) -> RunSheet:
    """`sheet`, if the digests in the journal say that it is the run's. Raises ConfigInvalid."""
    seed = sheet.settings.get(_SEED)
    if digest_of(sheet.settings) == started.config_digest and isinstance(seed, int):
        range_ns = (sheet.from_ns, sheet.to_ns)
        digests = started.feed_digest, sheet.calendar, started.config_digest
        if run_id_of(*digests, range_ns, seed, sheet.label) == started.run_id:
            return sheet
    raise ConfigInvalid("the sheet that is there is not the one of this run")


def whole_past(record: PastRecord, parts: Parts, read_time: ReadTime, progress: Progress) -> Past:
    """With the market that the run of `parts`, not driven yet, met. DataInvalid: it cannot be made anew."""
    started = record.started
    window = next((window for window in parts.windows if window.init_ns == started.init_ns), None)
    if window is None:
        raise DataInvalid("the session is not one of its run")
    minutes = warmed_up(
        parts.market,
        parts.feed.minutes(parts.feed.start_ns),
        parts.windows,
        window,
        record.times_ns[-1],
        _levels_of(record, window),
        lambda share: progress(share * _WARM_UP),
    )
    tape = Tape.over(
        parts.market, minutes, record.turns, lambda share: progress(_WARM_UP + share * (1 - _WARM_UP))
    )
    background = Background(
        policy=parts.policy,
        window=window,
        registry=parts.registry,
        workflow=parts.workflow,
        venue=started.mode.value,
        feed_end_ns=parts.feed.last_ns + NS_PER_MIN,
    )
    return _past(record, tape, background, read_time)


def _levels_of(record: PastRecord, window: Window) -> Levels:
    """What the operator had said in each session of the run, as it ended."""

    def levels(other: Window) -> tuple[OwnLevel, ...]:
        if other == window:
            return record.last.all_levels()
        session = ids.session_id(record.started.run_id, other.date)
        if record.reader.ends(session) is None:
            raise DataInvalid(f"session {session} before it is not on record")
        return recover_state(record.reader, session)[0].all_levels()

    return levels


def _past(record: PastRecord, tape: Tape, background: Background, read_time: ReadTime) -> Past:
    closes_ns = tuple(open_ns + NS_PER_MIN for open_ns in tape.opens_ns)
    return Past(record, tape, Course(record, closes_ns, read_time), background)


# ---- where not all is known --------------------------------------------------------------------------


def _priced_past(
    record: PastRecord,
    bars: BarStore,
    read_time: ReadTime,
    loaded: LoadedSettings,
    request: RunRequest,
    why: str,
) -> Past:
    """With the settings of the run, and of its market the prices that were recorded."""
    started, settings = record.started, loaded.settings
    instruments = request.instruments or {}
    registry = registry_of(loaded, request)
    background = Background(
        policy=policy_of(
            settings,
            frozenset(registry.agents),
            instruments,
            BARS_INSTALL_ID,
            dict.fromkeys(started.symbols, True),
            request.calendar or Calendar(),
        ),
        window=_window(started, started.open_ns + settings.session.session_open_min * NS_PER_MIN),
        registry=registry,
        workflow=workflow_of(registry, request),
        venue=started.mode.value,
        missing=(f"zones, swings and trends: {why}",),
    )
    tape = _recorded_tape(record, bars, instruments, settings, why)
    return _past(record, tape, background, read_time)


def unknown_past(record: PastRecord, bars: BarStore, read_time: ReadTime, why: str) -> Past:
    """With neither: what rests on settings is not shown, and the defaults stand in their place."""
    started = record.started
    loaded = settings_of({})
    request = RunRequest(instruments={symbol: _placeholder(symbol) for symbol in started.symbols})
    past = _priced_past(record, bars, read_time, loaded, request, why)
    background = replace(
        past.background,
        window=_window(started, 0),
        settings_known=False,
        missing=(f"limits, open results, news, zones, swings and trends: {why}",),
    )
    return replace(past, background=background)


def _window(started: SessionStarted, active_ns: int) -> Window:
    return Window(
        date="",
        init_ns=started.init_ns,
        open_ns=started.open_ns,
        active_ns=active_ns,
        planned_end_ns=started.planned_end_ns,
        hard_end_ns=started.hard_end_ns,
    )


def _placeholder(symbol: str) -> Instrument:
    """Stands for the row of a symbol that is not on record; nothing that is shown rests on it."""
    return Instrument(symbol, InstrumentKind.LINEAR_PERP, ONE, ONE, ZERO, ONE, "", ZERO, ZERO, ONE, ZERO)


def _recorded_tape(
    record: PastRecord,
    bars: BarStore,
    instruments: Mapping[str, Instrument],
    settings: Settings,
    why: str,
) -> Tape:
    """The bars of the session that the store has, each symbol's, minute by minute."""
    started, params = record.started, analysis_params(settings)
    market = MarketView(
        instruments,
        {
            symbol: SymbolAnalysis(symbol, float(instrument_for(symbol, instruments).tick), params)
            for symbol in started.symbols
        },
    )
    market.unknown = why
    by_minute: dict[int, dict[str, Bar]] = {}
    for symbol in started.symbols:
        for bar in bars(symbol, started.init_ns, record.times_ns[-1], started.feed_digest):
            by_minute.setdefault(bar.open_ns, {})[symbol] = bar
    minutes = [
        Minute(open_ns, tuple(found[symbol] for symbol in sorted(found)))
        for open_ns, found in sorted(by_minute.items())
    ]
    return Tape.over(market, minutes, record.turns)
