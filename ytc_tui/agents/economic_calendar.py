"""Agent 04, economic calendar: the news of this session, and what it forbids now.

Decides nothing: the gate refuses and cuts by the same windows, whether or not this agent runs
(domain.md 1.4-04). Imports the agents' contract and the model. Invariant: what no calendar tells is said
to be unknown, never to be quiet.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ytc_tui.agents.base import AgentAnswer, AgentContext, AgentSpec
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S
from ytc_tui.model.news import News, NewsEvent, NewsState, NewsStretch, window_of
from ytc_tui.model.session import Phase
from ytc_tui.model.tasks import Priority
from ytc_tui.model.workflow import Trigger

SPEC = AgentSpec(
    name="economic_calendar",
    number="04",
    title="Economic Calendar",
    phases=(Phase.PRE_MARKET, Phase.SESSION_OPEN, Phase.ACTIVE_TRADING),
    needs=("system_initialization",),
    triggers=(Trigger.PHASE, Trigger.LOWER_CLOSE),
    priority=Priority.HIGH,
)

# Events of the session are told from so long before it to so long after, and at most so many.
_MARGIN_NS = 60 * NS_PER_MIN
_EVENTS_TOLD = 50
_NO_CALENDAR = "no calendar is given (feed.calendar_path): what news is due is not known"


async def consider(context: AgentContext) -> AgentAnswer:
    """The session's events with their windows, and what stands now."""
    news, now_ns = context.news, context.now_ns
    first_ns = now_ns - context.minutes_elapsed * NS_PER_MIN
    told = news.between(first_ns - _MARGIN_NS, context.session_ends_ns + _MARGIN_NS)
    calendar = news.calendar
    known = bool(calendar.source)
    covered = news.covers(first_ns, context.session_ends_ns)
    problem = ""
    if not known:
        problem = _NO_CALENDAR
    elif not covered:
        problem = f"{calendar.source} holds nothing of this time: what news is due is not known"
    return AgentAnswer(
        {
            "calendar": {
                "source": calendar.source,
                "digest": calendar.digest[:12],
                "events": len(calendar.events),
                "covers_session": covered,
                "currencies": list(news.rules.currencies),
                "filter": "on" if news.rules.acts else "off",
                "problem": problem,
            },
            "news_events": [_event(news, event) for event in told[:_EVENTS_TOLD]],
            "news_events_left_out": max(0, len(told) - _EVENTS_TOLD),
            "trading_restrictions": _restrictions(context, problem),
        }
    )


def _event(news: News, event: NewsEvent) -> dict[str, Any]:
    window = window_of(event, news.rules)
    return {
        "time": _iso(event.at_ns),
        "currency": event.currency,
        "event": event.title,
        "impact": event.impact.value,
        "forecast": event.forecast,
        "previous": event.previous,
        "blackout_window": None
        if window is None
        else {"start": _iso(window.from_ns), "end": _iso(window.until_ns), "state": window.state.value},
    }


def _restrictions(context: AgentContext, problem: str) -> dict[str, Any]:
    news, now_ns = context.news, context.now_ns
    stands = news.at(now_ns)
    next_event = news.next_event(now_ns)
    acts = news.rules.acts
    smaller = acts and stands.state is NewsState.RESTRICTED
    return {
        "blackout_periods": [
            {"start": _iso(window.from_ns), "end": _iso(window.until_ns), "event": window.event.label}
            for window in news.windows
            if window.state is NewsState.BLACKOUT and now_ns < window.until_ns
            if window.from_ns <= context.session_ends_ns
        ][:_EVENTS_TOLD],
        "current_status": stands.state.value,
        "next_event": next_event.label if next_event else None,
        "next_event_time": _iso(next_event.at_ns) if next_event else None,
        "trading_allowed": not (acts and stands.state is NewsState.BLACKOUT),
        "position_size_modifier": str(context.restricted_size_pct / 100 if smaller else Decimal(1)),
        "reason": _reason(stands) or problem,
        "resume_time": _iso(stands.until_ns) if stands.windows else None,
    }


def _reason(stands: NewsStretch) -> str:
    return ", ".join(w.event.label for w in stands.windows if w.state is stands.state)


def _iso(at_ns: int) -> str:
    return datetime.fromtimestamp(at_ns // NS_PER_S, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
