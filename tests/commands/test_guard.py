"""A guard's acts in order: the lock or nothing, the halt before the first request, a word for everything."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.venues.paper_bench import Bench, order
from tests.engine.guard.test_watch import BEAT
from ytc_tui.adapters.guard.halt_file import HaltFile
from ytc_tui.adapters.guard.heartbeat import HeartbeatFile
from ytc_tui.adapters.guard.record import GuardRecord, read_record
from ytc_tui.adapters.locks import acquire
from ytc_tui.adapters.logs import LogOptions, SessionLog
from ytc_tui.adapters.paths import Paths
from ytc_tui.adapters.pin import PinFile
from ytc_tui.adapters.pin_for import PinForFile
from ytc_tui.adapters.redaction import Redactor
from ytc_tui.commands import guard as command
from ytc_tui.commands.guard_run import EXIT_ACTED, EXIT_UNCONFIRMED, GuardRun
from ytc_tui.commands.guard_voice import AGAIN_NS, Voice
from ytc_tui.config import Settings
from ytc_tui.engine.ports import Notice
from ytc_tui.errors import EngineUnreachable, PinRefused, UsageInvalid
from ytc_tui.model.commands import Verb
from ytc_tui.model.halt import Beat, BeatState, Halt
from ytc_tui.model.market import NS_PER_S, Side

REASON = "no heartbeat for 30.000 s"


class Told(list[Notice]):
    async def notify(self, notice: Notice) -> None:
        self.append(notice)


@dataclass
class Stage:
    """A guard over a paper venue with a long of 2, whose market moves with every look at the clock."""

    folder: Path
    bench: Bench = field(default_factory=Bench)
    lines: list[str] = field(default_factory=list)
    told: Told = field(default_factory=Told)
    now_ns: int = NS_PER_S

    async def long(self) -> None:
        self.bench.flat(100.0)
        await self.bench.venue.submit(order("entry", Side.BUY, "2"))
        self.bench.flat(100.0)

    @property
    def beat(self) -> Beat:
        return replace(BEAT, lock=str(self.folder / "engine.lock"), start_balance=Decimal(10_000))

    @property
    def record(self) -> Path:
        return self.folder / "guard-run.jsonl"

    def _tick(self) -> int:
        self.now_ns += NS_PER_S
        self.bench.flat(100.0)
        return self.now_ns

    def guard(self, limit_s: float = 30.0) -> GuardRun:
        log = SessionLog(self.folder, "guard-run", LogOptions(audit_trail=False), Redactor())
        record = GuardRecord(self.record, lambda: 5)
        voice = Voice("run", record, log, self.told, self.lines.append, lambda: 5, self._tick)
        run = GuardRun(
            beat_path=self.folder / "heartbeat-run.beat",
            first=self.beat,
            venue=self.bench.venue,
            halts=HaltFile(self.folder / "halt-run.json"),
            voice=voice,
            limit_s=limit_s,
            loss_limit_pct=Decimal(4),
            monotonic_ns=self._tick,
        )
        log.close()
        return run

    def kinds(self) -> list[str]:
        return [line.kind for line in read_record(self.record)[0]]


async def test_a_dead_engines_account_is_taken_over_under_its_lock(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    await stage.long()
    run = stage.guard()
    assert await run.take_over(REASON, alive=False) == EXIT_ACTED
    assert await stage.bench.venue.positions() == ()
    assert stage.kinds() == ["halt", "submit", "flat"]
    standing = run.halts.standing()
    assert standing is not None
    assert (standing.epoch, standing.session, standing.reason) == (1, "session", REASON)
    assert [notice.title for notice in stage.told] == ["guard halt", "guard flat"]
    acquire(Path(stage.beat.lock), "the next engine", now_ns=1).release()


async def test_without_the_lock_it_only_alarms(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    await stage.long()
    run = stage.guard()
    # Held by a process that it must not end: its own.
    with acquire(Path(stage.beat.lock), "the engine", now_ns=1):
        assert await run.take_over(REASON, alive=False) is None
    assert [position.quantity for position in await stage.bench.venue.positions()] == [Decimal(2)]
    assert run.halts.standing() is None
    assert "ALARM, nothing was done" in stage.lines[-1]
    assert "cannot be ended from here" in stage.lines[-1]
    assert [notice.title for notice in stage.told] == ["guard alarm"]


async def test_an_engine_that_beats_at_the_last_moment_is_left_alone(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    run = stage.guard()
    file = HeartbeatFile(run.beat_path)
    file.write(replace(stage.beat, number=2))
    file.close()
    with acquire(Path(stage.beat.lock), "the engine", now_ns=1):
        assert await run.take_over(REASON, alive=False) is None
    assert (stage.kinds(), stage.lines) == ([], [])


@pytest.mark.parametrize("state", [BeatState.STOPPED, BeatState.ENDED])
async def test_a_farewell_is_heard_though_the_lock_is_free(tmp_path: Path, state: BeatState) -> None:
    stage = Stage(tmp_path)
    await stage.long()
    run = stage.guard()
    file = HeartbeatFile(run.beat_path)
    file.write(replace(stage.beat, number=2, state=state))
    file.close()
    assert await run.take_over(REASON, alive=False) is None
    assert run.halts.standing() is None
    assert [position.quantity for position in await stage.bench.venue.positions()] == [Decimal(2)]
    acquire(Path(stage.beat.lock), "the next engine", now_ns=1).release()


async def test_a_disk_that_takes_nothing_does_not_keep_it_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(tmp_path)
    await stage.long()
    run = stage.guard()

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(GuardRecord, "append", full)
    run.halts.path = tmp_path / "none" / "halt.json"
    assert await run.take_over(REASON, alive=False) == EXIT_ACTED
    assert await stage.bench.venue.positions() == ()
    assert any("not on record (No space left on device)" in line for line in stage.lines)
    assert any("the halt is not on disk" in line for line in stage.lines)


async def test_a_guard_that_is_stopped_over_an_open_account_says_what_is_left(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    await stage.long()
    run = stage.guard()
    run.stop.set()
    assert await run.take_over(REASON, alive=False) == EXIT_UNCONFIRMED
    assert "UNCONFIRMED EXPOSURE: the guard was stopped. Close by hand: " in stage.lines[-1]


async def test_a_warning_is_not_repeated_at_every_look(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    voice = stage.guard().voice
    for _ in range(2 * AGAIN_NS // NS_PER_S):
        await voice.warn("venue", "does not answer")
    assert len(stage.lines) == 2
    voice.forget("venue")
    await voice.warn("venue", "does not answer")
    assert len(stage.lines) == len(stage.told) == 3


async def test_lines_are_json_where_wanted_and_steer_no_terminal(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    voice = stage.guard().voice
    voice.say("late", "\x1b]52;c;x\x07")
    assert "\x1b" not in stage.lines[0]
    voice.as_json = True
    voice.say("late", "no heartbeat")
    told = json.loads(stage.lines[1])
    assert (told["guard"], told["text"], told["run"]) == ("late", "no heartbeat", "run")


# ---- which run, and the end of a halt --------------------------------------------------------------


def paths(folder: Path) -> Paths:
    found = Paths(folder / "ytc" / "paper", folder / "run")
    found.prepare()
    return found


def beating(where: Paths, run: str, **changes: Any) -> None:
    file = HeartbeatFile(where.heartbeat_file(run))
    file.write(replace(BEAT, run=run, lock=str(where.lock_dir / f"{run}.lock"), **changes))
    file.close()


def asked(where: Paths, wanted: str = "", heartbeat_s: float = 30.0) -> int:
    options = command.GuardOptions(wanted, heartbeat_s, Decimal(4), False)
    return command.guard(where, Settings(), options)


def test_which_engine_is_meant(tmp_path: Path) -> None:
    where = paths(tmp_path)
    with pytest.raises(EngineUnreachable, match="no engine shows a heartbeat"):
        asked(where)
    beating(where, "over", state=BeatState.ENDED)
    with pytest.raises(EngineUnreachable, match=r"known: over \(ended\)"):
        asked(where)
    beating(where, "one", host="")
    with pytest.raises(UsageInvalid, match="in the engine's own process"):
        asked(where)
    beating(where, "two", host="")
    with pytest.raises(UsageInvalid, match="2 runs fit: one, two"):
        asked(where)
    with (
        acquire(where.lock_dir / "two.lock", "engine", now_ns=1),
        pytest.raises(UsageInvalid, match="run two"),
    ):
        asked(where)
    with pytest.raises(UsageInvalid, match="from 1 to 600 seconds"):
        asked(where, heartbeat_s=0.5)


def nobody() -> str:
    raise AssertionError("no PIN is asked for here")


def test_clearing_needs_the_pin_where_resuming_does(tmp_path: Path) -> None:
    where = paths(tmp_path)
    halts = HaltFile(where.halt_file("one"))
    halts.halt(Halt(1, "s", REASON, 1))
    PinForFile(where.pin_for_file("one")).keep([Verb.RESUME])
    with pytest.raises(PinRefused, match="no PIN is set"):
        command.clear(where, "one", "why", lambda: "open sesame 1")
    PinFile(where.pin_file).set("open sesame 1")
    with pytest.raises(PinRefused, match="wrong"):
        command.clear(where, "one", "why", lambda: "open sesame 2")
    assert halts.cleared().epoch == 0
    assert command.clear(where, "one", "why", lambda: "open sesame 1").data["epoch"] == 1


def test_a_halt_is_cleared_once_by_name_with_a_reason(tmp_path: Path) -> None:
    where = paths(tmp_path)
    with pytest.raises(UsageInvalid, match="no run is halted"):
        command.clear(where, "", "why", nobody)
    for run in ("one", "two"):
        HaltFile(where.halt_file(run)).halt(Halt(1, "s", REASON, 1))
    with pytest.raises(UsageInvalid, match="needs a reason"):
        command.clear(where, "one", " ", nobody)
    with pytest.raises(UsageInvalid, match="2 halted runs fit: one, two"):
        command.clear(where, "", "why", nobody)
    answer = command.clear(where, "one", "looked at it", nobody)
    assert answer.data["halted_because"] == REASON
    assert "halt 1 of run one cleared" in answer.text
    assert "halt 1 of run two cleared" in command.clear(where, "", "looked at it", nobody).text
    with pytest.raises(UsageInvalid, match="no run is halted"):
        command.clear(where, "", "again", nobody)
