"""The first tables of the store.

Decides nothing of its own: it builds what `tables` declared when this revision was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ytc_tui.adapters.stores.columns import DecimalText, JsonText

revision = "0001"
down_revision = None


def upgrade() -> None:
    for create in (_record, _account, _trading, _desk):
        create()


def _record() -> None:
    op.create_table(
        "journal",
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("correlation", sa.String(), nullable=False),
        sa.Column("causation", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("prev_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("session", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "heads",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("previous_session", sa.String(), nullable=False),
        sa.Column("previous_seq", sa.BigInteger(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("head_seq", sa.BigInteger(), nullable=False),
        sa.Column("head_hash", sa.String(), nullable=False),
        sa.Column("anchored_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session"),
        sa.UniqueConstraint("counter", name="heads_counter"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "snapshots",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("session", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "bars",
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("open_ns", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.Float(), nullable=False),
        sa.Column("high", sa.Float(), nullable=False),
        sa.Column("low", sa.Float(), nullable=False),
        sa.Column("close", sa.Float(), nullable=False),
        sa.Column("volume", sa.Float(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("place"),
        sa.UniqueConstraint("symbol", "open_ns", "feed", name="bars_symbol_open_feed"),
    )
    op.create_table(
        "telemetry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _account() -> None:
    op.create_table(
        "sessions",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=True),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("venue", sa.String(), nullable=True),
        sa.Column("feed", sa.String(), nullable=True),
        sa.Column("label", sa.String(), nullable=True),
        sa.Column("phase", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("gate", sa.String(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("start_balance", DecimalText(), nullable=True),
        sa.Column("end_balance", DecimalText(), nullable=True),
        sa.Column("pnl", DecimalText(), nullable=True),
        sa.Column("pnl_pct", DecimalText(), nullable=True),
        sa.Column("trades", sa.Integer(), nullable=True),
        sa.Column("wins", sa.Integer(), nullable=True),
        sa.Column("losses", sa.Integer(), nullable=True),
        sa.Column("stop_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("session"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fills",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("venue_fill_id", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=True),
        sa.Column("symbol", sa.String(), nullable=True),
        sa.Column("side", sa.String(), nullable=True),
        sa.Column("quantity", DecimalText(), nullable=True),
        sa.Column("price", DecimalText(), nullable=True),
        sa.Column("reference_price", DecimalText(), nullable=True),
        sa.Column("fee", DecimalText(), nullable=True),
        sa.Column("liquidity", sa.String(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("session", "venue_fill_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "positions",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("quantity", DecimalText(), nullable=True),
        sa.Column("cost", DecimalText(), nullable=True),
        sa.Column("realized", DecimalText(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("session", "symbol"),
        sqlite_with_rowid=False,
    )


def _trading() -> None:
    op.create_table(
        "orders",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=True),
        sa.Column("side", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("quantity", DecimalText(), nullable=True),
        sa.Column("filled", DecimalText(), nullable=True),
        sa.Column("limit_price", DecimalText(), nullable=True),
        sa.Column("stop_price", DecimalText(), nullable=True),
        sa.Column("venue_order_id", sa.String(), nullable=True),
        sa.Column("trade_id", sa.String(), nullable=True),
        sa.Column("decision_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("session", "client_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "trades",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("trade_id", sa.String(), nullable=False),
        sa.Column("setup", sa.String(), nullable=True),
        sa.Column("symbol", sa.String(), nullable=True),
        sa.Column("side", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("entry_at", sa.BigInteger(), nullable=True),
        sa.Column("entry_price", DecimalText(), nullable=True),
        sa.Column("exit_at", sa.BigInteger(), nullable=True),
        sa.Column("exit_price", DecimalText(), nullable=True),
        sa.Column("exit_reason", sa.String(), nullable=True),
        sa.Column("size", DecimalText(), nullable=True),
        sa.Column("initial_stop", DecimalText(), nullable=True),
        sa.Column("stop", DecimalText(), nullable=True),
        sa.Column("t1", DecimalText(), nullable=True),
        sa.Column("t2", DecimalText(), nullable=True),
        sa.Column("risk_amount", DecimalText(), nullable=True),
        sa.Column("pnl", DecimalText(), nullable=True),
        sa.Column("r_multiple", DecimalText(), nullable=True),
        sa.Column("mae", DecimalText(), nullable=True),
        sa.Column("mfe", DecimalText(), nullable=True),
        sa.PrimaryKeyConstraint("session", "trade_id"),
        sqlite_with_rowid=False,
    )


def _desk() -> None:
    op.create_table(
        "decisions",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("decision_id", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("symbol", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("detail", JsonText(), nullable=True),
        sa.PrimaryKeyConstraint("session", "decision_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "alerts",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.Column("severity", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("session", "alert_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "handoffs",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("handoff_id", sa.String(), nullable=False),
        sa.Column("from_phase", sa.String(), nullable=True),
        sa.Column("to_phase", sa.String(), nullable=True),
        sa.Column("task", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("needs_approval", sa.Boolean(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=True),
        sa.Column("deliverables", JsonText(), nullable=True),
        sa.Column("context", JsonText(), nullable=True),
        sa.Column("artifacts", JsonText(), nullable=True),
        sa.Column("proposed_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("session", "handoff_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tasks",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("type", sa.String(), nullable=True),
        sa.Column("priority", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("requested_at", sa.BigInteger(), nullable=True),
        sa.Column("reported_at", sa.BigInteger(), nullable=True),
        sa.Column("errors", JsonText(), nullable=True),
        sa.PrimaryKeyConstraint("session", "task_id"),
        sqlite_with_rowid=False,
    )
