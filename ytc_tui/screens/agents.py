"""Every agent of the session: what it did, what it waits for, whose reports it reads and who reads its own.

Decides what is told beside the engine's own story of an agent. Imports the base, the rows and the view.
Invariant: an agent that never ran has no success rate and no duration.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from ytc_tui.screens import rows, words
from ytc_tui.screens.glyphs import GlyphSet
from ytc_tui.screens.table_screen import TableScreen
from ytc_tui.screens.themes import MUTED
from ytc_tui.screens.widgets.live_table_rows import Row
from ytc_tui.screens.widgets.sparkline import sparkline
from ytc_tui.views.agent_health import AgentRow, AgentsView
from ytc_tui.views.ages import age_text


class AgentsScreen(TableScreen):
    VIEWS = frozenset({"agents"})
    HEADING = "Agents"
    COLUMNS = rows.AGENT_COLUMNS
    EMPTY = "no agents yet"

    def rows(self) -> Sequence[Row] | None:
        view = self._view()
        settings = self.desk.desk
        return rows.agent_rows(view, settings.zone, settings.glyphs) if view is not None else None

    def summary(self) -> Content:
        view = self._view()
        if view is None:
            return Content()
        ran = sum(row.runs for row in view.rows)
        failed = sum(row.failures for row in view.rows)
        silent = sum(1 for row in view.rows if not row.runs)
        said = Content(f"{ran} runs, {silent} agents have not run yet, ")
        return said + Content.styled(f"{failed} failures", "bold $text-error" if failed else MUTED)

    def behind(self, key: str) -> Content:
        view = self._view()
        row = next((row for row in view.rows if row.name == key), None) if view is not None else None
        return graph_content(row, self.desk.desk.glyphs) if row is not None else Content()

    def _view(self) -> AgentsView | None:
        return self.desk.link.view("agents", AgentsView)


def graph_content(row: AgentRow, glyphs: GlyphSet) -> Content:
    """An agent among the others: whose reports it reads, who reads its own, and how long its runs took."""
    critical = ", critical: its failure blocks its phase or new risk" if row.critical else ""
    share = f"{row.success_pct} % of {row.runs}" if row.success_pct is not None else "never ran"
    took = words.UNKNOWN if row.mean_ms is None else f"{row.mean_ms:g} ms on average"
    ms = row.recent_ms
    runs = f"{sparkline(ms, rows.DURATIONS_CELLS, glyphs, low=0.0)} up to {max(ms):g} ms" if ms else ""
    return Content.assemble(
        (f"{row.title}", "bold"),
        f"{critical}\n",
        ("reads  ", MUTED),
        f"{', '.join(row.needs) or 'no report'}\n",
        ("read by  ", MUTED),
        f"{', '.join(row.needed_by) or 'no agent'}\n",
        ("success  ", MUTED),
        f"{share}, {took}, last {age_text(row.last_run_s)} ago" if row.runs else share,
        ("\nruns  ", MUTED) if runs else "",
        runs,
        f"\n{row.error}" if row.error else "",
    )
