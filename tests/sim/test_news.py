"""News in a running session: entries refused, halved and pulled, and trades closed before it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.sim.harness import Simulation
from tests.sim.laws import check_laws
from tests.sim.restarts import killed_and_resumed, outcome
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape, on_day
from ytc_tui.engine.seeing import RunFacts, see
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.session import Severity
from ytc_tui.model.state import State
from ytc_tui.model.trades import ExitReason, TradeState
from ytc_tui.views import top

UP = (20_040, 20_056, 20_120, 20_200, 20_270, 20_300, 20_330, 20_410)
# Filled at 12:42, and then neither stop nor target.
RESTS = (20_040, 20_056, 20_080, 20_070)


def calendar(folder: Path, *rows: str) -> dict[str, str]:
    """Settings with a calendar of these rows: a clock of the tape's day, an impact, a title."""
    path = folder / "mine.csv"
    lines = ["time,currency,impact,title"]
    for row in rows:
        clock, impact, title = row.split(",")
        lines.append(f"2022-11-08T{clock}Z,USD,{impact},{title}")
    path.write_text("\n".join(lines) + "\n")
    return {"feed.calendar_path": str(path)}


def decisions(simulation: Simulation) -> list[ev.DecisionMade]:
    return simulation.all(ev.DecisionMade)


@pytest.mark.parametrize(
    ("clock", "refused"),
    [("12:56", True), ("12:57", False), ("12:27", True), ("12:26", False), ("12:41", True)],
)
async def test_no_entry_within_fifteen_minutes_of_high_impact_news(
    tmp_path: Path, clock: str, refused: bool
) -> None:
    simulation = stage(tmp_path, Tape(), long_at("12:41"), settings=calendar(tmp_path, f"{clock},high,CPI"))
    await simulation.run()
    state = check_laws(simulation)
    [decision] = decisions(simulation)
    assert decision.refused_by == ("blackout" if refused else "")
    assert state.refused == ({"blackout": 1} if refused else {})
    if refused:
        assert "USD CPI" in decision.reason
        assert not simulation.all(ev.OrderIntended)


async def test_the_windows_follow_their_settings(tmp_path: Path) -> None:
    given = {**calendar(tmp_path, "12:51,high,CPI"), "risk.blackout_before_min": "9"}
    simulation = stage(tmp_path, Tape(), long_at("12:41"), settings=given)
    await simulation.run()
    assert [decision.refused_by for decision in decisions(simulation)] == [""]


@pytest.mark.parametrize(
    "given",
    [{"trading.enable_news_filter": "false"}, {"trading.news_currencies": '["EUR"]'}],
    ids=["filter off", "another currency"],
)
async def test_news_that_does_not_count_changes_nothing(tmp_path: Path, given: dict[str, str]) -> None:
    settings = {**calendar(tmp_path, "12:45,high,CPI"), **given, "trading.flat_before_news": "true"}
    tape = Tape().walk("12:41", *RESTS)
    simulation = stage(tmp_path, tape, long_at("12:41"), settings=settings)
    await simulation.run()
    state = check_laws(simulation)
    assert state.trades_taken == 1
    assert not [code for code in simulation.alerts() if code.startswith("news")]
    assert ExitReason.NEWS not in {trade.exit_reason for trade in state.trades.values()}


async def test_medium_impact_halves_the_risk_with_its_reason(tmp_path: Path) -> None:
    quiet = stage(tmp_path, Tape(), long_at("12:41"))
    await quiet.run()
    near = stage(
        tmp_path, Tape(), long_at("12:41"), settings=calendar(tmp_path, "12:45,medium,Jobless Claims")
    )
    await near.run()
    state = check_laws(near)
    [whole], [half] = decisions(quiet), decisions(near)
    lot = Decimal("0.001")
    assert half.asked == whole.asked == whole.granted
    assert whole.granted / 2 - lot <= half.granted <= whole.granted / 2
    assert "restricted_size: risk of the trade" in half.reason
    assert "USD Jobless Claims (12:45Z)" in half.reason
    [trade] = state.trades.values()
    assert trade.planned_quantity == half.granted
    [alert] = [alert for alert in near.all(ev.AlertRaised) if alert.code == "news_restricted"]
    assert alert.severity is Severity.INFO


async def test_housing_halves_for_five_minutes_and_low_impact_never(tmp_path: Path) -> None:
    given = calendar(tmp_path, "12:47,medium,Housing Starts", "12:41,low,Auction")
    simulation = stage(tmp_path, Tape(), long_at("12:41"), settings=given)
    await simulation.run()
    assert [decision.granted == decision.asked for decision in decisions(simulation)] == [True]


def pulled(folder: Path) -> Simulation:
    """An entry that works when a blackout begins at 12:43; the price that would fill it comes after."""
    tape = Tape().walk("12:44", *UP)
    return stage(folder, tape, long_at("12:41"), settings=calendar(folder, "12:58,high,CPI"))


async def test_a_working_entry_is_pulled_when_the_blackout_begins(tmp_path: Path) -> None:
    simulation = pulled(tmp_path)
    await simulation.run()
    state = check_laws(simulation)
    [(asked_ns, cancel)] = simulation.timed(ev.CancelAsked)
    assert asked_ns == on_day("12:43")
    assert cancel.reason == "news blackout until 13:13Z: USD CPI (12:58Z)"
    [entry] = state.orders.values()
    assert (entry.state, entry.filled) == (OrderState.CANCELED, Decimal(0))
    [trade] = state.trades.values()
    assert trade.state is TradeState.NOT_ENTERED
    [alert] = [alert for alert in simulation.all(ev.AlertRaised) if alert.code == "news_blackout"]
    assert alert.message == "news: no entries until 13:13Z: USD CPI (12:58Z)"
    assert alert.severity is Severity.WARNING


@pytest.mark.parametrize("after", [True, False])
async def test_a_pulled_entry_stays_pulled_through_kills(tmp_path: Path, after: bool) -> None:
    whole = pulled(tmp_path)
    await whole.run()
    expected = outcome(whole)
    for step in (3, 9, 11, 12):
        killed = await killed_and_resumed(lambda: pulled(tmp_path), (step, after))
        found = outcome(killed)
        assert found.fills == expected.fills == []
        assert found.fault is None
        orders = [(order.state, order.detail) for order in found.state.orders.values()]
        assert orders == [(order.state, order.detail) for order in expected.state.orders.values()]


async def test_open_trades_are_held_through_news_unless_it_is_set(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", *RESTS)
    given = calendar(tmp_path, "13:05,high,CPI")
    simulation = stage(tmp_path, tape, long_at("12:41"), settings=given, until="13:40")
    await simulation.run()
    [trade] = check_laws(simulation).trades.values()
    assert trade.closed_ns > on_day("13:20")
    assert trade.exit_reason is not ExitReason.NEWS


async def test_flat_before_news_closes_through_the_exit_agent(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", *RESTS)
    given = {**calendar(tmp_path, "13:05,high,CPI"), "trading.flat_before_news": "true"}
    simulation = stage(tmp_path, tape, long_at("12:41"), settings=given, until="13:40")
    await simulation.run()
    state = check_laws(simulation)
    [trade] = state.trades.values()
    assert trade.exit_reason is ExitReason.NEWS
    assert on_day("12:50") < trade.closed_ns < on_day("12:51")
    [exit_order] = [order for order in state.orders.values() if order.request.role is OrderRole.EXIT]
    assert exit_order.note == "flat before news: USD CPI"


async def test_the_agent_runs_when_something_moves_and_only_then(tmp_path: Path) -> None:
    given = calendar(tmp_path, "12:56,high,CPI", "13:30,medium,Claims", "13:35,low,Auction")
    simulation = stage(tmp_path, Tape(), settings=given)
    await simulation.run()
    ran = [
        (at_ns - on_day("12:00")) // NS_PER_MIN
        for at_ns, event in simulation.timed(ev.TaskReported)
        if event.response.agent_name == "economic_calendar"
    ]
    # INIT, 12:41, 12:56, 13:11, 13:20, 13:30, 13:40.
    assert ran[0] <= 1
    assert ran[1:] == [41, 56, 71, 80, 90, 100]
    told = [
        event.response.result["trading_restrictions"]["current_status"]
        for event in simulation.all(ev.TaskReported)
        if event.response.agent_name == "economic_calendar"
    ]
    assert told == ["normal", "blackout", "blackout", "normal", "restricted", "restricted", "normal"]


async def test_the_countdown_and_the_document_tell_the_next_event(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape(), settings=calendar(tmp_path, "12:56,high,CPI"), until="13:30")
    seen: dict[int, top.TopView] = {}

    def look(state: State, now_ns: int) -> list[Command]:
        run = simulation.host.current
        if run is not None:
            kernel = run.kernel
            sight = see(kernel.sit, kernel.runner, RunFacts("max", "paper"), at_ns=now_ns)
            seen[now_ns] = top.build(state, sight)
        return []

    simulation.operator = look
    run = await simulation.run()
    before, within, later = (seen[on_day(clock)] for clock in ("12:38", "12:58", "13:12"))
    [news] = [countdown for countdown in before.countdowns if countdown.label == "news"]
    assert (news.left_s, news.note) == (18 * 60, "USD CPI")
    assert not before.news
    assert within.news_blackout
    assert within.news == "until 13:11Z: USD CPI (12:56Z)"
    assert not [countdown for countdown in within.countdowns if countdown.label == "news"]
    assert not later.news
    [document] = run.documents
    assert document["news"] == {
        "calendar": "mine.csv", "filter": "on", "status": "normal", "reason": "", "resume_time": None,
        "next_event": None, "next_event_time": None, "next_event_in_s": None,
    }  # fmt: skip


async def test_a_calendar_is_part_of_what_names_a_run(tmp_path: Path) -> None:
    names = [stage(tmp_path, Tape()).parts().run_id]
    for minute in ("56", "57"):
        given = calendar(tmp_path, f"12:{minute},high,CPI")
        names.append(stage(tmp_path, Tape(), settings=given).parts().run_id)
    assert len(set(names)) == 3


async def test_a_calendar_of_another_time_warns_and_none_does_not(tmp_path: Path) -> None:
    old = tmp_path / "old.csv"
    old.write_text("time,currency,impact,title\n2021-11-08T13:30Z,USD,high,CPI\n")
    warned = stage(tmp_path, Tape(), settings={"feed.calendar_path": str(old)}, until="12:45")
    await warned.run()
    [alert] = [alert for alert in warned.all(ev.AlertRaised) if alert.code == "news_unknown"]
    assert alert.message.startswith("old.csv holds nothing of this session's time")
    none = stage(tmp_path, Tape(), until="12:45")
    await none.run()
    assert "news_unknown" not in none.alerts()
