"""What an operator can ask of a session (semantics.md 6).

Decides the verbs and the fields that each takes. Invariant: a command carries its own id, so that
the same command delivered twice acts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    STOP_ENTRIES = "stop-entries"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    FLATTEN = "flatten"
    SHUTDOWN = "shutdown"
    APPROVE = "approve"
    REJECT = "reject"
    ACK = "ack"


@dataclass(frozen=True, slots=True)
class Command:
    """One operator command. `target` is a handoff or alert id where the verb needs one;
    `content_hash` binds an approval to what the operator saw."""

    command_id: str
    verb: Verb
    actor: str
    reason: str = ""
    target: str = ""
    content_hash: str = ""
