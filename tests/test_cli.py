"""What the entry point prints of an error that quotes somebody's file."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ytc_tui import cli


def test_what_a_file_says_cannot_steer_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "rows.toml"
    rows.write_text('[BTCUSDT]\n"a\\u001b]52;c;aGk=\\u0007" = 1\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        sys, "argv", ["ytc", "run", "--headless", "--demo", "--set", f"feed.instruments_path={rows}"]
    )
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 2
    said = capsys.readouterr().err
    assert "unknown keys: a\ufffd]52;c;aGk=\ufffd" in said
    assert said.rstrip("\n").isprintable()
