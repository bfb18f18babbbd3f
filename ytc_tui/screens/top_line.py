"""The permanent top line and the banner under it.

Decides what is said first, and what goes where room is short. Imports the views, the link and Textual's
content. Invariants: the mode is there at any width; an unknown figure reads `?`; nothing changes while
nothing changes.
"""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

from textual.content import Content
from textual.widgets import Static

from ytc_tui.model.session import Gate, Mode, SessionStatus
from ytc_tui.screens import words
from ytc_tui.screens.link import Link
from ytc_tui.views.ages import age_text, coarse_s
from ytc_tui.views.seen import Level
from ytc_tui.views.top import TopView

_SEPARATOR = " │ "
_MODE_STYLES = {
    Mode.PAPER: "bold $text-success",
    Mode.SANDBOX: "bold $text-warning",
    Mode.LIVE: "bold reverse $error",
}
_GATE_STYLES = {
    Gate.ACTIVE: "$text-success",
    Gate.REDUCING: "bold $text-warning",
    Gate.HALTED: "bold $text-error",
}
_LEVEL_STYLES = {
    Level.OK: "",
    Level.NEAR: "bold $text-warning",
    Level.OVER: "bold $text-error",
    Level.UNKNOWN: "$text-muted",
}


class Part(NamedTuple):
    """A piece of the line; the lowest `priority` goes first where room is short."""

    text: str
    style: str
    priority: int


def top_content(view: TopView | None, link: Link, zone: ZoneInfo, width: int, now_s: float) -> Content:
    """The top line in at most `width` cells."""
    parts = [_engine_part(link, now_s)] if view is None else _parts(view, link, zone, now_s)
    kept = list(parts)
    while len(kept) > 1 and sum(len(part.text) + len(_SEPARATOR) for part in kept) > width:
        kept.remove(min(kept, key=lambda part: part.priority))
    pieces: list[str | tuple[str, str]] = []
    for place, part in enumerate(kept):
        if place:
            pieces.append((_SEPARATOR, "$text-muted"))
        pieces.append((part.text, part.style) if part.style else part.text)
    return Content.assemble(*pieces)


def _parts(view: TopView, link: Link, zone: ZoneInfo, now_s: float) -> list[Part]:
    loss = f"of -{words.figure(view.loss_limit_pct)} %"
    share = f"{words.signed(view.pnl_pct)} %" if view.pnl_pct is not None else words.UNKNOWN
    status = "" if view.status is SessionStatus.RUNNING else f" {view.status.value.upper()}"
    parts = [
        Part(view.mode.value.upper(), _MODE_STYLES[view.mode], 100),
        Part(" ".join(view.symbols), "bold", 20),
        Part(f"{view.phase.value}{status}", "bold $text-warning" if status else "", 60),
        Part(
            f"P&L {words.money(view.pnl)} {view.currency} ({share}) {loss}",
            _LEVEL_STYLES[view.loss_level],
            90,
        ),
        Part(f"gate {view.gate.value.upper()}", _GATE_STYLES[view.gate], 80),
        Part(f"feed {words.both_clocks(view.at_ns, zone)} {view.speed} {view.feed_state}", "", 40),
        _engine_part(link, now_s),
        Part(f"venue {view.venue}, guard {view.venue_guard.partition(':')[0]}", "$text-muted", 10),
    ]
    if link.read_only:
        parts.insert(1, Part("READ-ONLY", "bold $text-warning", 95))
    return parts


def _engine_part(link: Link, now_s: float) -> Part:
    silence_s = link.silence_s(now_s)
    if link.end is not None:
        return Part("engine ENDED", "bold $text-error", 70)
    if silence_s is None:
        return Part("engine starting", "$text-warning", 70)
    if link.silent(now_s):
        return Part(f"engine SILENT {age_text(coarse_s(int(silence_s)))}", "bold $text-error", 70)
    return Part("engine live", "$text-success", 30)


def banner_content(view: TopView | None, link: Link, zone: ZoneInfo, now_s: float, kill: str) -> Content:
    """What must not be overlooked, the worst first; empty when there is nothing."""
    pieces: list[str | tuple[str, str]] = []
    for text, style in _warnings(view, link, zone, now_s, kill):
        if pieces:
            pieces.append(("  ", ""))
        pieces.append((f" {text} ", style))
    return Content.assemble(*pieces)


def _warnings(
    view: TopView | None, link: Link, zone: ZoneInfo, now_s: float, kill: str
) -> list[tuple[str, str]]:
    alarm, warn, note = "bold reverse $error", "bold reverse $warning", "reverse $accent"
    found: list[tuple[str, str]] = []
    if link.end is not None:
        ended = view is not None and view.ended
        again = "" if ended else "; R starts it again"
        found.append(
            (f"ENGINE ENDED (exit {link.end.code}) {link.end.message}{again}", note if ended else alarm)
        )
    elif link.heard_s is not None and link.silent(now_s):
        data = f"STALE: data of {words.both_clocks(view.at_ns, zone)}" if view else "STALE"
        found.append((f"{data}; the engine is silent; to flatten without it: {kill}", alarm))
    elif link.heard_s is None and link.problem:
        found.append((link.problem, alarm))
    if view is None:
        return found
    if view.status is SessionStatus.EMERGENCY_STOP:
        found.append((f"EMERGENCY STOP: {view.gate_reason}", alarm))
    if view.flattening and not (view.flat_verified and view.status is SessionStatus.RUNNING):
        found.append((f"FLATTEN: {view.flattening}", note if view.flat_verified else alarm))
    if view.unknown_orders:
        found.append((f"{view.unknown_orders} orders UNKNOWN", alarm))
    if view.discrepancies:
        found.append((f"{view.discrepancies} discrepancies with the venue", alarm))
    if view.journal_stalled:
        found.append((f"JOURNAL AWAY: {view.journal_stalled}", alarm))
    if view.feed_state.startswith("late"):
        found.append((f"DATA {view.feed_state}", warn))
    if view.approvals_waiting:
        found.append((f"{view.approvals_waiting} wait for your answer: h", warn))
    if view.ended:
        found.append((f"session ended: {view.end_reason}", note))
    elif view.gate is not Gate.ACTIVE and view.status is not SessionStatus.EMERGENCY_STOP:
        found.append((f"no new entries: {view.gate_reason}", warn))
    return found


class Line(Static):
    """One line of content that is repainted only when it changes."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._shown = Content()

    def say(self, content: Content) -> None:
        """Show `content`."""
        if content != self._shown:
            self._shown = content
            self.update(content)
