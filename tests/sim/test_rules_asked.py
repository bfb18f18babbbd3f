"""When each rule was last evaluated, from the journal to what a person sees."""

from __future__ import annotations

from pathlib import Path

from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape, on_day
from ytc_tui.engine.document import rule_facts
from ytc_tui.engine.recovery import recover_state
from ytc_tui.engine.risk.registry import RULES
from ytc_tui.engine.runner import AgentRunner
from ytc_tui.engine.seeing import RunFacts, see
from ytc_tui.engine.situation import Situation
from ytc_tui.model.commands import Command
from ytc_tui.model.state import State
from ytc_tui.screens.rows import risk_rows
from ytc_tui.views.risk import RiskView, build


def view_of(sit: Situation, at_ns: int) -> RiskView:
    runner = AgentRunner(sit.registry, max_concurrent=1, stopwatch=lambda: 0, observe=lambda agent, ms: None)
    seen = see(sit, runner, RunFacts("max", "paper"), at_ns=at_ns)
    return build(sit.state, seen)


async def test_a_decision_is_the_last_evaluation_of_every_rule_that_it_asked(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape(), long_at("12:41"), until="13:00")
    views: dict[str, RiskView] = {}
    facts: dict[str, list[dict[str, object]]] = {}

    def watch(state: State, now_ns: int) -> list[Command]:
        run = simulation.host.current
        for clock in ("12:40", "12:43"):
            if run is not None and now_ns == on_day(clock) and clock not in views:
                views[clock] = view_of(run.kernel.sit, now_ns)
                facts[clock] = rule_facts(run.kernel.sit)
        return []

    simulation.operator = watch
    await simulation.run()
    names = tuple(rule.name for rule in RULES)
    before, after = views["12:40"], views["12:43"]
    assert before.never_asked == names
    assert after.never_asked == ()
    assert {row.asked_s for row in after.rules} == {120}
    assert {row.asked_s for row in after.rows} == {120}
    assert [row["last_evaluated"] for row in facts["12:40"]] == [None] * len(names)
    assert {row["last_evaluated"] for row in facts["12:43"]} == {"2022-11-08T12:41:00Z"}
    assert [row["rule"] for row in facts["12:43"]] == list(names)
    # The journal alone says the same.
    recovered = recover_state(simulation.journal, simulation.journal.sessions()[-1])[0]
    assert set(names) <= set(recovered.rules_asked)


async def test_every_rule_has_a_row_and_never_is_a_word_and_a_warning(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape(), until="12:40")
    run = await simulation.run()
    latest = run.host.latest
    assert latest is not None
    view = view_of(latest.kernel.sit, latest.now_ns)
    rows = risk_rows(view)
    ids = [row.key for row in rows]
    assert len(set(ids)) == len(ids)
    shown = {name.partition(".")[0] for name in ids}
    assert shown == {rule.name for rule in RULES}
    for row in rows:
        assert (row.cells[-1].text, row.cells[-1].tone) == ("none", "warning")
