"""Settings of trading: which setups are accepted, how they are entered, managed and left early.

Numbers: semantics.md 5, domain.md 2.7 to 2.10. Imports the field rules and the model's enums.
Invariant: no number here can raise risk; the limits are the risk section's.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Self

from pydantic import field_validator, model_validator
from pydantic_core import PydanticCustomError

from ytc_tui.model.session import Approval
from ytc_tui.settings.fields import CurrencyName, PolicyName, Section, SetupName, setting


class EntrySettings(Section):
    """How an accepted setup is entered (domain.md 2.8, 2.9)."""

    trigger_offset_ticks: int = setting(
        2, "Distance of the entry trigger beyond the trigger bar.", ge=0, le=100
    )
    stop_buffer_ticks: int = setting(2, "Distance of the stop beyond the setup's structure.", ge=0, le=1000)
    min_stop_bar_ranges: float = setting(
        1.2, "Smallest stop distance, in ranges of the last lower-timeframe bar.", ge=0, le=10
    )
    expiry_bars: int = setting(4, "Lower-timeframe bars after which an entry order expires.", ge=1, le=120)
    max_attempts: int = setting(3, "Entry orders that one setup may cost.", ge=1, le=10)
    max_spread_pct: Decimal = setting(
        "0.05", "Widest bid-ask spread at entry, in percent of the price.", ge=Decimal("0.001"), le=1
    )


class ExitSettings(Section):
    """How an open trade is managed (domain.md Y-39 to Y-42)."""

    breakeven_r: Decimal = setting(
        "1", "Profit in R at which the stop goes to breakeven plus costs.", ge=Decimal("0.1"), le=10
    )
    trail_buffer_ticks: int = setting(
        2, "Distance of the trailing stop beyond a confirmed swing.", ge=0, le=1000
    )
    time_exit_hours: Decimal = setting(
        "2", "Age at which a trade that went nowhere is closed.", ge=Decimal("0.1"), le=24
    )
    time_exit_max_abs_r: Decimal = setting(
        "0.5", "A trade went nowhere when its profit or loss in R is smaller.", ge=0, le=5
    )
    hard_exit_hours: Decimal = setting(
        "4", "Age at which any trade is closed, whatever it has made.", ge=Decimal("0.1"), le=24
    )

    profit_guard: bool = setting(
        False, "Part two is closed when a wide counter bar gives back much of a profit that it had."
    )
    guard_reached_r: Decimal = setting(
        "1.2", "Profit in R that part two must have had for the guard.", ge=Decimal("0.1"), le=20
    )
    guard_bar_atr: Decimal = setting(
        "1.6", "A counter bar of this many ATR calls the guard.", ge=Decimal("0.1"), le=10
    )
    guard_given_back_pct: Decimal = setting(
        "50", "Share of the best profit that must be given back for the guard.", ge=1, le=100
    )

    @model_validator(mode="after")
    def _hard_exit_is_later(self) -> Self:
        if self.hard_exit_hours < self.time_exit_hours:
            raise PydanticCustomError(
                "across",
                "the hard limit is earlier than the one for trades that went nowhere",
                {"keys": ("trading.exits.hard_exit_hours", "trading.exits.time_exit_hours")},
            )
        return self


class PercentSettings(Section):
    """The numbers of the exit policy "percent" (spec 003)."""

    stop_loss_pct: Decimal = setting(
        "0.5", "Distance of the stop from the entry, in percent of the price.", ge=Decimal("0.05"), le=20
    )
    take_profit_pct: Decimal = setting(
        "1.5", "Distance of the target from the entry, in percent of the price.", ge=Decimal("0.05"), le=50
    )
    trailing_pct: Decimal = setting(
        "0.5",
        "Distance of the stop behind a price in profit, in percent of the price; 0 = it does not trail.",
        ge=0,
        le=20,
    )
    signal_exit: bool = setting(True, "A trading-timeframe trend that turns against the trade closes it.")


class ScratchSettings(Section):
    """When a trade is left before its stop because its premise is threatened (domain.md Y-41)."""

    min_bars: int = setting(4, "Lower-timeframe bars after entry before any scratch.", ge=0, le=60)
    counter_bar_atr: float = setting(
        1.5, "A counter bar of this many ATR scratches at once if enough risk is lost.", ge=0.1, le=10
    )
    counter_bar_risk_lost_pct: Decimal = setting(
        "65", "Share of the trade's risk lost at the close of that counter bar.", ge=5, le=100
    )
    trading_bar_risk_lost_pct: Decimal = setting(
        "50",
        "Share of the trade's risk lost at which a trading-timeframe close against it scratches.",
        ge=5,
        le=100,
    )
    flow_bars: int = setting(
        4,
        "Lower-timeframe bars within which the price must trade past the last wholesale price.",
        ge=1,
        le=240,
    )
    idle_bars: int = setting(8, "Lower-timeframe bars without progress after which to scratch.", ge=1, le=240)
    idle_extended_bars: int = setting(14, "The same for a trade that made some progress.", ge=1, le=240)
    extend_r: Decimal = setting("0.3", "Profit in R that counts as some progress.", ge=0, le=5)
    extend_target_pct: Decimal = setting(
        "40", "Share of the way to the first target that counts as some progress.", ge=1, le=100
    )

    @model_validator(mode="after")
    def _extension_is_longer(self) -> Self:
        if self.idle_extended_bars < self.idle_bars:
            raise PydanticCustomError(
                "across",
                "the extended limit is shorter than the plain one",
                {"keys": ("trading.scratch.idle_extended_bars", "trading.scratch.idle_bars")},
            )
        return self


class TradingSettings(Section):
    """Which setups become proposals, and who says yes (semantics.md 5)."""

    enable_news_filter: bool = setting(
        True, "No entries around high-impact news of feed.calendar_path.", spec="enable_news_filter"
    )
    news_currencies: tuple[CurrencyName, ...] = setting(
        ("USD",),
        "Currencies whose events count; those of ALL count always.",
        allowed='a list of different currencies, written like "USD"',
        max_length=32,
    )
    flat_before_news: bool = setting(
        False, "Open trades are closed when a blackout begins, before its event."
    )
    enable_correlation_check: bool = setting(
        True, "Correlated positions count together against the limits.", spec="enable_correlation_check"
    )
    approval: Approval = setting(
        "auto",
        "Who lets a proposal trade: auto = the rules, confirm = a person (no answer, no trade), "
        "alert_only = nobody.",
    )
    approval_expiry_s: int = setting(60, "Seconds that a proposal waits for a person's answer.", ge=5, le=600)
    setups: tuple[SetupName, ...] = setting(
        ("TST", "BOF", "BPB", "PB", "CPB"),
        "Setups that are scanned and may trade.",
        allowed='a list of different setup names, written like "PB"',
        max_length=32,
    )
    trade_sideways: bool = setting(True, "Setups at the edges of a sideways market may trade.")
    min_score: float = setting(70.0, "Smallest setup score, 0 to 100.", ge=1, le=100)
    min_regime_fit: float = setting(0.40, "Smallest fit of setup and market regime, 0 to 1.", ge=0, le=1)
    min_rr_part_one: Decimal = setting(
        "1", "Smallest reward to risk of part one, net of costs.", ge=Decimal("0.1"), le=20
    )
    min_rr_blended: Decimal = setting(
        "1.5", "Smallest reward to risk of both parts together, net of costs.", ge=Decimal("0.1"), le=20
    )
    exit_policy: PolicyName = setting(
        "ytc",
        "How open trades are managed: ytc = two parts, breakeven, swings, scratch; percent = "
        "[trading.percent].",
        allowed='the name of an exit policy, written like "ytc"',
    )
    approval_by_setup: Mapping[SetupName, Approval] = setting(
        {}, "Approval of one setup, in place of trading.approval.", name_case="upper", max_length=32
    )
    entry: EntrySettings = EntrySettings()
    exits: ExitSettings = ExitSettings()
    scratch: ScratchSettings = ScratchSettings()
    percent: PercentSettings = PercentSettings()

    @field_validator("setups", "news_currencies")
    @classmethod
    def _named_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) != len(value):
            raise ValueError("a name appears twice")
        return value
