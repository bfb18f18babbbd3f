from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from tests.agents.builders import SCAN, SYMBOL, context, instrument, market, quiet, result
from tests.analysis.series import minutes_of
from ytc_tui.agents import entry_execution
from ytc_tui.agents.base import AgentContext
from ytc_tui.agents.setup_scanner import consider
from ytc_tui.analysis.setups import pb
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.codec import from_json, to_json
from ytc_tui.model.signals import Setup, SetupKind

# An uptrend of three pushes; the last pullback leaves 1066, turns at 1048 and stalls there.
TURNS = ((1000.0, 0.0), (1030, 1.0), (1010, 1.0), (1045, 1.0), (1024, 1.0), (1066, 1.2), (1048, 0.6))
STALL = (1048.3, 1048.8, 1048.6, 1049.0, 1048.8, 1049.2, 1049.0, 1049.4, 1049.0)
TRIGGER = 1049.2


@cache
def pullback(symbol: str = SYMBOL, *, triggered: bool = True) -> SymbolAnalysis:
    price, closes = TURNS[0][0], []
    for target, speed in TURNS[1:]:
        count = round(abs(target - price) / speed)
        closes += [round(price + (target - price) * (i + 1) / count, 1) for i in range(count)]
        price = target
    bars = minutes_of([*closes, *STALL, *([TRIGGER] if triggered else [])], wick=0.2)
    return market([bar._replace(symbol=symbol) for bar in bars], symbol)


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
    assert told["missing"] == {}


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
    (reason,) = told["missing"]["ETHUSDT"]
    assert reason.startswith("PB: no trigger")


def test_a_symbol_that_is_not_ready_is_skipped_and_named() -> None:
    told = result(consider, several(pullback(), market(minutes_of(quiet(5)), "BTCUSDT")))
    assert "BTCUSDT" in told["missing"]
    young = market([bar._replace(symbol="ETHUSDT") for bar in minutes_of(quiet(5))], "ETHUSDT")
    told = result(consider, several(pullback(), young))
    assert told["missing"] == {"ETHUSDT": ["analysis is not ready: too few bars since the start or a hole"]}
    assert told["scan_summary"]["symbols_scanned"] == 1


def test_only_enabled_kinds_are_scanned(monkeypatch: pytest.MonkeyPatch) -> None:
    assert result(consider, context(pullback(), scan=replace(SCAN, enabled=())))["active_setups"] == []
    monkeypatch.setattr("ytc_tui.agents.setup_scanner.finders", lambda: {SetupKind.PB: pb.find})
    both = replace(SCAN, enabled=(SetupKind.PB, SetupKind.BOF))
    told = result(consider, context(pullback(), scan=both))
    assert len(told["active_setups"]) == 1
    assert told["missing"] == {SYMBOL: ["BOF: no finder of this kind"]}


# -- entry execution, on what the scanner told --------------------------------------------------


def proposals(ctx: AgentContext, *setups: Setup) -> tuple[list[str], dict[str, str]]:
    told = result(
        entry_execution.consider,
        replace(ctx, reports={"setup_scanner": {"active_setups": [to_json(setup) for setup in setups]}}),
    )
    return [data["setup_id"] for data in told["proposals"]], told["waiting"]


def the_setup() -> Setup:
    return pb.find(pullback(), context(pullback()).setup_params).setups[0]


def test_a_setup_with_its_trigger_now_is_proposed_with_all_its_prices() -> None:
    analysis = pullback()
    scanned = result(consider, context(analysis))
    told = result(entry_execution.consider, context(analysis, reports={"setup_scanner": scanned}))
    assert told == {"proposals": scanned["active_setups"], "waiting": {}}


def test_best_score_first_then_id() -> None:
    best = replace(the_setup(), setup_id="PB-z", score=90.0)
    one, two = replace(the_setup(), setup_id="PB-b"), replace(the_setup(), setup_id="PB-a")
    assert proposals(context(pullback()), one, best, two)[0] == ["PB-z", "PB-a", "PB-b"]


def test_low_scores_are_proposed_too_for_the_engine_to_refuse_on_record() -> None:
    poor = replace(the_setup(), score=1.0, regime_fit=0.0)
    assert proposals(context(pullback()), poor)[0] == [poor.setup_id]


def test_an_expired_setup_is_not_proposed() -> None:
    setup, ctx = the_setup(), context(pullback())
    assert proposals(replace(ctx, now_ns=setup.expires_ns - 1), setup)[0] == [setup.setup_id]
    assert proposals(replace(ctx, now_ns=setup.expires_ns), setup) == ([], {setup.setup_id: "expired"})


def test_a_trigger_of_an_earlier_minute_is_not_proposed() -> None:
    old = replace(the_setup(), found_ns=the_setup().found_ns - 60_000_000_000)
    assert proposals(context(pullback()), old) == ([], {old.setup_id: "its trigger is of an earlier minute"})


def test_price_must_stand_between_stop_and_limit() -> None:
    setup = the_setup()
    ctx = context(pullback())

    def proposed(mark: float) -> bool:
        return bool(proposals(replace(ctx, marks={SYMBOL: mark}), setup)[0])

    assert proposed(setup.limit)
    assert not proposed(setup.limit + 0.1)
    assert proposed(setup.stop + 0.1)
    assert not proposed(setup.stop)


def test_a_limit_at_the_trigger_is_still_wholesale() -> None:
    tight = replace(the_setup(), limit=the_setup().trigger)
    ctx = context(pullback())
    assert proposals(replace(ctx, marks={SYMBOL: tight.limit}), tight)[0] == [tight.setup_id]
    assert proposals(replace(ctx, marks={SYMBOL: tight.limit + 0.1}), tight)[0] == []


def test_a_chasing_trigger_is_proposed_so_that_its_refusal_is_on_record() -> None:
    setup = the_setup()
    chasing = replace(setup, limit=setup.trigger - 0.5)
    ctx = replace(context(pullback()), marks={SYMBOL: setup.trigger})
    assert proposals(ctx, chasing)[0] == [setup.setup_id]


def test_without_a_price_nothing_is_proposed() -> None:
    setup = the_setup()
    assert proposals(replace(context(pullback()), marks={}), setup) == (
        [],
        {setup.setup_id: "no usable price"},
    )


def test_without_a_scan_nothing_is_proposed() -> None:
    assert result(entry_execution.consider, context(pullback())) == {"proposals": [], "waiting": {}}
