"""Policy: the frozen numbers by which one session is decided, and its hours.

Decides nothing; boot fills it from the settings. Imports agents' rule objects and the model.
Invariant: a policy never changes within a session; its digest is in the first journal entry.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from ytc_tui.agents.base import ScanRules
from ytc_tui.analysis.exit_policy import ManagementRules
from ytc_tui.analysis.params import SetupParams
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S
from ytc_tui.model.news import News
from ytc_tui.model.risk import RiskLimits
from ytc_tui.model.session import Approval, Mode
from ytc_tui.model.signals import SetupKind


@dataclass(frozen=True, slots=True)
class Window:
    """The hours of one session (semantics.md 2), UTC ns, and its local calendar date."""

    date: str
    init_ns: int
    open_ns: int
    active_ns: int
    planned_end_ns: int
    hard_end_ns: int
    feed_ends_early: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """What deciders may read besides state and market. Percents as percent, money in account currency."""

    mode: Mode
    account_id: str
    currency: str
    install_id: str
    session_type: str
    market_name: str
    limits: RiskLimits
    alert_medium_pct: Decimal
    alert_high_pct: Decimal
    alert_consecutive_losses: int
    management: ManagementRules
    scan: ScanRules
    enabled_agents: frozenset[str]
    agent_timeout_s: float
    agent_retries: int
    max_concurrent_agents: int
    timeouts_s: tuple[tuple[str, float], ...]
    approve_handoffs: frozenset[str]
    handoff_expiry_s: float
    close_on_shutdown: bool
    position_hole_ns: int
    software: str
    round_trip_bps: Decimal
    setup_params: SetupParams
    approval: Approval = Approval.AUTO
    approval_by_setup: tuple[tuple[SetupKind, Approval], ...] = ()
    approval_life_s: float = 60.0
    expiry_ns: int = 4 * NS_PER_MIN
    correlation_check: bool = True
    correlation_days: int = 20
    late_warn_bars: int = 1
    late_gap_bars: int = 2
    health_interval_ns: int = 10 * NS_PER_S
    max_slippage_bps: Decimal = Decimal(20)
    news: News = field(default_factory=News)
    connection_timeout_ns: int = 30 * NS_PER_S
    timezone: str = "UTC"  # the operator's local days
    mistake_codes: tuple[str, ...] = ()  # the closed list for notes

    def approval_of(self, kind: SetupKind) -> Approval:
        """Who lets a trade of this setup happen: the setup's own rule, or the session's."""
        return dict(self.approval_by_setup).get(kind, self.approval)

    def timeout_of(self, agent: str, spec_timeout_s: float | None) -> float:
        """Seconds that `agent` may take: its own setting, its spec's, or the orchestrator's default."""
        for name, seconds in self.timeouts_s:
            if name == agent:
                return seconds
        return spec_timeout_s if spec_timeout_s is not None else self.agent_timeout_s
