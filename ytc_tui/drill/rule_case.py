"""The shape of a rule's case: what a session is told, and the setup that is then proposed.

Decides nothing itself. Imports the scene and the model. Invariant: one case a rule.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from ytc_tui.config import Settings
from ytc_tui.drill import tape
from ytc_tui.drill.scene import Scene, idle
from ytc_tui.drill.scripts import trade_idea
from ytc_tui.engine.situation import Situation
from ytc_tui.model.risk import TradePlan
from ytc_tui.model.signals import Setup

Arrange = Callable[[Situation, bool], Setup]


def _never_off(settings: Settings) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class RuleCase:
    """`arrange` tells the situation what it is to find, on the outer side of the limit where that is asked,
    and gives the setup that is proposed. `act` and `bars` are the scene's, on the outer side alone. `put`
    changes the plan on that side where nothing before the gate would ever ask for it: it is put to the gate
    itself. `off` says why the rule refuses nothing under these settings, empty when it does."""

    arrange: Arrange
    put: Callable[[Situation, TradePlan], TradePlan] | None = None
    act: Callable[[Scene], Awaitable[None]] = idle
    bars: tape.Changed = field(default_factory=dict)
    off: Callable[[Settings], str] = _never_off


def usual(sit: Situation, outside: bool) -> Setup:
    """The setup that every rule lets through."""
    return trade_idea(sit)
