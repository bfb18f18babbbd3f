"""How a guard speaks: standard output, its log, the notifiers, and its own durable record.

Decides that nothing of this can keep it from acting. Imports the adapters that carry words. Invariant: what
cannot be kept or told is said where it still can be, and the act goes on.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ytc_tui.adapters.guard.record import GuardRecord
from ytc_tui.adapters.logs import SessionLog
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.engine.ports import Notice, Notifier
from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.session import Severity

# A warning of one kind is given again after this.
AGAIN_NS = 60 * NS_PER_S
MAX_TEXT = 2_000


@dataclass(slots=True)
class Voice:
    """Speaks for the guard of `run`; `now_ns` is wall time. `epoch` and `session` stand in each line."""

    run: str
    record: GuardRecord
    log: SessionLog
    notifier: Notifier
    print_line: Callable[[str], None]
    now_ns: Callable[[], int]
    monotonic_ns: Callable[[], int]
    as_json: bool = False
    epoch: int = 0
    session: str = ""
    _warned: dict[str, int] = field(default_factory=dict)  # by code: when, by the monotonic clock

    def say(self, code: str, text: str, severity: Severity = Severity.INFO) -> None:
        """On standard output and in the log."""
        text = safe_line(text, MAX_TEXT)
        fields = {"guard": code, "run": self.run, "session": self.session, "epoch": self.epoch}
        self.log.event(logging.INFO if severity is Severity.INFO else logging.CRITICAL, text, fields)
        if self.as_json:
            self.print_line(json.dumps({"at_ns": self.now_ns(), "text": text, **fields}, sort_keys=True))
        else:
            self.print_line(f"guard: {text}")

    async def warn(self, code: str, text: str) -> None:
        """To a person too; a warning that goes on is repeated every `AGAIN_NS`, not at every look."""
        at_ns = self._warned.get(code)
        if at_ns is not None and self.monotonic_ns() - at_ns < AGAIN_NS:
            return
        self._warned[code] = self.monotonic_ns()
        self.say(code, text, Severity.CRITICAL)
        notice = Notice(self.now_ns(), Severity.CRITICAL, f"guard {code}", text, {"run": self.run})
        await self.notifier.notify(notice)

    def forget(self, code: str) -> None:
        """What `code` warned of is over: the next time is news."""
        self._warned.pop(code, None)

    def note(self, kind: str, data: dict[str, Any]) -> None:
        """A line of the record, on disk when this returns; a disk that takes none stops nothing."""
        try:
            self.record.append(self.epoch, self.session, kind, data)
        except OSError as error:
            self.say("record", f"not on record ({error.strerror}): {kind} {data}", Severity.CRITICAL)
