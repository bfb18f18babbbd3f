"""What the benchmarks of emergencies share: many symbols, positions and resting orders in one live engine.

The market is synthetic and nearly still, so that nothing fills or ends by itself. The engine is the
product's own, with its journal on disk, and its venue a paper host in another process. Its limits are set
wide here, for this benchmark alone, so that as many orders can work at the same time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.engine import at
from ytc_tui.agents.base import Agent, AgentAnswer, AgentContext, AgentSpec
from ytc_tui.boot import RunRequest, hold_account, open_journal, prepare
from ytc_tui.config import LoadedSettings, load_settings
from ytc_tui.engine.kernel import Kernel
from ytc_tui.model.chain import Entry
from ytc_tui.model.codec import to_json
from ytc_tui.model.events import Event
from ytc_tui.model.market import NS_PER_MIN, Side
from ytc_tui.model.session import Phase
from ytc_tui.model.signals import ScorePart, Setup, SetupKind, setup_id
from ytc_tui.model.structure import Regime
from ytc_tui.model.trades import ENDED_TRADE_STATES
from ytc_tui.model.workflow import Step, Trigger
from ytc_tui.outlets import durable_outlets
from ytc_tui.paper_run import PaperRun

FROM = "2022-11-08T00:00"
PRICE = 100.0
AT_ONCE = 10  # proposals a minute: each is judged by every rule, also while the gate is shut
MINUTES_A_DAY = 24 * 60
_INSTRUMENT = """
[{symbol}]
kind = "linear_perp"
tick = 0.01
lot = 0.01
min_notional = 5
contract_size = 1
quote = "USDT"
maker_fee = 0.0002
taker_fee = 0.0004
max_leverage = 100
maintenance_margin = 0.005
"""
_SETTINGS = {
    "trading.setups": "[]",
    "trading.enable_correlation_check": "false",
    "trading.entry.expiry_bars": "120",
    "trading.scratch.flow_bars": "240",
    "trading.scratch.idle_bars": "200",
    "trading.scratch.idle_extended_bars": "240",
    "trading.exits.time_exit_hours": "24",
    "trading.exits.hard_exit_hours": "24",
    "account.initial_balance": "1000000",
    "session.warmup_days": "0",
    "session.open": "00:30",
    # Some 25 drills: 1,700 trades, far beyond a real day; a longer session would measure its own length.
    "session.planned_hours": "3",
    "session.hard_hours": "3",
    "paper.slippage_bps": "0",
}
# What one account of one person never needs.
_LIMITS: dict[str, Any] = {
    # So little that a thousand flattens in a row stay far from every drawdown limit.
    "risk_per_trade_pct": Decimal("0.005"),
    "max_open_risk_pct": Decimal(90),
    "max_session_loss_pct": Decimal(90),
    "max_positions": 200,
    "max_trades_per_session": 1_000_000,
    "orders_per_minute": 1_000_000,
    "max_leverage": Decimal(125),
    "max_order_notional": Decimal(1_000_000),
    "price_collar_atr": Decimal(1_000),
    "max_consecutive_losses": 1_000_000,
    "alert_consecutive_losses": 1_000_000,
}


@dataclass(frozen=True, slots=True)
class Crowd:
    """`held` symbols in a position, each with its stop and one target, and `resting` with an entry order."""

    held: int
    resting: int
    days: int = 1

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(f"S{number:02d}USDT" for number in range(self.held + self.resting))

    def write(self, folder: Path) -> tuple[tuple[str, ...], Path]:
        """The bars of every symbol, a file each, and the table of instruments."""
        count = self.days * MINUTES_A_DAY
        begin_ms = at(FROM) // 1_000_000
        shift = [0.03 if minute % 2 else 0.0 for minute in range(count)]
        columns = {
            "timestamp": [begin_ms + minute * 60_000 for minute in range(count)],
            "open": [PRICE + 0.03 - each for each in shift],
            "high": [PRICE + 0.06] * count,
            "low": [PRICE - 0.03] * count,
            "close": [PRICE + each for each in shift],
            "volume": [1_000_000.0] * count,
        }
        table = pa.table(columns)
        paths = []
        for symbol in self.symbols:
            path = folder / f"crowd_um_{symbol}_1m.parquet"
            pq.write_table(table, path)
            paths.append(str(path))
        instruments = folder / "instruments.toml"
        instruments.write_text("".join(_INSTRUMENT.format(symbol=symbol) for symbol in self.symbols))
        return tuple(paths), instruments

    def proposer(self) -> Agent:
        """Proposes a trade on every symbol that has none."""
        held = frozenset(self.symbols[: self.held])

        async def consider(context: AgentContext) -> AgentAnswer:
            busy = {trade.symbol for trade in context.trades if trade.state not in ENDED_TRADE_STATES}
            free = [symbol for symbol in self.symbols if symbol not in busy][:AT_ONCE]
            found = [to_json(_setup(symbol, context.now_ns, symbol in held)) for symbol in free]
            return AgentAnswer({"proposals": found} if found else {})

        spec = AgentSpec(
            name="crowd",
            number="90",
            title="Trades for a benchmark",
            phases=tuple(Phase),
            needs=(),
            triggers=tuple(Trigger),
        )
        return Agent(spec, consider)


def _setup(symbol: str, now_ns: int, at_once: bool) -> Setup:
    """A long that fills at once, or one that waits far above the market."""
    shift = 0.0 if at_once else 3.0
    return Setup(
        setup_id=setup_id(SetupKind.PB, symbol, Side.BUY, now_ns),
        kind=SetupKind.PB,
        symbol=symbol,
        side=Side.BUY,
        found_ns=now_ns,
        anchor_ns=now_ns,
        trigger=PRICE - 1.0 if at_once else PRICE + shift,
        limit=PRICE + 0.2 + shift,
        stop=PRICE - 2.0 + shift,
        t1=PRICE + 5.0 + shift,
        t2=None,
        lwp=PRICE + 0.2 + shift,
        lrp=PRICE + 5.0 + shift,
        score=100.0,
        score_parts=(ScorePart("benchmark", 100.0, 100.0),),
        confluence=(),
        regime=Regime.STEADY_TREND,
        regime_fit=1.0,
        expires_ns=now_ns + 100 * NS_PER_MIN,
        grade="A",
    )


def settings_of(state: Path, instruments: Path, socket: Path) -> LoadedSettings:
    """The settings of the run, with limits that no file could set."""
    given = {
        **_SETTINGS,
        "journal.state_dir": str(state),
        "feed.instruments_path": str(instruments),
        "paper.host": str(socket),
    }
    loaded = load_settings(None, given, environment={})
    settings = loaded.settings
    risk = settings.risk.model_copy(update=_LIMITS)
    return replace(loaded, settings=settings.model_copy(update={"risk": risk}))


def request_of(crowd: Crowd, data: tuple[str, ...], speed: int | None = None) -> RunRequest:
    return RunRequest(
        data=data,
        from_ns=at(FROM),
        speed=speed,
        agents=(crowd.proposer(),),
        steps=((Phase.ACTIVE_TRADING, Step("crowd", Trigger.LOWER_CLOSE)),),
    )


@dataclass(slots=True)
class Seen:
    """Every journalled event of the engine, as it becomes durable."""

    watchers: list[Callable[[Event], None]] = field(default_factory=list)

    def show(self, entry: Entry, event: Event) -> None:
        for watch in self.watchers:
            watch(event)


@asynccontextmanager
async def engine(loaded: LoadedSettings, request: RunRequest, seen: Seen) -> AsyncIterator[PaperRun]:
    """The product's engine with its journal on disk; the caller drives it."""
    parts = prepare(loaded, request, {})
    with parts.closing:
        hold_account(parts)
        journal, reader = open_journal(parts)
        try:
            async with durable_outlets(parts, journal, reader, seen.show) as outlets:
                yield PaperRun(parts, outlets)
        finally:
            await journal.close()


def whole(kernel: Kernel, crowd: Crowd) -> bool:
    """Whether every position with its orders, and every resting order, is there."""
    state = kernel.sit.state
    working = [record for record in state.working_orders() if record.venue_order_id]
    return len(state.positions) == crowd.held and len(working) == 2 * crowd.held + crowd.resting
