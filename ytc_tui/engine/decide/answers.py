"""The parts of an agent's answer that the engine acts on, checked before anything is decided from them.

Decides whether proposals and actions can be taken at all; whether they are good is for the gate. Imports
the situation and the model. Invariant: what passes here can be decoded, names a symbol of this session,
and holds no number that is not one.
"""

from __future__ import annotations

import math
import re
from typing import Any

from ytc_tui.engine.situation import Situation
from ytc_tui.model.codec import from_json
from ytc_tui.model.signals import Setup

SETUP_LISTS = ("proposals", "active_setups")
_JUDGED = frozenset({*SETUP_LISTS, "actions"})
# Views and reports walk an answer as deep as it goes.
MAX_DEPTH = 32
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,80}")
# A price farther than this factor from the market is a mistake, and too far to reckon with.
FAR = 100
_PRICES = ("trigger", "limit", "stop", "t1", "lwp", "lrp")


def is_deep(text: str, result: Any) -> bool:
    """Whether the JSON data `result`, of which `text` is the text, nests deeper than `MAX_DEPTH`."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    level = [result]
    for _ in range(MAX_DEPTH):
        level = [
            item
            for value in level
            for item in (value.values() if isinstance(value, dict) else value)
            if isinstance(item, dict | list)
        ]
        if not level:
            return False
    return True


def content_problem(sit: Situation, result: dict[str, Any]) -> str:
    """What is wrong with the setups or actions in an answer (plain JSON); empty when nothing is."""
    if result.keys().isdisjoint(_JUDGED):
        return ""
    for name in SETUP_LISTS:
        items = result.get(name, [])
        if not isinstance(items, list):
            return f"{name} is not a list"
        for index, data in enumerate(items):
            problem = _setup_problem(sit, data)
            if problem:
                return f"{name}[{index}]: {problem}"
    actions = result.get("actions", [])
    if not isinstance(actions, list) or not all(isinstance(action, dict) for action in actions):
        return "actions is not a list of objects"
    return ""


def _setup_problem(sit: Situation, data: Any) -> str:
    try:
        setup = from_json(Setup, data)
    except (ValueError, TypeError, KeyError) as error:
        return str(error) or type(error).__name__
    if not isinstance(setup.setup_id, str) or not _NAME.fullmatch(setup.setup_id):
        return "setup_id is not a name"
    if setup.symbol not in sit.market.symbols:
        return f"symbol {str(setup.symbol)[:20]!r} is not traded in this session"
    prices = {name: getattr(setup, name) for name in _PRICES}
    if setup.t2 is not None:
        prices["t2"] = setup.t2
    mark = sit.market.marks.get(setup.symbol)
    for name, price in prices.items():
        if not (math.isfinite(price) and price > 0):
            return f"{name} {price} is not a price"
        if mark is not None and not mark / FAR <= price <= mark * FAR:
            return f"{name} {price} is no price of {setup.symbol}, which stands at {mark}"
    if not (math.isfinite(setup.score) and math.isfinite(setup.regime_fit)):
        return "score or regime_fit is not a number"
    return ""
