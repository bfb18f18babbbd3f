"""A playback without a record: a player that notes what is asked of it, on a scene made by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.screens.desk_scenes import in_trade
from tests.screens.desk_stage import StagedDesk, StillEngine, staged
from tests.screens.desk_views import NOW_NS, Scene
from tests.screens.journal_stage import StillJournal
from tests.views.journals import finished
from ytc_tui.errors import UsageInvalid
from ytc_tui.screens.link import Survival
from ytc_tui.views.playback import PlaybackView

SESSION = "5f0c2a1e-7a53-5f7b-9b0e-6f4a1d3c2b10"


def standing(**changes: Any) -> PlaybackView:
    """Paused at entry 812 of 4,310, at the moment of the scenes."""
    told: dict[str, Any] = {
        "session_id": SESSION,
        "seq": 812,
        "entries": 4_310,
        "at_ns": NOW_NS,
        "bars_per_s": 4.0,
        "playing": False,
    }
    return PlaybackView(**{**told, **changes})


@dataclass
class StillPlayer(StillEngine):
    """Notes every move; there is only T0001 to be found."""

    moves: list[tuple[str, Any]] = field(default_factory=list)

    def toggle(self) -> None:
        self.moves.append(("toggle", None))

    def step_bars(self, count: int) -> None:
        self.moves.append(("bars", count))

    def step_entries(self, count: int) -> None:
        self.moves.append(("entries", count))

    def change_speed(self, *, up: bool) -> None:
        self.moves.append(("faster" if up else "slower", None))

    def seek(self, where: str) -> None:
        if where not in ("T0001", "start"):
            raise UsageInvalid(f"there is no {where!r}", fix="T0001")
        self.moves.append(("seek", where))


def played(scene: Scene | None = None, **changes: Any) -> StagedDesk:
    """The desk in playback of `scene`; `changes` are those of where it stands."""
    views: Scene = {**(in_trade() if scene is None else scene), "playback": standing(**changes)}
    return staged(
        views,
        engine=StillPlayer(views, journal=StillJournal(finished().entries)),
        playback=True,
        owned=False,
        survives_logout=(Survival.YES, "it is a record"),
        description=f"playback of session {SESSION}; nothing can be sent to it",
        kill_command="",
    )


def moves(app: StagedDesk) -> list[tuple[str, Any]]:
    """What was asked of the player."""
    assert isinstance(app.engine, StillPlayer)
    return app.engine.moves
