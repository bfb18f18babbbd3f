"""Settings of running: agents, handoffs, the paper venue, the feed, the journal, logs and screens.

Numbers: semantics.md 2, 3, 7 and 8. Imports the field rules and the model's phase table.
Invariant: what only changes how a run is shown, paced or kept carries `decides=False`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, Self, assert_never

from pydantic import field_validator, model_validator
from pydantic_core import PydanticCustomError

from ytc_tui.model.session import PHASE_TABLE, Mode, PhaseTrigger
from ytc_tui.settings.fields import (
    ZONE_ALLOWED,
    ActionName,
    KeyName,
    MistakeCode,
    PathText,
    Section,
    Text,
    Zone,
    known_zone,
    setting,
)

TRANSITIONS: tuple[str, ...] = tuple(
    f"{start.name}->{end.name}"
    for (start, trigger), end in PHASE_TABLE.items()
    if trigger is not PhaseTrigger.ABORTED
)
_TRANSITIONS_ALLOWED = "a list of " + ", ".join(f'"{t}"' for t in TRANSITIONS)


class OrchestratorSettings(Section):
    """How agents are run (spec 000, orchestrator_config)."""

    max_concurrent_agents: int = setting(
        5, "Agents that wait for something at the same time.", spec="max_concurrent_agents", ge=1, le=64
    )
    agent_timeout_s: float = setting(
        60.0, "Deadline of one run of an agent, in seconds.", spec="agent_timeout_seconds", ge=0.1, le=600
    )
    retry_attempts: int = setting(
        3, "Further tries of a failed run that is safe to repeat.", spec="retry_attempts", ge=0, le=10
    )
    health_check_interval_s: int = setting(
        10, "Seconds between health checks of every component.", spec="health_check_interval", ge=1, le=600
    )


class AgentSettings(Section):
    """One agent, in [agents.NAME]; what is not given comes from the agent's own spec."""

    enabled: bool = setting(True, "The agent runs.")
    weight: float | None = setting(
        None, "Weight of the agent's vote; not given = the agent's own.", ge=0, le=10
    )
    timeout_s: float | None = setting(
        None, "Deadline of one run; not given = orchestrator.agent_timeout_s.", ge=0.1, le=600
    )


class ApproveSettings(Section):
    """Phase handoffs that wait for a person, for each mode (semantics.md 8)."""

    paper: tuple[str, ...] = setting(
        (), "Handoffs that a person approves in paper mode.", allowed=_TRANSITIONS_ALLOWED
    )
    sandbox: tuple[str, ...] = setting(
        ("PRE_MARKET->SESSION_OPEN",),
        "Handoffs that a person approves in sandbox mode.",
        allowed=_TRANSITIONS_ALLOWED,
    )
    live: tuple[str, ...] = setting(
        ("PRE_MARKET->SESSION_OPEN",),
        "Handoffs that a person approves in live mode.",
        allowed=_TRANSITIONS_ALLOWED,
    )

    @field_validator("paper", "sandbox", "live")
    @classmethod
    def _phase_moves(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(name not in TRANSITIONS for name in value) or len(set(value)) != len(value):
            raise ValueError("not a list of different phase handoffs")
        return value


class HandoffSettings(Section):
    """Approvals of handoffs between phases."""

    expiry_s: int = setting(300, "Seconds that a pending handoff waits for a person.", ge=10, le=86_400)
    approve: ApproveSettings = ApproveSettings()

    def approved_by_person(self, mode: Mode) -> tuple[str, ...]:
        """The handoffs ("PRE_MARKET->SESSION_OPEN") that wait for a person in `mode`."""
        match mode:
            case Mode.PAPER:
                return self.approve.paper
            case Mode.SANDBOX:
                return self.approve.sandbox
            case Mode.LIVE:
                return self.approve.live
        assert_never(mode)


class PaperSettings(Section):
    """The paper venue: how orders fill on bars (semantics.md 3)."""

    fill_volume_share: Decimal = setting(
        "0.1",
        "Largest part of a bar's volume that fills take, 0 to 1.",
        ge=Decimal("0.001"),
        le=1,
    )
    spread_bps: Decimal = setting("0.3", "Bid-ask spread of the paper book, in basis points.", ge=0, le=200)
    slippage_bps: Decimal = setting(
        "1", "Slippage of market and stop fills beyond the spread, in basis points.", ge=0, le=500
    )
    slippage_unknown_volume_bps: Decimal = setting(
        "5", "The same for a file whose volume is unknown.", ge=0, le=500
    )
    latency_ms: int = setting(250, "Time from sending an order to the venue's book.", ge=0, le=60_000)
    seed: int = setting(0, "Seed of everything random in a paper run.", ge=0, le=2**63 - 1)
    host: PathText = setting(
        "",
        "Socket of the paper host that holds the account; empty = the venue is in the engine's process.",
        decides=False,
    )

    @model_validator(mode="after")
    def _unknown_is_worse(self) -> Self:
        if self.slippage_unknown_volume_bps < self.slippage_bps:
            raise PydanticCustomError(
                "across",
                "slippage with unknown volume is smaller than with known volume",
                {"keys": ("paper.slippage_unknown_volume_bps", "paper.slippage_bps")},
            )
        return self


class FeedSettings(Section):
    """Where prices come from and how they are played (semantics.md 2, 3, 9)."""

    data: tuple[PathText, ...] = setting(
        (),
        "Bar files, each PATH or SYMBOL=PATH; empty = the bundled demo.",
        decides=False,
        max_length=64,
    )
    instruments_path: PathText = setting(
        "", "Instrument rows (tick, lot, fees ...); empty = the bundled file.", decides=False
    )
    calendar_path: PathText = setting(
        "",
        "Economic calendar (.ics, .csv or .json); empty = the bundled sample with the bundled data, else "
        "none.",
        decides=False,
    )
    calendar_timezone: Text = setting(
        "",
        "Time zone of calendar times that say none; empty refuses them.",
        allowed=f"empty, or {ZONE_ALLOWED}",
        decides=False,
    )
    speed: str = setting(
        "60",
        "Speed of a bars feed: 60 = a minute in a second; max = as fast as possible.",
        allowed='a whole number from 1 to 100000, or "max"',
        decides=False,
        pattern=r"^([1-9]\d{0,4}|100000|max)$",
    )
    bar_label: Literal["open", "close"] = setting(
        "open", "Whether a bar's time is its open or its close; whole-minute files cannot tell."
    )
    resume_bars: int = setting(5, "Bars after a hole before analysis resumes.", ge=1, le=500)
    analysis_hole_bars: int = setting(
        5, "Swings and ATR do not span a hole of more lower-timeframe bars.", ge=1, le=500
    )
    position_hole_min: int = setting(
        30, "A position open across a longer hole is closed at the first price.", ge=1, le=1440
    )
    late_warn_bars: int = setting(1, "Bars of delay that warn and stop entries.", ge=1, le=100)
    late_gap_bars: int = setting(2, "Bars of delay that are a data gap.", ge=1, le=100)

    @field_validator("calendar_timezone")
    @classmethod
    def _zone_or_none(cls, value: str) -> str:
        return known_zone(value) if value else value

    @field_validator("speed", mode="before")
    @classmethod
    def _speed_number(cls, value: object) -> object:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @model_validator(mode="after")
    def _warning_first(self) -> Self:
        if self.late_warn_bars > self.late_gap_bars:
            raise PydanticCustomError(
                "across",
                "the warning comes after the data gap that it warns of",
                {"keys": ("feed.late_warn_bars", "feed.late_gap_bars")},
            )
        return self

    @property
    def speed_factor(self) -> int | None:
        """Feed seconds in one wall second; None = as fast as possible."""
        return None if self.speed == "max" else int(self.speed)


class NotesSettings(Section):
    """Notes of the operator's: nothing here can change a decision."""

    mistake_codes: tuple[MistakeCode, ...] = setting(
        (
            "chased",
            "early_exit",
            "late_exit",
            "moved_stop",
            "oversize",
            "no_setup",
            "against_bias",
            "news",
            "distracted",
            "other",
        ),
        "The closed list of mistakes that a note may name.",
        allowed='a list of different names, written like "moved_stop"',
        decides=False,
        min_length=1,
        max_length=32,
    )

    @field_validator("mistake_codes")
    @classmethod
    def _named_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) != len(value):
            raise ValueError("a name appears twice")
        return value


class UiSettings(Section):
    """The desk: nothing here can change a decision."""

    timezone: Zone = setting(
        "UTC", "Time zone of times on screens, shown beside UTC.", allowed=ZONE_ALLOWED, decides=False
    )
    flatten_confirm: Literal["typed", "double_key"] = setting(
        "typed",
        "How the closing of everything is confirmed: the word FLAT, or the flatten key twice.",
        decides=False,
    )
    link: Literal["auto", "local", "ssh", "slow"] = setting(
        "auto",
        "The line to the terminal: frames at once, four a second, or one a second and no charts; auto = ssh "
        "where an SSH server says so, else local.",
        decides=False,
    )
    bell: Literal["off", "critical", "warning"] = setting(
        "critical", "Alerts from this severity on ring the terminal's bell.", decides=False
    )
    theme: Literal["auto", "dark", "light"] = setting(
        "auto",
        "Colours for a dark or a light ground; auto = dark, unless COLORFGBG names a light one.",
        decides=False,
    )
    keys: Mapping[ActionName, KeyName] = setting(
        {},
        "Keys of actions, in place of those of docs/keys.md.",
        allowed='one character in quotes, or a name like "f9" or "ctrl+k"; no key twice',
        decides=False,
        max_length=128,
    )
    glyphs: Literal["auto", "braille", "blocks", "ascii"] = setting(
        "auto",
        "What charts and lines are drawn with; auto asks locale and terminal, ascii is for any.",
        decides=False,
    )
