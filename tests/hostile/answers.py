"""Answers that no agent should give: of every wrong kind, size, depth and number."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, cast

from ytc_tui.agents.base import AgentAnswer
from ytc_tui.model.tasks import ResponseStatus

SETUP = {
    "setup_id": "PB-BTCUSDT-buy-1", "kind": "PB", "symbol": "BTCUSDT", "side": "buy", "found_ns": 1,
    "anchor_ns": 1, "trigger": 20_050.0, "limit": 20_060.0, "stop": 19_950.0, "t1": 20_260.0, "t2": 20_400.0,
    "lwp": 20_060.0, "lrp": 20_100.0, "score": 99.0, "regime": "steady_trend", "regime_fit": 1.0,
    "score_parts": [], "confluence": [], "expires_ns": 2**62, "grade": "A",
}  # fmt: skip
NUMBERS: tuple[Any, ...] = (
    float("nan"), float("inf"), -float("inf"), 1e308, -1.0, 0.0, 1.7, 2**70, -(2**63), True, None,
    "1e400", "", "NaN",
)  # fmt: skip


class Rude:
    """An object whose every use fails."""

    def __repr__(self) -> str:
        raise RuntimeError("no words")

    def __str__(self) -> str:
        raise RuntimeError("no words")


class RudeError(Exception):
    """An exception without words."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


class RudeDict(dict[str, Any]):
    """A dict that fails when it is looked into."""

    def items(self) -> Any:
        raise RuntimeError("no items")

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError("no keys")


def deep(levels: int, text: str) -> dict[str, Any]:
    found: dict[str, Any] = {text: text}
    for _ in range(levels):
        found = {"a": [found]}
    return found


def bad_answer(chance: Random, text: str) -> AgentAnswer:
    """One answer with `text` in it; may raise it instead, as an agent's own exception."""
    other = chance.choice(NUMBERS)
    circle: dict[str, Any] = {}
    circle["circle"] = circle
    results: tuple[Any, ...] = (
        {text: text},
        {"reason": [text, {text: [text]}]},
        {"confidence": other},
        {text: other},
        {"proposals": text},
        {"proposals": [text, {text: text}]},
        {"proposals": [{**SETUP, chance.choice(list(SETUP)): text}]},
        {"proposals": [{**SETUP, chance.choice(list(SETUP)): other}]},
        {"active_setups": [{**SETUP, text: 1}]},
        {"actions": [text]},
        {"actions": [{"action": text, "trade_id": text, "price": other}]},
        {"blocking": True, "reason": text},
        {"big": text * (200_000 // max(1, len(text)) + 1)},
        deep(chance.choice((10, 50, 400, 5_000)), text),
        {"bytes": text.encode(errors="replace")},
        {"set": {1, 2}},
        {1: text, "1": text, None: text},
        {"rude": Rude()},
        RudeDict(a=1),
        circle,
        [text],
        text,
        None,
    )
    match chance.randrange(8):
        case 0:
            raise chance.choice((RuntimeError(text), RudeError(), RecursionError(text)))
        case 1:
            return AgentAnswer({}, errors=(text, text), next_actions=(text,))
        case 2:
            return AgentAnswer({}, cast(ResponseStatus, text), errors=cast(tuple[str, ...], text))
        case 3:
            return cast(AgentAnswer, text)
    return AgentAnswer(chance.choice(results))
