"""A session as lines of text: each once, in order, and what is said of silence and the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.screens.desk_stage import StillHandle
from ytc_tui.client import Page, PageRow
from ytc_tui.commands import plain
from ytc_tui.commands.plain import BEGIN_ROWS, follow_plainly
from ytc_tui.errors import EngineUnreachable
from ytc_tui.screens.link import EngineEnd
from ytc_tui.views.journal_query import PageQuery


@dataclass
class Recorded:
    """An engine with a journal that grows with each question, as `steps` say; then it has ended."""

    steps: list[Any]
    handle: StillHandle = field(init=False)
    session: str = "s-1"
    rows: list[PageRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.handle = StillHandle(self)  # type: ignore[arg-type]

    async def page(self, query: PageQuery) -> Page:
        before_seq, rows = query.before_seq, query.rows
        if before_seq == 0:
            self._step()
        older = [row for row in reversed(self.rows) if not before_seq or row.seq < before_seq][:rows]
        left = older[-1].seq if older and older[-1].seq > 1 else 0
        return Page(self.session, tuple(older), left)

    def _step(self) -> None:
        if not self.steps:
            self.handle.over.set()
            return
        match self.steps.pop(0):
            case int(count):
                first = len(self.rows) + 1
                self.rows += [
                    PageRow(seq, seq, "type", "kind", f"line {seq}") for seq in range(first, first + count)
                ]
            case str(session):
                self.session, self.rows = session, [PageRow(1, 1, "type", "kind", "begun \x1b]0;x\x07")]
            case error:
                raise error


def told(*steps: Any) -> tuple[int, list[str]]:
    lines: list[str] = []
    engine = Recorded(list(steps))
    code = follow_plainly(engine.handle, lines.append)
    return code, lines


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "POLL_S", 0.0)


def test_every_entry_is_one_line_once_and_in_order() -> None:
    code, lines = told(3, 0, 450, 1, 0)
    assert lines[1] == "session s-1"
    assert lines[2:-1] == [f"line {seq}" for seq in range(1, 455)]
    assert (code, lines[-1]) == (3, "the engine has ended (exit 3) killed by signal 9")


def test_of_what_was_before_only_the_last_lines_are_told() -> None:
    _, lines = told(1_000)
    assert lines[2:-1] == [f"line {seq}" for seq in range(1_001 - BEGIN_ROWS, 1_001)]


def test_silence_is_said_once_and_what_came_meanwhile_is_told() -> None:
    _, lines = told(1, EngineUnreachable("hung up"), EngineUnreachable("hung up"), 300)
    assert lines[2:5] == ["line 1", "SILENT: hung up", "the engine answers again"]
    assert lines[5:-1] == [f"line {seq}" for seq in range(2, 302)]


def test_another_session_is_named_and_foreign_text_is_harmless() -> None:
    _, lines = told(2, "s-2")
    assert lines[-3] == "session s-2"
    assert lines[-2].startswith("begun ")
    assert "\x1b" not in lines[-2]


def test_an_engine_that_stays_away_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "GONE_AFTER_S", -1.0)
    with pytest.raises(EngineUnreachable, match="nobody there"):
        told(EngineUnreachable("nobody there"))


def test_an_engine_that_ended_well_is_no_failure() -> None:
    engine = Recorded([1])
    engine.handle.how = EngineEnd(0, "")
    lines: list[str] = []
    assert follow_plainly(engine.handle, lines.append) == 0
    assert lines[-1] == "the engine has ended (exit 0)"
