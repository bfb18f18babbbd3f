"""When an engine counts as silent: exactly at the limit, by the guard's own clock, never by a jump."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from ytc_tui.engine.guard.watch import AWAY_NS, RECHECK_NS, Finding, Watch, begin, finding, look, loss_pct
from ytc_tui.model.halt import Beat, BeatState
from ytc_tui.model.market import NS_PER_MS, NS_PER_S

LIMIT_NS = 30 * NS_PER_S
START_NS = 5_000 * NS_PER_S
BEAT = Beat(
    "run", "engine", 1, BeatState.TRADING, 7, "session", "paper", "bars", "/host", "/lock", None, 1, 0, 0
)


def beat(number: int, state: BeatState = BeatState.TRADING, engine: str = "engine") -> Beat:
    return replace(BEAT, number=number, state=state, engine=engine)


def watched(until_ns: int, step_ns: int = NS_PER_S // 4, first: Beat = BEAT) -> Watch:
    """A guard that saw `first` and then nothing new until `until_ns` after it."""
    watch = begin(LIMIT_NS, first, START_NS)
    for passed_ns in (*range(step_ns, until_ns, step_ns), until_ns):
        watch = look(watch, START_NS + passed_ns, first)
    return watch


@pytest.mark.parametrize(
    ("silent_ms", "expected"),
    [
        (4_999, Finding.FRESH),
        (5_000, Finding.LATE),
        (29_999, Finding.LATE),
        (30_000, Finding.SILENT),
        (30_001, Finding.SILENT),
    ],
)
def test_the_limit_is_inclusive(silent_ms: int, expected: Finding) -> None:
    assert finding(watched(silent_ms * NS_PER_MS)) is expected


def test_a_nanosecond_before_the_limit_nothing_is_done() -> None:
    assert finding(watched(LIMIT_NS - 1)) is Finding.LATE


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, AWAY_NS), st.booleans(), st.integers(-(2**62), 2**62)),
        min_size=1,
        max_size=200,
    )
)
def test_only_watched_silence_counts(looks: list[tuple[int, bool, int]]) -> None:
    """However beats come and whatever their clocks say, the engine is silent just when nothing changed for
    the limit by the guard's own clock."""
    now_ns = fresh_ns = START_NS
    number = 1
    watch = begin(LIMIT_NS, BEAT, now_ns)
    for gap_ns, beats, clock in looks:
        now_ns += gap_ns
        if beats:
            number, fresh_ns = number + 1, now_ns
        seen = replace(beat(number), wall_ns=clock, monotonic_ns=-clock)
        watch = look(watch, now_ns, seen)
        assert (finding(watch) is Finding.SILENT) == (now_ns - fresh_ns >= LIMIT_NS)


@settings(deadline=None)
@given(st.integers(AWAY_NS + 1, 10**15), st.integers(0, 29 * NS_PER_S))
def test_a_guard_that_slept_looks_again_before_it_acts(slept_ns: int, before_ns: int) -> None:
    watch = watched(before_ns) if before_ns else begin(LIMIT_NS, BEAT, START_NS)
    woke_ns = watch.looked_ns + slept_ns
    watch = look(watch, woke_ns, BEAT)
    assert finding(watch) is not Finding.SILENT
    assert finding(look(watch, woke_ns + RECHECK_NS // 5, beat(2))) is Finding.FRESH
    for passed_ns in range(NS_PER_S, RECHECK_NS, NS_PER_S):
        watch = look(watch, woke_ns + passed_ns, BEAT)
        assert finding(watch) is not Finding.SILENT
    watch = look(watch, woke_ns + RECHECK_NS, BEAT)
    assert (finding(watch) is Finding.SILENT) == (watch.silent_ns >= LIMIT_NS)


@pytest.mark.parametrize("between_ns", [NS_PER_S // 4, 2 * RECHECK_NS])
def test_a_guard_that_slept_twice_looks_again_twice(between_ns: int) -> None:
    watch = look(begin(LIMIT_NS, BEAT, START_NS), START_NS + LIMIT_NS, BEAT)
    assert finding(watch) is Finding.RECHECK
    for _ in range(between_ns * 4 // NS_PER_S):
        watch = look(watch, watch.looked_ns + NS_PER_S // 4, BEAT)
    woke_ns = watch.looked_ns + 20 * LIMIT_NS
    watch = look(watch, woke_ns, BEAT)
    assert finding(watch) is Finding.RECHECK
    for passed_s in range(1, RECHECK_NS // NS_PER_S):
        assert finding(watch) is Finding.RECHECK
        watch = look(watch, woke_ns + passed_s * NS_PER_S, BEAT)
    assert finding(look(watch, woke_ns + RECHECK_NS, BEAT)) is Finding.SILENT


def test_a_guard_that_is_starved_acts_all_the_same() -> None:
    watch = begin(LIMIT_NS, BEAT, START_NS)
    for passed_s in range(3, 37, 3):
        watch = look(watch, START_NS + passed_s * NS_PER_S, BEAT)
    assert finding(watch) is Finding.SILENT


def test_an_unreadable_file_is_no_beat() -> None:
    watch = begin(LIMIT_NS, BEAT, START_NS)
    for passed_s in range(1, 31):
        watch = look(watch, START_NS + passed_s * NS_PER_S, None)
    assert finding(watch) is Finding.SILENT


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (BeatState.STOPPED, Finding.STOPPED),
        (BeatState.ENDED, Finding.ENDED),
        (BeatState.IDLE, Finding.IDLE),
        (BeatState.STARTING, Finding.IDLE),
    ],
)
def test_what_was_not_trading_is_never_acted_on(state: BeatState, expected: Finding) -> None:
    first = replace(beat(1, state), session="")
    assert finding(watched(10 * LIMIT_NS, first=first)) is expected


def test_an_engine_that_falls_silent_as_it_takes_up_what_was_left_open_counts() -> None:
    assert finding(watched(LIMIT_NS, first=beat(1, BeatState.STARTING))) is Finding.SILENT


def test_an_engine_that_hangs_as_it_takes_an_open_session_up_counts() -> None:
    watch = look(watched(5 * NS_PER_S), START_NS + 6 * NS_PER_S, beat(1, BeatState.STARTING, "successor"))
    for passed_s in range(7, 37):
        assert finding(watch) is not Finding.SILENT
        watch = look(watch, START_NS + passed_s * NS_PER_S, watch.beat)
    assert finding(watch) is Finding.SILENT


def test_a_farewell_ends_what_came_before() -> None:
    watch = look(watched(5 * NS_PER_S), START_NS + 6 * NS_PER_S, beat(2, BeatState.STOPPED))
    successor = replace(beat(1, BeatState.STARTING, "successor"), session="")
    watch = look(watch, START_NS + 7 * NS_PER_S, successor)
    for passed_s in range(8, 60):
        watch = look(watch, START_NS + passed_s * NS_PER_S, watch.beat)
    assert finding(watch) is Finding.IDLE


@settings(deadline=None)
@given(st.decimals("0.01", "1e9", places=8), st.decimals("-1e9", "1e9", places=8))
def test_a_loss_is_exact_and_of_nothing_nothing_is_lost(base: Decimal, change: Decimal) -> None:
    lost = loss_pct(base + change, base)
    assert (lost > 0) == (change < 0)
    assert loss_pct(base, Decimal(0)) == 0


def test_the_loss_limit_is_met_exactly() -> None:
    assert loss_pct(Decimal("9600.00"), Decimal(10_000)) == Decimal(4)
    assert loss_pct(Decimal("9600.01"), Decimal(10_000)) < Decimal(4)
