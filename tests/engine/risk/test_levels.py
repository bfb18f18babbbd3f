"""Loss levels follow the limits, in order, and a number that is not finite is critical."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ytc_tui.engine.risk.levels import LossLevel, LossLevels, connection_level, levels_of, loss_level
from ytc_tui.model.session import Severity

from .builders import LIMITS, D

_WORSE = (
    LossLevel.NORMAL,
    LossLevel.MEDIUM,
    LossLevel.HIGH,
    LossLevel.ENTRIES_OFF,
    LossLevel.CRITICAL,
)


def test_default_limits_give_the_default_levels() -> None:
    assert levels_of(LIMITS) == LossLevels()


def test_levels_scale_with_the_limit() -> None:
    limits = replace(LIMITS, max_session_loss_pct=D(2), entries_off_loss_pct=D("1.7"))
    assert levels_of(limits) == LossLevels(D(-1), D("-1.6"), D("-1.7"), D(-2))


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "Infinity"])
def test_a_loss_that_is_unknown_is_critical(number: str) -> None:
    assert loss_level(Decimal(number), LossLevels()) is LossLevel.CRITICAL


@given(st.decimals(-5, 5, places=6), st.decimals(0, 2, places=6))
def test_a_larger_loss_is_never_a_milder_level(pnl: Decimal, more: Decimal) -> None:
    levels = LossLevels()
    assert _WORSE.index(loss_level(pnl - more, levels)) >= _WORSE.index(loss_level(pnl, levels))


def test_the_critical_outage_can_be_set() -> None:
    assert connection_level(5, critical_ns=6) is Severity.WARNING
    assert connection_level(6, critical_ns=6) is Severity.CRITICAL
