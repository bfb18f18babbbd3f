"""Flattening from outside: through lost answers, refusals and silence; stops last, nothing twice blindly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from tests.adapters.venues.paper_bench import Bench, order
from ytc_tui.adapters.venues.faults import NO_FAULTS, CommandKind, FaultKind, FaultRule, FaultScript
from ytc_tui.engine.guard.flatten import (
    DOUBT_S,
    LONGEST_WAIT_S,
    POLL_S,
    TOLD_EVERY_S,
    Flattener,
    Left,
    read_left,
)
from ytc_tui.engine.ports import Venue
from ytc_tui.errors import VenueOutcomeUnknown, VenueRefused, VenueRetryable
from ytc_tui.model.market import NS_PER_S, Side
from ytc_tui.model.orders import OrderKind, OrderRole, OrderState, Rejected
from ytc_tui.model.venue_rules import VENUE_RULES

LIFE_S = VENUE_RULES["paper"].request_life_ns / NS_PER_S

STOP: dict[str, Any] = {
    "kind": OrderKind.STOP, "stop_price": "90", "reduce_only": True, "role": OrderRole.PROTECTIVE_STOP,
}  # fmt: skip
TARGET: dict[str, Any] = {
    "kind": OrderKind.LIMIT, "limit_price": "110", "reduce_only": True, "role": OrderRole.TARGET,
}  # fmt: skip


Refusal = Callable[[str], tuple[Rejected, ...]]


@dataclass
class Line:
    """The way to a venue: cut for the first `cut` calls. Nothing passes that was not noted before."""

    venue: Venue
    noted: list[tuple[str, str]]
    cut: int = 0
    refuses: Refusal | None = None
    refusals: int = 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.venue, name)
        if not callable(found):
            return found

        async def call(*arguments: Any) -> Any:
            if name in ("submit", "cancel"):
                client_id = arguments[0] if name == "cancel" else arguments[0].client_id
                assert (name, client_id) in self.noted
            if self.cut:
                self.cut -= 1
                raise VenueRetryable("no line")
            if name == "submit" and self.refuses is not None and self.refusals:
                self.refusals -= 1
                return self.refuses(arguments[0].client_id)
            return await found(*arguments)

        return call


@dataclass
class Hand:
    """A guard's hand on a paper venue, whose market moves a minute a look."""

    bench: Bench
    cut: int = 0
    volume: float = 1e6
    stands_still: bool = False
    now_s: float = 0.0
    refuses: Refusal | None = None
    refusals: int = 10_000
    sent: list[tuple[str, str]] = field(default_factory=list)  # (what, client id), in order
    noted_s: list[float] = field(default_factory=list)  # when
    exposed: list[tuple[float, str, Left | None]] = field(default_factory=list)

    async def flatten(self) -> Flattener:
        line: Any = Line(self.bench.venue, self.sent, self.cut, self.refuses, self.refusals)
        flattener = Flattener(
            venue=line,
            note=self._note,
            client_id=lambda symbol, number: f"guard-{symbol}-{number}",
            tell=lambda text: None,
            unconfirmed=self._unconfirmed,
            now_s=lambda: self.now_s,
            sleep=self._sleep,
        )
        await flattener.until_flat()
        return flattener

    def _note(self, kind: str, data: dict[str, Any]) -> None:
        client_id = data["order"]["client_id"] if kind == "submit" else data["client_id"]
        self.sent.append((kind, client_id))
        self.noted_s.append(self.now_s)

    async def _unconfirmed(self, reason: str, left: Left | None) -> None:
        self.exposed.append((self.now_s, reason, left))

    async def _sleep(self, wait_s: float) -> None:
        self.now_s += wait_s
        if not self.stands_still:
            self.bench.flat(100.0, self.volume)
        assert self.now_s < 600


async def holding(faults: FaultScript = NO_FAULTS) -> Bench:
    """Long 2 ABCUSDT at 100 with a stop at 90, a target at 110 and an entry at 80."""
    bench = Bench(faults=faults)
    bench.flat(100.0)
    await bench.venue.submit(order("entry", Side.BUY, "2"))
    bench.flat(100.0)
    await bench.venue.submit(order("stop", Side.SELL, "2", **STOP))
    await bench.venue.submit(order("target", Side.SELL, "2", **TARGET))
    await bench.venue.submit(order("more", Side.BUY, "1", OrderKind.LIMIT, limit_price="80"))
    bench.flat(100.0)
    return bench


async def is_flat(bench: Bench) -> bool:
    return (await read_left(bench.venue)).flat


async def test_entries_and_targets_go_first_and_the_stop_last() -> None:
    bench = await holding()
    hand = Hand(bench)
    await hand.flatten()
    assert await is_flat(bench)
    assert set(hand.sent[:3]) == {("cancel", "target"), ("cancel", "more"), ("submit", "guard-ABCUSDT-1")}
    assert hand.sent[3:] in ([("cancel", "stop")], [])
    assert hand.exposed == []
    close = await bench.venue.order("guard-ABCUSDT-1")
    assert close is not None
    assert (close.request.reduce_only, close.state) == (True, OrderState.FILLED)


async def test_the_stop_works_until_nothing_is_open() -> None:
    bench = await holding()
    hand = Hand(bench, stands_still=True)
    with pytest.raises(AssertionError):
        await hand.flatten()
    stop = await bench.venue.order("stop")
    assert stop is not None
    assert stop.open
    # One close is on its way; however long it takes, no second one joins it.
    assert [what for what in hand.sent if what[0] == "submit"] == [("submit", "guard-ABCUSDT-1")]
    assert {reason for _, reason, _ in hand.exposed} == {"not flat yet"}
    told = [at_s for at_s, _, _ in hand.exposed]
    assert all(b - a >= TOLD_EVERY_S for a, b in pairwise(told))
    left = hand.exposed[-1][2]
    assert left is not None
    assert left.by_hand()[0] == "sell 2 ABCUSDT, reduce-only, at the market"


async def test_an_account_that_is_flat_is_read_for_a_while_and_nothing_is_sent() -> None:
    bench = Bench()
    bench.flat(100.0)
    hand = Hand(bench)
    await hand.flatten()
    assert hand.sent == []
    assert hand.now_s >= LIFE_S


async def test_what_lands_at_the_end_of_its_life_is_ended_too() -> None:
    """It left as its engine was killed."""

    class Landing(Hand):
        async def _sleep(self, wait_s: float) -> None:
            before_s = self.now_s
            await super()._sleep(wait_s)
            if before_s < LIFE_S - 2 * POLL_S <= self.now_s:
                await self.bench.venue.submit(order("late", Side.BUY, "1"))

    bench = Bench()
    bench.flat(100.0)
    hand = Landing(bench)
    await hand.flatten()
    assert await is_flat(bench)
    assert hand.sent == [("cancel", "late")]


async def test_what_lands_late_is_closed_too() -> None:
    late = FaultScript((FaultRule(FaultKind.LATE_LANDING, role=OrderRole.ENTRY, nth=3, delay_ms=500_000),))
    bench = await holding(late)
    with pytest.raises(VenueOutcomeUnknown):
        await bench.venue.submit(order("late", Side.BUY, "1"))
    hand = Hand(bench)
    await hand.flatten()
    assert await is_flat(bench)


@pytest.mark.parametrize(
    "rule",
    [
        FaultRule(FaultKind.LOST_ANSWER, role=OrderRole.FLATTEN, nth=1),
        FaultRule(FaultKind.LATE_LANDING, role=OrderRole.FLATTEN, nth=1, delay_ms=120_000),
        FaultRule(FaultKind.REJECT, role=OrderRole.FLATTEN, nth=1),
        FaultRule(FaultKind.DELAY, role=OrderRole.FLATTEN, nth=1, delay_ms=90_000),
        FaultRule(FaultKind.LOST_ANSWER, CommandKind.CANCEL, nth=1),
        FaultRule(FaultKind.REJECT, CommandKind.CANCEL, nth=1),
        FaultRule(FaultKind.LATE_LANDING, CommandKind.CANCEL, nth=2, delay_ms=120_000),
    ],
    ids=lambda rule: f"{rule.fault}-{rule.command}",
)
async def test_no_single_fault_keeps_it_open_or_turns_it_round(rule: FaultRule) -> None:
    bench = await holding(FaultScript((rule,)))
    hand = Hand(bench)
    await hand.flatten()
    assert await is_flat(bench)
    sold = sum(fill.quantity for fill in await bench.venue.fills(0) if fill.side is Side.SELL)
    assert sold == Decimal(2)


async def test_a_close_that_nobody_can_find_is_sent_anew_after_a_while() -> None:
    lost = FaultRule(FaultKind.LATE_LANDING, role=OrderRole.FLATTEN, nth=1, delay_ms=10**9)
    bench = await holding(FaultScript((lost,)))
    hand = Hand(bench)
    await hand.flatten()
    assert await is_flat(bench)
    assert [name for what, name in hand.sent if what == "submit"] == ["guard-ABCUSDT-1", "guard-ABCUSDT-2"]
    assert hand.now_s >= DOUBT_S


def reported(client_id: str) -> tuple[Rejected, ...]:
    return (Rejected(client_id, "not now", 1),)


def raised(client_id: str) -> tuple[Rejected, ...]:
    raise VenueRefused("not now")


@pytest.mark.parametrize("refuses", [reported, raised])
async def test_a_close_that_is_refused_is_sent_again_more_and_more_slowly(refuses: Refusal) -> None:
    hand = Hand(await holding(), refuses=refuses)
    with pytest.raises(AssertionError):
        await hand.flatten()
    closes = [
        (name, at_s) for (what, name), at_s in zip(hand.sent, hand.noted_s, strict=True) if what == "submit"
    ]
    gaps = [b - a for (_, a), (_, b) in pairwise(closes)]
    waits = [min(POLL_S * 2**number, LONGEST_WAIT_S) for number in range(len(gaps))]
    assert all(-0.01 < gap - wait_s < POLL_S + 0.01 for gap, wait_s in zip(gaps, waits, strict=True))
    assert [name for what, name in hand.sent if what == "refused"] == [name for name, _ in closes]
    assert hand.exposed[0][:2] == (0.0, "no close of ABCUSDT: not now")


async def test_a_refused_close_holds_nothing_up() -> None:
    hand = Hand(await holding(), refuses=raised, refusals=3)
    await hand.flatten()
    assert await is_flat(hand.bench)
    assert hand.now_s < 2.0 + LIFE_S


@pytest.mark.parametrize("calls", [1, 7, 40])
async def test_a_venue_that_does_not_answer_is_asked_on_and_said_to_be_open(calls: int) -> None:
    bench = await holding()
    hand = Hand(bench, calls)
    await hand.flatten()
    assert await is_flat(bench)
    (at_s, reason, left), *_ = hand.exposed
    assert (at_s, reason, left) == (0.0, "no line", None)


async def test_thin_volume_is_closed_bar_by_bar() -> None:
    bench = await holding()
    hand = Hand(bench, volume=5.0)
    await hand.flatten()
    assert await is_flat(bench)
