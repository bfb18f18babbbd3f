"""What a process of this program leaves behind when it fails, seen from outside."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

TOKEN = "tk_3141592653589793"
GUARDED = (
    "import logging, os, sys, threading\n"
    "from ytc_tui.adapters import secrets\n"
    "from ytc_tui.adapters.process_guard import guard_process\n"
    "guard_process()\n"
    "secrets.take(os.environ)\n"
    "token = secrets.secret('A')\n"
)


def run(program: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "YTC_SECRET_A": TOKEN}
    command = [sys.executable, "-c", GUARDED + program]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environ)


@pytest.mark.parametrize(
    "program",
    [
        "raise RuntimeError(f'broke with {token} \\x1b]52;c;aGk=\\x07')",
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    raise RuntimeError(f'broke \\x1b[2J{token}')",
        "t = threading.Thread(target=lambda: {}[token + '\\x1b[2J'])\nt.start()\nt.join()",
        "logging.getLogger('x').error('broke %s \\x1b[2J', token)",
        "try:\n    raise ValueError(token)\nexcept ValueError:\n    logging.exception('\\x1b[2J')",
        "class A:\n    def __del__(self):\n        raise RuntimeError(token + '\\x1b[2J')\na = A()\ndel a",
        "raise ExceptionGroup('several', [ValueError(token), KeyError('\\x9b2J' + token)])",
    ],
)
def test_last_words_hold_no_secret_and_steer_no_terminal(program: str) -> None:
    done = run(program)
    assert done.stderr
    assert TOKEN not in done.stdout + done.stderr
    assert "[redacted]" in done.stderr
    assert not any(character in done.stderr for character in "\x1b\x9b\x07")


def test_a_warning_that_cannot_be_worded_raises_nothing() -> None:
    done = run("logging.getLogger('x').error('%d', token)\nprint('on')")
    assert done.stdout == "on\n"
    assert done.stderr == ""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is of Linux")
def test_other_processes_of_this_user_read_neither_its_memory_nor_its_environment() -> None:
    done = run("import ctypes\nprint(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))")
    assert done.stdout == "0\n"


def test_there_is_no_core_no_wide_file_and_no_secret_to_inherit(tmp_path: Path) -> None:
    program = (
        f"import resource, subprocess\nopen({str(tmp_path / 'f')!r}, 'w').close()\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE))\n"
        "print(subprocess.run(['env'], capture_output=True, text=True).stdout)"
    )
    done = run(program)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("(0, 0)")
    assert TOKEN not in done.stdout
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o600


def test_the_limit_is_that_of_the_guarded_process_alone() -> None:
    before = resource.getrlimit(resource.RLIMIT_CORE)
    run("pass")
    assert resource.getrlimit(resource.RLIMIT_CORE) == before
