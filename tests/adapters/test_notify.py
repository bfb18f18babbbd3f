"""Notices reach a person where they can, and cost the engine nothing where they cannot."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import sys
from pathlib import Path

import pytest

from ytc_tui.adapters.notify import BellNotifier, CommandNotifier, Fanout, FileNotifier
from ytc_tui.adapters.redaction import Redactor
from ytc_tui.engine.ports import Notice, Notifier
from ytc_tui.errors import YtcError
from ytc_tui.model.session import Severity

AT_NS = 1_667_908_800_000_000_000  # 2022-11-08 12:00:00 UTC
SECRET = "hunter2-hunter2"
CRITICAL = Notice(AT_NS, Severity.CRITICAL, "emergency", "flatten at -3.01 %", {"symbol": "BTCUSDT"})
INFO = Notice(AT_NS, Severity.INFO, "phase", "active_trading")


class Collector:
    """Keeps what it is given; waits on `hold` first where there is one, and fails for `bad` titles."""

    def __init__(self, hold: asyncio.Event | None = None, bad: str = "") -> None:
        self.got: list[Notice] = []
        self._hold = hold
        self._bad = bad

    async def notify(self, notice: Notice) -> None:
        if self._hold is not None:
            await self._hold.wait()
        if notice.title == self._bad:
            raise RuntimeError("cannot")
        self.got.append(notice)


def numbered(count: int, severity: Severity = Severity.INFO) -> list[Notice]:
    return [Notice(AT_NS, severity, f"{severity} {n}", "") for n in range(count)]


async def test_the_file_gets_one_line_a_notice(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    notifier: Notifier = FileNotifier(path)
    await notifier.notify(CRITICAL)
    await notifier.notify(INFO)
    first, second = [json.loads(line) for line in path.read_text().splitlines()]
    assert first == {
        "at": "2022-11-08T12:00:00Z",
        "severity": "critical",
        "title": "emergency",
        "message": "flatten at -3.01 %",
        "fields": {"symbol": "BTCUSDT"},
    }
    assert second["severity"] == "info"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_the_file_is_no_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(OSError, match="symbolic link"):
        await FileNotifier(tmp_path / "link").notify(INFO)


async def test_the_bell_rings_on_a_terminal_for_critical_notices_only() -> None:
    outside, inside = os.openpty()
    try:
        terminal = Path(os.ttyname(inside))
        with os.fdopen(inside, "w") as stderr:
            bell: Notifier = BellNotifier(stderr, terminal)
            await bell.notify(INFO)
            await bell.notify(CRITICAL)
            assert os.read(outside, 10) == b"\a"
    finally:
        os.close(outside)


async def test_the_bell_is_silent_where_standard_error_is_no_terminal(tmp_path: Path) -> None:
    terminal = tmp_path / "tty"
    terminal.touch()
    with (tmp_path / "stderr").open("w") as stderr:
        await BellNotifier(stderr, terminal).notify(CRITICAL)
    assert terminal.read_bytes() == b""


async def test_the_program_gets_the_notice_and_a_clean_environment(tmp_path: Path) -> None:
    out = tmp_path / "out"
    program = (
        "import json,os,sys;"
        "json.dump([sys.argv[2], sys.stdin.read(), dict(os.environ)], open(sys.argv[1], 'w'))"
    )
    environ = {"PATH": os.environ["PATH"], "API_SECRET": SECRET}
    argv = [sys.executable, "-c", program, str(out), "$(touch x); *"]
    notifier: Notifier = CommandNotifier(argv, environ)
    await notifier.notify(CRITICAL)
    argument, line, variables = json.loads(out.read_text())
    assert argument == "$(touch x); *"
    assert json.loads(line)["title"] == "emergency"
    assert variables["YTC_SEVERITY"] == "critical"
    assert variables["YTC_TITLE"] == "emergency"
    assert variables["YTC_MESSAGE"] == "flatten at -3.01 %"
    assert variables["YTC_AT"] == "2022-11-08T12:00:00Z"
    assert SECRET not in str(variables)


async def test_a_program_that_fails_or_does_not_exist_is_an_error() -> None:
    with pytest.raises(YtcError, match="code 3"):
        await CommandNotifier([sys.executable, "-c", "raise SystemExit(3)"], {}).notify(INFO)
    with pytest.raises(OSError, match="No such file"):
        await CommandNotifier(["/does/not/exist"], {}).notify(INFO)


async def test_a_program_that_hangs_is_an_error() -> None:
    hanging = CommandNotifier([sys.executable, "-c", "import time; time.sleep(600)"], {}, timeout_s=0.05)
    with pytest.raises(YtcError, match=r"did not end within 0\.05 s"):
        await hanging.notify(INFO)


async def test_a_program_that_is_ended_takes_its_children_along(tmp_path: Path) -> None:
    """The pipe ends when its last writer is gone: the program and its child."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    program = (
        "import os,subprocess,sys,time;"
        "out=os.open(sys.argv[1],os.O_WRONLY);"
        "subprocess.Popen([sys.executable,'-c','import time;time.sleep(600)'],pass_fds=[out]);"
        "os.write(out,b'up');time.sleep(600)"
    )
    running = asyncio.create_task(
        CommandNotifier([sys.executable, "-c", program, str(pipe)], {}).notify(INFO)
    )
    reader = await asyncio.to_thread(os.open, pipe, os.O_RDONLY)
    assert await asyncio.to_thread(os.read, reader, 2) == b"up"
    running.cancel()
    assert await asyncio.to_thread(os.read, reader, 1) == b""
    os.close(reader)
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_everyone_gets_everything_in_order() -> None:
    one, two = Collector(), Collector()
    fanout = Fanout({"one": one, "two": two}, Redactor())
    notices = numbered(20)
    for notice in notices[:10]:
        await fanout.notify(notice)
    await fanout.start()
    for notice in notices[10:]:
        await fanout.notify(notice)
    await fanout.stop()
    assert one.got == two.got == notices
    assert fanout.failures == fanout.dropped == {"one": 0, "two": 0}


async def test_a_failing_and_a_hanging_notifier_do_not_reach_the_others() -> None:
    never = asyncio.Event()
    good, bad, hanging = Collector(), Collector(bad="info 1"), Collector(hold=never)
    fanout = Fanout({"good": good, "bad": bad, "hanging": hanging}, Redactor())
    await fanout.start()
    for notice in numbered(3):
        await fanout.notify(notice)
    await fanout.stop(timeout_s=0.01)
    assert len(good.got) == 3
    assert [notice.title for notice in bad.got] == ["info 0", "info 2"]
    assert hanging.got == []
    assert fanout.failures == {"good": 0, "bad": 1, "hanging": 1}
    assert fanout.dropped == {"good": 0, "bad": 0, "hanging": 2}


async def test_notify_does_not_wait_for_delivery() -> None:
    hold = asyncio.Event()
    fanout = Fanout({"slow": Collector(hold)}, Redactor())
    await fanout.start()
    for notice in numbered(5):
        with pytest.raises(StopIteration):  # the coroutine ends without giving up control once
            fanout.notify(notice).send(None)
    hold.set()
    await fanout.stop()
    assert fanout.dropped == {"slow": 0}


async def test_a_full_queue_drops_what_is_not_critical_first() -> None:
    collector = Collector()
    fanout = Fanout({"c": collector}, Redactor(), queue_limit=4)
    critical = numbered(4, Severity.CRITICAL)
    for notice in (*numbered(3), *critical, INFO):
        await fanout.notify(notice)
    assert fanout.dropped == {"c": 4}
    await fanout.start()
    await fanout.stop()
    assert collector.got == critical


async def test_after_the_stop_notices_are_counted_as_dropped() -> None:
    collector = Collector()
    fanout = Fanout({"c": collector}, Redactor())
    await fanout.stop()
    await fanout.notify(INFO)
    assert (collector.got, fanout.dropped) == ([], {"c": 1})


async def test_no_secret_and_no_control_character_leaves() -> None:
    collector = Collector()
    fanout = Fanout({"c": collector}, Redactor([SECRET]))
    await fanout.notify(
        Notice(
            AT_NS, Severity.WARNING, f"\x1b[2J{SECRET}\n", f"signature=abc \x9b {SECRET}", {"k\x07": SECRET}
        )
    )
    await fanout.start()
    await fanout.stop()
    shown = str(collector.got[0])
    assert SECRET not in shown
    assert "abc" not in shown
    assert not {"\x1b", "\x9b", "\x07"} & set(shown)
