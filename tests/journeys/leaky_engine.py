"""An engine whose venue, agents and libraries put secrets into everything that they say.

`python -m tests.journeys.leaky_engine FOLDER [crash]`: one session over a tape; only what leaks is not the
product's own.
"""

from __future__ import annotations

import base64
import logging
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.sim.proposers import agent_of
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape
from ytc_tui import outlets
from ytc_tui.adapters import secrets
from ytc_tui.adapters.process_guard import guard_process
from ytc_tui.adapters.venues.outage import UnreachableAtTimes
from ytc_tui.agents.base import AgentAnswer, AgentContext
from ytc_tui.commands.run import Manner, run_headless
from ytc_tui.config import load_settings
from ytc_tui.engine.ports import MatchedPoint, Minute
from ytc_tui.errors import VenueOutcomeUnknown, VenueRefused
from ytc_tui.model.orders import OrderRequest, VenueReport
from ytc_tui.venues import durable_venue

NAMES = ("CANARY", "KEPT")
# What a program of the user's does with a notice: it keeps what it was given, and fails.
PROGRAM = (
    "import json,os,sys;"
    "open(sys.argv[1],'a').write(json.dumps([dict(os.environ),sys.stdin.read(),"
    "open('/proc/self/cmdline').read()])+'\\n');"
    "sys.stderr.write(os.environ['YTC_SECRET_CANARY']);raise SystemExit(3)"
)


def leak() -> str:
    """Every secret as it travels: plain, in a URL, in a header, in a dump."""
    texts = []
    for name in NAMES:
        value = secrets.secret(name)
        basic = base64.b64encode(f"key:{value}".encode()).decode()
        texts.append(
            f"GET https://venue/api?token={quote(value, safe='')}&x=1 header {basic} {value} "
            f"{ ({'inside': value})!r}"
        )
    return " ".join(texts)


class LeakyVenue(UnreachableAtTimes):
    calls = 0
    crashes = False

    async def submit(self, request: OrderRequest) -> tuple[VenueReport, ...]:
        LeakyVenue.calls += 1
        if LeakyVenue.calls == 1:
            raise VenueRefused(leak(), where=leak())
        if LeakyVenue.calls == 2:
            raise VenueOutcomeUnknown(leak())
        return await super().submit(request)

    def match(self, minute: Minute, point: int) -> MatchedPoint:
        inside = leak()
        if self.crashes:
            raise RuntimeError(f"a defect at {inside}")
        return super().match(minute, point)


async def _leaky(context: AgentContext) -> AgentAnswer:
    said = leak()
    try:
        raise ValueError(said)
    except ValueError:
        logging.getLogger("a.library").exception("failed with %s", said)
    minute = context.now_ns // 60_000_000_000
    if minute % 3 == 0:
        raise RuntimeError(said)
    if minute % 3 == 1:
        return AgentAnswer({"said": said, said: [said]}, errors=(said,), next_actions=(said,))
    return AgentAnswer({"confidence": float("nan"), "said": said})


def main(folder: Path, crashes: bool) -> int:
    guard_process()
    secrets.take(os.environ)

    def leaky_venue(parts: Any) -> Any:
        venue = LeakyVenue(durable_venue(parts), ())
        venue.crashes = crashes
        return venue

    vars(outlets)["durable_venue"] = leaky_venue
    staged = stage(
        folder,
        Tape().walk("12:40", 20_055.0, 20_070.0, 20_065.0),
        *(long_at(f"12:{minute}") for minute in (38, 44, 50)),
        agents=(agent_of("leaky", _leaky),),
    )
    given = {
        "notify.file": str(folder / "alerts.jsonl"),
        "notify.command": f"[{sys.executable!r}, '-c', {PROGRAM!r}, {str(folder / 'program.out')!r}]",
        "notify.secrets": ",".join(NAMES),
        "logging.level": "DEBUG",
    }
    loaded = load_settings(None, {**staged.overrides, **given})
    return run_headless(loaded, staged.request, Manner(), as_json="json" in sys.argv)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), "crash" in sys.argv))
