"""The halt epoch between a guard and an engine: what an engine may still send, and what it has to take up.

Decides which epoch an engine holds: what an operator had cleared when its session was opened, and no more, so
that an engine that slept through a halt stays harmless after it was cleared. Part of the composition root.
Invariant: asked before each order that can raise risk, the fence answers from the file as it is then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ytc_tui.adapters.guard.halt_file import UNREADABLE_EPOCH, HaltFile
from ytc_tui.adapters.guard.record import read_record
from ytc_tui.adapters.paths import Paths
from ytc_tui.engine.inputs import HaltFound, HaltLifted
from ytc_tui.model.halt import Clearance, Halt
from ytc_tui.model.state import State

MAX_ACTS = 500


@dataclass(frozen=True, slots=True)
class HaltFence:
    """The fence of one session: `held` is the clearance under which it was opened."""

    halts: HaltFile
    record: Path
    held: Clearance

    def why(self) -> str:
        """Why nothing that raises risk may leave now; empty when it may."""
        standing = self.halts.standing()
        if standing is None or standing.epoch <= self.held.epoch:
            return ""
        return f"halt {standing.epoch} stands, this engine holds {self.held.epoch}: {standing.reason}"

    def met(self, state: State) -> HaltFound | HaltLifted | None:
        """What `state` does not know yet of halts and of their end. A file that cannot be read now is no halt
        to put on record: no later one would be above it."""
        standing = self.halts.standing()
        if standing is not None and UNREADABLE_EPOCH != standing.epoch > state.halt_epoch:
            ours = standing.session == state.session_id
            if ours or standing.epoch > self.held.epoch:
                return HaltFound(self._with_acts(standing, state) if ours else standing)
        if state.halted and self.held.epoch >= state.halt_epoch:
            return HaltLifted(self.held)
        return None

    def _with_acts(self, halt: Halt, state: State) -> Halt:
        """`halt` with all that guards did in this session and no engine has taken up."""
        lines, problem = read_record(self.record)
        news = [each for each in lines if each.session == state.session_id and each.epoch > state.halt_epoch]
        # What the venue proved not to have taken is nothing to look for.
        refused = {line.data["client_id"] for line in news if line.kind == "refused"}
        sent = (order for line in news if (order := line.order) is not None)
        orders = tuple(order for order in sent if order.client_id not in refused)
        acts = tuple(line.words for line in news[:MAX_ACTS])
        return replace(halt, orders=orders, acts=(*acts, problem) if problem else acts)


def fence_of(paths: Paths, run: str) -> HaltFence:
    """The fence of a session of `run` that is opened now."""
    halts = HaltFile(paths.halt_file(run))
    return HaltFence(halts, paths.guard_record(run), halts.cleared())
