"""Secrets are sent through everything that can fail, and are found in nothing that is left or printed."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.journeys.desk import demo, engine_of, engine_pid
from tests.journeys.process import Home
from ytc_tui.adapters import secrets
from ytc_tui.adapters.redaction import Redactor

ROOT = Path(__file__).parents[2]
CANARIES = {
    "CANARY": 'ca"na/ry +3141592653',
    "KEPT": "kept&canary=2718281828",
    "OTHER": "other-canary-1414213",
}
KEYRING = f"def get_password(service, name):\n    return {CANARIES['KEPT']!r} if name == 'KEPT' else None\n"


def forms(value: str) -> Iterator[bytes]:
    """How a secret can be written: said apart from how the product knows it."""
    yield value.encode()
    yield json.dumps(value)[1:-1].encode()
    yield quote(value, safe="").encode()
    yield quote(value, safe="").lower().encode()
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + value.encode())
        yield encoded[4:-4]
        yield encoded.translate(bytes.maketrans(b"+/", b"-_"))[4:-4]


def assert_absent(where: str, content: bytes) -> None:
    for name, value in CANARIES.items():
        for form in forms(value):
            assert form not in content, f"{name} as {form!r} in {where}"


@pytest.fixture
def leaking(home: Home, tmp_path: Path) -> Home:
    """A home whose environment and keyring hold secrets."""
    (tmp_path / "rings").mkdir()
    (tmp_path / "rings" / "keyring.py").write_text(KEYRING)
    return home


def environ_of(home: Home) -> dict[str, str]:
    given = {f"YTC_SECRET_{name}": CANARIES[name] for name in ("CANARY", "OTHER")}
    path = os.pathsep.join((str(home.folder / "rings"), str(ROOT)))
    return {**home.environment, **given, "PYTHONPATH": path}


def run(home: Home, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", *arguments]
    environ = environ_of(home)
    return subprocess.run(command, capture_output=True, check=False, env=environ, cwd=home.folder)


def assert_nothing_left(home: Home) -> int:
    count = 0
    for path in home.folder.rglob("*"):
        if path.is_file() and "rings" not in path.parts and path.name != "program.out":
            content = path.read_bytes()
            assert_absent(str(path), gzip.decompress(content) if path.suffix == ".gz" else content)
            count += 1
    return count


@pytest.mark.slow
def test_a_session_that_leaks_everywhere(leaking: Home) -> None:
    done = run(leaking, "tests.journeys.leaky_engine", str(leaking.folder))
    assert done.returncode == 0, done.stderr[-2000:]
    assert_absent("stdout", done.stdout)
    assert_absent("stderr", done.stderr)
    assert b"[redacted]" in done.stdout
    assert assert_nothing_left(leaking) >= 8
    log = next(leaking.paper.rglob("*.log.gz"))
    assert gzip.decompress(log.read_bytes()).count(b"[redacted]") > 100
    for command in (
        ("report", "--format", "html"),
        ("report", "--json"),
        ("export", "fills", "--json"),
        ("explain", "leaky"),
        ("logs", "--lines", "500"),
        ("sessions",),
        ("verify",),
    ):
        shown = run(leaking, "ytc_tui", *command)
        assert shown.returncode == 0, shown.stderr
        assert_absent(str(command), shown.stdout + shown.stderr)


def test_a_session_that_leaks_as_json(leaking: Home) -> None:
    done = run(leaking, "tests.journeys.leaky_engine", str(leaking.folder), "json")
    assert done.returncode == 0, done.stderr[-2000:]
    assert_absent("stdout", done.stdout)
    assert all(map(json.loads, done.stdout.splitlines()))


def test_the_users_program_gets_the_secrets_that_are_named_and_no_other(leaking: Home) -> None:
    run(leaking, "tests.journeys.leaky_engine", str(leaking.folder))
    lines = (leaking.folder / "program.out").read_text().splitlines()
    assert lines
    for line in lines:
        variables, notice, cmdline = json.loads(line)
        assert variables["YTC_SECRET_CANARY"] == CANARIES["CANARY"]
        assert variables["YTC_SECRET_KEPT"] == CANARIES["KEPT"]
        assert "YTC_SECRET_OTHER" not in variables
        assert_absent("the notice", notice.encode())
        assert_absent("the arguments", cmdline.encode())
        assert not [name for name, value in variables.items() if "canary" in value and "SECRET" not in name]


def test_an_engine_that_crashes(leaking: Home) -> None:
    done = run(leaking, "tests.journeys.leaky_engine", str(leaking.folder), "crash")
    assert done.returncode == 1
    assert b"RuntimeError: a defect at" in done.stderr
    assert b"[redacted]" in done.stderr
    assert_absent("stderr", done.stderr)
    assert_nothing_left(leaking)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--set", "risk.max_positions={}"),
        ("--set", "notify.token={}"),
        ("--set", "{}=1"),
        ("--data", "{}"),
        ("--from", "{}"),
        ("--config", "{}"),
        ("--config", "settings.toml"),
    ],
)
def test_words_of_refusals(leaking: Home, arguments: tuple[str, ...]) -> None:
    settings = leaking.folder / "settings.toml"
    settings.write_text(f"[notify]\napi_key = {json.dumps(CANARIES['CANARY'])}\n")
    done = run(
        leaking, "ytc_tui", "run", "--headless", *(part.format(CANARIES["CANARY"]) for part in arguments)
    )
    settings.unlink()
    assert done.returncode == 2
    assert_absent("stderr", done.stdout + done.stderr)
    if "settings.toml" in arguments:
        assert b"settings.toml:2: api_key looks like a credential" in done.stderr


CRASHING = """
import os, sys
from ytc_tui.adapters import secrets
from ytc_tui.adapters.process_guard import guard_process
guard_process()
secrets.take(os.environ)
from tests.screens.desk_scenes import in_trade
from tests.screens.desk_stage import staged
from ytc_tui.commands.safe_text import safe_text
from ytc_tui.screens.app import DeskApp
from ytc_tui.screens.containment import Part
from ytc_tui.screens.widgets.live_table import LiveTable

def broken(self, *_):
    inside = secrets.secret("CANARY")
    raise RuntimeError(f"it broke at {inside} \\x1b]52;c;aGk=\\x07")

def leave_once_it_is_shown(self):
    if any(part.failure for part in self.screen.query(Part)):
        self.set_timer(0.3, lambda: self.exit(return_code=1))
    else:
        self.set_timer(0.1, lambda: leave_once_it_is_shown(self))

if sys.argv[1] == "widget":
    LiveTable.render_line = broken
    DeskApp.on_ready = leave_once_it_is_shown
else:
    DeskApp.on_mount = broken
app = staged(in_trade())
object.__setattr__(app.desk, "safe", safe_text)
app.run()
sys.exit(app.return_code)
"""


@pytest.mark.parametrize("part", ["widget", "app"])
def test_a_part_that_breaks_and_an_app_that_does(leaking: Home, part: str) -> None:
    main, inner = pty.openpty()
    command = [sys.executable, "-c", CRASHING, part]
    with subprocess.Popen(
        command, stdin=inner, stdout=inner, stderr=inner, env=environ_of(leaking), cwd=leaking.folder
    ) as process:
        os.close(inner)
        painted = b""
        with suppress(OSError):  # it has left the terminal
            while came := os.read(main, 65_536):
                painted += came
    os.close(main)
    assert process.returncode == 1
    assert b"it broke at" in painted
    assert b"redacted" in painted
    assert b"\x1b]52" not in painted
    assert_absent("the terminal", painted)


async def test_an_engine_gets_the_secrets_of_its_desk_by_no_variable(
    user: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "REDACTOR", Redactor())
    monkeypatch.setattr(secrets, "_given", {})
    secrets.take({"YTC_SECRET_CANARY": CANARIES["CANARY"]})
    engine = engine_of(demo("60", "notify.command=/bin/true", "notify.secrets=CANARY"))
    try:
        await asyncio.wait_for(engine.start(), 60)
        assert_no_secret_in_its_process(engine_pid())
    finally:
        await engine.stop()
    assert_nothing_left(user)


def assert_no_secret_in_its_process(pid: int) -> None:
    for name in ("environ", "cmdline"):
        assert_absent(name, Path(f"/proc/{pid}/{name}").read_bytes())
