"""The session on the desk: handoffs, pause and resume, an engine that is lost, and what leaving leaves."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.desk import LIMIT_S, PROPOSE, Desk, attached, demo, desk_on, engine_pid
from tests.journeys.process import Home, count_on_record, until
from ytc_tui.commands.desk_engine import ProcessEngine
from ytc_tui.commands.starting import Flags
from ytc_tui.model.session import Gate, Phase, SessionStatus

Start = Callable[[Flags], ProcessEngine]
ASK_FOR_OPEN = 'handoff.approve.paper=["PRE_MARKET->SESSION_OPEN"]'


def session_on_record(user: Home) -> dict[str, Any]:
    record: dict[str, Any]
    [record] = json.loads(user.ytc("sessions", "--json").stdout)["sessions"]
    return record


async def waits_for_answer(desk: Desk) -> None:
    await desk.begins()
    await desk.until(lambda: desk.top.approvals_waiting == 1)


async def test_a_handoff_is_rejected_and_then_approved(start: Start) -> None:
    async with desk_on(start(demo("60", ASK_FOR_OPEN))) as desk:
        await waits_for_answer(desk)
        stood_ns = desk.top.at_ns
        await desk.press("h")
        await desk.sees("handoff pre_market -> session_open", "pending")
        await desk.press("x")
        await desk.hears("reject: accepted")
        await desk.press("escape")
        await desk.until(lambda: desk.top.status is SessionStatus.PAUSED)
        assert desk.top.phase is Phase.PRE_MARKET
        # A resume proposes it again; feed time stood still for the first answer.
        await desk.press("p")
        await desk.sees("Resume trading")
        await desk.enter("ready now")
        await desk.hears("resume: accepted")
        await waits_for_answer(desk)
        assert desk.top.at_ns >= stood_ns
        await desk.press("h")
        await desk.press("a")
        await desk.hears("approve: accepted")
        await desk.press("escape")
        await desk.until(lambda: desk.top.phase in (Phase.SESSION_OPEN, Phase.ACTIVE_TRADING))


async def test_pause_and_resume_with_a_reason(start: Start, user: Home) -> None:
    async with desk_on(start(demo("60"))) as desk:
        await desk.begins()
        await desk.until(lambda: desk.top.phase is Phase.ACTIVE_TRADING)
        await desk.press("p")
        await desk.hears("pause: accepted")
        await desk.until(lambda: desk.top.status is SessionStatus.PAUSED)
        await desk.sees("PAUSED", "gate REDUCING")
        await desk.press("p")
        await desk.sees("Resume trading", "Entries go on.")
        await desk.enter("")
        await desk.sees("a reason is needed")
        await desk.enter("back from lunch")
        await desk.hears("resume: accepted")
        await desk.until(lambda: desk.top.status is SessionStatus.RUNNING)
        assert desk.top.gate is Gate.ACTIVE
        await desk.press("8")
        await desk.sees("back from lunch")


@pytest.mark.slow
async def test_an_engine_that_was_killed_goes_on_from_its_journal(
    start: Start, at_the_proposal: Home
) -> None:
    async with desk_on(start(demo("20", *PROPOSE))) as desk:
        await waits_for_answer(desk)
        session = desk.top.session_id
        await desk.press("h", "a")
        await desk.hears("approve: accepted")
        await desk.press("escape")
        await desk.until(lambda: bool(desk.positions))
        [held] = desk.positions
        killed_ns = desk.top.at_ns
        os.kill(engine_pid(), signal.SIGKILL)
        await desk.sees("ENGINE ENDED (exit -9)", "R starts it again", "engine ENDED")
        # Nothing is sent to an engine that is gone; what was last known stays to be read.
        await desk.press("b")
        assert desk.positions == (held,)
        assert "stop:" not in desk.said
        await desk.press("R")
        await desk.until(lambda: not desk.app.dead)
        await desk.until(lambda: desk.top.at_ns > killed_ns)
        assert desk.top.session_id == session
        await desk.until(lambda: bool(desk.positions))
        [again] = desk.positions
        assert (again.trade_id, again.quantity, again.stop) == (held.trade_id, held.quantity, held.stop)
        await desk.sees("engine live", "at venue")
    assert json.loads(at_the_proposal.ytc("verify", "--json").stdout)["ok"]


async def test_left_running_and_attached_again(start: Start, user: Home) -> None:
    engine = start(demo("60"))
    async with desk_on(engine) as desk:
        await desk.begins()
        session, pid = desk.top.session_id, engine_pid()
        await desk.press("q")
        await desk.sees(
            "Leave the desk", "leave it running; `ytc attach` opens this desk again", f"pid {pid}"
        )
        await desk.press("escape")
        await desk.sees("Positions and orders")
        await desk.press("q", "l")
        await desk.ends()
        left_ns = desk.top.at_ns
    async with desk_on(attached()) as second:
        await second.begins()
        assert second.top.session_id == session
        await second.until(lambda: second.top.at_ns > left_ns)
        await second.sees("PAPER", "engine live")
        # Another desk's engine is not asked about.
        await second.press("q")
        await second.ends()
    assert engine_pid() == pid
    async with desk_on(attached(), read_only=True) as third:
        await third.begins()
        await third.sees("READ-ONLY")
        before = count_on_record(user, "Command")
        for key in ("p", "s", "c", "b", "n", "k", "X"):
            await third.press(key)
        await third.press("!")
        await third.sees("Nothing can be sent from here: read-only")
        await third.enter("FLAT")
        await third.press("escape")
        assert "accepted" not in third.said
        assert count_on_record(user, "Command") == before
    assert engine_pid() == pid


@pytest.mark.slow
async def test_ended_when_flat(start: Start, at_the_proposal: Home) -> None:
    engine = start(demo("60", *PROPOSE))
    async with desk_on(engine) as desk:
        await waits_for_answer(desk)
        await desk.press("h", "a")
        await desk.hears("approve: accepted")
        await desk.press("escape")
        await desk.until(lambda: bool(desk.positions))
        await desk.press("q")
        await desk.sees(
            "Leave the desk", "buy 6.728 ETHUSDT at market", "the session ends by itself when it is flat"
        )
        await desk.press("s")
        await desk.ends()
    assert session_on_record(at_the_proposal)["status"] != "completed"
    until(lambda: session_on_record(at_the_proposal)["status"] == "completed", LIMIT_S)
    assert session_on_record(at_the_proposal)["pnl"] == "-25.15981351"
