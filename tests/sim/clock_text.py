"""Instants as tests write them."""

from __future__ import annotations

from datetime import UTC, datetime

from ytc_tui.model.market import NS_PER_S


def at(text: str) -> int:
    """`2022-11-08T12:00` (UTC) as nanoseconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * NS_PER_S
