"""What each key does: from an action of the table to a dialog, and from its yes to a command.

Decides what is asked before what. Imports the dialogs and the actions. Invariants: whatever closes or opens
risk says its exact effect first; pausing and latching happen at once, for they only take risk away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual import work
from textual.content import Content
from textual.events import Event, Key
from textual.worker import Worker

from ytc_tui.client import EngineClient, Receipt
from ytc_tui.errors import YtcError
from ytc_tui.model.commands import Argument, Command, Verb
from ytc_tui.model.session import Gate, Phase, SessionStatus
from ytc_tui.screens import actions, words
from ytc_tui.screens.crash import DiscreetApp
from ytc_tui.screens.dialogs.asking import ChoiceDialog, Option, ReadingDialog, TextDialog
from ytc_tui.screens.dialogs.flatten import FlattenDialog, closing_lines
from ytc_tui.screens.engine_screen import EngineScreen
from ytc_tui.screens.help import help_content
from ytc_tui.screens.link import EngineHandle, Link
from ytc_tui.screens.table_screen import TableScreen
from ytc_tui.screens.themes import THEMES
from ytc_tui.views.alerts import AlertsView
from ytc_tui.views.exposure import ExposureView

if TYPE_CHECKING:
    from ytc_tui.screens.app import DeskSettings, Tone


class OperatedApp(DiscreetApp[int]):
    """The actions of the table. The desk's app gives it an engine and a voice."""

    link: Link
    keys: Mapping[str, str]  # by the name of the action
    desk: DeskSettings
    handle: EngineHandle
    client: EngineClient | None
    chart: tuple[str, int] | None
    chart_chosen: bool
    trail: list[str]  # the screens that lead to the one in front

    @property
    def dead(self) -> str:
        """Why keys that trade do nothing now; empty when they work."""
        raise NotImplementedError

    def send(self, command: Command) -> Worker[Receipt | None]:
        """Send a command and say what became of it."""
        raise NotImplementedError

    def say(self, text: str, tone: Tone = "plain") -> None:
        raise NotImplementedError

    def show_chart(self, symbol: str, minutes: int) -> None:
        raise NotImplementedError

    def run_engine(self) -> Worker[None]:
        """Start the engine or find it, follow it, and report its end."""
        raise NotImplementedError

    def command(
        self,
        verb: Verb,
        reason: str = "",
        target: str = "",
        content_hash: str = "",
        action: Argument | None = None,
    ) -> Command:
        """A new command of this desk's user."""
        return self.desk.new_command(verb.value, reason or "desk", target, content_hash, action)

    # ---- emergency and session -------------------------------------------------------------------

    async def on_event(self, event: Event) -> None:
        """The flatten key, which an input would take for a letter, and its word are heard first: on its way
        through the dialog a key waits for all that is drawn in between."""
        if isinstance(event, Key) and not event.is_forwarded:
            if event.key == self.keys["flatten"]:
                self.action_flatten()
                return
            dialog = self.screen
            if isinstance(dialog, FlattenDialog) and dialog.hears(event):
                return
        await super().on_event(event)

    def action_flatten(self) -> None:
        """Latch and cancel at once; the dialog confirms only the closing."""
        if self.desk.playback:
            self.say("flatten: this is playback: nothing of a past session can be closed")
            return
        if isinstance(self.screen, FlattenDialog):
            self.screen.confirm_key()
            return
        if not self.dead:
            self.send(self.command(Verb.STOP_ENTRIES, "emergency flatten: latched"))
            self.send(self.command(Verb.CANCEL, "emergency flatten: entry orders"))
        self.push_screen(
            FlattenDialog(
                self.link,
                self.desk.flatten_confirm,
                actions.key_text(self.keys["flatten"]),
                lambda: self.send(self.command(Verb.FLATTEN, "emergency flatten, confirmed on the desk")),
                lambda: self.dead,
                self.handle.kill_command,
                self.desk.zone,
            )
        )

    @work(group="asking")
    async def action_pause(self) -> None:
        top = self.link.top
        if top is None:
            return
        open_yet = top.phase is Phase.ACTIVE_TRADING
        if top.status is not SessionStatus.PAUSED and (top.gate is Gate.ACTIVE or not open_yet):
            self.send(self.command(Verb.PAUSE))
            return
        asked = TextDialog(
            "Resume trading",
            Content(f"status {top.status}, gate {top.gate.value.upper()}: {top.gate_reason}\nEntries go on."),
            lambda text: "" if text else "a reason is needed; it is kept in the journal",
            hint="why",
        )
        reason = await self.push_screen_wait(asked)
        if reason:
            self.send(self.command(Verb.RESUME, reason))

    def action_stop_entries(self) -> None:
        self.send(self.command(Verb.STOP_ENTRIES))

    @work(group="asking")
    async def action_shutdown(self) -> None:
        asked = ChoiceDialog(
            "End the session",
            Content(
                "\n".join(["It ends now, with its report. This will be closed first:", *self.what_closes()])
            ),
            [Option("y", "close all of this and end the session")],
            danger=True,
        )
        if await self.push_screen_wait(asked):
            self.send(self.command(Verb.SHUTDOWN))

    def what_closes(self) -> list[str]:
        """The exact effect of closing everything, a line each."""
        view = self.link.views.get("exposure")
        if not isinstance(view, ExposureView):
            return ["what is open is not known"]
        return closing_lines(view) or ["nothing is open"]

    def action_restart(self) -> None:
        """An engine of ours that ended is started again; it recovers the session from its journal."""
        if not self.handle.owned or self.link.end is None:
            self.say("restart: the engine has not ended" if self.handle.owned else "restart: not our engine")
            return
        self.run_engine()

    # ---- answers ---------------------------------------------------------------------------------

    def action_acknowledge(self) -> None:
        key = self.selected("alerts-table")
        if key is None:
            self.say("acknowledge: there is no alert")
            return
        view = self.link.views.get("alerts")
        row = (
            next((r for r in view.rows if r.alert_id == key), None) if isinstance(view, AlertsView) else None
        )
        if row is not None and row.acknowledged_by:
            self.say(f"acknowledge: {key} was acknowledged by {row.acknowledged_by}")
        else:
            self.send(self.command(Verb.ACK, target=key))

    # ---- looking ---------------------------------------------------------------------------------

    def action_why(self) -> None:
        self.explain(self._why_target())

    @work(group="asking", exit_on_error=False)
    async def explain(self, target: str) -> None:
        """Show why `target` is as it is."""
        if self.client is None or not target:
            self.say(f"why: {self.dead or 'nothing is selected'}")
            return
        try:
            told = await self.client.explain(target)
        except YtcError as error:
            text = str(error)
        else:
            text = str(told.get("text") or f"nothing is known of {target}")
        body = Content("\n".join(self.desk.safe(line) for line in text.splitlines()))
        self.push_screen(ReadingDialog(f"Why: {self.desk.safe(target)}", body))

    def _why_target(self) -> str:
        """What is selected: a trade, an order, an agent; else this moment."""
        below = self.engine_screen
        top = self.link.top
        moment = words.clock(top.at_ns, words.UTC) if top is not None else ""
        return (below.why_target() if below is not None else "") or moment

    async def open_row(self, screen: str, key: str) -> None:
        """The screen `screen`, with the cursor on its row `key` as soon as it is there."""
        await self.switch_mode(screen)
        if isinstance(self.screen, TableScreen):
            self.screen.go_to(key)

    def action_zoom(self) -> None:
        if isinstance(self.screen, EngineScreen):
            self.screen.zoom()

    def action_filter(self) -> None:
        if isinstance(self.screen, TableScreen):
            self.screen.filter_rows()
        else:
            self.say("filter: this screen has no rows to filter")

    async def action_back(self) -> None:
        """What was opened last is closed: a filter, a pane over the whole screen, the screen."""
        if isinstance(self.screen, EngineScreen) and not self.screen.back() and len(self.trail) > 1:
            self.switch_mode(self.trail[-2])

    # ---- the desk --------------------------------------------------------------------------------

    @work(group="asking")
    async def action_screens(self) -> None:
        screens = {
            self.keys[action.id]: action for action in actions.ACTIONS if action.group is actions.Group.SCREEN
        }
        options = [Option(key, f"{action.title}: {action.does}") for key, action in screens.items()]
        answer = await self.push_screen_wait(
            ChoiceDialog("Screens", Content("Each opens with its key."), options)
        )
        if answer is not None:
            await self.run_action(screens[answer].runs)

    def action_theme(self) -> None:
        """The other theme, for as long as this desk is open."""
        self.theme = next(theme.name for theme in THEMES if theme.name != self.theme)

    def action_palette(self) -> None:
        self.action_command_palette()

    def action_help(self) -> None:
        screen = self.engine_screen
        own = screen.FOOTER if screen is not None else frozenset()
        there = [each for each in actions.ACTIONS if self.check_action(each.id, ()) is not False]
        self.push_screen(ReadingDialog("Keys", help_content(self.keys, self.trail[-1], own, there)))

    # ---- selection -------------------------------------------------------------------------------

    @property
    def engine_screen(self) -> EngineScreen | None:
        """The screen in front, or under the dialog in front."""
        below = self.screen_stack[0]
        return below if isinstance(below, EngineScreen) else None

    def selected(self, table: str) -> str | None:
        """Key of the row under the cursor of a table of the screen in front; None without rows."""
        below = self.engine_screen
        return below.selected(table) if below is not None else None
