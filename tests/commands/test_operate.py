"""Operator commands: exit code 0 means accepted and confirmed, and nothing else does."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands.scripted_engine import FLAT, UNDER_WAY, ScriptedEngine, document, flattening
from ytc_tui.adapters.paths import Paths
from ytc_tui.adapters.transports.http import DoorServer
from ytc_tui.client import Receipt
from ytc_tui.commands import operate
from ytc_tui.commands.answer import Answer
from ytc_tui.errors import EngineUnreachable, UsageInvalid
from ytc_tui.model.commands import Command, Verb


def command(verb: Verb, target: str = "", content_hash: str = "") -> Command:
    return Command("c-1", verb, "ada", "enough", target, content_hash)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operate, "POLL_S", 0)


async def test_status_shows_what_matters_on_safe_lines() -> None:
    answer = await operate.ask_status(ScriptedEngine())
    lines = answer.text.splitlines()
    assert lines[0] == "PAPER  session s-2022-11-08  as of 2022-11-08T12:05:00Z"
    for part in (
        "phase    active_trading  status running",
        "gate     active  (trading hours)",
        "P&L      -75 (-0.7500 %)  of the loss limit used [#####...............] 25.0%",
        "position BTCUSDT short 0.5 entry 20000  stop 20150  target 19700  since 2022-11-08T12:00:00Z",
        "order    yabc protective_stop buy 0.5 BTCUSDT acked",
        "alert    a1 warning x3 2022-11-08T12:01:00Z  volatile �[2J fake line",
        "handoff  H002 waits: `ytc approve`",
        "agent    entry_execution: idle, no setup",
        "health   2 of 3 components ok",
        "health   feed.BTCUSDT: warn  1 expected bars late  age 60 s",
    ):
        assert part in lines
    assert "seen" not in answer.text
    assert "flatten" not in answer.text
    assert answer.exit_code == 0
    assert json.loads(json.dumps(answer.data)) == document()


async def test_status_during_and_after_a_flatten() -> None:
    during = (await operate.ask_status(ScriptedEngine([UNDER_WAY]))).text
    assert "flatten  NOT FLAT YET (by operator: enough; round 2)" in during
    after = (await operate.ask_status(ScriptedEngine([FLAT]))).text
    assert "flatten  verified flat" in after
    assert "position none, no working orders" in after


@pytest.mark.parametrize(
    "shown", [{"running": False}, {**document(), "running": False, "end_reason": "feed ended"}]
)
async def test_status_without_a_session(shown: dict[str, Any]) -> None:
    text = (await operate.ask_status(ScriptedEngine([shown]))).text
    assert text.startswith("no session is running; last: ")
    assert ("feed ended" in text) is ("session_id" in shown)


async def test_one_component_and_one_that_does_not_exist() -> None:
    answer = await operate.ask_status(ScriptedEngine(), "venue")
    assert answer.text == "venue: ok  age 0 s  positions 1"
    assert answer.data["status"] == "ok"
    with pytest.raises(UsageInvalid, match=r"no component 'nose'.*components: venue, feed.BTCUSDT"):
        await operate.ask_status(ScriptedEngine(), "nose")


async def test_agents_say_why_they_are_idle() -> None:
    answer = await operate.ask_agents(ScriptedEngine())
    assert answer.data == [
        {
            "agent": "monitoring",
            "status": "completed",
            "last_run": "2022-11-08T12:00:00Z",
            "runs": 5,
            "failures": 0,
            "idle": "waits for trading_close",
            "next_due": "2022-11-08 12:33:00Z",
            "output": {},
        },
        {
            "agent": "entry_execution",
            "status": "idle",
            "last_run": None,
            "runs": 0,
            "failures": 0,
            "idle": "no setup",
            "next_due": "",
            "output": {},
        },
    ]
    assert (
        " ".join(answer.text.splitlines()[1].split()) == "entry_execution idle runs 0 failures 0 - no setup"
    )


async def test_waiting_handoffs_come_first() -> None:
    answer = await operate.ask_handoffs(ScriptedEngine())
    assert [row["state"] for row in answer.data] == ["pending", "approved"]
    assert answer.text.splitlines()[0] == (
        "H002  pending   pre_market -> session_open  session prepared  (content hash2)"
    )
    assert (
        await operate.ask_handoffs(ScriptedEngine([{"running": False}]))
    ).text == "no handoff or proposal yet"


@pytest.mark.parametrize(
    ("accepted", "unconfirmed", "code", "says"),
    [
        (True, (), 0, "cancel: accepted: why\ngate reducing"),
        (True, ("entry BTCUSDT y1: canceling",), 9, "unconfirmed: entry BTCUSDT y1: canceling"),
        (False, (), 8, "cancel: refused: why"),
    ],
)
async def test_what_a_receipt_is_worth(
    accepted: bool, unconfirmed: tuple[str, ...], code: int, says: str
) -> None:
    engine = ScriptedEngine(
        receipt=lambda sent: Receipt(
            sent.command_id, accepted, "why", "s", 7, ("gate reducing",), unconfirmed
        )
    )
    answer = await operate.carry_out(engine, command(Verb.CANCEL))
    assert answer.exit_code == code
    assert says in answer.text
    assert answer.data["accepted"] is accepted
    assert engine.sent == [command(Verb.CANCEL)]


async def test_an_approval_is_bound_to_what_was_seen_or_to_what_is_there_now() -> None:
    engine = ScriptedEngine()
    await operate.carry_out(engine, command(Verb.APPROVE, "H002", "seen"))
    await operate.carry_out(engine, command(Verb.APPROVE, "H002"))
    await operate.carry_out(engine, command(Verb.APPROVE, "H999"))
    await operate.carry_out(engine, command(Verb.REJECT, "H002"))
    assert [sent.content_hash for sent in engine.sent] == ["seen", "hash2", "", ""]


@pytest.mark.usefixtures("quick")
async def test_flatten_waits_for_the_proof_and_says_what_was_closed() -> None:
    engine = ScriptedEngine([UNDER_WAY, UNDER_WAY, EngineUnreachable("busy"), FLAT])
    answer = await operate.flatten_until_flat(engine, command(Verb.FLATTEN), 60)
    assert answer.exit_code == 0
    assert answer.text.splitlines() == [
        "flatten: verified flat in round 2, session P&L -75 (-0.7500 %)",
        "closed: BTCUSDT sell 0.5 at 2022-11-08T12:03:20Z: P&L -71",
        "gate reducing (verified flat)",
    ]
    assert answer.data["verified_flat"] is True
    assert answer.data["left"] == []
    assert len(engine.sent) == 1


async def test_a_flatten_without_proof_in_time_is_not_confirmed() -> None:
    answer = await operate.flatten_until_flat(ScriptedEngine([UNDER_WAY]), command(Verb.FLATTEN), 0.02)
    assert answer.exit_code == 9
    assert answer.text.splitlines() == [
        "flatten: accepted, NOT verified flat within 0.02 s",
        "left: position BTCUSDT short 0.5 entry 20000",
        "left: order yabc protective_stop buy 0.5 BTCUSDT acked",
    ]
    assert answer.data["verified_flat"] is False
    assert len(answer.data["left"]) == 2


@pytest.mark.parametrize("before", [[], [UNDER_WAY]])
@pytest.mark.usefixtures("quick")
async def test_an_engine_that_falls_silent_during_a_flatten(before: list[dict[str, Any]]) -> None:
    engine = ScriptedEngine([*before, EngineUnreachable("gone", fix="touch /state/kill")])
    answer = await operate.flatten_until_flat(engine, command(Verb.FLATTEN), 0.02)
    assert answer.exit_code == 9
    assert "touch /state/kill" in answer.text
    assert ("left: position BTCUSDT" in answer.text) is bool(before)
    assert ("left: unknown" in answer.text) is not bool(before)


@pytest.mark.usefixtures("quick")
async def test_a_position_that_is_still_shown_is_not_flat_whatever_was_verified() -> None:
    shown = document(emergency=flattening(True))
    answer = await operate.flatten_until_flat(ScriptedEngine([shown]), command(Verb.FLATTEN), 0.02)
    assert answer.exit_code == 9


async def test_a_refused_flatten_is_not_waited_for() -> None:
    engine = ScriptedEngine(receipt=lambda sent: Receipt(sent.command_id, False, "no session", "", 0))
    assert (await operate.flatten_until_flat(engine, command(Verb.FLATTEN), 60)).exit_code == 8


# ---- through real sockets ---------------------------------------------------------------------------

Serving = Callable[[dict[str, ScriptedEngine]], Awaitable[None]]


@pytest.fixture
def paths() -> Iterator[Paths]:
    folder = Path(tempfile.mkdtemp(prefix="ytc-"))
    yield Paths(folder / "paper", folder)
    shutil.rmtree(folder)


@pytest.fixture
async def serving(paths: Paths) -> AsyncIterator[Serving]:
    servers: list[DoorServer] = []

    async def serve(engines: dict[str, ScriptedEngine]) -> None:
        for run, engine in engines.items():
            servers.append(DoorServer(engine, paths.socket(run)))
            await servers[-1].start()

    yield serve
    await asyncio.gather(*(server.stop() for server in servers))


async def in_a_shell(call: Callable[[], Answer]) -> Answer:
    """The command runs its own loop, as it does in a process of its own."""
    return await asyncio.to_thread(call)


async def test_the_only_engine_is_the_default_and_several_are_listed(paths: Paths, serving: Serving) -> None:
    one, two = ScriptedEngine(), ScriptedEngine([document(session_id="other-session")])
    await serving({"run-1": one})
    assert (await in_a_shell(lambda: operate.status(paths, "", None))).exit_code == 0
    await serving({"run-2": two})
    with pytest.raises(UsageInvalid, match=r"2 engines fit: run-1 .*run-2"):
        await in_a_shell(lambda: operate.send(paths, "", command(Verb.PAUSE)))
    await in_a_shell(lambda: operate.send(paths, "run-2", command(Verb.PAUSE)))
    assert (one.sent, two.sent) == ([], [command(Verb.PAUSE)])
    named = await in_a_shell(lambda: operate.handoffs(paths, "s-2022"))
    assert named.data[0]["handoff"]["handoff_id"] == "H002"
    assert (await in_a_shell(lambda: operate.agents(paths, "other"))).data
    with pytest.raises(EngineUnreachable, match="no engine runs session 'none-such'"):
        await in_a_shell(lambda: operate.status(paths, "none-such", None))


async def test_flatten_of_all_engines(paths: Paths, serving: Serving) -> None:
    one, two = ScriptedEngine([FLAT]), ScriptedEngine([UNDER_WAY])
    await serving({"run-1": one, "run-2": two})
    order = command(Verb.FLATTEN)
    answer = await in_a_shell(lambda: operate.flatten(paths, "", order, everywhere=True, timeout_s=0.2))
    assert answer.exit_code == 9
    assert [data["verified_flat"] for data in answer.data] == [True, False]
    assert [data["engine"] for data in answer.data] == ["run-1", "run-2"]
    assert "run-1 (pid " in answer.text
    assert len(one.sent) == len(two.sent) == 1
    alone = await in_a_shell(lambda: operate.flatten(paths, "run-1", order, everywhere=False, timeout_s=5))
    assert alone.exit_code == 0


async def test_an_engine_that_fails_does_not_hide_the_others(paths: Paths, serving: Serving) -> None:
    def broken(sent: Command) -> Receipt:
        raise EngineUnreachable("the engine is stopping")

    await serving({"run-1": ScriptedEngine(receipt=broken), "run-2": ScriptedEngine([FLAT])})
    order = command(Verb.FLATTEN)
    answer = await in_a_shell(lambda: operate.flatten(paths, "", order, everywhere=True, timeout_s=5))
    assert answer.exit_code == EngineUnreachable.exit_code
    assert "error: the engine is stopping" in answer.text
    assert answer.data[1]["verified_flat"] is True


def test_no_engine_at_all(paths: Paths) -> None:
    order = command(Verb.FLATTEN)
    for everywhere in (True, False):
        with pytest.raises(EngineUnreachable, match="no engine is running"):
            operate.flatten(paths, "", order, everywhere=everywhere, timeout_s=1)
    for wait_s in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(UsageInvalid, match="must be a positive number"):
            operate.flatten(paths, "", order, everywhere=True, timeout_s=wait_s)
