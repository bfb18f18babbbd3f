"""`MasterOrchestrator`: spec 000's example in Python, over an engine process of its own.

Decides how its methods become the program's own commands. Imports the commands. Invariant: it speaks to
the engine that it started and to no other, however many run.
"""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.adapters.transports.sockets import find_engines
from ytc_tui.commands import operate
from ytc_tui.commands.places import command_of, paper_paths
from ytc_tui.commands.report import report
from ytc_tui.errors import EngineUnreachable

POLL_S = 0.05
# For closing what is open after a shutdown, in real seconds, and for the process to end.
CLOSING_S = 60.0
ENDING_S = 10.0


class MasterOrchestrator:
    """One run. Configs (`session_config` ...) are settings by name; `arguments` go to `ytc run`.
    EngineUnreachable when the engine ends before its door answers."""

    def __init__(self, *arguments: str, **configs: dict[str, Any]) -> None:
        given = ((name.removesuffix("_config"), part) for name, part in configs.items())
        flags = [f"--set={name}.{key}={value}" for name, part in given for key, value in part.items()]
        self._command = [sys.executable, "-m", "ytc_tui", "run", "--headless", *flags, *arguments]
        self._engine: subprocess.Popen[bytes] | None = None
        self._document: dict[str, Any] = {}

    def start_session(self) -> str:
        """Start the engine and return the session's id once one is running."""
        self._engine = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, start_new_session=True)
        while not self.process_cycle().get("session_id"):
            if self._engine.poll() is not None:
                raise EngineUnreachable(f"the engine ended with exit code {self._engine.returncode}")
            time.sleep(POLL_S)
        return str(self._document["session_id"])

    def is_active(self) -> bool:
        return self._engine is not None and self._engine.poll() is None

    def process_cycle(self) -> dict[str, Any]:
        """The session document now; the last one that was heard when the engine does not answer."""
        with suppress(EngineUnreachable):
            self._document = operate.status(paper_paths(), self._name(), None).data
        return self._document

    def check_emergency(self) -> bool:
        return bool(self._document.get("emergency_status"))

    def emergency_shutdown(self) -> Any:
        """Flatten, and what was confirmed. EngineUnreachable when the engine does not answer."""
        command = command_of("flatten", "emergency_shutdown")
        return operate.flatten(paper_paths(), self._name(), command, everywhere=False, timeout_s=60.0).data

    def end_session(self) -> None:
        """End the session: wait for `CLOSING_S` until what is open is closed, then end the engine."""
        with suppress(EngineUnreachable):
            operate.send(paper_paths(), self._name(), command_of("shutdown", "end_session"))
            end_s = time.monotonic() + CLOSING_S
            while self.is_active() and self.process_cycle().get("running") and time.monotonic() < end_s:
                time.sleep(POLL_S)
        if self._engine is not None:
            self._engine.terminate()
            try:
                self._engine.wait(ENDING_S)
            except subprocess.TimeoutExpired:
                # A hung engine; its session is resumable from the journal.
                self._engine.kill()
                self._engine.wait()

    def generate_session_report(self) -> Any:
        return report(paper_paths().database, self._document.get("session_id"), safe=safe_line).data

    def _name(self) -> str:
        """The name of the engine that was started here, while its door answers."""
        for engine in find_engines(paper_paths().socket_dir):
            if self._engine is not None and engine.pid == self._engine.pid:
                return engine.session_id
        raise EngineUnreachable("the engine does not answer", fix="start a session first")
