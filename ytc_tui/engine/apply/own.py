"""Bookkeeping of the operator's levels, bias and notes. Imports the model only.

Invariant: a level that was removed or replaced is kept with its end, so that the minutes before can be
judged again as they were.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from ytc_tui.model import events as ev
from ytc_tui.model.own import ended_at
from ytc_tui.model.state import State

OwnEvent = ev.LevelAdded | ev.LevelRemoved | ev.LevelArmed | ev.LevelReached | ev.BiasSet | ev.NoteWritten


def apply_own(state: State, event: OwnEvent, at_ns: int) -> None:
    match event:
        case ev.LevelAdded(level):
            _end_level(state, level.level_id, at_ns)
            state.levels[level.level_id] = level
        case ev.LevelRemoved(level_id):
            _end_level(state, level_id, at_ns)
        case ev.LevelArmed(level_id, alert):
            held = state.levels[level_id]
            state.levels[level_id] = replace(
                held, alert=alert, armed_ns=at_ns, armings=held.armings + 1, reached_ns=0
            )
        case ev.LevelReached(level_id):
            state.levels[level_id] = replace(state.levels[level_id], reached_ns=at_ns)
        case ev.BiasSet(bias):
            state.biases[bias.symbol] = bias
        case ev.NoteWritten(note):
            state.notes[note.note_id] = note
        case _:
            assert_never(event)


def _end_level(state: State, level_id: str, at_ns: int) -> None:
    held = state.levels.pop(level_id, None)
    if held is not None:
        state.levels_gone = (*state.levels_gone, ended_at(held, at_ns))
