"""From the flags of `ytc run` to a run. Decides how flags become settings and a request.

Imports the settings and the composition root. Invariant: a flag beats the environment, the file and the
default, and only if it was given.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ytc_tui.boot import RunRequest
from ytc_tui.commands.instants import parse_instant, parse_speed
from ytc_tui.commands.run import run_headless
from ytc_tui.config import assignments as parsed
from ytc_tui.config import load_settings
from ytc_tui.errors import UsageInvalid

# The demo begins so that its first trade by the rules, a short in ETHUSDT at 04:41 UTC, comes twenty
# minutes after play begins; the half hour before that passes at full speed.
DEMO_FROM = "2022-11-08T03:46Z"
DEMO_TO = "2022-11-08T08:30Z"
DEMO_PLAY_FROM = "2022-11-08T04:21Z"
DEMO_SPEED = "60"


def start_run(
    *,
    headless: bool,
    data: tuple[str, ...],
    demo: bool,
    symbols: str,
    start: str,
    end: str,
    speed: str,
    mode: str,
    label: str,
    config: Path | None,
    assignments: tuple[str, ...],
    exit_when_done: bool,
    as_json: bool,
) -> int:
    """Run as asked; the exit code. Raises a YtcError that says what is wrong with a flag."""
    if not (headless or demo):
        raise UsageInvalid("there is no screen yet", where="ytc run", fix="add --headless")
    overrides = parsed(assignments)
    if mode:
        overrides["mode"] = mode
    if symbols:
        overrides["session.symbols"] = symbols
    if speed:
        parse_speed(speed)
        overrides["feed.speed"] = speed
    if demo:
        overrides.setdefault("feed.speed", DEMO_SPEED)
        start, end = start or DEMO_FROM, end or DEMO_TO
    loaded = load_settings(config, overrides)
    if loaded.path is not None:
        sys.stderr.write(f"settings: {loaded.path}\n")
    request = RunRequest(
        data=data,
        from_ns=parse_instant(start, "--from") if start else None,
        to_ns=parse_instant(end, "--to") if end else None,
        speed=loaded.settings.feed.speed_factor,
        label=label,
        demo=demo,
        play_from_ns=parse_instant(DEMO_PLAY_FROM, "--from") if demo and start == DEMO_FROM else 0,
    )
    stay = not (exit_when_done or demo or loaded.settings.session.exit_when_done)
    return run_headless(loaded, request, as_json=as_json, stay=stay)
