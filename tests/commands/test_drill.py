"""`ytc drill`: what is printed, the exit code, and the record of a pass."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from ytc_tui import __version__
from ytc_tui.adapters.drill_file import DrillFile, DrillPass
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.commands import drill as command
from ytc_tui.commands.drill_pass import drill_words
from ytc_tui.config import LoadedSettings, load_settings
from ytc_tui.drill.lines import DrillLine, Group, Tried
from ytc_tui.drill.whole import Drilled

GOOD = DrillLine(
    Group.RULE, "bias", Tried("a long is allowed", orders=1), Tried("a long is refused", orders=0)
)
BAD = DrillLine(Group.LIMIT, "loss_high", Tried("-2.3999 %"), Tried("-2.4 %", "no alert loss_high"))


def loaded() -> LoadedSettings:
    return load_settings(None, {}, environment={})


def drilled(monkeypatch: pytest.MonkeyPatch, *lines: DrillLine) -> None:
    monkeypatch.setattr(command, "drill_all", lambda settings, watch: Drilled(lines))


def test_a_pass_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drilled(monkeypatch, GOOD)
    kept = DrillFile(tmp_path / "drill.json")
    answer = command.drill(loaded(), kept, safe=safe_line)
    assert answer.exit_code == 0
    assert "1 of 1 lines passed" in answer.text
    assert "a long is refused (orders sent: 0)" in answer.text
    found = kept.last()
    assert found is not None
    assert (found.software, found.config_digest, found.lines) == (__version__, loaded().digest, 1)
    assert answer.data["lines"][0]["passed"] is True


def test_a_failed_line_is_named_and_the_record_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = DrillFile(tmp_path / "drill.json")
    before = DrillPass(1, __version__, "d", 2)
    kept.keep(before)
    drilled(monkeypatch, GOOD, BAD)
    answer = command.drill(loaded(), kept, safe=safe_line)
    assert answer.exit_code == 1
    assert "FAILED: loss_high" in answer.text
    assert "WRONG refused: no alert loss_high" in answer.text
    assert answer.data["passed"] is False
    assert kept.last() == before


def test_figures_are_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = DrillLine(
        Group.EMERGENCY, "flatten", Tried("kept"), Tried("flat"), {"closes": 1, "to_flat_s": Decimal(1)}
    )
    drilled(monkeypatch, line)
    assert "closes 1, to flat s 1" in command.drill(loaded(), DrillFile(tmp_path / "d"), safe=safe_line).text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        pytest.param("[" * 4_000, id="deep"),
        '{"at_ns": 1}',
        '{"at_ns":"1","software":"","config_digest":"","lines":1}',
    ],
)
def test_a_record_that_cannot_be_understood_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "drill.json").write_text(text)
    (tmp_path / "drill.json").chmod(0o600)
    assert DrillFile(tmp_path / "drill.json").last() is None


def test_the_last_pass_in_words() -> None:
    assert "never" in drill_words(None, "d")
    assert drill_words(DrillPass(0, __version__, "d", 59), "d").startswith("passed 1970-01-01")
    assert "other settings" in drill_words(DrillPass(0, __version__, "e", 59), "d")
    assert "version 0.0.1" in drill_words(DrillPass(0, "0.0.1", "d", 59), "d")
