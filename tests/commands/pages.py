"""A session's report with bars for its chart, made by hand, and a look into a page."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from tests.views.journals import BTC, ESCAPE, INIT_NS, Journal, answer, finished, stored, task
from ytc_tui.adapters.stores.loop import LoopJournal
from ytc_tui.model.market import NS_PER_MIN, Bar

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
_VOID = frozenset({"meta", "br", "img", "link"})


def session_bars(count: int = 200) -> list[Bar]:
    """Minutes from INIT on, a wave around 101 with a period of half an hour."""
    made = []
    for minute in range(count):
        place = minute % 30
        level = 99.0 + (place if place < 15 else 30 - place) * 0.4
        made.append(
            Bar(BTC, INIT_NS + minute * NS_PER_MIN, level, level + 0.5, level - 0.5, level + 0.2, 10.0)
        )
    return made


def reviewed() -> Journal:
    """`finished`, with zones, a full review and a hostile lesson."""
    journal = finished()
    answers: tuple[tuple[str, dict[str, Any]], ...] = (
        (
            "market_structure",
            {
                "structural_framework": {
                    BTC: {
                        "resistance_zones": [{"zone_range": [103.0, 103.6], "strength": 7}],
                        "support_zones": [{"zone_range": [HOSTILE, 1]}, {"zone_range": [98.6, 99.2]}, 3],
                    }
                }
            },
        ),
        (
            "session_review",
            {
                "grade": "B",
                "execution_efficiency": "0.9000",
                "rule_compliance": {"partial_at_t1": False, "violations": [HOSTILE]},
                "trade_reviews": [{"trade_id": "T0001", "grade": "B", "efficiency": "0.9000"}],
                "lessons_learned": [f"{HOSTILE}{ESCAPE}"],
                "environment_classification": {"actual": {BTC: "ranging"}, "predicted": {}},
            },
        ),
        ("learning", {"parameter_recommendations": [{"parameter": HOSTILE}], "trades_known": 1}),
        ("psychology", {"state": "steady", "signs": []}),
        ("next_session_prep", {"scenarios": [HOSTILE], "settings": {"a.b": "1"}}),
    )
    for number, (agent, told) in enumerate(answers):
        journal.add(task(agent, 100 + number), check=False)
        journal.add(answer(agent, 100 + number, told), check=False)
    return journal


async def stored_with_bars(path: Path, journal: Journal, bars: list[Bar]) -> Path:
    """The journal in a store, and `bars` under its feed's digest."""
    await stored(path, journal)
    store = LoopJournal(path, feed="f" * 64)
    store.record_bars(bars)
    await store.close()
    return path


class Page(HTMLParser):
    """What a page is made of: its elements, their attributes, and whether they close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)
