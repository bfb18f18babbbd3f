"""Spec 000's initialisation and shutdown checklists, as steps that run.

Decides what the outside contributes to them: each line tries the thing that it names and records ok,
warn, blocked or not_applicable. Part of the composition root.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from ytc_tui.adapters.clock import stopwatch_ns
from ytc_tui.adapters.probes import (
    ClockReading,
    FeedFacts,
    MachineProbe,
    clock_probe,
    disk_probe,
    emergency_probe,
    feed_probe,
    hummingbot_probe,
    journal_probe,
    log_probe,
    time_sync_probe,
    venue_probe,
)
from ytc_tui.agents.base import Probe
from ytc_tui.boot import Parts
from ytc_tui.engine.ports import Venue
from ytc_tui.engine.risk.registry import RULES
from ytc_tui.errors import JournalUnavailable, YtcError
from ytc_tui.model.market import NS_PER_DAY
from ytc_tui.model.session import StepResult

Line = tuple[str, str, str]
Act = Callable[[], str]

# The probes of what a session is kept in.
_KEEPING = frozenset({"journal", "disk", "emergency"})


async def start_up_probes(parts: Parts, venue: Venue, open_spare: Callable[[], object]) -> tuple[Probe, ...]:
    """Every component asked once. What was measured is in the probes' metrics, never in their words."""
    feed = parts.feed
    facts = FeedFacts(
        symbols=tuple(feed.symbols),
        warmup_wanted_ns=parts.loaded.settings.session.warmup_days * NS_PER_DAY,
        warmup_ns={symbol: feed.warmup_ns(symbol) for symbol in feed.symbols},
        volume_unknown=tuple(symbol for symbol in feed.symbols if not feed.volume_known(symbol)),
    )
    return (
        feed_probe(facts),
        await venue_probe(venue, stopwatch_ns, bars_feed=True),
        journal_probe(parts.paths.database),
        log_probe(parts.paths.log_dir),
        disk_probe(parts.paths.state_dir, bars_feed=True),
        emergency_probe(open_spare),
        clock_probe(ClockReading(time.time_ns(), time.monotonic_ns())),
        time_sync_probe(bars_feed=True),
        *MachineProbe(bars_feed=True).read(),
        hummingbot_probe(),
    )


def refuse_unwritable(parts: Parts, probes: Sequence[Probe]) -> None:
    """Raises JournalUnavailable where what is decided could not be kept: nothing is begun then.

    A session that began would be on record as ended for want of a disk, and could not be played again.
    """
    blocked = [
        f"{probe.component}: {probe.detail}"
        for probe in probes
        if probe.component in _KEEPING and probe.result is StepResult.BLOCKED
    ]
    if blocked:
        raise JournalUnavailable(
            f"no session can be kept here: {'; '.join(blocked)}",
            where=str(parts.paths.state_dir),
            fix="free the disk and run the same command again: it goes on from the record",
        )


def initial_lines(parts: Parts, probes: Sequence[Probe]) -> list[Line]:
    """The ten lines of the initialisation checklist; the engine starts none of them twice."""
    by_name = {probe.component: probe for probe in probes}
    agents = len(parts.registry.agents)
    return [
        ("Load session configuration", *_ok(f"config {parts.loaded.digest[:12]}")),
        ("Validate Hummingbot connection", *_probed(by_name, "hummingbot")),
        ("Initialize state database", *_probed(by_name, "journal")),
        ("Start health monitoring", *_ok(f"{agents + 3} components, every minute of the feed")),
        ("Activate logging system", *_probed(by_name, "log")),
        ("Load all subagent definitions", *_ok(f"{agents} agents in {parts.workflow.name}")),
        ("Verify broker connectivity", *_probed(by_name, "venue")),
        ("Initialize risk calculator", *_ok(f"{len(RULES)} rules")),
        ("Set up emergency protocols", *_probed(by_name, "emergency")),
        ("Begin session timer", *_ok("feed time")),
    ]


def _ok(detail: str) -> tuple[str, str]:
    return StepResult.OK.value, detail


def _probed(probes: dict[str, Probe], name: str) -> tuple[str, str]:
    probe = probes.get(name)
    if probe is None:
        return StepResult.NOT_APPLICABLE.value, "not part of this run"
    return probe.result.value, probe.detail


def finishing_lines(acts: Sequence[tuple[str, Act]]) -> list[Line]:
    """Carry out the outside's shutdown lines in order; a failure warns and the rest go on."""
    lines = []
    for step, act in acts:
        try:
            lines.append((step, StepResult.OK.value, act()))
        except (OSError, YtcError) as error:
            lines.append((step, StepResult.WARN.value, str(error)[:200]))
    return lines
