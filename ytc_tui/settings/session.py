"""Settings of the session (its hours, days and timeframes) and of the account.

Imports the field rules and pydantic. Invariants: the planned end is not after the hard end; each
timeframe is a whole multiple of the one below it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, Self

from pydantic import field_validator, model_validator
from pydantic_core import PydanticCustomError

from ytc_tui.settings.fields import (
    CLOCK_ALLOWED,
    ZONE_ALLOWED,
    ClockTime,
    Section,
    Symbol,
    Text,
    Zone,
    choices,
    setting,
)

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Timeframe = Literal["1min", "3min", "5min", "10min", "15min", "30min", "60min", "240min"]
WEEK: tuple[str, ...] = choices(Weekday)


def timeframe_min(timeframe: str) -> int:
    """Minutes of one bar of `timeframe`."""
    return int(timeframe.removesuffix("min"))


class TimeframeSettings(Section):
    """The three timeframes of the method (domain.md 2.2)."""

    higher: Timeframe = setting(
        "30min", "Bars of the higher timeframe: zones and structure.", spec="timeframes.higher"
    )
    trading: Timeframe = setting(
        "3min", "Bars of the trading timeframe: trend, strength and setups.", spec="timeframes.trading"
    )
    # Agents of the lower timeframe run at the close of each bar of the feed, and those are minutes.
    lower: Literal["1min"] = setting(
        "1min", "Bars of the lower timeframe: triggers and stalls.", spec="timeframes.lower"
    )

    @model_validator(mode="after")
    def _nested(self) -> Self:
        lower, trading, higher = (timeframe_min(t) for t in (self.lower, self.trading, self.higher))
        if not lower < trading < higher or trading % lower or higher % trading:
            raise PydanticCustomError(
                "across",
                "each timeframe must be a larger whole multiple of the one below it",
                {
                    "keys": (
                        "session.timeframes.higher",
                        "session.timeframes.trading",
                        "session.timeframes.lower",
                    )
                },
            )
        return self


class SessionSettings(Section):
    """One trading day of one account: what is traded, and when (semantics.md 2)."""

    session_type: Literal["regular", "pre_market", "post_market"] = setting(
        "regular", "Kind of session, as it is written into records and reports.", spec="session_type"
    )
    session_date: Text = setting(
        "",
        "Local calendar date of the session; empty = the first session that the feed reaches.",
        spec="session_date",
        allowed="empty, or a date YYYY-MM-DD, in quotes",
    )
    market: Text = setting("crypto", "Name of the market in records and reports.", spec="market")
    symbols: tuple[Symbol, ...] = setting(
        (),
        "Symbols to trade; empty = every symbol of the feed.",
        allowed='a list of at most 32 different symbols, written like "BTCUSDT"',
        max_length=32,
    )
    open: ClockTime = setting(
        "13:30",
        "Daily open in session.timezone; the planned and the hard end count from it.",
        spec="session_start_time",
        allowed=CLOCK_ALLOWED,
    )
    days: tuple[Weekday, ...] = setting(
        WEEK, "Local weekdays with a session.", min_length=1, max_length=len(WEEK)
    )
    timezone: Zone = setting("UTC", "Time zone of open, days and daily limits.", allowed=ZONE_ALLOWED)
    pre_market_min: int = setting(20, "Length of the pre-market phase before the open.", ge=1, le=240)
    session_open_min: int = setting(15, "Length of the session-open phase after the open.", ge=1, le=60)
    planned_hours: Decimal = setting(
        "3",
        "Hours from the open after which entries stop and open trades are only managed.",
        spec="session_duration_hours",
        ge=Decimal("0.5"),
        le=23,
    )
    hard_hours: Decimal = setting(
        "4",
        "Hours from the open after which what is still open is closed.",
        spec="max_session_duration_hours",
        ge=Decimal("0.5"),
        le=23,
    )
    warmup_days: int = setting(
        7, "Days of bars before the session that are analysed and never traded.", ge=0, le=90
    )
    close_on_shutdown: bool = setting(
        True, "Shutdown closes open positions (paper); false leaves them protected by their stops."
    )
    exit_when_done: bool = setting(
        False, "The program ends when the last session of the feed has ended.", decides=False
    )
    timeframes: TimeframeSettings = TimeframeSettings()

    @field_validator("session_date")
    @classmethod
    def _calendar_date(cls, value: str) -> str:
        if value and date.fromisoformat(value).isoformat() != value:
            raise ValueError("not a date YYYY-MM-DD")
        return value

    @field_validator("symbols", "days")
    @classmethod
    def _named_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) != len(value):
            raise ValueError("a name appears twice")
        return value

    @model_validator(mode="after")
    def _planned_before_hard(self) -> Self:
        if self.planned_hours > self.hard_hours:
            raise PydanticCustomError(
                "across",
                "the planned end is after the hard end",
                {"keys": ("session.planned_hours", "session.hard_hours")},
            )
        return self


class AccountSettings(Section):
    """The one account, shared by all symbols (semantics.md 4)."""

    account_id: Text = setting(
        "paper",
        "Name of the account: one engine at a time may hold it.",
        spec="account_id",
        allowed="1 to 63 of a-z, 0-9, - and _, beginning with a letter or digit",
        pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$",
    )
    initial_balance: Decimal = setting(
        "10000",
        "Balance that a new paper account starts with, in account.currency.",
        spec="initial_balance",
        ge=100,
        le=1_000_000_000,
    )
    currency: Literal["USDT"] = setting("USDT", "Currency of balance, profit and limits.")
