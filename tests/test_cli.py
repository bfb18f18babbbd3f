"""What the entry point prints of an error that quotes somebody's file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_what_a_file_says_cannot_steer_the_terminal(tmp_path: Path) -> None:
    rows = tmp_path / "rows.toml"
    rows.write_text('[BTCUSDT]\n"a\\u001b]52;c;aGk=\\u0007" = 1\n')
    arguments = ["run", "--headless", "--demo", "--set", f"feed.instruments_path={rows}"]
    command = [sys.executable, "-m", "ytc_tui", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "unknown keys: a\ufffd]52;c;aGk=\ufffd" in done.stderr
    assert done.stderr.rstrip("\n").isprintable()
