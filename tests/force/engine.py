"""`ytc` with the agent that trades all the time: `python -m tests.force.engine ARGUMENTS`."""

from __future__ import annotations

from tests.force.engines import with_agent
from ytc_tui.cli import main

if __name__ == "__main__":
    with_agent()
    main()
