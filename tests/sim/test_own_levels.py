"""The operator's levels in a session: among the zones, on the chart, and told once."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.sim.harness import Simulation
from tests.sim.laws import check_laws
from tests.sim.saying import UP, Line, Seen, arm, bias, drop, level, minutes, note, spy, told
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape, on_day
from ytc_tui.engine.charting import Charts
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.own import (
    Bias,
    LevelAlert,
)
from ytc_tui.model.session import Severity
from ytc_tui.model.state import State
from ytc_tui.model.structure import ZoneRole
from ytc_tui.views.chart import LineKind

D = Decimal


# ---- levels ------------------------------------------------------------------------------------------


async def test_a_level_acts_on_the_minutes_after_it_and_on_none_before(tmp_path: Path) -> None:
    seen: Seen = {}
    operator = told(level("12:50", "20300"), drop("13:00", "BTCUSDT@20300"))
    simulation = stage(tmp_path, Tape(), agents=(spy(seen),), operator=operator, until="13:10")
    await simulation.run()
    # Said at the close of a minute: the first bar that closes with it is the next one.
    [(said_ns, _)] = simulation.timed(ev.LevelAdded)
    [(gone_ns, _)] = simulation.timed(ev.LevelRemoved)
    assert minutes(seen)[0] == said_ns + NS_PER_MIN
    assert minutes(seen)[-1] == gone_ns
    assert seen[said_ns + NS_PER_MIN] == [(20_299.9, 20_300.1, "resistance")]


async def test_a_band_and_a_kind_stand_as_they_were_said(tmp_path: Path) -> None:
    seen: Seen = {}
    operator = told(level("12:50", "20100", "20150", role=ZoneRole.SUPPORT))
    simulation = stage(tmp_path, Tape(), agents=(spy(seen),), operator=operator, until="13:10")
    await simulation.run()
    assert seen[on_day("13:00")] == [(20_100.0, 20_150.0, "support")]


async def test_a_level_ends_when_it_was_said_to(tmp_path: Path) -> None:
    seen: Seen = {}
    operator = told(level("12:40", "20300", until_ns=on_day("12:45")))
    simulation = stage(tmp_path, Tape(), agents=(spy(seen),), operator=operator, until="13:10")
    await simulation.run()
    assert minutes(seen)[-1] == on_day("12:45")


async def test_without_a_word_the_journal_is_the_same_as_with_a_level_far_away(tmp_path: Path) -> None:
    """A level changes what is found, never how it is found: nothing near it, nothing else."""

    def decided(simulation: Simulation) -> list[Any]:
        return [(e.setup_id, e.refused_by, e.granted) for e in simulation.all(ev.DecisionMade)]

    plain = stage(tmp_path, Tape().walk("12:41", *UP), long_at("12:41"))
    await plain.run()
    far = stage(tmp_path, Tape().walk("12:41", *UP), long_at("12:41"), operator=told(level("12:21", "90000")))
    await far.run()
    assert decided(plain) == decided(far)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (level("12:50", "1", symbol="XYZUSDT"), "symbol 'XYZUSDT' is not traded here: BTCUSDT"),
        (level("12:50", "20300", until_ns=on_day("12:49")), "the level would end before it begins"),
        (drop("12:50", "BTCUSDT@5"), "no level 'BTCUSDT@5'; levels: BTCUSDT@20400"),
        (arm("12:50", "BTCUSDT@5", LevelAlert.TOUCH), "no level 'BTCUSDT@5'"),
        (level("12:50", "20400"), "level BTCUSDT@20400 is there already"),
        (bias("12:50", Bias.NONE), "no bias stands on BTCUSDT"),
        (bias("12:50", Bias.LONG_ONLY, symbol="XYZUSDT"), "symbol 'XYZUSDT' is not traded here"),
        (note("12:50", "x", "T0009"), "no trade 'T0009'; trades: none yet"),
        (note("12:50", "x", at_ns=on_day("12:59")), "its time is ahead"),
        (note("12:50", "x", mistakes=("greed",)), "mistake code 'greed' is unknown: chased, early_exit"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(tmp_path: Path, line: Line, words: str) -> None:
    operator = told(level("12:40", "20400", name="there"), line)
    simulation = stage(tmp_path, Tape(), operator=operator, until="13:00")
    await simulation.run()
    receipt = simulation.host.receipts[line[1].command_id]
    assert not receipt.accepted
    assert words in receipt.reason
    assert len(simulation.all(ev.LevelAdded)) == 1
    assert not simulation.all(ev.BiasSet)
    assert not simulation.all(ev.NoteWritten)


async def test_a_level_is_drawn_and_called_by_its_name(tmp_path: Path) -> None:
    charts: list[Any] = []
    operator = told(level("12:50", "20300", label="weekly open"))
    simulation = stage(tmp_path, Tape(), until="13:10")
    run = simulation.build()

    def look(state: State, now_ns: int) -> Iterable[Command]:
        current = simulation.host.current
        if current is not None and now_ns in (on_day("12:49"), on_day("12:55")):
            charts.append(Charts().chart(current.kernel.sit, "BTCUSDT", 1))
        return operator(state, now_ns)

    simulation.host.operator = look
    await run.run()
    before, after = charts[0], charts[-1]
    assert not [line for line in before.lines if line.kind is LineKind.OWN]
    [line] = [line for line in after.lines if line.kind is LineKind.OWN]
    assert (line.price, line.label) == (20_300.0, "weekly open")


# ---- alerts ------------------------------------------------------------------------------------------


def reached(simulation: Simulation) -> list[int]:
    return [at_ns for at_ns, _ in simulation.timed(ev.LevelReached)]


async def test_a_touch_is_told_once_and_again_only_when_armed_by_hand(tmp_path: Path) -> None:
    tape = Tape().bar("12:50", 19_990, 20_200, opens=20_000, closes=20_000)
    for clock in ("12:52", "12:58", "13:02"):
        tape.bar(clock, 19_990, 20_250, opens=20_000, closes=20_000)
    operator = told(
        level("12:45", "20200", alert=LevelAlert.TOUCH), arm("12:55", "BTCUSDT@20200", LevelAlert.TOUCH)
    )
    simulation = stage(tmp_path, tape, operator=operator, until="13:10")
    await simulation.run()
    check_laws(simulation)
    # A high at the level reaches it.
    assert reached(simulation) == [on_day("12:51"), on_day("12:59")]
    alerts = [e for e in simulation.all(ev.AlertRaised) if e.code == "level_touched"]
    assert [alert.severity for alert in alerts] == [Severity.INFO] * 2
    assert alerts[0].message == "BTCUSDT reached BTCUSDT@20200 at 20200"
    assert alerts[0].alert_id != alerts[1].alert_id


async def test_a_close_beyond_is_not_a_touch(tmp_path: Path) -> None:
    tape = Tape().bar("12:50", 19_990, 20_250, opens=20_000, closes=20_000)
    tape.walk("12:55", 20_210, 20_230)
    operator = told(level("12:45", "20200", alert=LevelAlert.CLOSE))
    simulation = stage(tmp_path, tape, operator=operator, until="13:10")
    await simulation.run()
    assert reached(simulation) == [on_day("12:56")]
    assert "level_passed" in simulation.alerts()


@pytest.mark.parametrize("low", ["19800", "20100"])
async def test_an_opening_beyond_a_level_touched_it(tmp_path: Path, low: str) -> None:
    jump = 20_150 if low == "20100" else 19_700
    tape = Tape().bar("12:50", jump - 5, jump + 5, opens=jump, closes=jump)
    operator = told(level("12:45", low, alert=LevelAlert.TOUCH))
    simulation = stage(tmp_path, tape, operator=operator, until="13:00")
    await simulation.run()
    assert reached(simulation) == [on_day("12:51")]


async def test_a_level_says_nothing_of_the_minute_in_which_it_was_said(tmp_path: Path) -> None:
    tape = Tape().bar("12:44", 19_990, 20_200, opens=20_000, closes=20_000)
    operator = told(level("12:45", "20200", alert=LevelAlert.TOUCH))
    simulation = stage(tmp_path, tape, operator=operator, until="13:00")
    await simulation.run()
    assert reached(simulation) == []
