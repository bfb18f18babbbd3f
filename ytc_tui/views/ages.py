"""Ages as people read them: exact when young, coarse when old.

Decides the steps in which an age changes, so that a screen at rest is not repainted every second
(performance.md T1). Imports nothing of ours.
"""

from __future__ import annotations

_EXACT_S, _MINUTE_S, _HOUR_S = 10, 60, 3600


def coarse_s(age_s: int) -> int:
    """`age_s` in steps of 1 s under ten, of 10 s under a minute, then of minutes; never below 0."""
    age_s = max(0, age_s)
    if age_s < _EXACT_S:
        return age_s
    step = _EXACT_S if age_s < _MINUTE_S else _MINUTE_S
    return age_s // step * step


def age_text(age_s: int | None) -> str:
    """An age in its largest units: `7s`, `40s`, `12m`, `3h05`; a dash for None."""
    if age_s is None:
        return "-"
    if age_s < _MINUTE_S:
        return f"{age_s}s"
    if age_s < _HOUR_S:
        return f"{age_s // _MINUTE_S}m"
    return f"{age_s // _HOUR_S}h{age_s % _HOUR_S // _MINUTE_S:02d}"


def countdown_text(left_s: int) -> str:
    """Time that is left: `2:05:00`, `12:05`, `0:40`; `now` when none is."""
    if left_s <= 0:
        return "now"
    hours, rest = divmod(left_s, _HOUR_S)
    minutes, seconds = divmod(rest, _MINUTE_S)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
