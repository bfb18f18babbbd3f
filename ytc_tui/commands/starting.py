"""From the flags of `ytc run` to a run. Decides how flags become settings and a request.

Imports the settings and the composition root. Invariant: a flag beats the environment, the file and the
default, and only if it was given.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ytc_tui.adapters import secrets
from ytc_tui.adapters.process_guard import tell
from ytc_tui.commands.curtain import curtain
from ytc_tui.commands.instants import parse_instant, parse_speed
from ytc_tui.config import LoadedSettings, assignments as parsed, load_settings

if TYPE_CHECKING:
    from ytc_tui.boot import RunRequest

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
    plain: bool = False
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
    if flags.for_desk:
        secrets.receive(sys.stdin.buffer)
    overrides = parsed(flags.assignments)
    if flags.mode:
        overrides["mode"] = flags.mode
    if flags.symbols:
        overrides["session.symbols"] = flags.symbols
    if flags.speed:
        parse_speed(flags.speed)
        overrides["feed.speed"] = flags.speed
    if flags.demo:
        overrides.setdefault("feed.speed", DEMO_SPEED)
    loaded = load_settings(flags.config, overrides)
    if loaded.path is not None:
        tell(f"settings: {loaded.path}")
    if flags.headless:
        return _headless(loaded, flags)
    times_of(flags)
    if flags.plain:
        from ytc_tui.commands.plain import run_plainly

        return run_plainly(flags.of_engine(), typer.echo)
    with curtain(" ytc: opening the desk"):
        from ytc_tui.commands.desk import open_desk

        # A desk on an engine process needs nothing of what an engine is made of.
        request = request_of(loaded, flags) if flags.in_process else None
        return open_desk(loaded, flags.of_engine(), request)


def _headless(loaded: LoadedSettings, flags: Flags) -> int:
    from ytc_tui.commands.pin import typed_pin
    from ytc_tui.commands.run import Manner, Stay, run_headless

    ends = flags.exit_when_done or flags.demo or loaded.settings.session.exit_when_done
    stay = Stay.WHILE_WATCHED if flags.for_desk else Stay.NO if ends else Stay.UNTIL_STOPPED
    manner = Manner(stay=stay, anew=flags.for_desk, ask_pin=None if flags.for_desk else typed_pin)
    return run_headless(loaded, request_of(loaded, flags), manner, as_json=flags.as_json)


def times_of(flags: Flags) -> tuple[int | None, int | None]:
    """The range that was asked for (UTC ns). Raises UsageInvalid naming the flag that is no time."""
    start, end = flags.start, flags.end
    if flags.demo:
        start, end = start or DEMO_FROM, end or DEMO_TO
    from_ns = parse_instant(start, "--from") if start else None
    return from_ns, parse_instant(end, "--to") if end else None


def request_of(loaded: LoadedSettings, flags: Flags) -> RunRequest:
    """What the flags ask of a run."""
    from ytc_tui.boot import RunRequest

    from_ns, to_ns = times_of(flags)
    whole_demo = flags.demo and flags.start in ("", DEMO_FROM)
    return RunRequest(
        data=flags.data,
        from_ns=from_ns,
        to_ns=to_ns,
        speed=loaded.settings.feed.speed_factor,
        label=flags.label,
        demo=flags.demo,
        play_from_ns=parse_instant(DEMO_PLAY_FROM, "--from") if whole_demo else 0,
    )
