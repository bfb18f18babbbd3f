from __future__ import annotations

from dataclasses import replace

from tests.agents.builders import SYMBOL, context, result
from tests.agents.pullbacks import pullback
from ytc_tui.agents import entry_execution, setup_scanner
from ytc_tui.agents.base import AgentContext
from ytc_tui.analysis.setups import pb
from ytc_tui.model.codec import to_json
from ytc_tui.model.signals import Setup


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
    scanned = result(setup_scanner.consider, context(analysis))
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
