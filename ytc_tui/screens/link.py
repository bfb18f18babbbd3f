"""The link to the engine as the desk knows it: what it last heard and when, and what it may send.

Decides when data is stale and why keys that trade are dead. Imports the client protocol. Invariant: silence
is judged by this process's own clock, never by a time that the engine tells.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from ytc_tui.client import EngineClient, Frame
from ytc_tui.views.playback import PlaybackView
from ytc_tui.views.top import TopView

ViewT = TypeVar("ViewT")
# The engine speaks at least once a second; the desk must show silence within two.
SILENT_AFTER_S = 1.6


class Survival(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class EngineEnd:
    """How an engine ended: its exit code, and its last words."""

    code: int
    message: str


class EngineHandle(Protocol):
    """An engine that the desk starts, or finds, and follows.

    `owned` = this desk started it and asks on leaving what becomes of it; one that does not
    `outlives_desk` ends with this process. `survives_logout` says whether it outlives the terminal, and
    why. `kill_command` flattens without the engine's door.
    """

    owned: bool
    outlives_desk: bool
    survives_logout: tuple[Survival, str]

    @property
    def description(self) -> str: ...

    @property
    def kill_command(self) -> str: ...

    async def start(self) -> EngineClient:
        """A client of the engine, which runs. Raises YtcError that says why it does not."""
        ...

    async def ended(self) -> EngineEnd:
        """Returns when the engine has ended; never where that cannot be known."""
        ...

    async def stop(self) -> None:
        """Ask an owned engine's process to end; the session stays resumable."""
        ...


@dataclass(frozen=True, slots=True)
class RunningSession:
    """A session that runs: how it stands in words, and the way to follow it."""

    words: str
    handle: EngineHandle


FindSessions = Callable[[], Awaitable[Sequence[RunningSession]]]


@dataclass(slots=True)
class Link:
    """What was heard. Times are seconds of a monotonic clock; `playback` = a past session is what is told."""

    read_only: bool = False
    playback: bool = False
    views: dict[str, Any] = field(default_factory=dict)
    heard_s: float | None = None
    frames: int = 0
    problem: str = ""  # what was wrong when the engine was last asked
    end: EngineEnd | None = None

    def take(self, frame: Frame, now_s: float) -> Mapping[str, Any]:
        """Take in a frame; the views that it changes."""
        self.heard_s = now_s
        self.problem = ""
        self.frames += 1
        self.views.update(frame.views)
        return frame.views

    def view(self, name: str, kind: type[ViewT]) -> ViewT | None:
        """The view `name` as it was heard last; None = not heard yet, or there is no session."""
        found = self.views.get(name)
        return found if isinstance(found, kind) else None

    @property
    def top(self) -> TopView | None:
        return self.view("top", TopView)

    @property
    def standing(self) -> PlaybackView | None:
        """Where a playback stands; None for a running engine, and before the first frame."""
        return self.view("playback", PlaybackView)

    def silence_s(self, now_s: float) -> float | None:
        """Seconds since the engine was heard, None before the first time."""
        return None if self.heard_s is None else now_s - self.heard_s

    def silent(self, now_s: float) -> bool:
        """Whether what is on the screen may be old."""
        if self.end is not None:
            return True
        silence_s = self.silence_s(now_s)
        return silence_s is None or silence_s > SILENT_AFTER_S

    def why_dead(self, now_s: float) -> str:
        """Why keys that trade do nothing now; empty when they work."""
        if self.playback:
            return "playback"
        if self.read_only:
            return "read-only"
        if self.end is not None:
            return "the engine has ended"
        if self.heard_s is None:
            return "no engine yet"
        if self.silent(now_s):
            return "the engine is silent"
        if self.top is None:
            return "no session yet"
        if self.top.ended:
            return "the session has ended"
        return ""
