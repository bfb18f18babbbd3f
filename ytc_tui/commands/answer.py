"""What a command answers: text for people, data for programs, and the exit code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one command; `data` is JSON-able. A `painted` text holds colours of ours, and nothing
    else that steers a terminal."""

    text: str
    data: Any
    exit_code: int = 0
    painted: bool = False
