"""The permanent top line: whose money, which phase, how much is lost, what the gate lets through.

Decides what must be seen on every screen. Imports the model and its sibling views. Invariant: a figure
that is not known is None, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ytc_tui.model.market import NS_PER_MIN, NS_PER_S
from ytc_tui.model.orders import OrderState
from ytc_tui.model.session import Gate, Mode, Phase, SessionStatus
from ytc_tui.views.by_hand import to_close
from ytc_tui.views.seen import Level, Seen

if TYPE_CHECKING:
    from ytc_tui.model.state import State

# News so long after the hard end is still counted down to.
_NEWS_AFTER_NS = 60 * NS_PER_MIN


@dataclass(frozen=True, slots=True)
class Countdown:
    """Seconds until something that the clock brings; `note` says more of it, e.g. which news."""

    label: str
    at_ns: int
    left_s: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class TopView:
    """The session in one line; `loss_share` is the used share of the loss limit, 0 to 1 and beyond;
    None is what is not known."""

    mode: Mode
    session_id: str
    account_id: str
    currency: str
    symbols: tuple[str, ...]
    phase: Phase
    status: SessionStatus
    gate: Gate
    gate_reason: str
    pnl: Decimal | None
    pnl_pct: Decimal | None
    loss_limit_pct: Decimal | None
    loss_share: Decimal | None
    loss_level: Level
    at_ns: int
    speed: str
    feed_state: str
    venue: str
    venue_guard: str
    journal_stalled: str
    flattening: str  # how far a flatten is, empty when none was asked for
    flat_verified: bool
    unknown_orders: int
    discrepancies: int
    alerts_open: int
    approvals_waiting: int
    positions: int
    countdowns: tuple[Countdown, ...]
    ended: bool
    end_reason: str
    entries_working: int = 0
    news: str = ""  # the news that stands now, and until when; empty in normal times
    news_blackout: bool = False
    unconfirmed_ns: int = 0  # since when a flatten is not confirmed; 0 = none is in doubt
    unconfirmed_why: str = ""
    by_hand: tuple[str, ...] = ()  # what a person would close at the venue's own screen, while it is in doubt
    timeframes: tuple[int, ...] = ()  # minutes of a bar on which there are charts, lowest first


def build(state: State, seen: Seen) -> TopView:
    doubt = state.unconfirmed
    share = None if seen.pnl_pct is None else max(Decimal(0), -seen.pnl_pct) / seen.loss_limit_pct
    return TopView(
        mode=seen.mode,
        session_id=state.session_id,
        account_id=seen.account_id,
        currency=seen.currency,
        symbols=tuple(seen.symbols),
        phase=state.phase,
        status=state.status,
        gate=state.gate,
        gate_reason=state.gate_reason,
        pnl=seen.pnl,
        pnl_pct=seen.pnl_pct,
        loss_limit_pct=seen.loss_limit_pct,
        loss_share=share,
        loss_level=_level(seen),
        at_ns=seen.at_ns // NS_PER_S * NS_PER_S,
        speed=seen.speed,
        feed_state=seen.feed_state,
        venue=seen.venue,
        venue_guard=seen.venue_guard,
        journal_stalled=seen.journal_stalled or "",
        flattening=_flattening(state),
        flat_verified=state.flattening is not None and state.flattening.verified,
        unknown_orders=sum(1 for name in state.working if state.orders[name].state is OrderState.UNKNOWN),
        discrepancies=len(state.unresolved(seen.at_ns)),
        alerts_open=sum(1 for alert in state.alerts.values() if not alert.acknowledged_by),
        approvals_waiting=len(state.timers),
        positions=len(state.positions),
        countdowns=_countdowns(state, seen),
        ended=state.ended,
        end_reason=state.end_reason,
        entries_working=sum(1 for name in state.working if not state.orders[name].request.reduce_only),
        news=seen.news.standing,
        news_blackout=seen.news.blackout,
        unconfirmed_ns=doubt.since_ns if doubt is not None else 0,
        unconfirmed_why=doubt.why if doubt is not None else "",
        by_hand=tuple(map(str, to_close(state))) if doubt is not None else (),
        timeframes=seen.timeframes,
    )


def _level(seen: Seen) -> Level:
    if seen.pnl_pct is None:
        return Level.UNKNOWN
    if seen.pnl_pct <= -seen.loss_limit_pct:
        return Level.OVER
    return Level.NEAR if seen.pnl_pct <= -seen.entries_off_pct / 2 else Level.OK


def _flattening(state: State) -> str:
    held = state.flattening
    if held is None:
        return ""
    if held.verified:
        return "verified flat"
    left = len(state.positions)
    return f"closing, round {held.rounds}: {left} positions, {len(state.working)} orders left"


def _countdowns(state: State, seen: Seen) -> tuple[Countdown, ...]:
    hours = seen.hours
    ahead = {
        Phase.INIT: (("open", hours.open_ns),),
        Phase.PRE_MARKET: (("open", hours.open_ns),),
        Phase.SESSION_OPEN: (("trading", hours.active_ns), ("entries end", hours.planned_end_ns)),
        Phase.ACTIVE_TRADING: (("entries end", hours.planned_end_ns), ("hard end", hours.hard_end_ns)),
        Phase.POST_MARKET: (),
        Phase.SHUTDOWN: (),
    }[state.phase]
    found = [
        Countdown(label, at_ns, (at_ns - seen.at_ns) // NS_PER_S)
        for label, at_ns in ahead
        if at_ns > seen.at_ns
    ]
    news = seen.news
    # Later news is no concern of this session.
    if ahead and seen.at_ns < news.next_ns <= hours.hard_end_ns + _NEWS_AFTER_NS:
        left_s = (news.next_ns - seen.at_ns) // NS_PER_S
        found.append(Countdown("news", news.next_ns, left_s, news.next_label))
    return tuple(found)
