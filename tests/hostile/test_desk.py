"""The real desk in a real terminal: no byte of it steers that a harmless text would not have caused."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.harmless import kinds_of_escapes, steering, without_escapes

ROOT = Path(__file__).parents[2]
LINES, COLUMNS = 50, 200
LIMIT_S = 600.0
# Screens and readings without a button that sends, and back: a click may land on whatever is shown.
KEYS = (*b"w 21? zz\t\r yi".replace(b" ", b"\x1b"),)


def click(column: int, line: int) -> bytes:
    """A click of the mouse, as a terminal tells it."""
    return f"\x1b[<0;{column};{line}M\x1b[<0;{column};{line}m".encode()


def painted(texts: int, seed: int, report: Path) -> tuple[bytes, dict[str, Any]]:
    """The bytes that the desk wrote, and its own account of what was done."""
    main, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    command = [sys.executable, "-m", "tests.hostile.desk_process", str(texts), str(seed), str(report)]
    environ = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(COLUMNS), "LINES": str(LINES)}
    with subprocess.Popen(
        command, stdin=inner, stdout=inner, stderr=inner, cwd=ROOT, env=environ, start_new_session=True
    ) as process:
        os.close(inner)
        found, step, ends_s, next_s = b"", 0, time.monotonic() + LIMIT_S, 0.0
        while time.monotonic() < ends_s:
            ready, _, _ = select.select([main], [], [], 0.05)
            if ready:
                try:
                    came = os.read(main, 65_536)
                except OSError:  # it has left the terminal
                    break
                found += came
            if b"\x1b[?1049h" in found and time.monotonic() > next_s:
                next_s = time.monotonic() + 0.05
                # Not the last lines: a click on a key of the footer is that key.
                place = click(2 + step * 7 % (COLUMNS - 4), 3 + step * 3 % (LINES - 12))
                os.write(main, place if step % 3 else bytes((KEYS[step // 3 % len(KEYS)],)))
                step += 1
        process.kill() if time.monotonic() >= ends_s else process.wait()
    os.close(main)
    return found, json.loads(report.read_text())


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> set[bytes]:
    """The kinds of sequences that a desk with harmless texts writes."""
    found, told = painted(300, -1, tmp_path_factory.mktemp("usual") / "told.json")
    assert not told["crashed"]
    assert b"a harmless text" in found
    return kinds_of_escapes(found)


def assert_only_text(found: bytes, told: dict[str, Any], usual: set[bytes], texts: int) -> None:
    assert told == {"sent": [], "rung": 0, "crashed": False, "used": told["used"], "code": 0}
    assert told["used"] >= 2 * texts
    assert b"HOSTILE" in found
    assert kinds_of_escapes(found) <= usual
    text = without_escapes(found).decode()
    assert not set(steering(text)) - {"\r"}
    assert "�" in text


def test_a_desk(usual: set[bytes], tmp_path: Path) -> None:
    found, told = painted(300, 5, tmp_path / "told.json")
    assert_only_text(found, told, usual, 300)


@pytest.mark.slow
def test_a_desk_whole(usual: set[bytes], tmp_path: Path) -> None:
    found, told = painted(5_040, 6, tmp_path / "told.json")
    assert_only_text(found, told, usual, 5_040)
