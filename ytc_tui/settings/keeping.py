"""Settings of what a run keeps, tells and guards: the journal, the application log, notices, the PIN.

Numbers: semantics.md 7. Imports the field rules. Invariant: nothing here changes a decision.
"""

from __future__ import annotations

import os
from decimal import Decimal
from typing import Literal

from pydantic import field_validator

from ytc_tui.settings.fields import PathText, SecretName, Section, setting


class JournalSettings(Section):
    """Where state is kept (semantics.md 7)."""

    state_dir: PathText = setting(
        "", "Folder of journals and venue state; empty = the platform's.", decides=False
    )
    snapshot_every: int = setting(
        1000, "Journal entries between two snapshots.", decides=False, ge=10, le=1_000_000
    )
    heads_file: PathText = setting(
        "",
        "File of signed heads, a second copy best on another disk; empty = beside the journals' folder.",
        decides=False,
    )

    @field_validator("state_dir", "heads_file")
    @classmethod
    def _is_one_place(cls, value: str) -> str:
        # Relative to the folder that one stands in, each command would look elsewhere.
        path = os.path.expanduser(value)
        if path and not os.path.isabs(path):
            raise ValueError("it must begin with / or ~")
        return path


class LoggingSettings(Section):
    """The application log; the journal itself is always kept."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = setting(
        "INFO", "Smallest level that is logged.", spec="logging.level", decides=False
    )
    include_agent_outputs: bool = setting(
        True, "Agents' outputs go into the log.", spec="logging.include_agent_outputs", decides=False
    )
    audit_trail: bool = setting(
        True,
        "Every journal entry is also written as a line of a JSON audit file.",
        spec="logging.audit_trail",
        decides=False,
    )
    max_file_mb: int = setting(10, "Size at which a log file is rotated.", decides=False, ge=1, le=1024)
    keep_files: int = setting(5, "Rotated log files that are kept.", decides=False, ge=1, le=100)
    audit_keep_days: int = setting(365, "Days that audit files are kept.", decides=False, ge=1, le=3650)


class GuardSettings(Section):
    """The guard, `ytc guard`: a process of its own that flattens when the engine cannot."""

    heartbeat_s: float = setting(
        30.0, "Seconds without a heartbeat after which the guard acts.", decides=False, ge=1, le=600
    )
    loss_pct: Decimal = setting(
        "4",
        "Loss of the session's start balance, by the venue's own account, at which the guard acts.",
        decides=False,
        ge=Decimal("0.01"),
        le=100,
    )


class NotifySettings(Section):
    """Who hears of alerts besides the desk."""

    bell: bool = setting(True, "The terminal's bell rings for critical alerts.", decides=False)
    file: PathText = setting(
        "", "File to which each alert is appended as a line of JSON; empty = none.", decides=False
    )
    command: tuple[PathText, ...] = setting(
        (),
        "Program and arguments run for each alert, which it reads as JSON on stdin; empty = none.",
        decides=False,
        max_length=32,
    )

    secrets: tuple[SecretName, ...] = setting(
        (),
        "Secrets that the program is given, each as the variable YTC_SECRET_NAME in its environment.",
        allowed='a list of names of secrets, written like "NTFY_TOKEN"',
        decides=False,
        max_length=16,
    )
    link_down_s: float = setting(
        10.0,
        "Seconds without a desk, after one was attached, until somebody is told; 0 = never.",
        decides=False,
        ge=0,
        le=3600,
    )

    @field_validator("command")
    @classmethod
    def _names_a_program(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if value and not value[0].strip():
            raise ValueError("the first item, the program, is empty")
        return value


class SecuritySettings(Section):
    """What a person has to be there for; nothing here changes a decision."""

    pin_for: tuple[Literal["resume", "approve", "ticket"], ...] = setting(
        (), "Commands that need the PIN (ytc pin set). Those that lower risk never do.", decides=False
    )
