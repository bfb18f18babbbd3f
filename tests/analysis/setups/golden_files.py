"""The golden examples: real minutes that end with a setup, the setup, and a picture of both.

`python -m tests.analysis.setups.golden_files` draws the pictures anew.
"""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path

from ytc_tui.analysis.params import AnalysisParams
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.codec import from_json
from ytc_tui.model.market import NS_PER_MIN, NS_PER_MS, Bar
from ytc_tui.model.signals import Setup
from ytc_tui.model.structure import SwingKind, ZoneRole

FOLDER = Path(__file__).parent / "golden"
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.json")))
TICKS = {"BTCUSDT": 0.1, "ETHUSDT": 0.01}

_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT = 1240, 420, 10, 40, 270
_LINE_BARS = 20
_STYLE = """text{font:12px monospace;fill:#333}.up{fill:#fff;stroke:#222}.down{fill:#222;stroke:#222}
.support{fill:#2a7;opacity:.18}.resistance{fill:#c33;opacity:.18}.swing{fill:#06c}
.trigger{stroke:#06c}.limit{stroke:#06c;stroke-dasharray:4 3}.stop{stroke:#c00}
.t1{stroke:#080}.t2{stroke:#080}"""


@cache
def bars_of(name: str) -> tuple[Bar, ...]:
    symbol = setup_of(name).symbol
    with (FOLDER / f"{name}.csv").open() as file:
        return tuple(
            Bar(symbol, int(row["timestamp"]) * NS_PER_MS, *(float(row[key]) for key in
                ("open", "high", "low", "close", "volume")))
            for row in csv.DictReader(file)
        )  # fmt: skip


@cache
def setup_of(name: str) -> Setup:
    return from_json(Setup, json.loads((FOLDER / f"{name}.json").read_text()))


def analysis_of(name: str) -> SymbolAnalysis:
    symbol = setup_of(name).symbol
    return SymbolAnalysis(symbol, TICKS[symbol], AnalysisParams())


def picture_of(name: str) -> str:
    """An SVG of all bars, the zones and swings known at the end, and the setup's prices."""
    setup, bars, market = setup_of(name), bars_of(name), analysis_of(name)
    for bar in bars:
        market.on_minute(bar)
    prices: dict[str, float | None] = {
        key: getattr(setup, key) for key in ("trigger", "limit", "stop", "t1", "t2")
    }
    shown = [price for price in prices.values() if price is not None]
    low, high = min(b.low for b in bars), max(b.high for b in bars)
    reach = high - low
    shown = [price for price in shown if low - reach / 2 <= price <= high + reach / 2]
    low, high = min(low, *shown), max(high, *shown)
    step = (_WIDTH - _LEFT - _RIGHT) / len(bars)

    def x(at_ns: int) -> float:
        return round(_LEFT + (at_ns - bars[0].open_ns) / NS_PER_MIN * step, 1)

    def y(price: float) -> float:
        return _TOP + round((high - price) / (high - low) * (_HEIGHT - _TOP - 10), 1)

    end = x(bars[-1].open_ns + NS_PER_MIN)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">',
        f"<style>{_STYLE}</style>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="16">{setup.setup_id}  score {setup.score:.0f} grade {setup.grade}, '
        f"{setup.regime} fits {setup.regime_fit:.2f}</text>",
        f'<text x="{_LEFT}" y="32">{", ".join(setup.confluence)}</text>',
    ]
    for zone in market.zones:
        if zone.high >= low and zone.low <= high:
            role = "support" if zone.role is ZoneRole.SUPPORT else "resistance"
            top, bottom = y(min(zone.high, high)), y(max(zone.low, low))
            parts.append(
                f'<rect class="{role}" x="{x(zone.known_ns)}" y="{top}" '
                f'width="{round(end - x(zone.known_ns), 1)}" height="{round(max(1.0, bottom - top), 1)}"/>'
            )
    for bar in bars:
        middle, body = (
            x(bar.open_ns) + round(step / 2, 1),
            (y(max(bar.open, bar.close)), y(min(bar.open, bar.close))),
        )
        kind = "up" if bar.close >= bar.open else "down"
        parts.append(f'<path class="{kind}" d="M{middle:.1f} {y(bar.high)}V{y(bar.low)}"/>')
        parts.append(
            f'<rect class="{kind}" x="{middle - step * 0.35:.1f}" y="{body[0]}" width="{step * 0.7:.1f}" '
            f'height="{max(0.5, round(body[1] - body[0], 1))}"/>'
        )
    for swing in market.swings_ttf:
        if swing.at_ns >= bars[0].open_ns:
            away = -6 if swing.kind is SwingKind.HIGH else 6
            parts.append(
                f'<circle class="swing" cx="{x(swing.at_ns)}" cy="{y(swing.price) + away:.1f}" r="3"/>'
            )
    line_from = min(x(setup.anchor_ns), x(bars[-_LINE_BARS].open_ns))
    for key, price in prices.items():
        if price in shown and price is not None:
            parts.append(f'<path class="{key}" d="M{line_from} {y(price)}H{end}"/>')
            right = end + (4 if key != "limit" else 130)
            parts.append(f'<text x="{right}" y="{y(price) + 4:.1f}">{key} {price:.10g}</text>')
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    for each in NAMES:
        (FOLDER / f"{each}.svg").write_text(picture_of(each))
