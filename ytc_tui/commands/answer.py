"""What a command answers: text for people, data for programs, and the exit code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one command; `data` is JSON-able."""

    text: str
    data: Any
    exit_code: int = 0
