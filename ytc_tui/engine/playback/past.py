"""A past session opened for playback, and its situation at any place.

Decides nothing; puts record, market and background together. Imports the situation, the views' builders and
its siblings. Invariant: a situation is that of the running engine at the same entry and instant.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from ytc_tui.agents.registry import Registry
from ytc_tui.engine.building import views_of
from ytc_tui.engine.charting import Charts
from ytc_tui.engine.playback.course import Course, Place
from ytc_tui.engine.playback.record import Held, PastRecord
from ytc_tui.engine.playback.tape import Driven, Tape
from ytc_tui.engine.playback.unknown import without_settings
from ytc_tui.engine.policy import Policy, Window
from ytc_tui.engine.runner import AgentRunner
from ytc_tui.engine.seeing import RunFacts
from ytc_tui.engine.situation import Situation
from ytc_tui.model.workflow import Workflow

# What is further away than this is fetched beside the screen's loop, from the copy before it.
_NEAR_ENTRIES, _NEAR_MINUTES = 150, 30
# What nobody wrote down, as for the speed of a feed.
NOT_WRITTEN = "?"


@dataclass(frozen=True, slots=True)
class Background:
    """What a session had besides state and market. `settings_known` is False where they are not on record:
    then what rests on them is not shown. `feed_end_ns` is the close of its feed's last bar, 0 = not known;
    `missing` says in lines what cannot be shown, and why."""

    policy: Policy
    window: Window
    registry: Registry
    workflow: Workflow
    venue: str
    feed_end_ns: int = 0
    settings_known: bool = True
    missing: tuple[str, ...] = ()


@dataclass(slots=True)
class Moment:
    """The session at one place."""

    place: Place
    held: Held
    driven: Driven
    sit: Situation
    charts: Charts


@dataclass(slots=True)
class Past:
    """One past session, whole."""

    record: PastRecord
    tape: Tape
    course: Course
    background: Background

    def near(self, moment: Moment, place: Place) -> bool:
        """Whether `move` comes from `moment` to `place` in a few milliseconds."""
        entries = place.seq - moment.place.seq
        minutes = self.tape.distance(moment.driven, place.at_ns)
        onward = place.at_ns >= moment.place.at_ns and entries >= 0 and minutes >= 0
        return onward and entries <= _NEAR_ENTRIES and minutes <= _NEAR_MINUTES

    def at(self, place: Place) -> Moment:
        """The session at `place`, of values of its own. Raises JournalUnavailable, JournalCorrupt."""
        return self._moment(place, self.record.at(place.seq), self.tape.at(place.at_ns), Charts())

    def move(self, moment: Moment, place: Place) -> Moment:
        """The session at `place`, by taking on `moment`, which is used up by it. Raises as `at` does."""
        self.record.move(moment.held, place.seq)
        self.tape.move(moment.driven, place.at_ns)
        return self._moment(place, moment.held, moment.driven, moment.charts)

    def views(self, moment: Moment, names: Collection[str]) -> dict[str, Any]:
        """Every view of `names` at `moment`, by the builders of the running engine; None for one that there
        is not. What rests on settings that are not known is not in them."""
        known, state = self.background, moment.sit.state
        facts = RunFacts(
            speed=NOT_WRITTEN,
            venue=known.venue,
            venue_requests=None,
            guard=None,
            journal_entries=moment.place.seq,
            stalled=None,
            left_s={timer.subject: None for timer in state.timers.values()},
        )
        unasked = AgentRunner(known.registry, max_concurrent=1, stopwatch=int, observe=lambda _, __: None)
        views = views_of(
            moment.sit,
            unasked,
            facts,
            names,
            at_ns=moment.place.at_ns,
            charts=moment.charts,
            settings=lambda: None,
        )
        return views if known.settings_known else without_settings(views)

    def _moment(self, place: Place, held: Held, driven: Driven, charts: Charts) -> Moment:
        known = self.background
        sit = Situation(
            state=held.state,
            market=driven.market,
            policy=known.policy,
            window=known.window,
            registry=known.registry,
            workflow=known.workflow,
            at_ns=place.at_ns,
            feed_over=self._feed_over(place),
        )
        return Moment(place, held, driven, sit, charts)

    def _feed_over(self, place: Place) -> bool:
        """Whether the engine knew that no further price would come."""
        ended_seq = self.record.feed_ended_seq
        if ended_seq:
            return place.seq >= ended_seq
        end_ns = self.background.feed_end_ns
        return bool(end_ns) and place.at_ns >= end_ns and place.seq == self.record.entries
