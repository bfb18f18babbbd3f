from __future__ import annotations

from dataclasses import replace

import pytest

from tests.agents.builders import SCAN, SYMBOL, context, instrument, market, quiet, result
from tests.agents.pullbacks import pullback
from tests.analysis.series import minutes_of
from ytc_tui.agents.base import AgentContext
from ytc_tui.agents.setup_scanner import consider
from ytc_tui.analysis.setups import pb
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.codec import from_json
from ytc_tui.model.signals import Setup, SetupKind


def several(*analyses: SymbolAnalysis) -> AgentContext:
    names = [analysis.symbol for analysis in analyses]
    return context(
        analyses[0],
        symbols=tuple(names),
        analysis={analysis.symbol: analysis for analysis in analyses},
        instruments={name: instrument(name) for name in names},
        marks={a.symbol: a.last.close for a in analyses if a.last is not None},
    )


def test_a_setup_is_told_as_the_finder_found_it() -> None:
    analysis = pullback()
    (expected,) = pb.find(analysis, context(analysis).setup_params).setups
    told = result(consider, context(analysis))
    (data,) = told["active_setups"]
    found = from_json(Setup, data)
    assert (found.setup_id, found.trigger, found.limit, found.stop) == (
        expected.setup_id,
        expected.trigger,
        expected.limit,
        expected.stop,
    )
    chain = told["chain"][SYMBOL]
    assert [step["gate"] for step in chain] == ["data", "structure", "trend", "environment", "PB", "price"]
    assert chain[4]["ok"] == (found.score >= SCAN.min_score and found.regime_fit >= SCAN.min_regime_fit)
    assert chain[4]["why"].startswith(f"{found.setup_id}: score {found.score:.4g} of 70 needed, grade")
    assert chain[5] == {"gate": "price", "ok": True, "why": "within LWP and LRP"}


def test_a_price_beyond_the_worst_entry_closes_the_price_gate() -> None:
    analysis = pullback()
    found = pb.find(analysis, context(analysis).setup_params).setups[0]
    told = result(consider, context(analysis, marks={SYMBOL: found.limit + 1.0}))
    (price,) = (step for step in told["chain"][SYMBOL] if step["gate"] == "price")
    assert not price["ok"]
    assert "beyond the worst price allowed" in price["why"]


def test_setups_below_the_score_are_told_but_not_counted_as_accepted() -> None:
    analysis = pullback()
    score = pb.find(analysis, context(analysis).setup_params).setups[0].score
    for least, accepted in ((score, 1), (score + 0.001, 0)):
        told = result(consider, context(analysis, scan=replace(SCAN, min_score=least)))
        assert len(told["active_setups"]) == 1
        assert told["scan_summary"] == {
            "symbols_scanned": 1,
            "setups_found": 1,
            "setups_accepted": accepted,
        }
    fit = pb.find(analysis, context(analysis).setup_params).setups[0].regime_fit
    exact = replace(SCAN, min_score=1.0, min_regime_fit=fit)
    assert result(consider, context(analysis, scan=exact))["scan_summary"]["setups_accepted"] == 1
    unfit = replace(SCAN, min_score=1.0, min_regime_fit=1.01)
    assert result(consider, context(analysis, scan=unfit))["scan_summary"]["setups_accepted"] == 0


def test_equal_scores_are_ordered_by_id() -> None:
    told = result(consider, several(pullback("ETHUSDT"), pullback("BTCUSDT"), pullback("SOLUSDT")))
    ids = [data["setup_id"] for data in told["active_setups"]]
    assert len(ids) == 3
    assert ids == sorted(ids)


def test_a_symbol_without_a_setup_says_what_is_missing() -> None:
    told = result(consider, several(pullback(), pullback("ETHUSDT", triggered=False)))
    assert [data["symbol"] for data in told["active_setups"]] == ["BTCUSDT"]
    last = told["chain"]["ETHUSDT"][-1]
    assert (last["gate"], last["ok"]) == ("PB", False)
    assert last["why"].startswith("no trigger")


def test_a_symbol_that_is_not_ready_is_skipped_and_named() -> None:
    told = result(consider, several(pullback(), market(minutes_of(quiet(5)), "BTCUSDT")))
    assert [step["gate"] for step in told["chain"]["BTCUSDT"]] == ["data"]
    young = market([bar._replace(symbol="ETHUSDT") for bar in minutes_of(quiet(5))], "ETHUSDT")
    told = result(consider, several(pullback(), young))
    reason = "the bar of the last minute is missing"
    assert told["chain"]["ETHUSDT"] == [{"gate": "data", "ok": False, "why": reason}]
    assert told["scan_summary"]["symbols_scanned"] == 1


def test_only_enabled_kinds_are_scanned(monkeypatch: pytest.MonkeyPatch) -> None:
    assert result(consider, context(pullback(), scan=replace(SCAN, enabled=())))["active_setups"] == []
    monkeypatch.setattr("ytc_tui.agents.setup_scanner.finders", lambda: {SetupKind.PB: pb.find})
    both = replace(SCAN, enabled=(SetupKind.PB, SetupKind.BOF))
    told = result(consider, context(pullback(), scan=both))
    assert len(told["active_setups"]) == 1
    assert told["chain"][SYMBOL][-1] == {"gate": "BOF", "ok": False, "why": "no finder of this kind"}
