"""Events of the operator's own view: levels, bias, notes. Imports the model only.

Invariant: what an operator said is here whole, so that recovery needs nothing else of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ytc_tui.model.own import LevelAlert, OwnBias, OwnLevel, OwnNote


@dataclass(frozen=True, slots=True)
class LevelAdded:
    level: OwnLevel


@dataclass(frozen=True, slots=True)
class LevelRemoved:
    level_id: str
    actor: str


@dataclass(frozen=True, slots=True)
class LevelArmed:
    """The alert of a level is armed anew; NONE disarms it."""

    level_id: str
    alert: LevelAlert


@dataclass(frozen=True, slots=True)
class LevelReached:
    """The alert of a level was raised; it stays silent until it is armed anew. `price` is the extreme of
    the bar that reached the level, or the close beyond it."""

    level_id: str
    alert: LevelAlert
    price: Decimal


@dataclass(frozen=True, slots=True)
class BiasSet:
    """NONE lifts the bias on its symbol."""

    bias: OwnBias


@dataclass(frozen=True, slots=True)
class NoteWritten:
    note: OwnNote
