"""`ytc playback`: a past or crashed session in the desk's own screens.

Decides which session is meant and how fast it begins. Imports the store's reader and the desk. Invariant:
what cannot be played at all is refused before the screen is taken.
"""

from __future__ import annotations

from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.commands.desk import desk_on
from ytc_tui.commands.desk_past import PastSession
from ytc_tui.commands.places import paper_paths
from ytc_tui.commands.sessions import find_session
from ytc_tui.config import load_settings
from ytc_tui.engine.playback.player import MOST_SPEED
from ytc_tui.engine.playback.record import started_of
from ytc_tui.errors import UsageInvalid


def playback(wanted: str, *, at: str, bars_per_s: float) -> int:
    """Open the desk on the session that `wanted` names (an id, its beginning, or last); the exit code.

    Raises UsageInvalid (no such session, no speed), JournalUnavailable, JournalCorrupt (nothing of it can be
    played).
    """
    if not 0 < bars_per_s <= MOST_SPEED:
        raise UsageInvalid(
            f"{bars_per_s:g} is not a speed", where="--speed", fix=f"bars a second, up to {MOST_SPEED:g}"
        )
    paths = paper_paths()
    with SqliteReader(paths.database) as reader:
        session = find_session(reader.sessions(), wanted, str(paths.database))
        started_of(reader, session)
    past = PastSession(paths, session, at, bars_per_s)
    try:
        return desk_on(past, load_settings(), playback=True)
    finally:
        past.close()
