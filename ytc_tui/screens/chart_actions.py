"""Which chart is shown: of the next symbol, of what is selected, on the next timeframe.

Decides what the chart's keys mean on each screen. Imports the desk's screen and the actions' base. Invariant:
a chart that has no room beside the panes is opened over them before another one is chosen.
"""

from __future__ import annotations

from textual import work

from ytc_tui.screens.desk import DeskScreen
from ytc_tui.screens.operating import OperatedApp


class ChartActions(OperatedApp):
    """The actions on the chart."""

    @work(group="asking")
    async def action_chart_symbol(self) -> None:
        """The chart of what is selected; on the desk that of the next symbol, once a chart can be seen."""
        top, below = self.link.top, self.engine_screen
        if top is None or self.chart is None or below is None:
            return
        symbols, (wanted, minutes), at_ns = list(top.symbols), self.chart, 0
        target = below.chart_target()
        if target is not None:
            wanted, at_ns = target
        elif not (isinstance(below, DeskScreen) and below.chart_hidden):
            place = symbols.index(wanted) if wanted in symbols else -1
            wanted = symbols[(place + 1) % len(symbols)]
        if target is not None:
            await self.open_chart(wanted, at_ns)
            return
        self.chart_chosen = True
        if (wanted, minutes) != self.chart:
            self.show_chart(wanted, minutes)
        if isinstance(self.screen, DeskScreen) and self.screen.chart_hidden:
            self.screen.open_chart(at_ns)

    async def open_chart(self, symbol: str, at_ns: int = 0) -> None:
        """The chart of `symbol` on the desk, from now on; at `at_ns`, 0 = at the newest bar."""
        self.chart_chosen = True
        minutes = self.chart[1] if self.chart is not None else 1
        if (symbol, minutes) != self.chart:
            self.show_chart(symbol, minutes)
        await self.switch_mode("desk")
        if isinstance(self.screen, DeskScreen):
            self.screen.open_chart(at_ns)

    def action_chart_timeframe(self) -> None:
        top = self.link.top
        if top is None or self.chart is None or not top.timeframes:
            return
        symbol, minutes = self.chart
        longer = [each for each in top.timeframes if each > minutes]
        self.show_chart(symbol, longer[0] if longer else top.timeframes[0])
