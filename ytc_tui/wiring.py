"""From settings to the small frozen objects that the floors below are given.

Decides which setting fills which field; part of the composition root, so it may read the settings.
Invariant: no number here is anything but a setting, a unit conversion, or a venue's fact.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import time
from decimal import Decimal

from ytc_tui import __version__
from ytc_tui.adapters.venues.matching_costs import PaperSettings
from ytc_tui.agents.base import ScanRules
from ytc_tui.analysis.exit_policy import ManagementRules, PercentRules, ProfitGuard
from ytc_tui.analysis.params import AnalysisParams, SetupParams
from ytc_tui.config import Settings
from ytc_tui.engine.policy import Policy
from ytc_tui.engine.schedule import Hours
from ytc_tui.errors import ConfigInvalid
from ytc_tui.model.drawdown import DrawdownLimits, Span
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S, Instrument
from ytc_tui.model.news import Calendar, News, NewsRules
from ytc_tui.model.risk import RiskLimits
from ytc_tui.model.session import Mode
from ytc_tui.model.signals import SetupKind
from ytc_tui.settings.session import timeframe_min

_BPS = Decimal(10_000)
_NS_PER_HOUR = 60 * NS_PER_MIN
_LEAST_LTF_BARS = 240


def refuse_unbuilt(settings: Settings) -> None:
    """Refuse settings whose feature does not exist yet, rather than ignore them."""
    if settings.mode is not Mode.PAPER:
        raise ConfigInvalid(
            f"mode {settings.mode} has no venue in this release", where="mode", fix="use mode = paper"
        )
    if not settings.session.close_on_shutdown:
        raise ConfigInvalid(
            "a bars feed does not go on between sessions, so nothing would protect what is left open",
            where="session.close_on_shutdown",
            fix="leave it true",
        )


def hours_of(settings: Settings) -> Hours:
    session = settings.session
    hour, minute = (int(part) for part in str(session.open).split(":")[:2])
    return Hours(
        opens_at=time(hour, minute),
        weekdays=tuple(session.days),
        timezone=session.timezone,
        pre_market_ns=session.pre_market_min * NS_PER_MIN,
        session_open_ns=session.session_open_min * NS_PER_MIN,
        planned_ns=int(session.planned_hours * _NS_PER_HOUR),
        hard_ns=int(session.hard_hours * _NS_PER_HOUR),
    )


def analysis_params(settings: Settings) -> AnalysisParams:
    method = settings.method
    return AnalysisParams(
        ttf_minutes=timeframe_min(settings.session.timeframes.trading),
        htf_minutes=timeframe_min(settings.session.timeframes.higher),
        swing_n=method.swing_bars,
        htf_swing_n=method.higher_swing_bars,
        equal_ticks=method.equal_ticks,
        break_on=method.break_on,
        atr_period=method.atr_bars,
        max_hole_bars=settings.feed.analysis_hole_bars,
        correlation_days=settings.risk.correlation_lookback_days,
        # A trade's excursion and the review reach back over the whole session.
        ltf_bars_kept=max(_LEAST_LTF_BARS, math.ceil(settings.session.hard_hours * 60)),
        resume_bars=settings.feed.resume_bars,
        strength_bars=method.strength_bars,
        zone_min_ticks=method.zone_min_ticks,
        zone_cap_pct=float(method.zone_max_pct),
        zone_recent_bars=method.zone_recent_bars,
        zone_rapid_atr=float(method.zone_rapid_atr),
        breakout_bars=method.breakout_bars,
        breakout_atr=float(method.breakout_atr),
        choppy_changes=method.choppy_changes,
        choppy_bars=method.choppy_bars,
    )


def setup_params(settings: Settings) -> SetupParams:
    entry, patterns = settings.trading.entry, settings.method.patterns
    return SetupParams(
        part_one_rr=float(settings.trading.min_rr_part_one),
        trigger_offset_ticks=entry.trigger_offset_ticks,
        stop_buffer_ticks=entry.stop_buffer_ticks,
        stop_range_factor=entry.min_stop_bar_ranges,
        min_stop_ticks=patterns.min_stop_ticks,
        stall_bars=patterns.stall_bars,
        stall_atr=float(patterns.stall_atr),
        expiry_bars=entry.expiry_bars,
        min_swings=patterns.min_swings,
        shallow_depth=_share(patterns.shallow_depth_pct),
        deep_depth=_share(patterns.deep_depth_pct),
        fib_tolerance_pct=float(patterns.fib_tolerance_pct),
        proximity_atr=float(patterns.near_level_atr),
        round_step_ticks=patterns.round_step_ticks,
        min_swings_complex=patterns.min_swings_complex,
        test_bars=patterns.test_bars,
        test_memory_bars=patterns.test_memory_bars,
        rejection_wick=_share(patterns.rejection_wick_pct),
        previous_wick=_share(patterns.previous_wick_pct),
        climax_atr=float(patterns.climax_atr),
        climax_wick=_share(patterns.climax_wick_pct),
        failure_bars=patterns.failure_bars,
        break_memory_bars=patterns.break_memory_bars,
        break_close_share=_share(patterns.break_close_pct),
    )


def _share(percent: Decimal) -> float:
    return float(percent / 100)


def expected_slippage_bps(settings: Settings, volume_known: Mapping[str, bool]) -> Decimal:
    """What the gate and the plans reckon with: as wide as the venue charges for any symbol of the feed."""
    paper = settings.paper
    return paper.slippage_bps if all(volume_known.values()) else paper.slippage_unknown_volume_bps


def limits_of(settings: Settings, slippage_bps: Decimal) -> RiskLimits:
    risk, paper = settings.risk, settings.paper
    return RiskLimits(
        risk_per_trade_pct=risk.risk_per_trade_pct,
        max_session_loss_pct=risk.max_session_loss_pct,
        entries_off_loss_pct=risk.entries_off_pct,
        max_positions=risk.max_positions,
        max_open_risk_pct=risk.max_open_risk_pct,
        min_capacity_pct=risk.min_capacity_pct,
        max_consecutive_losses=risk.max_consecutive_losses,
        max_trades_per_session=risk.max_trades_per_session,
        max_leverage=risk.max_leverage,
        margin_buffer_pct=risk.margin_buffer_pct,
        max_order_notional=risk.max_order_notional,
        min_stop_cost_multiple=risk.min_stop_cost_multiple,
        max_orders_per_minute=risk.orders_per_minute,
        price_collar_atr=risk.price_collar_atr,
        min_rr_part_one=settings.trading.min_rr_part_one,
        min_rr_blended=settings.trading.min_rr_blended,
        max_rejects_in_row=risk.max_rejects_in_row,
        correlation_threshold=Decimal(repr(risk.correlation_threshold)),
        half_spread_bps=paper.spread_bps / 2,
        slippage_bps=slippage_bps,
        restricted_size_pct=risk.restricted_size_pct,
        max_spread_pct=settings.trading.entry.max_spread_pct,
    )


def news_rules(settings: Settings) -> NewsRules:
    risk, trading = settings.risk, settings.trading
    return NewsRules(
        acts=trading.enable_news_filter,
        flat_before=trading.flat_before_news,
        currencies=tuple(trading.news_currencies),
        before_ns=risk.blackout_before_min * NS_PER_MIN,
        after_ns=risk.blackout_after_min * NS_PER_MIN,
        restricted_ns=risk.restricted_min * NS_PER_MIN,
        restricted_housing_ns=risk.restricted_housing_min * NS_PER_MIN,
    )


def drawdown_limits(settings: Settings) -> DrawdownLimits:
    drawdown = settings.risk.drawdown
    return {
        Span.DAY: (drawdown.day_warn_pct, drawdown.day_limit_pct),
        Span.WEEK: (drawdown.week_warn_pct, drawdown.week_limit_pct),
        Span.MONTH: (drawdown.month_warn_pct, drawdown.month_limit_pct),
        Span.TOTAL: (drawdown.total_warn_pct, drawdown.total_limit_pct),
    }


def management_rules(settings: Settings) -> ManagementRules:
    exits, scratch, percent = settings.trading.exits, settings.trading.scratch, settings.trading.percent
    return ManagementRules(
        breakeven_r=exits.breakeven_r,
        trail_buffer_ticks=exits.trail_buffer_ticks,
        time_exit_s=int(exits.time_exit_hours * 3600),
        time_exit_max_r=exits.time_exit_max_abs_r,
        scratch_min_bars=scratch.min_bars,
        scratch_no_progress_bars=scratch.idle_bars,
        scratch_extended_bars=scratch.idle_extended_bars,
        scratch_progress_r=scratch.extend_r,
        scratch_bar_atr=Decimal(repr(scratch.counter_bar_atr)),
        scratch_risk_lost=scratch.counter_bar_risk_lost_pct / 100,
        scratch_ttf_risk_lost=scratch.trading_bar_risk_lost_pct / 100,
        scratch_t1_progress=scratch.extend_target_pct / 100,
        scratch_flow_bars=scratch.flow_bars,
        breakeven_band_r=settings.risk.breakeven_band_r,
        hard_exit_s=int(exits.hard_exit_hours * 3600),
        profit_guard=ProfitGuard(
            reached_r=exits.guard_reached_r,
            bar_atr=exits.guard_bar_atr,
            given_back=exits.guard_given_back_pct / 100,
        )
        if exits.profit_guard
        else None,
        policy=settings.trading.exit_policy,
        percent=PercentRules(
            stop_loss_pct=percent.stop_loss_pct,
            take_profit_pct=percent.take_profit_pct,
            trailing_pct=percent.trailing_pct,
            signal_exit=percent.signal_exit,
        ),
    )


def paper_settings(settings: Settings, balance: Decimal, volume_known: Mapping[str, bool]) -> PaperSettings:
    paper = settings.paper
    return PaperSettings(
        start_balance=balance,
        currency=settings.account.currency,
        fill_volume_share=paper.fill_volume_share,
        half_spread_bps=paper.spread_bps / 2,
        slippage_bps=paper.slippage_bps,
        unknown_volume_slippage_bps=paper.slippage_unknown_volume_bps,
        latency_ms=paper.latency_ms,
        volume_known=dict(volume_known),
    )


def policy_of(
    settings: Settings,
    enabled: frozenset[str],
    instruments: Mapping[str, Instrument],
    install_id: str,
    volume_known: Mapping[str, bool],
    calendar: Calendar | None = None,
) -> Policy:
    risk, orchestrator, trading = settings.risk, settings.orchestrator, settings.trading
    slippage_bps = expected_slippage_bps(settings, volume_known)
    costs = settings.paper.spread_bps + 2 * slippage_bps
    taker = max(instrument.taker_fee for instrument in instruments.values())
    return Policy(
        mode=settings.mode,
        account_id=settings.account.account_id,
        currency=settings.account.currency,
        install_id=install_id,
        session_type=str(settings.session.session_type),
        market_name=settings.session.market,
        limits=limits_of(settings, slippage_bps),
        alert_medium_pct=risk.alert_medium_pct,
        alert_high_pct=risk.alert_high_pct,
        alert_consecutive_losses=risk.alert_consecutive_losses,
        management=management_rules(settings),
        scan=ScanRules(
            enabled=tuple(SetupKind(name) for name in trading.setups),
            min_score=trading.min_score,
            min_regime_fit=trading.min_regime_fit,
            max_attempts=trading.entry.max_attempts,
            trade_sideways=trading.trade_sideways,
        ),
        enabled_agents=enabled,
        agent_timeout_s=float(orchestrator.agent_timeout_s),
        agent_retries=orchestrator.retry_attempts,
        max_concurrent_agents=orchestrator.max_concurrent_agents,
        timeouts_s=tuple(
            (name, float(agent.timeout_s))
            for name, agent in sorted(settings.agents.items())
            if agent.timeout_s is not None
        ),
        approve_handoffs=frozenset(settings.handoff.approved_by_person(settings.mode)),
        handoff_expiry_s=float(settings.handoff.expiry_s),
        approval=trading.approval,
        approval_by_setup=tuple(
            (SetupKind(name), rule) for name, rule in sorted(trading.approval_by_setup.items())
        ),
        approval_life_s=float(trading.approval_expiry_s),
        close_on_shutdown=settings.session.close_on_shutdown,
        position_hole_ns=settings.feed.position_hole_min * NS_PER_MIN,
        software=__version__,
        round_trip_bps=costs + 2 * taker * _BPS,
        setup_params=setup_params(settings),
        expiry_ns=trading.entry.expiry_bars
        * timeframe_min(settings.session.timeframes.lower)
        * 60
        * NS_PER_S,
        correlation_check=trading.enable_correlation_check,
        correlation_days=risk.correlation_lookback_days,
        late_warn_bars=settings.feed.late_warn_bars,
        late_gap_bars=settings.feed.late_gap_bars,
        timezone=settings.session.timezone,
        mistake_codes=settings.notes.mistake_codes,
        health_interval_ns=orchestrator.health_check_interval_s * NS_PER_S,
        max_slippage_bps=risk.max_slippage_bps,
        news=News(calendar or Calendar(), news_rules(settings)),
        connection_timeout_ns=risk.connection_timeout_s * NS_PER_S,
    )
