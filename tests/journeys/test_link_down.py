"""The line to the desk breaks: somebody is told outside, once, and the engine goes on."""

from __future__ import annotations

import json
from pathlib import Path

from websockets.asyncio.client import unix_connect

from tests.journeys.process import Home, until
from tests.journeys.test_paper_host import DEMO
from ytc_tui.adapters.transports.wire import PREFIX


def told(path: Path) -> list[str]:
    """The messages of all notices that the link is down."""
    if not path.exists():
        return []
    notices = [json.loads(line) for line in path.read_text().splitlines()]
    return [notice["message"] for notice in notices if notice["title"] == "operator's link down"]


async def look_and_break(home: Home) -> None:
    """Attach, see the first frame, and be gone without a word."""
    [name] = home.engines()
    door = home.runtime / "ytc" / f"{name}.sock"
    async with unix_connect(str(door), f"ws://engine{PREFIX}/frames?views=risk") as watcher:
        await watcher.recv()
        watcher.transport.abort()


async def test_a_broken_line_is_told_once_however_often_it_flaps(home: Home) -> None:
    notices = home.folder / "notices.jsonl"
    settings = ("--set", f"notify.file={notices}", "--set", "notify.link_down_s=1")
    with home.running(*DEMO, "--speed", "60", *settings) as engine:
        assert told(notices) == []
        await look_and_break(home)
        until(lambda: bool(told(notices)))
        await look_and_break(home)
        assert home.ytc("status").returncode == 0
        [message] = told(notices)
        assert engine.poll() is None
    assert message.startswith("the line to the desk broke, nobody has looked for 1 s; 0 positions are open")
