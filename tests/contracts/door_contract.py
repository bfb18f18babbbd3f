"""What every EngineClient must do, in the same process or behind a socket.

A test file makes a class `TestMyClient(DoorContract)` with a fixture `bench` that gives a `DoorBench`;
pytest then runs every test below against that client.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from ytc_tui.client import NEWEST, EngineClient, Frame, Page, PageRow, Receipt, WholeEntry
from ytc_tui.engine.watching import Watching
from ytc_tui.errors import (
    EngineUnreachable,
    JournalUnavailable,
    UsageInvalid,
    VenueOutcomeUnknown,
    YtcError,
)
from ytc_tui.model.commands import ClosePart, Command, MoveStop, MoveTarget, Ticket, Verb
from ytc_tui.model.market import Side
from ytc_tui.model.own import AddLevel, ArmLevel, Bias, LevelAlert, SetBias, WriteNote
from ytc_tui.model.reconciling import Reconcile, Remedy
from ytc_tui.model.session import Severity
from ytc_tui.model.structure import ZoneRole
from ytc_tui.views.alerts import AlertRow, AlertsView
from ytc_tui.views.entry_lines import FieldLine
from ytc_tui.views.journal_query import PageQuery, check
from ytc_tui.views.review import PastSession, PastSessions, Review
from ytc_tui.views.section import Section

D = Decimal

DOCUMENT: dict[str, Any] = {
    "session_id": "s-1",
    "session_status": "running",
    "session_metrics": {"current_pnl": "-12.50", "risk_utilization": "0.1250", "positions_open": 1},
    "alerts": [{"severity": "warning", "message": "Überraschung 日本 \x1b[2J \u202e", "count": 3}],
    "health": {"venue": {"status": "ok", "detail": "", "age_s": 0}},
    "emergency": None,
    "figures": [0.1, -3, True, "0.10"],
    "order_is_kept": {"z": 1, "a": 2},
}
FAILURES: list[YtcError] = [
    UsageInvalid("too many commands are waiting", where="inbox", fix="try again in a moment"),
    JournalUnavailable("disk full", where="/x/ytc.db", fix="free space"),
    EngineUnreachable("the engine is stopping"),
    VenueOutcomeUnknown("no answer"),
    YtcError("something else"),
]


SESSIONS = PastSessions(
    (
        PastSession("s-2", "paper", "running", "active_trading", 5, None, None, None, None, None, ""),
        PastSession("s-1", "paper", "completed", "ended", 1, 4, D("-1.50"), D("-0.015"), 3, 1, "hours"),
    ),
    7,
)
REVIEW = Review(
    "s-1",
    "USDT",
    ((1, D("10000")), (4, D("9998.5"))),
    ((D("-1"), 2), (D("-0.5"), 0)),
    (Section("Result", (), (("P&L", "-1.50"),)), Section("Trades", ("trade",), (), "no trade")),
)
_ROW = PageRow(7, 5, "GateChanged", "phase", "GATE  Überraschung 日本", "T0001")
PAGE = Page("s-1", (_ROW,), 6, 0, 12, 8, "no space left")
WHOLE = WholeEntry(_ROW, 1, "T0001", "6", "0" * 64, "ab" * 32, (FieldLine(1, "réason", "日本 \x1b[2J"),), 3)


def alerts_view(count: int) -> AlertsView:
    row = AlertRow("A1", Severity.CRITICAL, "code", "Überraschung 日本", count, 5, 0, "")
    return AlertsView((row,), open_critical=1, open_warning=0, hidden=0)


@dataclass
class RecordingEngine:
    """An EngineClient that notes what reaches it, acts on each command id once, and fails when told to."""

    taken: list[Command] = field(default_factory=list)
    sends: int = 0
    asked: list[str | None] = field(default_factory=list)
    explained: list[str] = field(default_factory=list)
    queries: list[PageQuery] = field(default_factory=list)
    failure: Exception | None = None
    hold: asyncio.Event | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    acted: asyncio.Event = field(default_factory=asyncio.Event)
    shown: dict[str, Any] = field(default_factory=lambda: {"alerts": alerts_view(1), "risk": None})
    built: int = 0
    watching: Watching = field(init=False)

    def __post_init__(self) -> None:
        self.watching = Watching(self._build)

    def _build(self, names: Collection[str]) -> tuple[int, dict[str, Any]]:
        self.built += 1
        if self.failure is not None:
            raise self.failure
        return 42, {name: self.shown.get(name) for name in names}

    async def built_again(self, times: int) -> None:
        """Wait until views were built so often again."""
        wanted = self.built + times
        async with asyncio.timeout(10):
            while self.built < wanted:  # noqa: ASYNC110 nothing tells of it, and nothing else should
                await asyncio.sleep(0.01)

    def frames(self, names: Collection[str]) -> AsyncGenerator[Frame, None]:
        return self.watching.frames(names)

    async def page(self, query: PageQuery = NEWEST) -> Page:
        await self._gate()
        check(query)
        self.queries.append(query)
        return PAGE if query.before_seq == 9 else Page("s-1", (), 0)

    async def entry(self, seq: int) -> WholeEntry | None:
        await self._gate()
        return WHOLE if seq == WHOLE.row.seq else None

    async def status(self, component: str | None = None) -> dict[str, Any]:
        await self._gate()
        self.asked.append(component)
        return DOCUMENT if component is None else {"component": component, "status": "ok"}

    async def send(self, command: Command) -> Receipt:
        self.sends += 1
        self.arrived.set()
        await self._gate()
        if command not in self.taken:
            self.taken.append(command)
        self.acted.set()
        refused = command.verb is Verb.RESUME
        return Receipt(
            command.command_id,
            not refused,
            "no resume after emergency_stop" if refused else "journalled as entries 5 to 7",
            "s-1",
            1_667_908_800_000_000_001,
            ("gate halted", "status paused"),
            ("flatten BTCUSDT y123: sent",) if command.verb is Verb.FLATTEN else (),
        )

    async def explain(self, target: str) -> dict[str, Any]:
        await self._gate()
        self.explained.append(target)
        return {"target": target, "chain": [{"rule": "min_size", "ok": False}]} if target != "unknown" else {}

    async def sessions(self) -> PastSessions:
        await self._gate()
        return SESSIONS

    async def review(self, session: str) -> Review:
        await self._gate()
        return replace(REVIEW, session_id=session)

    async def _gate(self) -> None:
        if self.hold is not None:
            await self.hold.wait()
        if self.failure is not None:
            raise self.failure


@dataclass
class DoorBench:
    """The client under test, and the engine behind it."""

    client: EngineClient
    engine: RecordingEngine


def command(verb: Verb = Verb.PAUSE, command_id: str = "c-1") -> Command:
    """A command of `verb` with all that it needs."""
    match verb:
        case Verb.CLOSE:
            return Command(command_id, verb, "ada", "", "T0001", close=ClosePart(Decimal("33.3")))
        case Verb.STOP:
            return Command(command_id, verb, "ada", "", "BTCUSDT", move_stop=MoveStop())
        case Verb.TARGET:
            return Command(
                command_id, verb, "ada", "", "T0001", move_target=MoveTarget(Decimal("20100.5"), 2)
            )
        case Verb.TICKET:
            ticket = Ticket(Side.SELL, Decimal(20_100), Decimal("19000.10"), Decimal(19_990))
            return Command(command_id, verb, "ada", "", "BTCUSDT", ticket=ticket)
        case Verb.LEVEL:
            level = AddLevel(
                Decimal("20100.5"), Decimal(20_110), ZoneRole.SUPPORT, "später 日本", 7, LevelAlert.CLOSE
            )
            return Command(command_id, verb, "ada", "", "BTCUSDT", level=level)
        case Verb.ARM_LEVEL:
            armed = ArmLevel(LevelAlert.TOUCH)
            return Command(command_id, verb, "ada", "", "BTCUSDT@20100", arm_level=armed)
        case Verb.BIAS:
            return Command(command_id, verb, "ada", "", "BTCUSDT", bias=SetBias(Bias.NO_TRADES))
        case Verb.NOTE:
            note = WriteNote('zu früh: "raus"', ("fomo", "a-1"), ("chased",), 5)
            return Command(command_id, verb, "ada", "", "T0001", note=note)
        case Verb.RECONCILE:
            linked = Reconcile(Remedy.LINK, order="yabc")
            return Command(command_id, verb, "ada", "", "foreign-77", reconcile=linked)
        case _:
            return Command(command_id, verb, "ada")


class DoorContract:
    async def test_the_document_arrives_whole(self, bench: DoorBench) -> None:
        document = await bench.client.status()
        assert document == DOCUMENT
        assert list(document["order_is_kept"]) == ["z", "a"]
        assert bench.engine.asked == [None]

    async def test_one_component(self, bench: DoorBench) -> None:
        for component in ("venue", "feed.BTCUSDT", "agent.a b/c?d=e&f#g", ""):
            assert await bench.client.status(component) == {"component": component, "status": "ok"}

    async def test_a_command_of_each_verb_arrives_as_it_was_given(self, bench: DoorBench) -> None:
        for verb in Verb:
            words = 'Ruhe: "now" & später \\ 日本'
            sent = replace(command(verb, f"c-{verb}"), reason=words, target="h-1", content_hash="ab12")
            receipt = await bench.client.send(sent)
            assert bench.engine.taken[-1] == sent
            assert receipt.command_id == f"c-{verb}"
            assert receipt.accepted is (verb is not Verb.RESUME)
            assert receipt.at_ns == 1_667_908_800_000_000_001
            assert receipt.effects == ("gate halted", "status paused")
            assert receipt.unconfirmed == (("flatten BTCUSDT y123: sent",) if verb is Verb.FLATTEN else ())

    async def test_the_same_command_twice_acts_once(self, bench: DoorBench) -> None:
        first = await bench.client.send(command(Verb.CANCEL))
        second = await bench.client.send(command(Verb.CANCEL))
        assert first == second
        assert bench.engine.taken == [command(Verb.CANCEL)]

    async def test_two_commands_act_twice(self, bench: DoorBench) -> None:
        await bench.client.send(command(Verb.CANCEL, "c-1"))
        await bench.client.send(command(Verb.CANCEL, "c-2"))
        assert [each.command_id for each in bench.engine.taken] == ["c-1", "c-2"]

    async def test_an_explanation(self, bench: DoorBench) -> None:
        targets = ["y123", "BTCUSDT/1", "2022-11-08T12:00:00Z", "a?b#c%20d&e", "ü 日"]
        for target in targets:
            assert (await bench.client.explain(target))["target"] == target
        assert bench.engine.explained == targets

    async def test_what_is_not_known_has_no_explanation(self, bench: DoorBench) -> None:
        assert await bench.client.explain("unknown") == {}

    async def test_the_sessions_on_record_and_one_of_them_whole(self, bench: DoorBench) -> None:
        assert await bench.client.sessions() == SESSIONS
        assert await bench.client.review("a/b#c d") == replace(REVIEW, session_id="a/b#c d")

    async def test_a_failure_arrives_as_it_left(self, bench: DoorBench) -> None:
        for failure in FAILURES:
            bench.engine.failure = failure
            for call in (bench.client.status(), bench.client.send(command()), bench.client.explain("x")):
                with pytest.raises(type(failure)) as caught:
                    await call
                assert type(caught.value) is type(failure)
                assert (caught.value.what, caught.value.where, caught.value.fix) == (
                    failure.what,
                    failure.where,
                    failure.fix,
                )

    async def test_after_a_failure_the_same_command_may_be_repeated(self, bench: DoorBench) -> None:
        bench.engine.failure = JournalUnavailable("disk full")
        with pytest.raises(JournalUnavailable):
            await bench.client.send(command())
        bench.engine.failure = None
        assert (await bench.client.send(command())).accepted

    async def test_many_at_once(self, bench: DoorBench) -> None:
        receipts = await asyncio.gather(
            *(bench.client.send(command(command_id=f"c-{n % 5}")) for n in range(20))
        )
        assert [receipt.command_id for receipt in receipts] == [f"c-{n % 5}" for n in range(20)]
        assert sorted(each.command_id for each in bench.engine.taken) == [f"c-{n}" for n in range(5)]
