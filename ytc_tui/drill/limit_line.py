"""How a limit's two sides become its line.

Decides what passes: neither alert nor action on the inner side, both on the outer one. Imports the scene
and the model. Invariant: both sides were played.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from ytc_tui.drill.lines import DrillLine, Group, Tried
from ytc_tui.drill.scene import Scene
from ytc_tui.drill.scripts import seconds
from ytc_tui.model import events as ev
from ytc_tui.model.session import Gate

Play = Callable[[bool], Scene]


def limit_line(
    name: str, code: str, play: Play, told: Callable[[Scene], str], acts: Callable[[Scene], bool]
) -> DrillLine:
    """A limit's line: on the inner side neither alert `code` nor the action, on the outer one both."""
    inner, outer = play(False), play(True)
    inside, outside = Tried(told(inner)), Tried(told(outer))
    if inner.alerted(code) or acts(inner):
        inside = Tried(inside.told, "it acted before its limit")
    if not outer.alerted(code):
        outside = Tried(outside.told, f"no alert {code}")
    elif not acts(outer):
        outside = Tried(outside.told, "it alerted and did not act")
    raised = sorted({event.code for _, event in outer.all(ev.AlertRaised)})
    figures: dict[str, Decimal | int] = {"orders": len(outer.venue.sent)}
    started, flat = outer.all(ev.FlattenStarted), outer.all(ev.FlatVerified)
    if started and flat:
        figures["to_flat_s"] = seconds(started[0][0], flat[0][0])
    return DrillLine(Group.LIMIT, name, inside, outside, figures, tuple(raised))


def reducing(scene: Scene) -> bool:
    return scene.state.gate is not Gate.ACTIVE
