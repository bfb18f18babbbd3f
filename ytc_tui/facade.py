"""`MasterOrchestrator`: spec 000's example in Python, over an engine process of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.commands import operate
from ytc_tui.commands.places import command_of, paper_paths
from ytc_tui.commands.report import report
from ytc_tui.errors import EngineUnreachable


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
        self._engine = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, start_new_session=True)
        while not self.process_cycle().get("session_id"):
            if self._engine.poll() is not None:
                raise EngineUnreachable(f"the engine ended with exit code {self._engine.returncode}")
            time.sleep(0.05)
        return str(self._document["session_id"])

    def is_active(self) -> bool:
        return self._engine is not None and self._engine.poll() is None

    def process_cycle(self) -> dict[str, Any]:
        with suppress(EngineUnreachable):
            self._document = operate.status(paper_paths(), "", None).data
        return self._document

    def check_emergency(self) -> bool:
        return bool(self._document.get("emergency_status"))

    def emergency_shutdown(self) -> Any:
        command = command_of("flatten", "emergency_shutdown")
        return operate.flatten(paper_paths(), "", command, everywhere=False, timeout_s=60.0).data

    def end_session(self) -> None:
        with suppress(EngineUnreachable):
            operate.send(paper_paths(), "", command_of("shutdown", "end_session"))
        if self._engine is not None:
            self._engine.terminate()
            self._engine.wait()

    def generate_session_report(self) -> Any:
        return report(paper_paths().database, self._document.get("session_id"), safe=safe_line).data
