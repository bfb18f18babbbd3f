"""Views as rows of tables: which columns there are and what each cell says.

Decides words and tones. Imports the views and the tables' cells. Invariants: pure; a tone only repeats what
the text says; nothing is reckoned here.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from ytc_tui.model.market import Side
from ytc_tui.model.session import Severity
from ytc_tui.model.tasks import AgentStatus
from ytc_tui.screens import words
from ytc_tui.screens.glyphs import GlyphSet
from ytc_tui.screens.widgets.live_table_columns import Column
from ytc_tui.screens.widgets.live_table_rows import Cell, Row, Tone
from ytc_tui.screens.widgets.sparkline import sparkline
from ytc_tui.views.agent_health import AgentRow, AgentsView
from ytc_tui.views.ages import age_text
from ytc_tui.views.alerts import AlertRow, AlertsView
from ytc_tui.views.exposure import ExposureView, OrderRow, PositionRow, Protection
from ytc_tui.views.risk import RiskRow, RiskView, RuleRow
from ytc_tui.views.seen import Level, Unit

GAUGE_CELLS = 4
DURATIONS_CELLS = 10

AGENT_COLUMNS = (
    Column("state", "state", 5, priority=9),
    Column("agent", "agent", 21, priority=10),
    Column("last", "last", 5, "right", priority=8),
    Column("ms", "ms", 5, "right", priority=3),
    Column("durations", "20 runs", DURATIONS_CELLS, priority=2),
    Column("runs", "runs", 4, "right", priority=4),
    Column("success", "ok%", 3, "right", priority=5),
    Column("due", "due", 5, priority=6),
    Column("idle", "why idle", 25, priority=7, share=1),
)
POSITION_COLUMNS = (
    Column("symbol", "symbol", 8, priority=20),
    Column("side", "side", 5, priority=19),
    Column("quantity", "size", 8, "right", priority=18),
    Column("entry", "entry", 9, "right", priority=15),
    Column("mark", "mark", 9, "right", priority=10),
    Column("stop", "stop", 9, "right", priority=16),
    Column("target", "target", 9, "right", priority=14),
    Column("r", "R", 6, "right", priority=17),
    Column("pnl", "net P&L", 9, "right", priority=17),
    Column("breakeven", "b/even", 9, "right", priority=8),
    Column("notional", "notional", 10, "right", priority=6),
    Column("leverage", "lev", 5, "right", priority=7),
    Column("at_stop", "at stop", 9, "right", priority=12),
    Column("protection", "protected", 9, priority=16, share=1),
)
ORDER_COLUMNS = (
    Column("role", "order", 15, priority=20),
    Column("symbol", "symbol", 8, priority=19),
    Column("side", "side", 4, priority=18),
    Column("left", "left", 8, "right", priority=15),
    Column("price", "price", 9, "right", priority=17),
    Column("state", "state", 9, priority=16),
    Column("age", "age", 4, "right", priority=10),
    Column("kind", "kind", 10, priority=6),
    Column("trade", "trade", 6, priority=8),
    Column("id", "id", 18, priority=5),
    Column("note", "note", 6, priority=4, share=1),
)
RISK_COLUMNS = (
    Column("limit", "limit", 15, priority=10, share=1),
    Column("gauge", "", GAUGE_CELLS, priority=8),
    Column("used", "used", 6, "right", priority=9),
    Column("of", "of", 5, "right", priority=8),
    Column("left", "left", 6, "right", priority=5),
    Column("asked", "eval", 4, "right", priority=8),
)
ALERT_COLUMNS = (
    Column("severity", "", 4, priority=10),
    Column("message", "alert", 30, priority=9, share=1),
    Column("count", "n", 3, "right", priority=6),
    Column("at", "at", 5, priority=5),
    Column("age", "age", 4, "right", priority=7),
    Column("ack", "ack", 3, priority=8),
)

_AGENT_STATE: dict[AgentStatus, tuple[str, Tone]] = {
    AgentStatus.IDLE: ("idle", "muted"),
    AgentStatus.RUNNING: ("run", "accent"),
    AgentStatus.COMPLETED: ("ok", "ok"),
    AgentStatus.FAILED: ("FAIL", "critical"),
}
_LEVELS: dict[Level, tuple[str, Tone]] = {
    Level.OK: ("", "ok"),
    Level.NEAR: ("near", "warning"),
    Level.OVER: ("OVER", "critical"),
    Level.UNKNOWN: ("", "stale"),
}
_SEVERITIES: dict[Severity, tuple[str, Tone]] = {
    Severity.CRITICAL: ("CRIT", "critical"),
    Severity.WARNING: ("warn", "warning"),
    Severity.INFO: ("info", "muted"),
}
_PROTECTION: dict[Protection, Tone] = {
    Protection.VENUE: "ok",
    Protection.PART: "warning",
    Protection.NAKED: "critical",
}


def agent_rows(view: AgentsView, zone: ZoneInfo, glyphs: GlyphSet) -> tuple[Row, ...]:
    return tuple(_agent(row, zone, glyphs) for row in view.rows)


def _agent(row: AgentRow, zone: ZoneInfo, glyphs: GlyphSet) -> Row:
    text, tone = _AGENT_STATE[row.status]
    share = "-" if row.success_pct is None else str(row.success_pct)
    reason = Cell(row.error, "critical") if row.error else Cell(row.why_idle, "muted")
    return Row(
        row.name,
        (
            Cell(text, tone),
            Cell(row.name),
            Cell(age_text(row.last_run_s), "muted"),
            Cell("-" if row.mean_ms is None else f"{row.mean_ms:.1f}", "muted"),
            Cell(
                sparkline(row.recent_ms, DURATIONS_CELLS, glyphs, low=0.0) if row.recent_ms else "-", "muted"
            ),
            Cell(str(row.runs)),
            Cell(share, "warning" if row.failures else "plain"),
            Cell(words.clock(row.next_due_ns, zone), "muted"),
            reason,
        ),
    )


def position_rows(view: ExposureView) -> tuple[Row, ...]:
    return tuple(map(_position, view.positions))


def _position(row: PositionRow) -> Row:
    tone = _sign_tone(row.pnl)
    target = words.price(row.targets[0]) if row.targets else "none"
    return Row(
        row.trade_id or row.symbol,
        (
            Cell(row.symbol),
            Cell("long" if row.side is Side.BUY else "short", "accent"),
            Cell(words.quantity(row.quantity)),
            Cell(words.price(row.entry)),
            Cell(words.price(row.mark)),
            Cell("none" if row.stop is None else words.price(row.stop), "plain" if row.stop else "critical"),
            Cell(target),
            Cell(words.signed(row.r_now), tone),
            Cell(words.money(row.pnl), tone),
            Cell(words.price(row.breakeven)),
            Cell(words.UNKNOWN if row.notional is None else f"{row.notional:,.0f}"),
            Cell(words.UNKNOWN if row.leverage is None else f"{row.leverage:.2f}x"),
            Cell(words.money(row.money_at_stop), _sign_tone(row.money_at_stop)),
            Cell(row.protection.value, _PROTECTION[row.protection]),
        ),
    )


def _sign_tone(value: object) -> Tone:
    if value is None:
        return "stale"
    return "loss" if str(value).startswith("-") else "gain"


def order_rows(view: ExposureView) -> tuple[Row, ...]:
    return tuple(map(_order, view.orders))


def _order(row: OrderRow) -> Row:
    unknown = row.state.value == "unknown"
    at = row.stop_price if row.stop_price is not None else row.price
    return Row(
        row.client_id,
        (
            Cell(row.role.value.replace("_", " ")),
            Cell(row.symbol),
            Cell(row.side.value),
            Cell(words.quantity(row.quantity - row.filled)),
            Cell("market" if at is None else words.price(at)),
            Cell("UNKNOWN" if unknown else row.state.value, "critical" if unknown else "plain"),
            Cell(age_text(row.age_s), "muted"),
            Cell(row.kind.value.replace("_", " "), "muted"),
            Cell(row.trade_id, "muted"),
            Cell(row.client_id, "muted"),
            Cell(row.note, "muted"),
        ),
    )


def risk_rows(view: RiskView) -> tuple[Row, ...]:
    """The limits with their figures, then the rules that count nothing."""
    counted = {row.rule.partition(".")[0] for row in view.rows}
    rest = (row for row in view.rules if row.rule not in counted)
    return (*map(_limit, view.rows), *map(_rule, rest))


def _rule(row: RuleRow) -> Row:
    label = Cell(row.rule.replace("_", " "))
    return Row(row.rule, (label, *(Cell(""),) * 4, asked_cell(row.asked_s)))


def asked_cell(age_s: int | None) -> Cell:
    """When a rule was last evaluated; one that never was is a warning."""
    return Cell("none", "warning") if age_s is None else Cell(age_text(age_s), "muted")


def _limit(row: RiskRow) -> Row:
    return Row(row.rule, limit_cells(row))


def limit_cells(row: RiskRow) -> tuple[Cell, ...]:
    """A limit in the cells of `RISK_COLUMNS`."""
    text, tone = _LEVELS[row.level]
    unit = "" if row.unit is Unit.COUNT else row.unit.value
    return (
        Cell(row.label),
        Cell(text or words.gauge(row.share, GAUGE_CELLS), tone),
        Cell(f"{words.figure(row.used)}{unit}", tone if text else "plain"),
        Cell(f"{words.figure(row.limit)}{unit}"),
        Cell(f"{words.figure(row.distance)}{unit}"),
        asked_cell(row.asked_s),
    )


def alert_rows(view: AlertsView, zone: ZoneInfo) -> tuple[Row, ...]:
    return tuple(_alert(row, zone) for row in view.rows)


def _alert(row: AlertRow, zone: ZoneInfo) -> Row:
    text, tone = _SEVERITIES[row.severity]
    seen = bool(row.acknowledged_by)
    return Row(
        row.alert_id,
        (
            Cell(text, "muted" if seen else tone),
            Cell(row.message, "muted" if seen else tone),
            Cell(str(row.count) if row.count > 1 else ""),
            Cell(words.clock(row.at_ns, zone), "muted"),
            Cell(age_text(row.age_s), "muted"),
            Cell("yes" if seen else "no", "muted" if seen else "plain"),
        ),
    )
