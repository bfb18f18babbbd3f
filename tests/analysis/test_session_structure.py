"""A session in hindsight: what a level did is counted as the docstring says, and nothing is invented."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.analysis.series import demo_bars
from ytc_tui.analysis.params import AnalysisParams
from ytc_tui.analysis.session_structure import (
    Behaviour,
    Note,
    bounded,
    hindsight,
    letter,
    lettered,
    level_story,
    session_structure,
)
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.market import NS_PER_MIN, Bar
from ytc_tui.model.structure import Swing, SwingKind, Zone, ZoneRole, ZoneSource

WIDTH_NS = 3 * NS_PER_MIN
RESISTANCE = Zone(ZoneRole.RESISTANCE, 100.0, 101.0, 101.0, 1, 4, (ZoneSource.SWING_HIGH,), 0, 0)


def bars(*prices: tuple[float, float, float]) -> list[Bar]:
    """TTF bars of (high, low, close), each opening at the close before it."""
    made, before = [], prices[0][1]
    for number, (high, low, close) in enumerate(prices):
        made.append(Bar("BTCUSDT", number * WIDTH_NS, before, high, low, close, 1.0))
        before = close
    return made


UNDER, IN, WICK, OVER = (99.0, 98.0, 98.5), (100.5, 98.5, 99.5), (101.5, 98.5, 99.5), (103.0, 100.5, 102.5)


@pytest.mark.parametrize(
    ("course", "notes", "behaviour"),
    [
        ((UNDER, UNDER), [], Behaviour.NOT_REACHED),
        ((UNDER, IN), [], Behaviour.HELD),
        ((UNDER, IN, IN, UNDER), [(3, Note.TEST)], Behaviour.HELD),
        ((UNDER, WICK, UNDER), [(1, Note.TRAP)], Behaviour.FALSE_BREAK),
        ((UNDER, WICK, WICK, UNDER, IN, UNDER), [(1, Note.TRAP), (5, Note.TEST)], Behaviour.FALSE_BREAK),
        ((UNDER, OVER, UNDER), [(2, Note.TRAP)], Behaviour.FALSE_BREAK),
        ((UNDER, OVER), [(1, Note.BREAK)], Behaviour.BROKE),
        ((UNDER, OVER, OVER, UNDER), [(3, Note.TRAP)], Behaviour.FALSE_BREAK),
        ((UNDER, OVER, OVER, OVER, UNDER), [(1, Note.BREAK), (4, Note.BREAK)], Behaviour.BROKE),
    ],
)
def test_what_bars_did_at_a_level(
    course: Sequence[tuple[float, float, float]], notes: list[tuple[int, Note]], behaviour: Behaviour
) -> None:
    story, noted = level_story(RESISTANCE, bars(*course), 2, WIDTH_NS)
    assert [(each.at_ns // WIDTH_NS - 1, each.note) for each in noted] == notes
    assert (story.behaviour, story.role) == (behaviour, ZoneRole.RESISTANCE)
    counts = [each.note for each in noted]
    assert (story.tests, story.breaks, story.false_breaks) == tuple(
        counts.count(kind) for kind in (Note.TEST, Note.BREAK, Note.TRAP)
    )


def test_support_is_the_mirror_of_resistance_and_a_break_turns_the_role() -> None:
    over = [(200 - low, 200 - high, 200 - close) for high, low, close in (UNDER, OVER, OVER, OVER, UNDER)]
    mirrored = Zone(ZoneRole.SUPPORT, 99.0, 100.0, 99.0, 1, 4, (ZoneSource.SWING_LOW,), 0, 0)
    story, noted = level_story(mirrored, bars(*over), 2, WIDTH_NS)
    assert story.role is ZoneRole.SUPPORT
    assert [each.role for each in noted] == [ZoneRole.SUPPORT, ZoneRole.RESISTANCE]


def test_a_level_has_the_role_that_price_gives_it_at_the_begin() -> None:
    above = bars((104.0, 103.0, 103.5), (104.0, 103.0, 103.5))
    assert level_story(RESISTANCE, above, 2, WIDTH_NS)[0].role is ZoneRole.SUPPORT
    within = bars((100.6, 100.4, 100.5), (100.6, 100.4, 100.5))
    assert level_story(RESISTANCE, within, 2, WIDTH_NS)[0].role is ZoneRole.RESISTANCE


def swing(kind: SwingKind, price: float, at: int) -> Swing:
    return Swing(kind, price, at * WIDTH_NS, (at + 2) * WIDTH_NS, at, price)


def test_swings_are_lettered_from_the_begin_and_compared_with_those_before() -> None:
    high, low = SwingKind.HIGH, SwingKind.LOW
    prices = ((high, 10.0), (low, 5.0), (high, 11.0), (low, 4.0), (high, 11.0), (low, 6.0))
    swings = [swing(kind, price, at) for at, (kind, price) in enumerate(prices)]
    told = list(lettered(swings, 2 * WIDTH_NS))
    assert [(each.letter, each.label) for each in told] == [
        ("A", "HH"),
        ("B", "LL"),
        ("C", "EH"),
        ("D", "HL"),
    ]
    assert [each.label for each in lettered(swings[:2], 0)] == ["", ""]
    assert [letter(number) for number in (0, 25, 26, 27, 701, 702)] == ["A", "Z", "AA", "AB", "ZZ", "AAA"]


def demo(count: int) -> SymbolAnalysis:
    market = SymbolAnalysis("BTCUSDT", 0.1, AnalysisParams())
    for bar in demo_bars()[:count]:
        market.on_minute(bar)
    return market


def test_on_market_data_levels_were_known_before_and_notes_are_of_the_session() -> None:
    market = demo(3999)
    began_ns = demo_bars()[3600].open_ns
    told = session_structure(market, began_ns, 10)
    assert told is not None
    inside = [bar for bar in market.ttf_bars if bar.open_ns >= began_ns]
    assert (told.open, told.close) == (inside[0].open, inside[-1].close)
    assert told.until_ns == market.now_ns
    known = {zone.level for zone in market.zones if zone.known_ns <= began_ns}
    assert {each.level for each in told.levels} == known
    assert all(began_ns < each.at_ns <= market.now_ns for each in told.sequences)
    assert list(told.sequences) == sorted(told.sequences, key=lambda each: each.at_ns)
    assert [each.at_ns for each in told.swings] == [
        each.at_ns for each in market.swings_ttf if each.at_ns >= began_ns
    ]
    assert hindsight(market, began_ns) in ("trending", "ranging", "choppy")
    assert hindsight(market, market.now_ns - 30 * NS_PER_MIN) is None
    assert session_structure(market, market.now_ns, 10) is None


def test_contraction_and_expansion_are_seen_where_they_are() -> None:
    found = set()
    market = demo(0)
    for bar in demo_bars()[:6000]:
        if market.on_minute(bar).ttf is not None and market.minutes % 600 == 0:
            told = session_structure(market, market.now_ns - 600 * NS_PER_MIN, 10)
            assert told is not None
            found |= {each.at_ns for each in told.sequences if each.note is Note.EXPANSION}
    assert found


def test_what_is_left_out_is_counted_and_what_was_reached_is_kept() -> None:
    told = session_structure(demo(4000), demo_bars()[3400].open_ns, 10)
    assert told is not None
    whole = bounded(told, levels=99, swings=99, sequences=99)
    reached = {each.level for each in told.levels if each.behaviour is not Behaviour.NOT_REACHED}
    assert reached
    assert reached <= {each.level for each in whole.levels}
    assert len(whole.levels) <= len(reached) + 2
    assert whole.left_out == len(told.levels) - len(whole.levels)
    few = bounded(told, levels=1, swings=2, sequences=3)
    assert (len(few.levels), few.swings, few.sequences) == (1, told.swings[-2:], told.sequences[-3:])
