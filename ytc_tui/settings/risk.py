"""Settings of risk: every limit that the gate, the session and the drawdown ledger enforce.

Numbers: semantics.md 4 and 5, domain.md 1.5, 2.11 and 5. Imports the field rules and pydantic.
Invariant: warnings come before the limits they warn of, and the parts fit into the whole.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from ytc_tui.settings.fields import Section, setting

_PCT_MIN = Decimal("0.1")


def _ascending(section: Section, prefix: str, *names: str) -> None:
    """Raises if the values of `names` are not in rising order."""
    values = [getattr(section, name) for name in names]
    if values != sorted(values):
        shown = " <= ".join(names)
        raise PydanticCustomError(
            "across",
            "these must rise in this order: {shown}",
            {"shown": shown, "keys": tuple(f"{prefix}.{name}" for name in names)},
        )


class DrawdownSettings(Section):
    """Loss over several sessions (semantics.md 5): a warning and a limit for each span."""

    day_warn_pct: Decimal = setting("4", "Loss of one local day that warns.", ge=_PCT_MIN, le=50)
    day_limit_pct: Decimal = setting("5", "Loss of one local day that stops entries.", ge=_PCT_MIN, le=50)
    week_warn_pct: Decimal = setting("6", "Loss of one calendar week that warns.", ge=_PCT_MIN, le=50)
    week_limit_pct: Decimal = setting(
        "8", "Loss of one calendar week that stops entries.", ge=_PCT_MIN, le=50
    )
    month_warn_pct: Decimal = setting("8", "Loss of one calendar month that warns.", ge=_PCT_MIN, le=50)
    month_limit_pct: Decimal = setting(
        "10", "Loss of one calendar month that stops entries.", ge=_PCT_MIN, le=50
    )
    total_warn_pct: Decimal = setting("15", "Loss from the account's peak that warns.", ge=_PCT_MIN, le=90)
    total_limit_pct: Decimal = setting(
        "20", "Loss from the account's peak that stops entries.", ge=_PCT_MIN, le=90
    )

    @model_validator(mode="after")
    def _warnings_first(self) -> Self:
        for span in ("day", "week", "month", "total"):
            _ascending(self, "risk.drawdown", f"{span}_warn_pct", f"{span}_limit_pct")
        return self


class RiskSettings(Section):
    """The limits of one session. Percents are of the session's start balance unless said otherwise."""

    risk_per_trade_pct: Decimal = setting(
        "1",
        "Largest loss of one trade at its stop, costs included, of the smaller of start and current equity.",
        spec="max_position_risk",
        ge=Decimal("0.05"),
        le=10,
    )
    max_session_loss_pct: Decimal = setting(
        "3",
        "Session loss, open profit and loss and fees included, at which everything is closed.",
        spec="max_session_risk, emergency_thresholds.max_session_loss_pct",
        ge=_PCT_MIN,
        le=10,
    )
    entries_off_pct: Decimal = setting("2.5", "Session loss at which entries stop.", ge=_PCT_MIN, le=10)
    alert_medium_pct: Decimal = setting("1.5", "Session loss of the first, medium alert.", ge=_PCT_MIN, le=10)
    alert_high_pct: Decimal = setting("2.4", "Session loss of the second, high alert.", ge=_PCT_MIN, le=10)
    min_capacity_pct: Decimal = setting(
        "0.5", "A new trade needs more than this of the session loss limit unused.", ge=Decimal("0.05"), le=5
    )
    max_open_risk_pct: Decimal = setting(
        "3", "Largest loss of all open trades at their stops together.", ge=_PCT_MIN, le=10
    )
    max_positions: int = setting(
        3, "Positions and working entries at the same time.", spec="max_positions", ge=1, le=20
    )
    max_consecutive_losses: int = setting(
        5, "Losses in a row at which entries stop.", spec="max_consecutive_losses", ge=1, le=20
    )
    alert_consecutive_losses: int = setting(3, "Losses in a row that alert.", ge=1, le=20)
    breakeven_band_r: Decimal = setting(
        "0.1", "A trade within this many R of zero neither adds to nor resets a streak.", ge=0, le=1
    )
    max_trades_per_session: int = setting(
        20, "Trades of one session.", spec="max_trades_per_session", ge=1, le=500
    )
    max_leverage: Decimal = setting("5", "Total notional divided by equity.", ge=Decimal("0.1"), le=125)
    margin_buffer_pct: Decimal = setting(
        "10", "Share of the equity that is kept out of buying power.", ge=1, le=90
    )
    max_order_notional: Decimal = setting(
        "50000", "Largest notional of one order, in account.currency.", ge=1, le=1_000_000_000
    )
    min_stop_cost_multiple: Decimal = setting(
        "3", "Smallest stop distance, in estimated round-trip costs.", ge=1, le=50
    )
    correlation_threshold: float = setting(
        0.7, "Correlation of 30-minute returns from which two positions count together.", ge=0, le=1
    )
    correlation_lookback_days: int = setting(
        20, "Days of returns behind a correlation; with fewer, 1 is assumed for the same side.", ge=2, le=120
    )
    orders_per_minute: int = setting(
        30, "Orders sent within one minute before the gate goes to reducing.", ge=1, le=600
    )
    price_collar_atr: Decimal = setting(
        "3", "Farthest an order's price may be from the last price, in ATR.", ge=Decimal("0.1"), le=50
    )
    max_slippage_bps: Decimal = setting(
        "20", "Slippage of one fill, in basis points, before the gate goes to reducing.", ge=1, le=1000
    )
    max_rejects_in_row: int = setting(
        3, "Rejected orders in a row before the gate goes to reducing.", ge=1, le=50
    )
    blackout_before_min: int = setting(15, "Minutes without entries before high-impact news.", ge=0, le=240)
    blackout_after_min: int = setting(15, "Minutes without entries after high-impact news.", ge=0, le=240)
    restricted_min: int = setting(
        10, "Minutes of smaller entries on each side of medium-impact news.", ge=0, le=240
    )
    restricted_housing_min: int = setting(5, "The same for housing data.", ge=0, le=240)
    restricted_size_pct: Decimal = setting(
        "50", "Part of risk_per_trade_pct that an entry may risk around medium-impact news.", ge=1, le=100
    )
    connection_timeout_s: int = setting(
        30,
        "Seconds without the venue after which everything is closed.",
        spec="connection_timeout_sec",
        ge=5,
        le=600,
    )
    stale_warn_s: int = setting(10, "Seconds without live data that warn and stop entries.", ge=1, le=600)
    stale_critical_s: int = setting(
        30, "Seconds without live data after which everything is closed.", ge=1, le=600
    )
    drawdown: DrawdownSettings = DrawdownSettings()

    @model_validator(mode="after")
    def _levels_in_order(self) -> Self:
        levels = ("alert_medium_pct", "alert_high_pct", "entries_off_pct", "max_session_loss_pct")
        _ascending(self, "risk", *levels)
        _ascending(self, "risk", "risk_per_trade_pct", "max_open_risk_pct")
        _ascending(self, "risk", "min_capacity_pct", "max_session_loss_pct")
        _ascending(self, "risk", "alert_consecutive_losses", "max_consecutive_losses")
        _ascending(self, "risk", "stale_warn_s", "stale_critical_s")
        return self
