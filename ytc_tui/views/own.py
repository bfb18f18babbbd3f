"""What the operator said: the levels and biases that stand, and what a note may name.

Decides what of it is shown. Imports the model and its sibling views. Invariant: what has expired or was
lifted is not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ytc_tui.model.own import OwnBias, OwnLevel
from ytc_tui.views.seen import Seen

if TYPE_CHECKING:
    from ytc_tui.model.state import State


@dataclass(frozen=True, slots=True)
class OwnView:
    """Levels by symbol and price, biases by symbol, how many notes there are, and the closed list of mistake
    codes."""

    levels: tuple[OwnLevel, ...]
    biases: tuple[OwnBias, ...]
    notes: int
    mistake_codes: tuple[str, ...]


def build(state: State, seen: Seen) -> OwnView:
    biases = (state.standing_bias(symbol, seen.at_ns) for symbol in sorted(state.biases))
    return OwnView(
        levels=tuple(state.standing_levels(seen.at_ns)),
        biases=tuple(held for held in biases if held is not None),
        notes=len(state.notes),
        mistake_codes=seen.mistake_codes,
    )
