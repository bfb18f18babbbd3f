"""The exception tree. Every expected failure says what is wrong, where, and what to do.

YtcError                    exit 1   anything this program refuses or cannot do
├── ConfigInvalid           exit 2   a setting, flag or file of settings
├── DataInvalid             exit 2   a market-data, calendar or instrument file
├── UsageInvalid            exit 2   a command that does not fit its target
├── JournalUnavailable      exit 4   the journal cannot accept writes (full disk, lock)
├── JournalCorrupt          exit 3   the journal cannot be read or its chain is broken
├── AlreadyRunning          exit 5   another engine holds the session or the account
├── EngineUnreachable       exit 6   no engine answers at the door
├── VenueError                       the venue port's three kinds of failure
│   ├── VenueRetryable      exit 7   nothing happened; the same read may be repeated
│   ├── VenueRefused        exit 7   the venue proved that it did not take the request
│   └── VenueOutcomeUnknown exit 7   the request may have landed: reconcile, never resend
├── AgentOutputInvalid      exit 1   an agent answered outside its contract
└── PinRefused              exit 8   the PIN is wrong, locked, not set, or its files cannot be trusted

Four exit codes are answers too: 8 a command was refused, 9 something is unconfirmed, 10 a guard acted and
the venue is flat, 11 all is done but what was to be printed could not be written.

Imports nothing of ours. Programmer errors are not here: they stay ordinary exceptions.
"""

from __future__ import annotations


class YtcError(Exception):
    """An expected failure: `what` is wrong, `where` (file, key, line, field), `fix` to try."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what = what
        self.where = where
        self.fix = fix
        super().__init__(self.__str__())

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        remedy = f" ({self.fix})" if self.fix else ""
        return f"{place}{self.what}{remedy}"


def words_of(error: BaseException) -> str:
    """The words of `error`, whoever made its class; its name where even asking for them fails."""
    try:
        return str(error)
    except Exception:
        return type(error).__name__


class ConfigInvalid(YtcError):
    exit_code = 2


class DataInvalid(YtcError):
    exit_code = 2


class UsageInvalid(YtcError):
    exit_code = 2


class JournalUnavailable(YtcError):
    exit_code = 4


class JournalCorrupt(YtcError):
    exit_code = 3


class AlreadyRunning(YtcError):
    exit_code = 5


class EngineUnreachable(YtcError):
    exit_code = 6


class VenueError(YtcError):
    exit_code = 7


class VenueRetryable(VenueError):
    pass


class VenueRefused(VenueError):
    pass


class VenueOutcomeUnknown(VenueError):
    pass


class AgentOutputInvalid(YtcError):
    pass


class PinRefused(YtcError):
    exit_code = 8
