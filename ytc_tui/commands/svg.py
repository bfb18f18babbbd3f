"""Small pieces of SVG: scales, ticks and elements with their text escaped.

Decides how values become coordinates. Standard library only. Invariant: no text reaches the page
unescaped, and colours are classes of the page's style, so that a chart has none of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps `low`..`high` onto the pixels `start`..`end`; an empty range is widened."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        span = self.high - self.low
        share = (value - self.low) / span if span else 0.5
        return round(self.start + share * (self.end - self.start), 2)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round values inside [low, high], at most `most` of them."""
    span = high - low
    if not span > 0.0 or not math.isfinite(span):
        return [low]
    power = 10.0 ** math.floor(math.log10(span / most))
    step = next(power * each for each in _STEPS if span / (power * each) <= most)
    first = math.ceil(low / step)
    return [round(number * step, 12) for number in range(first, math.floor(high / step) + 1)]


def number(value: float) -> str:
    """A tick's label: no more digits than it needs."""
    return f"{value:,.10g}" if abs(value) < 1e6 else f"{value:,.0f}"


def element(name: str, inner: str = "", /, **attributes: object) -> str:
    """`<name ...>inner</name>`; `cls` is the class, underscores become hyphens, `inner` is markup."""
    told = "".join(
        f' {"class" if key == "cls" else key.replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
    )
    return f"<{name}{told}>{inner}</{name}>"


def text(x: float, y: float, words: str, cls: str, anchor: str = "start") -> str:
    return element("text", escape(words), x=x, y=y, cls=cls, text_anchor=anchor)


def line(x1: float, y1: float, x2: float, y2: float, cls: str, told: str = "") -> str:
    return element("line", title(told), x1=x1, y1=y1, x2=x2, y2=y2, cls=cls)


def rect(x: float, y: float, width: float, height: float, cls: str, told: str = "") -> str:
    shape = {"x": x, "y": y, "width": max(0.0, round(width, 2)), "height": max(0.0, round(height, 2))}
    return element("rect", title(told), **shape, cls=cls)


def title(words: str) -> str:
    """What a reader sees on pointing at the element."""
    return element("title", escape(words)) if words else ""


def figure(width: int, height: int, label: str, parts: Iterable[str]) -> str:
    """A drawing that scales with the page; `label` says what it is to who cannot see it."""
    return element(
        "svg", "".join(parts), viewBox=f"0 0 {width} {height}", role="img", aria_label=label
    )  # fmt: skip
