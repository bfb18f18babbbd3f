"""What a session's structure was in hindsight: environment, levels, lettered swings, key sequences.

Decides when a level held, broke or broke falsely, and what is worth noting (domain.md 2.12). Imports
analysis and the model. Invariants: bars of the trading timeframe only, none from before the session
judged; levels are the zones that were known before it, with the edges that they have at its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ytc_tui.analysis.atr import WilderATR
from ytc_tui.analysis.levels import whole_range
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.market import NS_PER_MIN, Bar
from ytc_tui.model.structure import Swing, SwingKind, Zone, ZoneRole, ZoneSource

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MIN_TTF_BARS = 20
_TRENDING_SHARE = 0.5
_NARROW_BARS, _NARROW_ATR = 10, 2.0


class Behaviour(StrEnum):
    """How a level ended the session; a break stands over a false break, that over a test."""

    BROKE = "broke"
    FALSE_BREAK = "false break"
    HELD = "held"
    NOT_REACHED = "not reached"


class Note(StrEnum):
    """What makes a key sequence."""

    TEST = "test"
    BREAK = "break"
    TRAP = "trap"
    EXPANSION = "contraction to expansion"


@dataclass(frozen=True, slots=True)
class KeySequence:
    """A note at the close of a bar (UTC ns); `level` and its `role` then, None where none is meant."""

    at_ns: int
    note: Note
    level: float | None = None
    role: ZoneRole | None = None


@dataclass(frozen=True, slots=True)
class LevelStory:
    """A zone with the role that it had as the session began, and what was counted at it."""

    level: float
    low: float
    high: float
    strength: int
    source: ZoneSource
    role: ZoneRole
    behaviour: Behaviour
    tests: int
    breaks: int
    false_breaks: int


@dataclass(frozen=True, slots=True)
class LetteredSwing:
    """A swing with its letter; `label` is HH, LH, EH or HL, LL, EL against the one of its kind before it,
    empty without one."""

    letter: str
    kind: SwingKind
    price: float
    at_ns: int
    label: str


@dataclass(frozen=True, slots=True)
class SessionStructure:
    """One symbol: its bars from `from_ns` to `until_ns`, levels from high to low, swings and sequences in
    order of time; `left_out` counts what of these is not told."""

    from_ns: int
    until_ns: int
    open: float
    high: float
    low: float
    close: float
    levels: tuple[LevelStory, ...]
    swings: tuple[LetteredSwing, ...]
    sequences: tuple[KeySequence, ...]
    left_out: int = 0


def hindsight(market: SymbolAnalysis, began_ns: int) -> str | None:
    """What the session was on the trading timeframe; None with under an hour of bars.

    Trending when its net move covers at least half of its range; else choppy when the trend changed
    its direction often lately, else ranging.
    """
    bars = [bar for bar in market.ttf_bars if bar.open_ns >= began_ns]
    if len(bars) < _MIN_TTF_BARS:
        return None
    full = whole_range(bars)
    if full > 0.0 and abs(bars[-1].close - bars[0].open) >= _TRENDING_SHARE * full:
        return "trending"
    return "choppy" if market.trend.changes >= market.params.choppy_changes else "ranging"


def session_structure(market: SymbolAnalysis, began_ns: int, failure_minutes: int) -> SessionStructure | None:
    """The structure of the kept TTF bars since `began_ns`; None without one.

    A close beyond a level has failed when price closes back within `failure_minutes`.
    """
    width_ns = market.params.ttf_minutes * NS_PER_MIN
    bars = [bar for bar in market.ttf_bars if bar.open_ns >= began_ns]
    if not bars:
        return None
    window = max(1, failure_minutes // market.params.ttf_minutes)
    levels, sequences = [], list(_expansions(market, began_ns, width_ns))
    for zone in reversed(market.zones):
        if zone.known_ns <= began_ns:
            story, noted = level_story(zone, bars, window, width_ns)
            levels.append(story)
            sequences += noted
    sequences.sort(key=lambda each: (each.at_ns, each.level or 0.0))
    return SessionStructure(
        from_ns=bars[0].open_ns,
        until_ns=bars[-1].open_ns + width_ns,
        open=bars[0].open,
        high=max(bar.high for bar in bars),
        low=min(bar.low for bar in bars),
        close=bars[-1].close,
        levels=tuple(levels),
        swings=tuple(lettered(market.swings_ttf, began_ns)),
        sequences=tuple(sequences),
    )


def bounded(told: SessionStructure, *, levels: int, swings: int, sequences: int) -> SessionStructure:
    """At most so many of each: levels that were reached, with the nearest above and below that were not;
    the newest swings and sequences."""
    reached = [each for each in told.levels if each.behaviour is not Behaviour.NOT_REACHED]
    above = [each for each in told.levels if each not in reached and each.low > told.high]
    below = [each for each in told.levels if each not in reached and each.high < told.low]
    kept = (*above[-1:], *reached, *below[:1])[:levels]
    shown = replace(told, levels=kept, swings=told.swings[-swings:], sequences=told.sequences[-sequences:])
    return replace(shown, left_out=_size(told) - _size(shown))


def _size(told: SessionStructure) -> int:
    return len(told.levels) + len(told.swings) + len(told.sequences)


def level_story(
    zone: Zone, bars: Sequence[Bar], window: int, width_ns: int
) -> tuple[LevelStory, list[KeySequence]]:
    """What `bars`, at least one, did at `zone`.

    A close beyond the far edge that stands for `window` bars, or at the end, is a break and turns the role;
    one that does not, or a wick beyond, is a false break. A test reached the zone and left it as it came.
    """
    role = _role_at(zone, bars[0].open)
    sign = 1 if role is ZoneRole.RESISTANCE else -1
    noted: list[KeySequence] = []
    touched = pierced = False
    beyond: int | None = None

    def note(kind: Note, at: int) -> None:
        standing = ZoneRole.RESISTANCE if sign > 0 else ZoneRole.SUPPORT
        noted.append(KeySequence(bars[at].open_ns + width_ns, kind, zone.level, standing))

    for at, bar in enumerate(bars):
        near, far = (zone.low, zone.high) if sign > 0 else (zone.high, zone.low)
        extreme = bar.high if sign > 0 else bar.low
        if beyond is not None:
            if (bar.close - far) * sign <= 0:
                note(Note.TRAP, at)
                beyond, touched, pierced = None, True, True
            elif at - beyond >= window:
                note(Note.BREAK, beyond)
                sign, beyond, touched, pierced = -sign, None, False, False
        elif (bar.close - far) * sign > 0:
            beyond = at
        elif (extreme - near) * sign >= 0:
            if (extreme - far) * sign > 0 and not pierced:
                note(Note.TRAP, at)
                pierced = True
            touched = True
        elif touched:
            if not pierced:
                note(Note.TEST, at)
            touched = pierced = False
    if beyond is not None:
        note(Note.BREAK, beyond)
    return _counted(zone, role, noted, reached=touched or bool(noted)), noted


def _role_at(zone: Zone, price: float) -> ZoneRole:
    """Above the price it resists, below it supports; around it, it is what it is."""
    if zone.contains(price):
        return zone.role
    return ZoneRole.RESISTANCE if zone.low > price else ZoneRole.SUPPORT


def _counted(zone: Zone, role: ZoneRole, noted: Sequence[KeySequence], *, reached: bool) -> LevelStory:
    counts = {kind: sum(each.note is kind for each in noted) for kind in Note}
    if counts[Note.BREAK]:
        behaviour = Behaviour.BROKE
    elif counts[Note.TRAP]:
        behaviour = Behaviour.FALSE_BREAK
    else:
        behaviour = Behaviour.HELD if reached else Behaviour.NOT_REACHED
    return LevelStory(
        zone.level,
        zone.low,
        zone.high,
        zone.strength,
        zone.sources[0],
        role,
        behaviour,
        counts[Note.TEST],
        counts[Note.BREAK],
        counts[Note.TRAP],
    )


def _expansions(market: SymbolAnalysis, began_ns: int, width_ns: int) -> Iterator[KeySequence]:
    """Wide bars that close out of a narrow range of the bars before them."""
    atr = WilderATR(market.params.atr_period)
    kept = list(market.ttf_bars)
    for at, bar in enumerate(kept):
        if at and (bar.open_ns - kept[at - 1].open_ns) // width_ns - 1 > market.params.max_hole_bars:
            atr.restart()
        before, usual = kept[max(0, at - _NARROW_BARS) : at], atr.value
        atr.add(bar)
        if usual is None or bar.open_ns < began_ns or len(before) < _NARROW_BARS:
            continue
        narrow = whole_range(before) <= _NARROW_ATR * usual
        out = bar.close > max(b.high for b in before) or bar.close < min(b.low for b in before)
        if narrow and out and bar.high - bar.low > market.params.breakout_atr * usual:
            yield KeySequence(bar.open_ns + width_ns, Note.EXPANSION)


def lettered(swings: Iterable[Swing], began_ns: int) -> Iterator[LetteredSwing]:
    """The swings since `began_ns` with letters, A first; those before serve to compare."""
    last: dict[SwingKind, float] = {}
    number = 0
    for swing in swings:
        if swing.at_ns >= began_ns:
            label = _label(swing, last.get(swing.kind))
            yield LetteredSwing(letter(number), swing.kind, swing.price, swing.at_ns, label)
            number += 1
        last[swing.kind] = swing.price


def _label(swing: Swing, before: float | None) -> str:
    if before is None:
        return ""
    way = "E" if swing.price == before else "H" if swing.price > before else "L"
    return way + ("H" if swing.kind is SwingKind.HIGH else "L")


def letter(number: int) -> str:
    """A for 0, Z for 25, AA for 26."""
    name = _LETTERS[number % len(_LETTERS)]
    return letter(number // len(_LETTERS) - 1) + name if number >= len(_LETTERS) else name
