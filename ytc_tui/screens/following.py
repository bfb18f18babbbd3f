"""Following an engine: it is started or found, its frames are taken in, and its end is told.

Decides which views are followed and which chart. Imports Textual, the client protocol and the screens' base.
Invariants: the engine never depends on this; what was followed is heard until the first frame of what is
followed next; an engine that hung up is asked again until it has ended.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from textual import work
from textual.timer import Timer
from textual.worker import Worker, get_current_worker

from ytc_tui.client import Frame
from ytc_tui.errors import UsageInvalid, YtcError
from ytc_tui.screens.engine_screen import ALWAYS, EngineScreen
from ytc_tui.screens.link import EngineEnd
from ytc_tui.screens.operating import OperatedApp
from ytc_tui.screens.pace import Pace
from ytc_tui.screens.ringing import Ringing
from ytc_tui.views.alerts import AlertsView
from ytc_tui.views.catalog import chart_name, chart_of, past_name
from ytc_tui.views.exposure import ExposureView
from ytc_tui.views.sanitised import sanitised
from ytc_tui.views.top import TopView

_RETRY_S = 0.3


class Following(OperatedApp):
    """What the desk hears: kept in `link`, shown by `show_views`."""

    last_words: list[str]  # for the shell, once the desk is gone
    _followed: frozenset[str] = frozenset()
    _follower: Worker[None] | None = None
    _dead = "no engine yet"  # as it was shown last
    pace: Pace
    ringing: Ringing
    _shown_s = float("-inf")
    _showing: Timer | None = None

    def show_views(self) -> None:
        """Let every screen of this mode show what is known."""
        raise NotImplementedError

    @work(name="engine", group="engine", exit_on_error=False)
    async def run_engine(self) -> None:
        """Start the engine or find it, follow it, and report its end."""
        self.link.end, self.link.heard_s = None, None
        try:
            self.client = await self.handle.start()
        except YtcError as error:
            said = self.desk.safe(f"no engine: {error}")
            if not self.link.frames:
                self.last_words.append(f"error: {said}")
                self.exit(return_code=error.exit_code)
                return
            self.link.end = EngineEnd(error.exit_code, said)
            self.say(said, "bad")
            self.show_views()
            return
        self.say(self.handle.description if self.desk.playback else self._engine_words())
        self.follow()
        end = await self.handle.ended()
        self.link.end = EngineEnd(end.code, self.desk.safe(end.message))
        self.say(f"the engine has ended (exit {self.link.end.code}) {self.link.end.message}", "bad")
        self.show_views()

    def _engine_words(self) -> str:
        survives, why = self.handle.survives_logout
        return f"engine: {self.handle.description}; survives logout: {survives} ({why})"

    @work(name="frames", group="frames", exit_on_error=False)
    async def follow(self) -> None:
        """Take frames as they come; an engine that hung up is asked again until it has ended. Who followed
        before goes on until the first frame is there: nothing is silent because another screen is opened."""
        before, self._follower = self._follower, get_current_worker()
        try:
            await self._follow(before)
        finally:
            if before is not None:
                before.cancel()

    async def _follow(self, before: Worker[None] | None) -> None:
        client = self.client
        while client is not None and self.link.end is None:
            self._followed = self._names()
            try:
                async with aclosing(client.frames(self._followed)) as frames:
                    async for frame in frames:
                        if before is not None:
                            before.cancel()
                            before = None
                        self._take(frame)
            except UsageInvalid as error:
                self.say(self.desk.safe(str(error)), "bad")
                self.chart = None
            except YtcError as error:
                self.link.problem = self.desk.safe(str(error))
            await asyncio.sleep(_RETRY_S)

    def _names(self) -> frozenset[str]:
        """The views that the screen in front needs; its dialogs need those of `ALWAYS` at most."""
        below = self.screen_stack[0] if self.screen_stack else None
        wanted = below.VIEWS if isinstance(below, EngineScreen) else frozenset()
        where = frozenset({"playback"}) if self.desk.playback else frozenset()
        charted = {chart_name(*self.chart), past_name(*self.chart)} if self.chart else frozenset()
        return ALWAYS | where | wanted | charted

    def follow_screen(self) -> None:
        """Follow what the screen in front needs, where that is not followed yet."""
        if not self._names() <= self._followed:
            self.follow()

    def _take(self, frame: Frame) -> None:
        shown = {
            name: view if chart_of(name) else sanitised(view, self.desk.safe)
            for name, view in frame.views.items()
        }
        now_s = self.desk.now_s()
        self.link.take(Frame(frame.number, frame.at_ns, shown), now_s)
        self._follow_the_money(self.link.top)
        alerts = self.link.view("alerts", AlertsView)
        if alerts is not None and self.ringing.hears(alerts, now_s):
            self.bell()
        if shown or self._dead:
            self._show_in_time(now_s)

    def _show_in_time(self, now_s: float) -> None:
        """Show what is known, at once or as soon as the line to the terminal may take another frame."""
        if self._showing is not None:
            return
        left_s = self._shown_s + self.pace.frame_s - now_s
        if left_s <= 0:
            self._show_now()
        else:
            self._showing = self.set_timer(left_s, self._show_now)

    def _show_now(self) -> None:
        self._showing, self._shown_s = None, self.desk.now_s()
        self.show_views()

    def _follow_the_money(self, top: TopView | None) -> None:
        """The chart shows what is held, until a person chooses a symbol."""
        if top is None or not top.symbols or self.chart_chosen or not self.pace.plots:
            return
        view = self.link.view("exposure", ExposureView)
        held = [row.symbol for row in view.positions] if view is not None else []
        shown = self.chart[0] if self.chart is not None else ""
        if held and shown not in held:
            self.show_chart(held[0], self.chart[1] if self.chart is not None else 1)
        elif not shown:
            self.show_chart(top.symbols[0], 1)

    def show_chart(self, symbol: str, minutes: int) -> None:
        """Follow the chart of `symbol` on bars of `minutes`."""
        if not self.pace.plots:
            self.say("no charts on a slow link; they are drawn with --link ssh")
            return
        for name in (chart_name(*self.chart), past_name(*self.chart)) if self.chart is not None else ():
            self.link.views.pop(name, None)
        self.chart = (symbol, minutes)
        self.follow()
