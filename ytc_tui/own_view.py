"""The operator's levels and biases between sessions: read as one begins, kept as it ends.

Part of the composition root. Invariants: a session that is on record begins with what is on record, whatever
is kept now; what cannot be kept costs no session.
"""

from __future__ import annotations

from ytc_tui.adapters.process_guard import tell
from ytc_tui.adapters.stores.operator import OperatorFile
from ytc_tui.boot import Parts
from ytc_tui.engine.policy import Window
from ytc_tui.engine.ports import JournalReader
from ytc_tui.engine.schedule import local_day_end_ns
from ytc_tui.errors import YtcError
from ytc_tui.model.events import BiasSet, ChecklistStepDone, LevelAdded, decode_event
from ytc_tui.model.own import OwnBias, OwnLevel
from ytc_tui.model.state import State
from ytc_tui.paper_run import OwnView


def kept_view(parts: Parts, operator: OperatorFile, window: Window) -> OwnView:
    """What the operator keeps for the session of `window`."""
    ends_ns = local_day_end_ns(window.open_ns, parts.policy.timezone)
    return operator.opening(parts.market.symbols, window.date, window.init_ns, ends_ns)


def recorded_view(reader: JournalReader, session: str, window: Window) -> OwnView:
    """What a session on record began with: its entries before the first line of a checklist."""
    levels: list[OwnLevel] = []
    biases: list[OwnBias] = []
    for entry in reader.entries(session):
        match decode_event(entry):
            case LevelAdded(level):
                levels.append(level)
            case BiasSet(bias):
                biases.append(bias)
            case ChecklistStepDone():
                break
    return tuple(levels), tuple(biases)


def keep_view(operator: OperatorFile, state: State, window: Window) -> None:
    """Keep what the ending session `state` leaves; its journal has it, so that a failure is only told."""
    try:
        operator.keep(state, window.date)
    except YtcError as error:
        tell(f"note: levels and bias are not kept for later sessions: {error}")
