"""The real fetch as a process of its own: `python -m tests.commands.fetching_process URL FOLDER`.

The command's own function with the command's own signals; only the venue's address is another.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.adapters.feeds.venue_server import exchange_at
from tests.commands.fetches import wanted
from ytc_tui.commands.data_fetch import World, fetch

if __name__ == "__main__":
    answer = fetch(wanted(Path(sys.argv[2])), World(exchange_at(sys.argv[1])))
    sys.stdout.write(answer.text + "\n")
    sys.exit(answer.exit_code)
