"""The screens by the id of the action that opens them.

Decides nothing. Imports every screen. Invariant: each has a row in the table of actions.
"""

from __future__ import annotations

from ytc_tui.screens.agents import AgentsScreen
from ytc_tui.screens.approvals import ApprovalsScreen
from ytc_tui.screens.desk import DeskScreen
from ytc_tui.screens.engine_screen import EngineScreen
from ytc_tui.screens.health import HealthScreen
from ytc_tui.screens.journal import JournalScreen
from ytc_tui.screens.reconcile import ReconcileScreen
from ytc_tui.screens.review import ReviewScreen
from ytc_tui.screens.risk import RiskScreen
from ytc_tui.screens.settings import SettingsScreen
from ytc_tui.screens.signals import SignalsScreen
from ytc_tui.screens.trades import TradesScreen
from ytc_tui.screens.watchlist import WatchlistScreen

SCREENS: dict[str, type[EngineScreen]] = {
    "desk": DeskScreen,
    "watchlist": WatchlistScreen,
    "agents": AgentsScreen,
    "signals": SignalsScreen,
    "trades": TradesScreen,
    "risk": RiskScreen,
    "reconcile": ReconcileScreen,
    "journal": JournalScreen,
    "review": ReviewScreen,
    "health": HealthScreen,
    "handoffs": ApprovalsScreen,
    "settings": SettingsScreen,
}
