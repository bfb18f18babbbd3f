"""The characters of a chart, in Unicode and in plain ASCII.

Decides the look of candles, lines and marks. Imports the standard library only. Invariant: up, down and
unchanged candles differ in shape, and so do all marks and lines, so that no meaning rests on colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

# What one half of a cell holds; a body's character is found at `3 * upper + lower`.
NOTHING, WICK, BODY = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Glyphs:
    """`rising`, `falling`: by the two halves of a cell. `unchanged`: by wick above + 2 x wick below."""

    rising: str
    falling: str
    unchanged: str
    dash: str
    dot: str
    own: str
    axis: str
    tick: str
    last: str
    above: str
    below: str
    swing_high: str
    swing_low: str
    buy: str
    sell: str
    partial: str
    closed: str
    leg_up: str
    leg_down: str
    blackout: str
    restricted: str
    price: str
    cursor: str
    level: str
    pointer: str
    zone_fill: str
    newer: str


@cache
def replaceable(glyphs: Glyphs) -> frozenset[str]:
    """What stands behind candles, and gives way to a mark."""
    lines = (glyphs.dash, glyphs.dot, glyphs.own, glyphs.price, glyphs.cursor, glyphs.level)
    news = (glyphs.blackout, glyphs.restricted)
    return frozenset((" ", *lines, *news, glyphs.leg_up, glyphs.leg_down, glyphs.zone_fill))


#                     upper half:  nothing  wick   body
UNICODE = Glyphs(
    rising=" ╷╥" + "╵│╫" + "╨╫║",
    falling=" ╷╻" + "╵│╽" + "╹╿┃",
    unchanged="─┴┬┼",
    dash="╌",
    dot="┈",
    own="╍",
    axis="│",
    tick="┤",
    last="◄",
    above="↑",
    below="↓",
    swing_high="▵",
    swing_low="▿",
    buy="▲",
    sell="▼",
    partial="◇",
    closed="◆",
    leg_up="╱",
    leg_down="╲",
    blackout="N",
    restricted="n",
    price="┄",
    cursor="┊",
    level="┉",
    pointer="►",
    zone_fill="·",
    newer="→",
)

ASCII = Glyphs(
    rising=" |O" + "||O" + "OOO",
    falling=" |#" + "||#" + "###",
    unchanged="-+++",
    dash="-",
    dot=".",
    own="=",
    axis="|",
    tick="+",
    last="<",
    above="^",
    below="v",
    swing_high="^",
    swing_low="v",
    buy="B",
    sell="S",
    partial="x",
    closed="X",
    leg_up="/",
    leg_down="\\",
    blackout="N",
    restricted="n",
    price="_",
    cursor=":",
    level="~",
    pointer=">",
    zone_fill=".",
    newer="->",
)
