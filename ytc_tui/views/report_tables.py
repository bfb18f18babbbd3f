"""What one row of each table of a session report holds.

Decides the fields and their units. Imports nothing of ours. Times are UTC, empty where there is none;
money is in account currency; numbers that no entry tells are None.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One rule over the session: how often asked and refusing, and the span of what was used.

    `refused` counts every decision in which the rule said no, also where another decided. `limit` is
    the last one; numbers are in the rule's own unit, None where the rule gives none.
    """

    rule: str
    asked: int
    refused: int
    least_used: Decimal | None
    most_used: Decimal | None
    limit: Decimal | None


@dataclass(frozen=True, slots=True)
class DrawdownRow:
    """One span of the drawdown ledger: what was lost from `base` when the session began and ended, %."""

    span: str
    since: str
    base: Decimal
    begin_pct: Decimal
    end_pct: Decimal
    warn_pct: Decimal
    limit_pct: Decimal


@dataclass(frozen=True, slots=True)
class TradeRow:
    """One trade, entered or not. Prices are averages; `pnl` is net of fees, None while not ended."""

    trade_id: str
    setup: str
    symbol: str
    side: str
    state: str
    quantity: Decimal
    entry_price: Decimal | None
    initial_stop: Decimal
    stop: Decimal
    t1: Decimal
    t2: Decimal | None
    exit_price: Decimal | None
    exit_reason: str
    pnl: Decimal | None
    r_multiple: Decimal | None
    mae_r: Decimal | None
    mfe_r: Decimal | None
    opened: str
    closed: str
    realised: Decimal
    fees: Decimal
    score: float


@dataclass(frozen=True, slots=True)
class FillRow:
    """One fill with the order that it belongs to; `role` is empty for an order that is not ours.

    `asked` is the order's own price (trigger of a stop, else limit), None for a market order;
    `reference_price` the market before spread and slippage. `fee` > 0 is paid.
    """

    seq: int
    at_ns: int
    at: str
    fill_id: str
    order_id: str
    trade_id: str
    symbol: str
    side: str
    role: str
    quantity: Decimal
    price: Decimal
    asked: Decimal | None
    reference_price: Decimal | None
    liquidity: str
    realised: Decimal
    fee: Decimal
    contract_size: Decimal


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One movement of the wallet, `kind` opening, realised, fee or funding, and the balance after it."""

    seq: int
    at_ns: int
    at: str
    kind: str
    trade_id: str
    symbol: str
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Funnel:
    """From setups to trades. `refused_by` counts the deciding rule of each refusal."""

    detected: dict[str, int]
    never_proposed: int
    decisions: int
    refused_by: dict[str, int]
    approved: int
    entered: int
    not_entered: int


@dataclass(frozen=True, slots=True)
class FlattenRow:
    """A flatten: why it began, and how much of the loss lay past the limit (<= 0) once verified flat."""

    seq: int
    at: str
    cause: str
    reason: str
    final: bool
    pnl_pct: Decimal | None
    limit_pct: Decimal | None
    verified: str
    verified_pnl_pct: Decimal | None
    beyond_limit_pct: Decimal | None
    remaining: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AlertRow:
    seq: int
    at: str
    severity: str
    code: str
    message: str
    count: int
    acknowledged_by: str


@dataclass(frozen=True, slots=True)
class HandoffRow:
    handoff_id: str
    at: str
    from_phase: str
    to_phase: str
    task: str
    needs_approval: bool
    state: str
    decided_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class ChecklistRow:
    step: str
    result: str
    detail: str


@dataclass(frozen=True, slots=True)
class AgentRow:
    """An agent's counts; `failures` counts answers given up, `retries` the tries before."""

    name: str
    runs: int
    failures: int
    retries: int
    last_run: str
    last_error: str


@dataclass(frozen=True, slots=True)
class SaidRow:
    """What the operator said about the market, or an alert that it led to, in words."""

    seq: int
    at: str
    text: str


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note: `about` is a trade, or a moment (UTC); `written` says whether in the session or later."""

    note_id: str
    about: str
    trade_id: str
    tags: str
    mistakes: str
    text: str
    written_by: str
    written: str
