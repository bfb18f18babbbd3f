"""The one table of what a person can do: it feeds the keys, the footer, the palette, the help and the docs.

Decides ids, keys and words. Imports Textual's bindings and the chart's keys. Invariants: an id and a key
occur once; every row names an `action_ID` or a screen of the app; what trades says so, and is dead while the
engine cannot be heard.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding
from textual.keys import format_key


class Group(StrEnum):
    """What kind of thing an action is; the order is the help's."""

    EMERGENCY = "Emergency"
    SESSION = "Session"
    POSITION = "Selected position or order"
    VIEW = "Your own view"
    ANSWER = "Approvals and alerts"
    LOOK = "Looking"
    SCREEN = "Screens"
    DESK = "Desk"
    PLAYBACK = "Playback"


@dataclass(frozen=True, slots=True)
class Action:
    """One action: `action_<id>` of the app, or the screen `id`. `trades` = it sends the engine a command."""

    id: str
    key: str
    title: str
    does: str
    group: Group
    trades: bool = False
    footer: bool = False
    priority: bool = False  # heard over dialogs and inputs too

    @property
    def runs(self) -> str:
        """The action of the app."""
        return f"switch_mode('{self.id}')" if self.group is Group.SCREEN else self.id

    def shown(self, *, playback: bool) -> bool:
        """Whether there is such an action in playback, or on a running engine."""
        if playback:
            return not (self.trades or self.id in _OF_ENGINES)
        return self.group is not Group.PLAYBACK


ACTIONS: tuple[Action, ...] = (
    Action(
        "flatten",
        "exclamation_mark",
        "Flatten",
        "Latch entries and cancel entry orders at once; then, confirmed, close everything",
        Group.EMERGENCY,
        trades=True,
        footer=True,
        priority=True,
    ),
    Action("play", "space", "Play", "Play on from here, or pause", Group.PLAYBACK, footer=True),
    Action("next_bar", "full_stop", "Next bar", "To the close of the next bar", Group.PLAYBACK, footer=True),
    Action(
        "previous_bar", "comma", "Bar back", "To the close of the bar before", Group.PLAYBACK, footer=True
    ),
    Action(
        "next_entry", "greater_than_sign", "Next entry", "One journal entry on", Group.PLAYBACK, footer=True
    ),
    Action("previous_entry", "less_than_sign", "Entry back", "One journal entry back", Group.PLAYBACK),
    Action(
        "jump",
        "j",
        "Jump",
        "To a time, a trade, an alert, an order, an entry's number, start or end",
        Group.PLAYBACK,
        footer=True,
    ),
    Action("faster", "right_square_bracket", "Faster", "More bars a second", Group.PLAYBACK),
    Action("slower", "left_square_bracket", "Slower", "Fewer bars a second", Group.PLAYBACK),
    Action("pause", "p", "Pause", "Pause scanning and entries, or resume", Group.SESSION, True, True),
    Action(
        "stop_entries",
        "s",
        "Stop entries",
        "No new trades; setups are still shown, and refused",
        Group.SESSION,
        True,
        True,
    ),
    Action(
        "shutdown", "X", "End session", "Close what is open, report, and end the session", Group.SESSION, True
    ),
    Action(
        "close_position",
        "c",
        "Close",
        "Close the selected position, or a part of it",
        Group.POSITION,
        True,
    ),
    Action(
        "breakeven",
        "b",
        "Breakeven",
        "Move the selected position's stop to breakeven, fees included",
        Group.POSITION,
        True,
    ),
    Action("tighten_stop", "t", "Stop", "Tighten the selected position's stop", Group.POSITION, True),
    Action("change_target", "g", "Target", "Change the selected position's target", Group.POSITION, True),
    Action(
        "cancel_order", "d", "Cancel order", "Cancel the selected entry or target order", Group.POSITION, True
    ),
    Action("ticket", "n", "New trade", "A trade by hand, sized by the 1 % rule", Group.POSITION, True),
    Action(
        "add_level",
        "l",
        "Level",
        "A level of your own: a zone like those found, from the next minute on",
        Group.VIEW,
        True,
    ),
    Action("set_bias", "v", "Bias", "Refuse longs, shorts or both for the rest of the day", Group.VIEW, True),
    Action(
        "switch_symbol",
        "e",
        "Enable, disable",
        "No entry in the selected symbol for the rest of the day, or again what the rules let through",
        Group.VIEW,
        True,
    ),
    Action("note", "m", "Note", "A note on the selected trade, or on this moment", Group.VIEW, True),
    Action(
        "resolve",
        "r",
        "Resolve",
        "What becomes of the selected difference",
        Group.ANSWER,
        True,
    ),
    Action("acknowledge", "k", "Acknowledge", "Acknowledge the selected alert", Group.ANSWER, True),
    Action("why", "w", "Why", "Why, or why not: the selected thing, or this moment", Group.LOOK, footer=True),
    Action(
        "chart_symbol", "y", "Chart", "The chart of what is selected, else of the next symbol", Group.LOOK
    ),
    Action("chart_timeframe", "i", "Timeframe", "The chart on the next timeframe", Group.LOOK),
    Action("zoom", "z", "Zoom", "The focused pane over the whole screen, and back", Group.LOOK),
    Action(
        "restart",
        "R",
        "Restart engine",
        "Start the engine again after it ended; it takes the session up",
        Group.SESSION,
    ),
    Action("back", "escape", "Back", "Close the filter, the zoom, or this screen", Group.LOOK),
    Action("filter", "slash", "Filter", "Only the rows in which an expression is found", Group.LOOK),
    Action("desk", "1", "Desk", "The desk", Group.SCREEN),
    Action("watchlist", "2", "Watchlist", "Every symbol: price, trend, zone, setup, why not", Group.SCREEN),
    Action("agents", "3", "Agents", "Every agent: runs, durations, errors, what it waits for", Group.SCREEN),
    Action("signals", "4", "Signals", "Setups found, what became of each, what is missing now", Group.SCREEN),
    Action("trades", "5", "Trades", "Every trade and every order of it, from plan to close", Group.SCREEN),
    Action("risk", "6", "Risk", "Every rule and limit: used, left, last evaluated, refusals", Group.SCREEN),
    Action(
        "reconcile",
        "7",
        "Reconcile",
        "Differences with the venue: both sides' evidence, and what may be done",
        Group.SCREEN,
    ),
    Action(
        "journal",
        "8",
        "Journal",
        "What happened, newest first: searched, and read entry by entry",
        Group.SCREEN,
    ),
    Action("review", "9", "Review", "Every session on record: balance, trades by R, report", Group.SCREEN),
    Action("health", "0", "Health", "Feed, venue, engine, journal, and what they answer", Group.SCREEN),
    Action(
        "handoffs",
        "h",
        "Approvals",
        "Handoffs and proposals that wait for an answer; a approves, x rejects",
        Group.SCREEN,
        footer=True,
    ),
    Action("settings", "S", "Settings", "Every setting: value, origin, meaning, next start", Group.SCREEN),
    Action("screens", "o", "Screens", "Every screen by its key", Group.DESK, footer=True),
    Action("help", "question_mark", "Help", "Every key", Group.DESK, footer=True),
    Action("palette", "colon", "Palette", "Every action by name", Group.DESK),
    Action("theme", "ctrl+t", "Theme", "Colours for a light ground, or for a dark one", Group.DESK),
    Action("sessions", "A", "Sessions", "Every running session; another one on this desk", Group.DESK),
    Action("leave", "q", "Quit", "Leave the desk; asks what becomes of the engine", Group.DESK, footer=True),
)

# What asks an engine for more than a look.
_OF_ENGINES = frozenset({"restart", "sessions", "settings"})
BY_ID = {action.id: action for action in ACTIONS}
TRADING = frozenset(action.id for action in ACTIONS if action.trades)


def title_of(action_id: str) -> str:
    """The title of the action `action_id`."""
    return next(action.title for action in ACTIONS if action.id == action_id)


def key_text(key: str) -> str:
    """A key as it is printed: `!`, `shift+tab`, `p`."""
    return format_key(key)


def bindings() -> list[Binding]:
    """The table as the app's bindings; their ids are the ones that a keymap may remap."""
    return [
        Binding(
            action.key,
            action.runs,
            action.title,
            show=action.footer,
            priority=action.priority,
            tooltip=action.does,
            id=action.id,
        )
        for action in ACTIONS
    ]
