from __future__ import annotations

from dataclasses import replace

import pytest

from tests.agents.builders import ACCOUNT, D, answer, context, result
from ytc_tui.agents.base import Probe
from ytc_tui.agents.system_initialization import consider
from ytc_tui.model.session import StepResult
from ytc_tui.model.tasks import ResponseStatus

FEED = Probe("data_feed", StepResult.OK, "demo files opened")
CLOCK = Probe("clock", StepResult.OK, "in step")


def test_all_well_is_ready() -> None:
    told = result(consider, context(probes=(FEED, CLOCK)))
    assert told["initialization_status"] == "success"
    assert told["system_ready"] is True
    assert told["blocking"] is False
    assert told["connectivity_report"] == {"data_feed": "ok", "clock": "ok", "instruments": "ok"}
    assert told["configuration_status"] == {
        "dom_configured": "not_applicable",
        "alerts_set": "not_applicable",
        "clock_synced": "ok",
        "instruments_loaded": "ok",
    }
    assert told["warnings"] == told["errors"] == []


def test_a_blocked_component_blocks_and_is_named() -> None:
    feed = Probe("data_feed", StepResult.BLOCKED, "no file for ETHUSDT")
    given = answer(consider, context(probes=(feed, CLOCK)))
    assert given.result["blocking"] is True
    assert given.result["system_ready"] is False
    assert given.result["initialization_status"] == "failed"
    assert given.errors == ("data_feed: no file for ETHUSDT",)
    assert given.status is ResponseStatus.PARTIAL
    assert given.next_actions == ("resolve data_feed: no file for ETHUSDT",)


def test_a_warning_leaves_the_session_ready_but_partial() -> None:
    spare = Probe("backup", StepResult.WARN, "no backup folder")
    told = result(consider, context(probes=(FEED, spare)))
    assert told["initialization_status"] == "partial"
    assert told["blocking"] is False
    assert told["warnings"] == ["backup: no backup folder"]


@pytest.mark.parametrize("component", ["cpu", "memory"])
def test_short_resources_only_warn(component: str) -> None:
    probe = Probe(component, StepResult.BLOCKED, "97 % used", {"used_pct": 97.0})
    told = result(consider, context(probes=(FEED, probe)))
    assert told["blocking"] is False
    assert told["system_diagnostics"] == {component: "warn"}
    assert told["warnings"] == [f"{component}: warn"]


def test_measured_figures_never_enter_the_result() -> None:
    one, two = (
        Probe("clock", StepResult.BLOCKED, f"off by {ms} ms", {"offset_ms": ms}) for ms in (130.0, 131.5)
    )
    assert result(consider, context(probes=(one,))) == result(consider, context(probes=(two,)))
    assert result(consider, context(probes=(one,)))["errors"] == ["clock: blocked"]


def test_what_is_not_configured_is_never_ok() -> None:
    gateway = Probe("hummingbot_gateway", StepResult.OK, "Hummingbot: not configured")
    told = result(consider, context(probes=(FEED, gateway)))
    assert told["connectivity_report"]["hummingbot_gateway"] == "not_applicable"
    assert told["blocking"] is False


def test_nothing_asked_proves_nothing() -> None:
    told = result(consider, context(probes=()))
    assert told["blocking"] is True
    assert told["errors"] == ["probes: no component was asked how it is"]


def test_an_empty_account_blocks() -> None:
    told = result(consider, context(probes=(FEED,), account=replace(ACCOUNT, start_balance=D(0))))
    assert told["errors"] == ["account: balance is zero or unreadable"]


def test_a_symbol_without_specification_blocks() -> None:
    told = result(consider, context(probes=(FEED,), instruments={}))
    assert told["configuration_status"]["instruments_loaded"] == "blocked"
    assert told["errors"] == ["instruments: no specification for BTCUSDT"]
