"""The setups of the session and what became of each, below what every symbol lacks now.

Decides how a symbol's gates, a setup and the funnel look. Imports the base and the view. Invariant: a gate
that did not let through says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from textual.content import Content

from ytc_tui.screens import words
from ytc_tui.screens.table_screen import TableScreen
from ytc_tui.screens.themes import MUTED
from ytc_tui.screens.widgets.live_table_columns import Column
from ytc_tui.screens.widgets.live_table_rows import Cell, Row
from ytc_tui.views.gate_chain import SCANNER
from ytc_tui.views.signals import Funnel, SignalLine, SignalsView, SymbolGates

_COLUMNS = (
    Column("at", "at", 5, priority=8),
    Column("setup", "setup", 5, priority=10),
    Column("symbol", "symbol", 9, priority=9),
    Column("side", "side", 5, priority=7),
    Column("tries", "tries", 5, "right", priority=4),
    Column("outcome", "what became of it", 20, priority=6, share=1),
)
_NOW = "now-"


class SignalsScreen(TableScreen):
    VIEWS = frozenset({"signals"})
    HEADING = "Signals"
    COLUMNS = _COLUMNS
    EMPTY = "the scanner has not looked yet"

    def rows(self) -> Sequence[Row] | None:
        view, zone = self._view(), self.desk.desk.zone
        if view is None:
            return None
        now = [_symbol(gates, view.scanned_ns, zone) for gates in view.now]
        return [*now, *(_setup(line, zone) for line in view.setups)]

    def summary(self) -> Content:
        view = self._view()
        return funnel_content(view.funnel) if view is not None else Content()

    def behind(self, key: str) -> Content:
        view = self._view()
        for gates in view.now if view is not None else ():
            if key == f"{_NOW}{gates.symbol}":
                return gates_content(gates)
        return Content()

    def asks(self, key: str) -> str:
        return "" if key.startswith(_NOW) else key

    def why_target(self) -> str:
        return super().why_target() or SCANNER

    def _view(self) -> SignalsView | None:
        return self.desk.link.view("signals", SignalsView)


def _symbol(gates: SymbolGates, scanned_ns: int, zone: ZoneInfo) -> Row:
    lacks = gates.lacks
    told = f"{lacks[0].gate}: {lacks[0].why}" if lacks else "every gate lets through"
    more = f"  and {len(lacks) - 1} more" if len(lacks) > 1 else ""
    return Row(
        f"{_NOW}{gates.symbol}",
        (
            Cell(words.clock(scanned_ns, zone), "muted"),
            Cell("now", "accent"),
            Cell(gates.symbol),
            Cell(""),
            Cell(""),
            Cell(f"{told}{more}", "muted" if lacks else "ok"),
        ),
    )


def _setup(line: SignalLine, zone: ZoneInfo) -> Row:
    if line.trades:
        outcome = Cell(f"traded: {', '.join(line.trades)}", "ok")
    elif line.refused_by:
        outcome = Cell(f"refused by {line.refused_by}", "warning")
    else:
        outcome = Cell("found", "muted")
    return Row(
        line.setup_id,
        (
            Cell(words.clock(line.found_ns, zone), "muted"),
            Cell(line.kind),
            Cell(line.symbol),
            Cell({"buy": "long", "sell": "short"}.get(line.side, ""), "accent"),
            Cell(str(line.attempts) if line.attempts else ""),
            outcome,
        ),
    )


def funnel_content(funnel: Funnel) -> Content:
    """From what was found to what was entered, with what refused most."""
    found = sum(count for _, count in funnel.detected)
    kinds = ", ".join(f"{kind} {count}" for kind, count in funnel.detected)
    refused = ", ".join(f"{rule} {count}" for rule, count in funnel.refused)
    return Content.assemble(
        (f"{found} found", "bold"),
        f" ({kinds})" if kinds else "",
        (" > ", MUTED),
        (f"{funnel.approved} approved", "bold"),
        (" > ", MUTED),
        (f"{funnel.entered} entered", "bold"),
        f", {funnel.not_entered} not" if funnel.not_entered else "",
        (f"\nrefused: {refused}", "$text-warning") if refused else "",
    )


def gates_content(gates: SymbolGates) -> Content:
    """Every gate that was asked, in its order."""
    width = max((len(step.gate) for step in gates.steps), default=0)
    lines = [
        Content.assemble(
            ("ok  ", "$text-success") if step.ok else ("NO  ", "bold $text-warning"),
            (f"{step.gate:<{width}}  ", MUTED),
            step.why,
        )
        for step in gates.steps
    ]
    return Content("\n").join(lines)
