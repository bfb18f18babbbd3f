"""`ytc run` and `ytc attach`: the desk in this terminal.

Decides which engine the desk follows and what it is given. Imports the screens and the engines; Textual is
loaded here and not before. Invariant: the terminal is given back as it was, whatever happened.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ytc_tui.adapters.process_guard import tell
from ytc_tui.commands.desk_engine import AttachedEngine, ProcessEngine, kill_command_of
from ytc_tui.commands.hangup import end_on_hangup
from ytc_tui.commands.keys import keys_of
from ytc_tui.commands.places import command_of, paper_paths
from ytc_tui.commands.safe_text import safe_text
from ytc_tui.config import LoadedSettings, load_settings
from ytc_tui.errors import UsageInvalid
from ytc_tui.screens.app import DeskApp, DeskSettings
from ytc_tui.screens.glyphs import glyph_set
from ytc_tui.screens.link import EngineHandle, FindSessions, RunningSession
from ytc_tui.screens.pace import LinkKind, seeming
from ytc_tui.screens.ringing import Bell
from ytc_tui.screens.themes import theme_for

if TYPE_CHECKING:
    from ytc_tui.boot import RunRequest


def open_desk(loaded: LoadedSettings, arguments: list[str], request: RunRequest | None) -> int:
    """Start an engine and open the desk on it; the exit code.

    `arguments` start the engine as a process of its own; with a `request` it runs on a thread instead.
    """
    paths = paper_paths()
    if request is not None:
        from ytc_tui.commands.desk_thread import ThreadEngine

        engine = ThreadEngine(loaded, request, paths)
        try:
            return desk_on(engine, loaded, last=engine.close)
        finally:
            engine.close()
    return desk_on(ProcessEngine(arguments, paths), loaded)


def attach(wanted: str, *, read_only: bool, link: str = "", in_browser: bool = False) -> int:
    """Open the desk on the running engine that `wanted` names; it can turn to any other that runs."""
    from ytc_tui.commands.running import meant_engine, running_engines

    paths = paper_paths()

    async def find_sessions() -> list[RunningSession]:
        found = await running_engines(paths)
        return [RunningSession(words, AttachedEngine(engine, paths)) for engine, words in found]

    return desk_on(
        AttachedEngine(meant_engine(paths, wanted), paths),
        load_settings(overrides={"ui.link": link} if link else {}),
        read_only=read_only,
        in_browser=in_browser,
        find_sessions=find_sessions,
    )


def strip(session: str) -> None:
    """The running session in two lines under the prompt."""
    from ytc_tui.adapters.transports.client import HttpClient
    from ytc_tui.commands.operate import engine_named
    from ytc_tui.screens.strip import StripApp

    paths = paper_paths()
    engine = engine_named(paths, session)
    ui = load_settings().settings.ui
    _take_terminal()
    StripApp(
        HttpClient(engine.socket_path, kill_file=paths.kill_file(engine.session_id)),
        zone=ZoneInfo(load_settings().settings.ui.timezone),
        safe=safe_text,
        now_s=time.monotonic,
        kill_command=kill_command_of(paths, engine.session_id),
        glyphs=glyph_set(ui.glyphs, os.environ),
        theme=theme_for(ui.theme, os.environ),
    ).run(inline=True)


def _take_terminal(last: Callable[[], object] = lambda: None) -> None:
    """Make sure that there is a terminal, and end this process, after `last`, once it is taken away."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageInvalid("this needs a terminal", where="stdin, stdout", fix="use --headless, or --json")
    end_on_hangup(sys.stdin.fileno(), last)


def desk_on(
    handle: EngineHandle,
    loaded: LoadedSettings,
    *,
    read_only: bool = False,
    in_browser: bool = False,
    playback: bool = False,
    find_sessions: FindSessions | None = None,
    last: Callable[[], object] = lambda: None,
) -> int:
    """The desk on `handle` until it is left; the exit code. `last` is done if the terminal goes away."""
    keys, ui = keys_of(loaded), loaded.settings.ui
    if not in_browser:
        _take_terminal(last)
    desk = DeskSettings(
        zone=ZoneInfo(ui.timezone),
        safe=safe_text,
        new_command=command_of,
        now_s=time.monotonic,
        read_only=read_only,
        flatten_confirm=ui.flatten_confirm,
        keys=keys,
        link=seeming(os.environ) if ui.link == "auto" else LinkKind(ui.link),
        bell=Bell(ui.bell),
        glyphs=glyph_set(ui.glyphs, os.environ),
        theme=theme_for(ui.theme, os.environ),
        playback=playback,
        find_sessions=find_sessions,
    )
    app = DeskApp(handle, desk)
    app.run()
    for line in app.last_words:
        tell(line)
    return app.return_code or 0
