"""A session from its record is shown as it was shown while it ran, at every place of it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from tests.sim.harness import Operator, Simulation, at, said_at
from tests.sim.past_sessions import Onlooker, names_of, on_record, past_of
from tests.sim.restarts import killed_and_resumed
from tests.sim.saying import bias, drop, level, note
from tests.sim.stage import long_at, short_at, stage
from tests.sim.tape import Tape, on_day
from tests.sim.test_limits import BOLD, FAR
from ytc_tui.boot import RunRequest
from ytc_tui.engine.playback.course import Place
from ytc_tui.engine.playback.past import Past
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.own import Bias, LevelAlert
from ytc_tui.model.state import State
from ytc_tui.model.tasks import HandoffState

BITCOIN, ETHER = "BTCUSDT", "ETHUSDT"
ASKED = {
    "handoff.approve.paper": '["PRE_MARKET->SESSION_OPEN"]',
    "trading.enable_correlation_check": "false",
}
UP = (20_040, 20_056, 20_120, 20_200, 20_270, 20_300, 20_290, 20_280)
RISE = (1_503, 1_504.5, 1_505.5, 1_506, 1_505.5, 1_506, 1_505.5)
OTHER = {"symbol": ETHER, "trigger": 1_504.0, "limit": 1_505.0, "stop": 1_495.0, "t1": 1_525.0, "t2": 1_540.0}


def approving(*lines: tuple[int, Command]) -> Operator:
    """Says `lines`, and yes to every handoff that waits."""
    saying = said_at(*lines)

    def operator(state: State, now_ns: int) -> list[Command]:
        asked = [
            Command(f"a-{name}", Verb.APPROVE, "ada", target=name, content_hash=record.handoff.content_hash)
            for name, record in state.handoffs.items()
            if record.state is HandoffState.PENDING
        ]
        return [*asked, *saying(state, now_ns)]

    return operator


def busy_day(folder: Path) -> tuple[Simulation, Onlooker]:
    """Handoffs that wait, two trades, a level, a bias, a note, a pause, a hole in the data, an operator's
    flatten and a resume; it runs to the end of its feed."""
    said = (
        level("12:38", "20150", alert=LevelAlert.TOUCH),
        bias("12:50", Bias.LONG_ONLY, symbol=ETHER),
        note("12:52", "late", "T0001"),
        (on_day("12:55"), Command("p", Verb.PAUSE, "ada", "lunch")),
        (on_day("12:58"), Command("r", Verb.RESUME, "ada", "back")),
        (on_day("13:12"), Command("f", Verb.FLATTEN, "ada", "enough")),
        (on_day("13:20"), Command("g", Verb.RESUME, "ada", "on")),
    )
    tapes = (
        Tape().walk("12:41", *UP).hole("13:00", 3),
        Tape(symbol=ETHER, level=1_500.0).walk("12:59", *RISE),
    )
    ideas = (long_at("12:41"), long_at("12:59", **OTHER), short_at("13:25"))
    simulation = stage(folder, tapes, *ideas, settings=ASKED, until="13:45", handoff_expiry_s=30.0)
    return simulation, Onlooker(simulation, (BITCOIN, ETHER), approving(*said))


def fall(folder: Path) -> tuple[Simulation, Onlooker]:
    """A loss past the session's limit: everything is closed by rule, and the session ends in emergency."""
    tape = Tape().walk("12:41", 20_040, 20_056, 20_070, 19_500, 18_900, 18_900, 18_900)
    simulation = stage(folder, tape, long_at("12:41", **FAR), settings=BOLD, until="13:20")
    return simulation, Onlooker(simulation, (BITCOIN,))


@pytest.mark.parametrize(("day", "met"), [(busy_day, ev.HandoffProposed), (fall, ev.FlattenStarted)])
async def test_every_view_is_what_the_running_session_showed(
    tmp_path: Path, day: Any, met: type[Any]
) -> None:
    simulation, onlooker = day(tmp_path)
    await simulation.run()
    assert simulation.all(met) and simulation.all(ev.TradeClosed) and simulation.all(ev.FlatVerified)
    past = past_of(simulation)
    places = sorted(onlooker.glances)
    # Once from one to the next, then here and there.
    moment = past.at(places[0])
    for place in places:
        moment = past.move(moment, place)
        same(past, moment, onlooker, place)
    chance = random.Random(7)
    for place in chance.sample(places, 40):
        same(past, past.at(place), onlooker, place)


def same(past: Past, moment: Any, onlooker: Onlooker, place: Place) -> None:
    shown = on_record(past.views(moment, names_of(onlooker.symbols)))
    live = on_record(onlooker.glances[place].views)
    for name in sorted(live):
        assert shown[name] == live[name], (place, name)


async def test_a_later_session_of_a_run_meets_the_market_that_the_earlier_ones_left() -> None:
    """Swings, zones, prior highs and the operator's levels go on from session to session."""
    request = RunRequest(demo=True, from_ns=at("2022-11-07T12:00"), to_ns=at("2022-11-09T12:00"))
    simulation = Simulation(request, {"session.hard_hours": "3", "session.warmup_days": "2"})
    said = [
        level("2022-11-07T14:00", "20700", name="a"),
        level("2022-11-08T14:00", "20100", "20150", name="b"),
        drop("2022-11-08T14:30", "BTCUSDT@20100..20150"),
    ]
    onlooker = Onlooker(simulation, (BITCOIN, ETHER), said_at(*said), every=17)
    await simulation.run()
    sessions = simulation.journal.sessions()
    assert len(sessions) == 2 and len(simulation.all(ev.LevelAdded)) == 2
    for session in sessions:
        past = past_of(simulation, session)
        init_ns, end_ns = past.record.started.init_ns, past.record.times_ns[-1]
        places = [place for place in sorted(onlooker.glances) if init_ns <= place.at_ns <= end_ns]
        assert len(places) > 5
        for place in places:
            same(past, past.at(place), onlooker, place)


@pytest.mark.parametrize("commit", [25, 35, 45])
async def test_a_session_that_was_killed_and_taken_up_again_is_one(tmp_path: Path, commit: int) -> None:
    """Both of its engines are held against the record."""
    looking: list[Onlooker] = []

    def build() -> Simulation:
        tape = Tape().walk("12:41", *UP)
        simulation = stage(tmp_path, tape, long_at("12:41"), until="13:10")
        looking.append(Onlooker(simulation, (BITCOIN,)))
        return simulation

    simulation = await killed_and_resumed(build, (commit, True))
    assert simulation.all(ev.EngineRecovered)
    assert simulation.all(ev.TradeClosed)
    past = past_of(simulation)
    for onlooker in looking:
        assert len(onlooker.glances) > 10
        for place in onlooker.glances:
            # What was shown and never came on record is shown by nobody again.
            if place.seq <= past.record.entries:
                same(past, past.at(place), onlooker, place)
