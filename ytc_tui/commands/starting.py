"""From the flags of `ytc run` to a run. Decides how flags become settings and a request.

Imports the settings and the composition root. Invariant: a flag beats the environment, the file and the
default, and only if it was given.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from ytc_tui.boot import RunRequest
from ytc_tui.commands.instants import parse_instant, parse_speed
from ytc_tui.commands.run import Manner, Stay, run_headless
from ytc_tui.config import assignments as parsed, load_settings

# The demo begins so that its first trade by the rules, a short in ETHUSDT at 04:41 UTC, comes twenty
# minutes after play begins; the half hour before that passes at full speed.
DEMO_FROM = "2022-11-08T03:46Z"
DEMO_TO = "2022-11-08T08:30Z"
DEMO_PLAY_FROM = "2022-11-08T04:21Z"
DEMO_SPEED = "60"


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags of `ytc run` as they were typed; empty = not given."""

    headless: bool = False
    in_process: bool = False
    data: tuple[str, ...] = ()
    demo: bool = False
    symbols: str = ""
    start: str = ""
    end: str = ""
    speed: str = ""
    mode: str = ""
    label: str = ""
    config: Path | None = None
    assignments: tuple[str, ...] = ()
    exit_when_done: bool = False
    as_json: bool = False
    for_desk: bool = False

    def of_engine(self) -> list[str]:
        """The arguments of the engine process behind a desk that was started with these flags."""
        arguments = ["run", "--headless", "--for-desk"]
        arguments += [text for path in self.data for text in ("--data", path)]
        arguments += [text for given in self.assignments for text in ("--set", given)]
        named = {
            "--symbols": self.symbols,
            "--from": self.start,
            "--to": self.end,
            "--speed": self.speed,
            "--mode": self.mode,
            "--label": self.label,
            "--config": str(self.config) if self.config is not None else "",
        }
        arguments += [text for flag, value in named.items() if value for text in (flag, value)]
        return [*arguments, *(["--demo"] if self.demo else [])]


def start_run(flags: Flags) -> int:
    """Run as asked; the exit code. Raises a YtcError that says what is wrong with a flag."""
    overrides = parsed(flags.assignments)
    if flags.mode:
        overrides["mode"] = flags.mode
    if flags.symbols:
        overrides["session.symbols"] = flags.symbols
    if flags.speed:
        parse_speed(flags.speed)
        overrides["feed.speed"] = flags.speed
    start, end = flags.start, flags.end
    if flags.demo:
        overrides.setdefault("feed.speed", DEMO_SPEED)
        start, end = start or DEMO_FROM, end or DEMO_TO
    loaded = load_settings(flags.config, overrides)
    if loaded.path is not None:
        sys.stderr.write(f"settings: {loaded.path}\n")
    request = RunRequest(
        data=flags.data,
        from_ns=parse_instant(start, "--from") if start else None,
        to_ns=parse_instant(end, "--to") if end else None,
        speed=loaded.settings.feed.speed_factor,
        label=flags.label,
        demo=flags.demo,
        play_from_ns=parse_instant(DEMO_PLAY_FROM, "--from") if flags.demo and start == DEMO_FROM else 0,
    )
    if not flags.headless:
        from ytc_tui.commands.desk import open_desk

        return open_desk(loaded, request, flags.of_engine(), in_process=flags.in_process)
    ends = flags.exit_when_done or flags.demo or loaded.settings.session.exit_when_done
    stay = Stay.WHILE_WATCHED if flags.for_desk else Stay.NO if ends else Stay.UNTIL_STOPPED
    manner = Manner(stay=stay, anew=flags.for_desk)
    return run_headless(loaded, request, manner, as_json=flags.as_json)
