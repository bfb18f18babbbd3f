"""What a command answers: text for people, data for programs, and the exit code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one command; `data` is JSON-able."""

    text: str
    data: object
    exit_code: int = 0
