"""Emergencies that come as files: the kill file, and the halt of a guard.

Decides nothing but what they must lead to. Imports the scene and the files. Invariant: both are found by the
watcher that a real run has.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from ytc_tui.adapters.guard.halt_file import HaltFile
from ytc_tui.drill.emergencies import default_holding, flattened
from ytc_tui.drill.lines import DrillLine, Group, guarded
from ytc_tui.drill.sandbox import Sandbox
from ytc_tui.drill.scene import ACT_MINUTE, Scene
from ytc_tui.model.halt import Halt
from ytc_tui.model.session import Gate, SessionStatus
from ytc_tui.paper_run import PaperRun

Watch = Callable[[PaperRun], Awaitable[None]]


def kill_file(box: Sandbox, watch: Watch) -> DrillLine:
    """The kill file of the whole mode, seen by the watcher of a run."""

    async def act(scene: Scene) -> None:
        if scene.once("kill", ACT_MINUTE):
            scene.run.parts.paths.state_dir.mkdir(parents=True, exist_ok=True)
            scene.run.parts.paths.kill_file().touch()

    scene = default_holding("kill_file-outside", act=act, beside=watch, until=ACT_MINUTE + 6)
    told = "the file kill appears: verified flat, then paused"
    return flattened("kill_file", box, scene, told=told, gate=Gate.REDUCING, status=SessionStatus.PAUSED)


def guard_halted(box: Sandbox, watch: Watch) -> DrillLine:
    """The halt of a guard over a session that runs."""

    async def act(scene: Scene) -> None:
        if scene.once("halt", ACT_MINUTE):
            parts = scene.run.parts
            parts.paths.state_dir.mkdir(parents=True, exist_ok=True)
            halts = HaltFile(parts.paths.halt_file(parts.run_id))
            halts.halt(Halt(halts.next_epoch(), scene.state.session_id, "drill", 0))

    scene = default_holding("guard_halted-outside", act=act, beside=watch, until=ACT_MINUTE + 6)
    told = "a guard raises a halt: verified flat, session over"
    return flattened(
        "guard_halted", box, scene, told=told, gate=Gate.HALTED, status=SessionStatus.EMERGENCY_STOP
    )


def drill_from_outside(box: Sandbox, watch: Watch) -> list[DrillLine]:
    """One line for each file; `watch` is what a run's process does beside its session."""
    drills = {"kill_file": kill_file, "guard_halted": guard_halted}
    return [guarded(Group.EMERGENCY, name, partial(drill, box, watch)) for name, drill in drills.items()]
