"""`MasterOrchestrator`: spec 000's example in Python, over the same door as every other client.

Decides nothing. The engine is `ytc run --headless`, a process of its own.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

from ytc_tui.commands import operate
from ytc_tui.commands.places import command_of, paper_paths
from ytc_tui.errors import EngineUnreachable


class MasterOrchestrator:
    """One run. Configs are settings by their names in config.toml; `arguments` go to `ytc run`."""

    def __init__(self, *arguments: str, **configs: Mapping[str, Any]) -> None:
        given = {
            f"{part.removesuffix('_config')}.{key}": v for part, c in configs.items() for key, v in c.items()
        }
        flags = [f"--set={key}={value}" for key, value in given.items()]
        self._command = [sys.executable, "-m", "ytc_tui", "run", "--headless", *flags, *arguments]
        self._engine: subprocess.Popen[bytes] | None = None
        self._document: dict[str, Any] = {}

    def start_session(self) -> str:
        """Start the engine; the session's id once its door answers. EngineUnreachable if it ends first."""
        self._engine = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, start_new_session=True)
        while not self.process_cycle().get("session_id"):
            if self._engine.poll() is not None:
                raise EngineUnreachable(f"the engine ended with exit code {self._engine.returncode}")
            time.sleep(0.05)
        return str(self._document["session_id"])

    def is_active(self) -> bool:
        return self._engine is not None and self._engine.poll() is None and not self._document.get("ended")

    def process_cycle(self) -> dict[str, Any]:
        """Look at the engine once: the newest session document."""
        try:
            self._document = operate.status(paper_paths(), "", None).data
        except EngineUnreachable:
            return self._document
        return self._document

    def check_emergency(self) -> bool:
        return bool(self._document.get("emergency_status"))

    def emergency_shutdown(self, reason: str = "emergency") -> dict[str, Any]:
        """Flatten until verified flat; what was confirmed and what is left."""
        command = command_of("flatten", reason)
        return dict(operate.flatten(paper_paths(), "", command, everywhere=False, timeout_s=60.0).data)

    def end_session(self) -> dict[str, Any]:
        return dict(operate.send(paper_paths(), "", command_of("shutdown", "end of session")).data)

    def generate_session_report(self) -> dict[str, Any]:
        return self.process_cycle()
