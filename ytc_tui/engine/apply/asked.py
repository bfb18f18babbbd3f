"""When each rule last gave a verdict. Imports the model only.

Invariant: a rule that no entry shows was never asked.
"""

from __future__ import annotations

from ytc_tui.model.risk import Verdict
from ytc_tui.model.state import State


def note_asked(state: State, verdicts: tuple[Verdict, ...], at_ns: int) -> None:
    """The rules of these verdicts were evaluated at `at_ns`."""
    state.rules_asked.update((verdict.rule, at_ns) for verdict in verdicts)
