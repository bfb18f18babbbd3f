"""Nothing is decided by a bar that has not closed: runs over data cut off at a bar, entry for entry.

The engine knows two things of the future: whether its files have volume at all, and when they end, for a
session that this cuts short closes before it. That end is hidden from the cut run (it is told the hours of
the whole one) or, in tests of their own, left in and stated field by field.
"""

from __future__ import annotations

import json
import random
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.data_files import shared_data
from tests.sim.clock_text import at
from tests.sim.cuts import CutSimulation, WholeRun, cut_file, run_cut, run_whole
from ytc_tui.adapters.feeds.demo import demo_paths
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.boot import Parts, RunRequest
from ytc_tui.engine.market import MarketView
from ytc_tui.engine.schedule import FEED_END_MARGIN_NS
from ytc_tui.model.chain import Entry
from ytc_tui.model.events import FillBooked, SetupDetected, TradeClosed
from ytc_tui.model.market import NS_PER_MIN, Bar
from ytc_tui.model.signals import SetupKind
from ytc_tui.model.structure import Swing

ALL_SETUPS = {"trading.setups": json.dumps([kind.value for kind in SetupKind])}
TTF_NS = 3 * NS_PER_MIN


@cache
def folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="ytc-cuts-"))


def day(kind: type[CutSimulation] = CutSimulation) -> WholeRun:
    """Nine hours of the bundled data, with a trade."""
    demo = next(str(path) for path in demo_paths() if "BTCUSDT" in path.name)
    path = cut_file(demo, at("2022-11-09T00:00"), folder(), from_ns=at("2022-11-06T00:00"))
    hours = {"session.planned_hours": "8", "session.hard_hours": "9", "session.warmup_days": "2"}
    request = RunRequest((path,), at("2022-11-08T12:00"), at("2022-11-08T21:30"))
    return run_whole(kind(request, {**ALL_SETUPS, **hours}))


@cache
def whole_day() -> WholeRun:
    return day()


@cache
def sixty_days() -> WholeRun:
    """Sessions of eight hours on sixty days of 2022."""
    path = shared_data("ohlcv/binance_um_BTCUSDT_1m_2022.parquet")
    hours = {"session.planned_hours": "8", "session.hard_hours": "9"}
    request = RunRequest((str(path),), at("2022-03-01T00:00"), at("2022-04-30T00:00"))
    return run_whole(CutSimulation(request, {**ALL_SETUPS, **hours}))


def random_bars(whole: WholeRun, count: int, seed: int) -> list[int]:
    """Closes of bars at random within the run."""
    feed = whole.parts.feed
    minutes = (feed.last_ns - feed.from_ns) // NS_PER_MIN
    chance = random.Random(seed)
    return sorted(feed.from_ns + chance.randrange(30, minutes) * NS_PER_MIN for _ in range(count))


def bars_inside_trades(whole: WholeRun, most: int, seed: int) -> list[int]:
    """For each of at most `most` trades the close of a bar after its first fill and before its end."""
    filled: dict[tuple[str, str], int] = {}
    spans = []
    for entry, event in whole.simulation.events:
        if isinstance(event, FillBooked):
            filled.setdefault((entry.session, event.trade_id), entry.at)
        elif isinstance(event, TradeClosed):
            first = filled[entry.session, event.trade_id] // NS_PER_MIN + 1
            spans.append((first, entry.at // NS_PER_MIN))
    chance = random.Random(seed)
    spans = [span for span in spans if span[0] <= span[1]]
    chosen = chance.sample(spans, min(most, len(spans)))
    return sorted(chance.randint(*span) * NS_PER_MIN for span in chosen)


def assert_known_by_then(whole: WholeRun, cut_ns: int) -> None:
    """Every entry up to the cut, its hash with it, is the same where nothing after it exists."""
    expected = whole.until(cut_ns)
    assert expected
    assert run_cut(whole, cut_ns)[: len(expected)] == expected


def without_the_end(entry: Entry) -> tuple[Any, ...]:
    """An entry apart from its hashes and from every figure that names the end of the session."""
    return (
        entry.seq,
        entry.at,
        entry.type,
        entry.correlation,
        entry.causation,
        _endless(json.loads(entry.body)),
    )


def _endless(value: Any) -> Any:
    match value:
        case {"rule": "session_time"}:
            return {name: value[name] for name in ("rule", "ok", "used", "max_qty")}
        case dict():
            kept = {name: _endless(each) for name, each in value.items() if name not in _NAMES_THE_END}
            if "approval_id" in kept:  # its second half is a digest of the verdicts' limits
                kept["approval_id"] = kept["approval_id"].partition(".")[0]
            return kept
        case list():
            return [_endless(each) for each in value]
        case _:
            return value


_NAMES_THE_END = frozenset({"planned_end_ns", "hard_end_ns", "time_remaining_min"})


def assert_only_the_end_is_known(whole: WholeRun, cut_ns: int) -> None:
    """A run that knows when its data end decides alike until it closes for that, and ends for that reason.

    The margin that it closes with hides a look-ahead of less; `assert_known_by_then` does not.
    """
    expected = whole.until(cut_ns - FEED_END_MARGIN_NS - 1)
    found = run_cut(whole, cut_ns, knows_its_end=True)
    assert [*map(without_the_end, found[: len(expected)])] == [*map(without_the_end, expected)]
    assert json.loads(found[-1].body)["reason"] == "feed ended"


# ---- a planted look-ahead --------------------------------------------------------------------------------


class Foreseeing(SymbolAnalysis):
    """An analysis whose swings are confirmed one bar (of the TTF) early, where that bar exists."""

    def __init__(self, honest: SymbolAnalysis, bars: list[Bar]) -> None:
        super().__init__(honest.symbol, honest.tick, honest.params)
        self._ahead = SymbolAnalysis(honest.symbol, honest.tick, honest.params)
        self._to_come = bars[::-1]

    @property
    def swings_ttf(self) -> Any:
        while self._to_come and self._to_come[-1].open_ns < self.now_ns + TTF_NS:
            self._ahead.on_minute(self._to_come.pop())
        return self._ahead.swings_ttf


class ForeseeingSimulation(CutSimulation):
    def parts(self) -> Parts:
        parts = super().parts()
        bars = [bar for minute in parts.feed.minutes(parts.feed.start_ns) for bar in minute.bars]
        analysis = {
            name: Foreseeing(honest, [bar for bar in bars if bar.symbol == name])
            for name, honest in parts.market.analysis.items()
        }
        parts.market = MarketView(parts.instruments, analysis)
        return parts


def test_a_planted_look_ahead_is_found() -> None:
    whole = day(ForeseeingSimulation)
    swings: list[Swing] = list(whole.parts.market.analysis["BTCUSDT"].swings_ttf)
    known_ns = next(swing.known_ns for swing in swings if swing.known_ns > at("2022-11-08T14:00"))
    with pytest.raises(AssertionError):
        assert_known_by_then(whole, known_ns - TTF_NS)


# ---- the real engine -------------------------------------------------------------------------------------


def test_a_day_is_decided_without_the_bars_to_come() -> None:
    for bar_ns in random_bars(whole_day(), 4, seed=5):
        assert_known_by_then(whole_day(), bar_ns)


def test_a_trade_of_the_day_is_managed_without_the_bars_to_come() -> None:
    [bar_ns] = bars_inside_trades(whole_day(), 1, seed=5)
    assert_known_by_then(whole_day(), bar_ns)


def test_of_what_is_to_come_a_day_knows_its_end_alone() -> None:
    assert_only_the_end_is_known(whole_day(), at("2022-11-08T19:07"))


@pytest.mark.slow
def test_sixty_days_have_setups_of_every_kind_and_trades() -> None:
    events = sixty_days().simulation
    assert {found.setup.kind for found in events.all(SetupDetected)} == set(SetupKind)
    assert len(events.all(TradeClosed)) > 10


@pytest.mark.slow
def test_sixty_days_are_decided_without_the_bars_to_come() -> None:
    for bar_ns in random_bars(sixty_days(), 6, seed=2022):
        assert_known_by_then(sixty_days(), bar_ns)


@pytest.mark.slow
def test_sixty_days_of_trades_are_managed_without_the_bars_to_come() -> None:
    for bar_ns in bars_inside_trades(sixty_days(), 6, seed=2022):
        assert_known_by_then(sixty_days(), bar_ns)


@pytest.mark.slow
def test_of_what_is_to_come_sixty_days_know_their_end_alone() -> None:
    for bar_ns in bars_inside_trades(sixty_days(), 2, seed=7):
        assert_only_the_end_is_known(sixty_days(), bar_ns + FEED_END_MARGIN_NS)
