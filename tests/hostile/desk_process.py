"""A desk in a terminal of its own whose engine says hostile things: `python -m tests.hostile.desk_process`.

Arguments: how many texts, their seed (-1: harmless ones), and the file that tells in the end what was sent.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from tests.hostile.texts import hostile_texts
from tests.screens.desk_cards import HANDOFF, PROPOSAL
from tests.screens.desk_scenes import alert_storm, in_trade
from tests.screens.desk_stage import StagedDesk, StillEngine, staged
from ytc_tui.adapters.process_guard import guard_process
from ytc_tui.client import NEWEST, Page, PageRow, Receipt, WholeEntry
from ytc_tui.commands.safe_text import safe_text
from ytc_tui.errors import EngineUnreachable
from ytc_tui.screens.ringing import Bell
from ytc_tui.views.entry_lines import FieldLine
from ytc_tui.views.journal_query import PageQuery
from ytc_tui.views.sanitised import sanitised
from ytc_tui.views.waiting import WaitingView

FRAME_S = 0.12
FRAMES = 10  # at least


class RudeEngine(StillEngine):
    """Words of the engine itself: reasons of receipts, explanations, pages of the journal."""

    texts: Iterator[str]

    async def explain(self, target: str) -> dict[str, Any]:
        return {"text": "\n".join(next(self.texts) for _ in range(20))}

    async def page(self, query: PageQuery = NEWEST) -> Page:
        found = tuple(self._row(seq) for seq in range(query.rows, 0, -1))
        return Page(next(self.texts), found, 0, last_seq=query.rows, no_index=next(self.texts))

    async def entry(self, seq: int) -> WholeEntry | None:
        fields = tuple(FieldLine(depth, next(self.texts), next(self.texts)) for depth in range(5))
        said = self.texts
        return WholeEntry(self._row(seq), 1, next(said), next(said), next(said), next(said), fields)

    def _row(self, seq: int) -> PageRow:
        return PageRow(seq, 1, next(self.texts), next(self.texts), next(self.texts), next(self.texts))

    async def send(self, command: Any) -> Receipt:
        self.sent.append(command)
        raise EngineUnreachable(next(self.texts))


def scene_of(texts: Iterator[str]) -> dict[str, Any]:
    """Every view with a text of `texts` wherever it has one; keys stay different from each other."""
    scene = {**in_trade(), **alert_storm(), "waiting": WaitingView((PROPOSAL, HANDOFF), 2, 0)}
    numbers = count()
    return {
        name: sanitised(view, lambda text: f"{next(numbers)}{next(texts)}" if text else text)
        for name, view in scene.items()
    }


def main(texts_count: int, seed: int, report: Path) -> None:
    guard_process()
    texts = hostile_texts(texts_count, seed) if seed >= 0 else ["a harmless text"] * texts_count
    used = 0

    def supply() -> Iterator[str]:
        nonlocal used
        while True:
            used += 1
            yield texts[(used - 1) % len(texts)]

    said = supply()
    app: StagedDesk = staged(scene_of(said), settings={"bell": Bell.OFF})
    engine = RudeEngine(scene_of(said))
    engine.texts = said
    app.engine = app.still.client = engine
    app.desk = type(app.desk)(**{**_fields(app.desk), "safe": safe_text})
    rung: list[None] = []
    app.bell = lambda: rung.append(None)  # type: ignore[method-assign]

    async def talk() -> None:
        for frame in count():
            if frame >= FRAMES and used >= 2 * len(texts):
                break
            await asyncio.sleep(FRAME_S)
            engine.tell(**scene_of(said))
            app.clock.now += 0.01
            app.say(safe_text(next(said)))
        app.exit(return_code=0)

    app.call_after_refresh(lambda: app.run_worker(talk(), name="talk"))
    app.run()
    told = {
        "sent": [command.verb.value for command in engine.sent],
        "rung": len(rung),
        "crashed": app._exception is not None,
        "used": used,
        "code": app.return_code,
    }
    report.write_text(json.dumps(told))


def _fields(settings: Any) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in settings.__dataclass_fields__}


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
