"""`ytc guard`: a process of its own that flattens an account when its engine cannot.

Decides which engine is guarded, what the process itself does, and how a halt is cleared. Imports the settings
and the guard's parts. Invariants: one guard a run; it needs nothing of the engine but its files; without a
venue of its own to speak to it does not begin.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from ytc_tui.adapters.clock import WallClock, monotonic_ns
from ytc_tui.adapters.guard.halt_file import HaltFile
from ytc_tui.adapters.guard.heartbeat import beats_in
from ytc_tui.adapters.guard.record import GuardRecord
from ytc_tui.adapters.locks import acquire, flock_holders
from ytc_tui.adapters.logs import GUARD_LOG, SessionLog
from ytc_tui.adapters.notify import Fanout
from ytc_tui.adapters.paths import Paths
from ytc_tui.adapters.pin import PinFile
from ytc_tui.adapters.pin_for import PinForFile
from ytc_tui.adapters.secrets import REDACTOR
from ytc_tui.adapters.venues.host.line import TradingLine
from ytc_tui.commands.answer import Answer
from ytc_tui.commands.guard_run import GuardRun
from ytc_tui.commands.guard_voice import Voice
from ytc_tui.commands.paper_host import print_line
from ytc_tui.commands.places import user
from ytc_tui.config import Settings
from ytc_tui.errors import EngineUnreachable, UsageInvalid
from ytc_tui.model.commands import Verb
from ytc_tui.model.halt import Beat, BeatState
from ytc_tui.notices import notifiers_of
from ytc_tui.outlets import log_options

_OVER = frozenset({BeatState.ENDED, BeatState.STOPPED})


@dataclass(frozen=True, slots=True)
class GuardOptions:
    """What a guard is asked to do. `wanted` names the run by its id or a beginning of it; empty = the only
    one that runs."""

    wanted: str
    heartbeat_s: float
    loss_pct: Decimal
    as_json: bool


def guard(paths: Paths, settings: Settings, options: GuardOptions) -> int:
    """Guard until the run is over or the guard has acted; the exit code. Raises a YtcError if it cannot."""
    if not 1 <= options.heartbeat_s <= 600 or not 0 < options.loss_pct <= 100:
        raise UsageInvalid(
            "the time is from 1 to 600 seconds, the loss above 0 and at most 100 percent",
            where="--heartbeat-s, --loss-pct",
        )
    paths.prepare()
    beat_path, beat = _chosen(beats_in(paths.state_dir), options.wanted)
    if not beat.host:
        raise UsageInvalid(
            "the venue of this run is in the engine's own process: a guard has nothing to speak to",
            where=f"run {beat.run}",
            fix="start `ytc paper-host`, and the engine with --set paper.host=SOCKET",
        )
    with ExitStack() as closing:
        now_ns = WallClock().now_ns
        alone = acquire(paths.guard_lock(beat.run), f"the guard of run {beat.run}", now_ns=now_ns())
        closing.enter_context(alone)
        record = GuardRecord(paths.guard_record(beat.run), now_ns)
        closing.callback(record.close)
        no_audit = replace(log_options(settings), audit_trail=False)
        log = SessionLog(paths.log_dir, f"{GUARD_LOG}{beat.run}", no_audit, REDACTOR)
        closing.callback(log.close)
        notifier = Fanout(notifiers_of(settings), REDACTOR)
        venue = TradingLine(Path(beat.host), beat.run, {}, True, lambda place: None, lambda: 0)
        run = GuardRun(
            beat_path=beat_path,
            first=beat,
            venue=venue,
            halts=HaltFile(paths.halt_file(beat.run)),
            voice=Voice(beat.run, record, log, notifier, print_line, now_ns, monotonic_ns, options.as_json),
            limit_s=options.heartbeat_s,
            loss_limit_pct=options.loss_pct,
            monotonic_ns=monotonic_ns,
        )
        return asyncio.run(_until_done(run, notifier, venue))


async def _until_done(run: GuardRun, notifier: Fanout, venue: TradingLine) -> int:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, run.stop.set)
    loop.add_signal_handler(signal.SIGHUP, lambda: None)
    await notifier.start()
    try:
        return await run.run()
    finally:
        venue.close()
        await notifier.stop()


def _chosen(found: Sequence[tuple[Path, Beat]], wanted: str) -> tuple[Path, Beat]:
    """The heartbeat that is meant: the one named, else the only one of an engine that runs, else the only one
    of an engine that said no farewell."""
    fitting = [each for each in found if each[1].run.startswith(wanted) or each[1].session == wanted]
    if not wanted:
        fitting = [each for each in found if each[1].state not in _OVER]
        alive = [each for each in fitting if flock_holders(Path(each[1].lock))]
        fitting = alive or fitting
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        listed = ", ".join(beat.run for _, beat in fitting)
        raise UsageInvalid(f"{len(fitting)} runs fit: {listed}", where="--session", fix="name one of them")
    known = ", ".join(f"{beat.run} ({beat.state})" for _, beat in found) or "none"
    raise EngineUnreachable(
        f"no heartbeat of a run {wanted!r}" if wanted else "no engine shows a heartbeat here",
        fix=f"start it with `ytc run`; known: {known}",
    )


def clear(paths: Paths, wanted: str, reason: str, ask_pin: Callable[[], str]) -> Answer:
    """Clear the halts of a run, in this user's name; as it lets risk in again, it asks for the PIN where
    resuming the run does. Raises UsageInvalid where nothing is halted, or the reason is missing, PinRefused.
    """
    if not reason.strip():
        raise UsageInvalid("clearing a halt needs a reason", where="--reason")
    halted = []
    for path in sorted(paths.state_dir.glob("halt-*.json")):
        run = path.stem.removeprefix("halt-")
        if path.suffixes != [".json"] or not run.startswith(wanted):
            continue
        halts = HaltFile(path)
        standing = halts.standing()
        if standing is not None and standing.epoch > halts.cleared().epoch:
            halted.append((run, halts, standing))
    if len(halted) != 1:
        listed = ", ".join(run for run, _, _ in halted)
        raise UsageInvalid(
            f"{len(halted)} halted runs fit: {listed}" if halted else "no run is halted",
            where="--session",
            fix="name one of them" if halted else "see `ytc status`",
        )
    [(run, halts, standing)] = halted
    if Verb.RESUME in PinForFile(paths.pin_for_file(run)).verbs():
        PinFile(paths.pin_file).verify(ask_pin())
    epoch = halts.clear(user(), reason, WallClock().now_ns())
    text = f"guard: halt {epoch} of run {run} cleared ({standing.reason}); start the engine anew to trade"
    return Answer(text, {"run": run, "epoch": epoch, "reason": reason, "halted_because": standing.reason})
