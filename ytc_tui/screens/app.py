"""The desk as an application: shows what an engine says, sends what a person asks.

Decides what is shown when, and when keys that trade are dead. Imports Textual, the client protocol and the
screens. Invariants: nothing is shown as done before the engine said so; an action is refused while the engine
cannot be heard.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Compose, Load, Mount
from textual.filter import LineFilter
from textual.message import Message
from textual.widget import AwaitMount
from textual.worker import Worker, WorkerState

from ytc_tui.client import EngineClient, Receipt
from ytc_tui.errors import YtcError
from ytc_tui.model.commands import Command
from ytc_tui.screens import actions
from ytc_tui.screens.by_hand import ByHand
from ytc_tui.screens.chart_actions import ChartActions
from ytc_tui.screens.containment import said_of
from ytc_tui.screens.dialogs.flatten import FlattenDialog
from ytc_tui.screens.following import Following
from ytc_tui.screens.glyphs import GlyphSet, with_glyphs
from ytc_tui.screens.keymap import keymap_of, keys_with
from ytc_tui.screens.leaving import Leaving
from ytc_tui.screens.link import EngineHandle, FindSessions, Link
from ytc_tui.screens.modes import SCREENS
from ytc_tui.screens.own_view import OwnSaying
from ytc_tui.screens.pace import PACES, LinkKind
from ytc_tui.screens.palette import ActionCommands, ThingCommands
from ytc_tui.screens.playing import Playing
from ytc_tui.screens.resolving import Resolving
from ytc_tui.screens.ringing import Bell, Ringing
from ytc_tui.screens.stylesheet import KeptStylesheet
from ytc_tui.screens.switching import Switching
from ytc_tui.screens.themes import DARK, THEMES
from ytc_tui.screens.widgets.live_table_screen import freeze_start_up
from ytc_tui.views.sanitised import Sanitiser

_log = logging.getLogger(__name__)
_WATCH_S = 0.2
_MAX_SAID = 200
Tone = Literal["plain", "good", "bad"]
_TONES: dict[Tone, str] = {"plain": "", "good": "$text-success", "bad": "bold $text-error"}


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """What a desk is given besides its engine. `new_command(verb, reason, target, content_hash, action)`
    makes a command with its own id by this user; `now_s` is a monotonic clock. `playback` = it shows a past
    session; `find_sessions` finds every running one, None where the desk stays with its own."""

    zone: ZoneInfo
    safe: Sanitiser
    new_command: Callable[..., Command]
    now_s: Callable[[], float]
    read_only: bool = False
    flatten_confirm: Literal["typed", "double_key"] = "typed"
    glyphs: GlyphSet = GlyphSet.BRAILLE
    theme: str = DARK.name
    keys: Mapping[str, str] = field(default_factory=dict)  # by name, as far as they differ from the table's
    link: LinkKind = LinkKind.LOCAL
    bell: Bell = Bell.CRITICAL
    playback: bool = False
    find_sessions: FindSessions | None = None


class DeskApp(Following, ByHand, ChartActions, OwnSaying, Resolving, Leaving, Playing, Switching):
    """The desk of one engine. `run` returns the exit code."""

    TITLE = "ytc"
    CSS_PATH = "app.tcss"
    MODES: ClassVar[dict[str, Any]] = {**SCREENS}
    DEFAULT_MODE = "desk"
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings()]
    COMMANDS: ClassVar[set[Any]] = {ActionCommands, ThingCommands}
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny-w"), (60, "-narrow"), (110, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-tiny-h"), (16, "-short"), (30, "-tall")]  # noqa: RUF012

    def __init__(self, handle: EngineHandle, settings: DeskSettings) -> None:
        super().__init__()
        self.handle = handle
        self.desk = settings
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = settings.theme
        self.stylesheet = KeptStylesheet(variables=self.get_css_variables())
        self.keys = keys_with(settings.keys)
        self.set_keymap(keymap_of(settings.keys))
        self.pace, self.ringing = PACES[settings.link], Ringing(settings.bell)
        self.link = Link(read_only=settings.read_only, playback=settings.playback)
        self.client: EngineClient | None = None
        self.said: deque[Content] = deque(maxlen=_MAX_SAID)
        self.chart: tuple[str, int] | None = None
        self.chart_chosen = False
        self.trail = [self.DEFAULT_MODE]
        self.last_words: list[str] = []  # for the shell, once the desk is gone

    def get_key_display(self, binding: Binding) -> str:
        return actions.key_text(binding.key)

    def discreet(self, text: str) -> str:
        return self.desk.safe(text)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return with_glyphs(super().get_line_filters(), self.desk.glyphs)

    async def _dispatch_message(self, message: Message) -> None:
        """A key or event that fails is said, and everything else goes on; a desk that cannot begin ends."""
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            if isinstance(message, Compose | Load | Mount):
                raise
            self.say_failed(error)

    def on_mount(self) -> None:
        if not self.pace.animated:
            self.animation_level = "none"
        self.set_interval(_WATCH_S, self._watch_silence)
        self.run_engine()
        if not self.is_headless:
            self.call_after_refresh(freeze_start_up)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker that died of a defect is said loudly; the engine is not its concern."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            problem = f"the desk's worker {event.worker.name!r} failed: {event.worker.error!r}"
            self.link.problem = self.desk.safe(problem)
            self.say(self.link.problem, "bad")
            self.show_views()

    # ---- what is shown ---------------------------------------------------------------------------

    @property
    def dead(self) -> str:
        """Why keys that trade do nothing now; empty when they work."""
        return self.link.why_dead(self.desk.now_s())

    def show_views(self) -> None:
        """Let every screen of this mode show what is known; nothing once the app takes its screens down."""
        if not self.is_running:
            return
        # The emergency dialog hides what is below it, which catches up when it is seen again.
        seen = self.screen_stack[-1:] if isinstance(self.screen, FlattenDialog) else self.screen_stack
        for screen in seen:
            show = getattr(screen, "show_views", None)
            if show is not None and screen.is_mounted:
                show()
        if self._dead != self.dead:
            self._dead = self.dead
            self.refresh_bindings()
        self.leave_when_over()

    def switch_mode(self, mode: str) -> AwaitMount:
        """Open a screen; `trail` ends with it."""
        if mode in self.trail:
            del self.trail[self.trail.index(mode) + 1 :]
        else:
            self.trail.append(mode)
        return super().switch_mode(mode)

    def _watch_silence(self) -> None:
        """Silence is no event: look for it."""
        if self._dead != self.dead or self.link.silent(self.desk.now_s()):
            self.show_views()

    def say(self, text: str, tone: Tone = "plain") -> None:
        """Tell the person what became of something; it stays in the list of what was said."""
        self.said.append(Content.styled(text, _TONES[tone]))
        if not self.is_running:
            return
        for screen in self.screen_stack:
            show = getattr(screen, "show_said", None)
            if show is not None and screen.is_mounted:
                show(self.said[-1])

    def say_failed(self, error: Exception) -> None:
        """Tell the person that a key or an event of a screen failed."""
        _log.error("an action failed", exc_info=error)
        self.say(f"that failed: {said_of(error, self)}", "bad")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that trade are grey while they would do nothing; flatten always answers. What this desk
        does not have is not there at all."""
        row = actions.BY_ID.get(action)
        if row is not None and not row.shown(playback=self.desk.playback):
            return False
        if action == "sessions" and self.desk.find_sessions is None:
            return False
        if action in actions.TRADING and action != "flatten" and self.dead:
            return None
        return super().check_action(action, parameters)

    # ---- what is sent ----------------------------------------------------------------------------

    def send(self, command: Command) -> Worker[Receipt | None]:
        """Send `command` and say what became of it."""
        return self.run_worker(self._send(command), group="commands", exit_on_error=False)

    async def _send(self, command: Command) -> Receipt | None:
        verb = command.verb.value
        if self.client is None or self.desk.read_only:
            self.say(f"{verb}: not sent: {self.dead or 'no engine'}", "bad")
            return None
        try:
            receipt = await self.client.send(command)
        except YtcError as error:
            self.say(self.desk.safe(f"{verb}: NOT confirmed: {error}"), "bad")
            return None
        if not receipt.accepted:
            self.say(self.desk.safe(f"{verb}: refused: {receipt.reason}"), "bad")
            return receipt
        left = f"; unconfirmed: {'; '.join(receipt.unconfirmed)}" if receipt.unconfirmed else ""
        self.say(self.desk.safe(f"{verb}: accepted, {receipt.reason}{left}"), "bad" if left else "good")
        return receipt
