"""When an engine counts as silent: from its heartbeats and the guard's own monotonic clock alone.

Decides nothing but this; pure. Imports the model. Invariants: a beat that changed makes the engine fresh,
whatever clocks it carries; the limit is inclusive; time in which the guard itself was away is no evidence
until the guard has looked for a while again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from ytc_tui.model.halt import Beat, BeatState
from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.money import HUNDRED, ZERO

# A guard that did not look for longer was away: suspended, stopped, or starved.
AWAY_NS = 2 * NS_PER_S
# What it then watches before it believes the silence.
RECHECK_NS = 5 * NS_PER_S
# A look shows at most this much of the time before it: an engine beats once in it.
SEEN_NS = NS_PER_S
# Engines beat every second: after so long a person may hear of it.
LATE_NS = 5 * NS_PER_S

_GONE = frozenset({BeatState.STOPPED, BeatState.ENDED, BeatState.IDLE})


class Finding(StrEnum):
    """What a look came to."""

    FRESH = "fresh"
    LATE = "late"  # silent, short of the limit
    RECHECK = "recheck"  # silent for the limit, part of which the guard was away
    SILENT = "silent"  # the engine counts as dead or hung, with a session open
    IDLE = "idle"  # silent for the limit, with no session open
    STOPPED = "stopped"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Watch:
    """What a guard has seen. Instants are its own monotonic ns; `watched_ns` is for how long it has watched
    since it was away; `traded`: a session was seen open, and its engine has not said since that it is not."""

    limit_ns: int
    beat: Beat
    fresh_ns: int
    looked_ns: int
    watched_ns: int = RECHECK_NS
    traded: bool = False

    @property
    def silent_ns(self) -> int:
        """For how long no new beat was seen, at the last look."""
        return self.looked_ns - self.fresh_ns

    @property
    def rechecked(self) -> bool:
        """Whether the guard has watched for long enough since it was away."""
        return self.watched_ns >= min(RECHECK_NS, self.limit_ns)


def begin(limit_ns: int, beat: Beat, now_ns: int) -> Watch:
    """The first look: whenever the beat was written, the engine has the whole limit from now on."""
    return Watch(limit_ns, beat, now_ns, now_ns, traded=beat.session_open)


def look(watch: Watch, now_ns: int, beat: Beat | None) -> Watch:
    """`watch` after a look at `now_ns` that found `beat`, None where none could be read."""
    if beat is not None and (beat.engine, beat.number) != (watch.beat.engine, watch.beat.number):
        traded = beat.session_open or (watch.traded and beat.state not in _GONE)
        return Watch(watch.limit_ns, beat, now_ns, now_ns, traded=traded)
    passed_ns = now_ns - watch.looked_ns
    # Away again before that is over is a guard that is starved: it goes on, so that it acts at last.
    away = passed_ns > AWAY_NS and watch.rechecked
    watched_ns = 0 if away else watch.watched_ns + min(passed_ns, SEEN_NS)
    return replace(watch, looked_ns=now_ns, watched_ns=watched_ns)


def finding(watch: Watch) -> Finding:
    """What the last look came to."""
    match watch.beat.state:
        case BeatState.ENDED:
            return Finding.ENDED
        case BeatState.STOPPED:
            return Finding.STOPPED
        case BeatState.STARTING | BeatState.TRADING | BeatState.IDLE:
            pass
    if watch.silent_ns < watch.limit_ns:
        return Finding.LATE if watch.silent_ns >= LATE_NS else Finding.FRESH
    if not watch.traded:
        return Finding.IDLE
    return Finding.SILENT if watch.rechecked else Finding.RECHECK


def loss_pct(equity: Decimal, base: Decimal) -> Decimal:
    """The loss of the venue's own equity (wallet and unrealised) against `base`, in percent; a gain is below
    zero, and of no balance nothing can be lost."""
    return (base - equity) / base * HUNDRED if base > ZERO else ZERO
