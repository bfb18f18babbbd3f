"""The permanent top line and the banner under it.

Decides what is said first, and what goes where room is short. Imports the views, the link and Textual's
content. Invariants: the mode is there at any width; an unknown figure reads `?`; nothing changes while
nothing changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from zoneinfo import ZoneInfo

from textual.content import Content

from ytc_tui.model.session import Gate, Mode, SessionStatus
from ytc_tui.screens import words
from ytc_tui.screens.actions import key_text
from ytc_tui.screens.link import Link
from ytc_tui.screens.pieces import Piece, fitted
from ytc_tui.screens.playback_line import playback_warnings
from ytc_tui.screens.themes import MUTED
from ytc_tui.views.ages import age_text, coarse_s, countdown_text
from ytc_tui.views.seen import Level
from ytc_tui.views.top import TopView
from ytc_tui.views.waiting import WaitingView

# Where a screen has none.
NO_KEYS: Mapping[str, str] = MappingProxyType({})
_APART = 2  # cells between two warnings
_MODE_STYLES = {
    Mode.PAPER: "bold $text-success",
    Mode.SANDBOX: "bold $text-warning",
    Mode.LIVE: "bold reverse $error",
}
GATE_STYLES = {
    Gate.ACTIVE: "$text-success",
    Gate.REDUCING: "bold $text-warning",
    Gate.HALTED: "bold $text-error",
}
_STATUS_STYLES = {
    SessionStatus.PAUSED: "bold $text-warning",
    SessionStatus.EMERGENCY_STOP: "bold $text-error",
}
_LEVEL_STYLES = {
    Level.OK: "",
    Level.NEAR: "bold $text-warning",
    Level.OVER: "bold $text-error",
    Level.UNKNOWN: MUTED,
}


def top_content(view: TopView | None, link: Link, zone: ZoneInfo, width: int, now_s: float) -> Content:
    """The top line in at most `width` cells."""
    pieces = _no_session(link, now_s) if view is None else _parts(view, link, zone, now_s)
    return fitted(pieces, width)


def _no_session(link: Link, now_s: float) -> list[Piece]:
    if link.playback:
        return [Piece("nothing to show yet", "bold", 60)]
    return [Piece("no session yet", "bold", 60), _engine_part(link, now_s)]


def _parts(view: TopView, link: Link, zone: ZoneInfo, now_s: float) -> list[Piece]:
    share = words.UNKNOWN if view.pnl_pct is None else f"{words.signed(view.pnl_pct)} %"
    money = f"{words.money(view.pnl)} {view.currency}"
    loss = f"P&L {money} ({share} of -{words.figure(view.loss_limit_pct)} %)"
    pieces = [
        Piece(view.mode.value.upper(), _MODE_STYLES[view.mode], 100),
        Piece(" ".join(view.symbols), "bold", 20),
        Piece(view.phase.value, "", 60),
        Piece(loss, _LEVEL_STYLES[view.loss_level], 90),
        Piece(f"gate {view.gate.value.upper()}", GATE_STYLES[view.gate], 80),
        *_live(view, link, zone, now_s),
        Piece(f"venue {view.venue}, guard {view.venue_guard.partition(':')[0]}", MUTED, 10),
    ]
    if view.status is not SessionStatus.RUNNING:
        pieces.insert(3, Piece(view.status.value.upper(), _STATUS_STYLES.get(view.status, "bold"), 85))
    if view.unconfirmed_ns:
        pieces.insert(1, Piece("UNCONFIRMED EXPOSURE", "bold reverse $error", 99))
    if link.read_only:
        pieces.insert(1, Piece("READ-ONLY", "bold $text-warning", 95))
    return pieces


def _live(view: TopView, link: Link, zone: ZoneInfo, now_s: float) -> list[Piece]:
    """How feed and engine do; in playback there is no engine, and the time stands in a line of its own."""
    state = view.feed_state.partition(":")[0].partition(" for ")[0]
    style = "" if state == "on time" else "bold $text-warning"
    if link.playback:
        return [Piece(f"feed {state}", style, 40)]
    clock = words.both_clocks(view.at_ns, zone)
    return [Piece(f"feed {clock} {view.speed} {state}", style, 40), _engine_part(link, now_s)]


def _engine_part(link: Link, now_s: float) -> Piece:
    silence_s = link.silence_s(now_s)
    if link.end is not None:
        return Piece("engine ENDED", "bold $text-error", 88)
    if silence_s is None:
        return Piece("engine starting", "$text-warning", 70)
    if link.silent(now_s):
        return Piece(f"engine SILENT {age_text(coarse_s(int(silence_s)))}", "bold $text-error", 88)
    return Piece("engine live", "$text-success", 30)


def banner_content(
    view: TopView | None,
    link: Link,
    zone: ZoneInfo,
    width: int,
    now_s: float,
    kill: str,
    keys: Mapping[str, str] = NO_KEYS,
) -> Content:
    """What must not be overlooked, the worst first; empty when there is nothing. `keys` are those that
    answer here, by action.

    A warning that does not fit beside the one before begins a line of its own.
    """
    pieces: list[str | tuple[str, str]] = []
    used = 0
    for text, style in _warnings(view, link, zone, now_s, kill, keys):
        needs = max(map(len, text.split("\n"))) + 2
        if pieces and used + _APART + needs > width:
            pieces.append("\n")
            used = 0
        elif pieces:
            pieces.append(" " * _APART)
            used += _APART
        pieces.append((f" {text} ", style))
        used = width if "\n" in text else used + needs
    return Content.assemble(*pieces)


def _warnings(
    view: TopView | None, link: Link, zone: ZoneInfo, now_s: float, kill: str, keys: Mapping[str, str]
) -> list[tuple[str, str]]:
    alarm, warn, note = "bold reverse $error", "bold reverse $warning", "reverse $accent"
    found: list[tuple[str, str]] = []
    if link.playback:
        found.extend(playback_warnings(link.standing))
    elif link.end is not None:
        ended = view is not None and view.ended
        restart = keys.get("restart")
        again = f"; {key_text(restart)} starts it again" if restart and not ended else ""
        found.append(
            (f"ENGINE ENDED (exit {link.end.code}) {link.end.message}{again}", note if ended else alarm)
        )
    elif link.heard_s is not None and link.silent(now_s):
        data = f"STALE: data of {words.both_clocks(view.at_ns, zone)}" if view else "STALE"
        found.append((f"{data}, the engine is silent. To flatten without it:\n {kill}", alarm))
    elif link.heard_s is None and link.problem:
        found.append((link.problem, alarm))
    if view is None:
        return found
    if view.unconfirmed_ns:
        found.append((unconfirmed_text(view, zone), alarm))
    if view.status is SessionStatus.EMERGENCY_STOP:
        found.append((f"EMERGENCY STOP: {view.gate_reason}", alarm))
    if view.flattening and not (view.flat_verified and view.status is SessionStatus.RUNNING):
        found.append((f"FLATTEN: {view.flattening}", note if view.flat_verified else alarm))
    if view.unknown_orders:
        found.append((f"{_count(view.unknown_orders, 'order')} UNKNOWN", alarm))
    if view.discrepancies:
        several = "discrepancies" if view.discrepancies != 1 else "discrepancy"
        found.append((f"{view.discrepancies} {several} with the venue", alarm))
    if view.journal_stalled:
        found.append((f"JOURNAL AWAY: {view.journal_stalled}", alarm))
    if view.feed_state.startswith("late"):
        found.append((f"DATA {view.feed_state}", warn))
    if view.news:
        what = "NEWS BLACKOUT, no entries" if view.news_blackout else "news, smaller entries"
        found.append((f"{what} {view.news}", warn if view.news_blackout else note))
    if view.approvals_waiting:
        found.append((_asked(view, link, keys), warn))
    if view.ended:
        found.append((f"session ended: {view.end_reason}", note))
    elif view.gate is not Gate.ACTIVE and view.status is not SessionStatus.EMERGENCY_STOP:
        found.append((f"no new entries: {view.gate_reason}", warn))
    return found


def unconfirmed_text(view: TopView, zone: ZoneInfo) -> str:
    """That a flatten is not confirmed, since when and why; below it what to close by hand, a line each."""
    since = words.both_clocks(view.unconfirmed_ns, zone)
    head = f"UNCONFIRMED EXPOSURE since {since}: {view.unconfirmed_why}; tried on. To close by hand:"
    lines = view.by_hand or ("nothing that is known here: read the venue's own books",)
    return "\n ".join((head, *lines))


def _asked(view: TopView, link: Link, keys: Mapping[str, str]) -> str:
    """What waits for a yes, and how long it will; the key that opens it."""
    opens = keys.get("handoffs")
    hint = f": press {key_text(opens)}" if opens else ""
    waiting = link.view("waiting", WaitingView)
    cards = [card for card in waiting.cards if card.waiting] if waiting is not None else []
    if len(cards) != 1:
        return f"{_count(view.approvals_waiting, 'thing')} to answer{hint}"
    card = cards[0]
    left = "" if card.left_s is None else f", {countdown_text(card.left_s)} left"
    return f"{card.card_id} {card.title} waits for your answer{left}{hint}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
