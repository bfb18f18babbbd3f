"""A screen of the engine: what is the same on each of them.

Decides the lines around a screen's own body, and what is left where there is no room. Imports the top line,
the containment and the widgets. Invariants: top line, banner and flatten key are on every screen; a screen
shows what the app's link holds and asks nobody; below 60x16 only P&L, gate and the flatten key are left.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from ytc_tui.screens import words
from ytc_tui.screens.actions import key_text
from ytc_tui.screens.containment import Part, going
from ytc_tui.screens.playback_line import playback_content
from ytc_tui.screens.top_line import GATE_STYLES, banner_content, top_content
from ytc_tui.screens.widgets.key_footer import KeyFooter
from ytc_tui.screens.widgets.line import Line
from ytc_tui.screens.widgets.live_table import LiveTable
from ytc_tui.screens.widgets.live_table_screen import LiveScreen
from ytc_tui.views.top import TopView

if TYPE_CHECKING:
    from ytc_tui.screens.app import DeskApp


# What the top line, the banner and the dialogs show, on whatever screen.
ALWAYS = frozenset({"top", "waiting", "exposure", "alerts"})


class Head(Part):
    """The top line, the banner, and in their place what is left where there is no room."""

    DEFAULT_CSS = "Head { height: auto; layout: vertical; }"

    def content(self) -> ComposeResult:
        yield Line(id="playback-line")
        yield Line(id="top-line")
        yield Line(id="banner")
        yield Line(id="emergency")


class Body(Part):
    """What a screen has of its own."""

    DEFAULT_CSS = """
    Body { width: 1fr; height: 1fr; layout: vertical; overflow: hidden; }
    """

    def __init__(self, screen: EngineScreen) -> None:
        super().__init__(id="body")
        self._of = screen

    def content(self) -> ComposeResult:
        yield from self._of.body()


class Foot(Part):
    """What was said last, and the keys."""

    DEFAULT_CSS = "Foot { height: auto; layout: vertical; }"

    def content(self) -> ComposeResult:
        yield Line(id="said")
        yield KeyFooter()


class EngineScreen(LiveScreen[None]):
    """The base of the screens that digits switch. `VIEWS` are the views that it needs besides those that are
    always followed; `body` its widgets, `show_body` fills them from the app's link."""

    CSS_PATH: ClassVar[Any] = "engine_screen.tcss"
    VIEWS: ClassVar[frozenset[str]] = frozenset()
    # Actions whose keys the footer tells on this screen, besides those that it tells on every one.
    FOOTER: ClassVar[frozenset[str]] = frozenset()

    def compose(self) -> ComposeResult:
        yield Head(id="head")
        yield Body(self)
        yield Foot(id="foot")

    def body(self) -> ComposeResult:
        """The widgets of this screen."""
        raise NotImplementedError

    def show_body(self) -> None:
        """Fill them with what the link holds."""
        raise NotImplementedError

    @property
    def desk(self) -> DeskApp:
        return cast("DeskApp", self.app)

    def selected(self, table: str) -> str | None:
        """Key of the row under the cursor of a table; None without rows, or where its pane has failed."""
        found = self.query(f"#{table}").results(LiveTable)
        return next((each.cursor_key for each in found), None)

    def symbol(self) -> str:
        """The symbol under the cursor, empty where no row is of one."""
        return ""

    def why_target(self) -> str:
        """What `why` asks about; empty = this moment."""
        focused = self.focused
        return (focused.cursor_key or "") if isinstance(focused, LiveTable) else ""

    def chart_target(self) -> tuple[str, int] | None:
        """What is selected here, as a chart: the symbol, and an instant on it (UTC ns, 0 = now)."""
        return None

    def zoom(self) -> None:
        """The focused pane over the whole body, and back."""
        if self.has_class("-zoomed"):
            self.remove_class("-zoomed")
            for pane in self.query(".pane"):
                pane.remove_class("-zoom")
            return
        focused = self.focused
        panes = [pane for pane in self.query(".pane") if focused is not None and pane in focused.ancestors]
        if panes:
            self.zoom_on(panes[0])

    def zoom_on(self, pane: Widget) -> None:
        """This pane, and no other, over the whole body."""
        for other in self.query(".pane"):
            other.set_class(other is pane, "-zoom")
        self.add_class("-zoomed")

    def back(self) -> bool:
        """Close what was opened last on this screen; whether there was something."""
        if self.has_class("-zoomed"):
            self.zoom()
            return True
        return False

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            if not going(self):
                self.desk.say_failed(error)

    def on_mount(self) -> None:
        self.set_class(not self.desk.pace.plots, "-no-plots")
        self.show_views()

    def on_screen_resume(self) -> None:
        for part in self.query(Part):
            part.try_again()
        self.desk.follow_screen()
        self.show_views()

    def on_resize(self) -> None:
        self.query_one(Head).guarded(self._show_lines)

    def show_views(self) -> None:
        """Show what the link holds."""
        if not self.is_current and self.app.screen_stack[0] is not self:
            return
        self.query_one(Head).guarded(self._show_lines)
        self.query_one(Body).guarded(lambda _: self.show_body())

    def show_said(self, content: Content) -> None:
        """The last thing that was said, above the footer."""
        self.query_one(Foot).guarded(lambda foot: foot.query_one("#said", Line).say(content))

    def _show_lines(self, head: Head) -> None:
        link, settings = self.desk.link, self.desk.desk
        now_s, top = settings.now_s(), link.top
        width = max(1, self.size.width - 2)
        if link.playback:
            past = head.query_one("#playback-line", Line)
            past.add_class("-said")
            past.say(playback_content(link.standing, settings.zone, width))
        line = head.query_one("#top-line", Line)
        line.say(top_content(top, link, settings.zone, width, now_s))
        banner = head.query_one("#banner", Line)
        kill = self.desk.handle.kill_command
        said = banner_content(top, link, settings.zone, self.size.width, now_s, kill, self.desk.keys)
        banner.set_class(bool(said), "-said")
        banner.say(said)
        lines_left = self.size.height - 1 - bool(said) - link.playback
        keys = self.desk.keys
        key = _playback_keys(keys) if link.playback else _flatten_key(keys, self.desk.dead)
        small = _emergency(top, key, width, lines_left)
        head.query_one("#emergency", Line).say(small)
        stale = link.heard_s is not None and link.silent(now_s) and not link.playback
        self.set_class(stale, "-stale")


def _playback_keys(keys: Mapping[str, str]) -> Content:
    return Content(f"{key_text(keys['play'])} plays, {key_text(keys['jump'])} jumps: playback")


def _flatten_key(keys: Mapping[str, str], dead: str) -> Content:
    return Content.assemble(
        (f"{key_text(keys['flatten'])} flatten", "bold"), (f"  {dead}" if dead else "", "bold $text-error")
    )


def _emergency(top: TopView | None, key: Content, width: int, height: int) -> Content:
    """All that is left of the desk where there is no room: P&L, gate, and the key that flattens, which
    stays at any height."""
    if top is None:
        return Content("\n").join([Content("no session yet"), key])
    share = f"{words.signed(top.pnl_pct)} %" if top.pnl_pct is not None else words.UNKNOWN
    money = f"P&L {words.money(top.pnl)} {top.currency}"
    held = "1 position" if top.positions == 1 else f"{top.positions} positions"
    gate = Content.styled(f"gate {top.gate.value.upper()}", GATE_STYLES[top.gate])
    both = gate + Content(f", {held}")
    lines = [
        Content(next((text for text in (f"{money} ({share})", money) if len(text) <= width), share)),
        both if both.cell_length <= width else gate,
        key,
    ]
    return Content("\n").join([*lines[: max(0, height - 1)], key] if height < len(lines) else lines)
