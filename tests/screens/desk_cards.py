"""Cards that wait for a person, made by hand: a proposal and a handoff."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.views.waiting import Card

_FOUR_NS = 1_667_865_600_000_000_000 + 4 * 60 * NS_PER_MIN

PROPOSAL = Card(
    card_id="P0002",
    title="PB short ETHUSDT",
    state="pending",
    waiting=True,
    facts=(
        ("entry", "1472.44 at worst; price was 1473.18, is 1473.61"),
        ("stop", "1484.94"),
        ("targets", "1438.88, then 1404.58"),
        ("size", "6.728 of 7.1 asked"),
        ("risk", "87.05 (0.87 %) = 1 R"),
        ("reward to risk", "2.84 net, cost 7.92"),
        ("score", "78 grade B in weakening_trend, fit 0.62"),
        ("why", "resistance zone 1497 to 1508, lower high, momentum falls off"),
    ),
    content_hash="7d1f0c4e9b2a6583",
    proposed_ns=_FOUR_NS + 54 * NS_PER_MIN,
    left_s=42,
    decided_by="",
    reason="",
)
HANDOFF = Card(
    card_id="H0001",
    title="handoff pre_market -> session_open",
    state="pending",
    waiting=True,
    facts=(
        ("task", "session prepared: levels, trend and risk are known"),
        ("says", "completed"),
        ("delivered", "market_structure, trend_definition, risk_management"),
        ("bias", "short below 1508"),
    ),
    content_hash="c0ffee12ab34cd56",
    proposed_ns=_FOUR_NS + 6 * NS_PER_MIN,
    left_s=None,
    decided_by="",
    reason="",
)


def decided(card: Card, state: str, **changes: Any) -> Card:
    """`card` after its answer."""
    return replace(card, state=state, waiting=False, left_s=None, **changes)
