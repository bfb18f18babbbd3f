"""The operator's own view: levels, their alerts, bias and notes.

Decides when each is refused, and what it leads to. Imports the outgoing orders, the situation and the model.
Invariants: nothing here adds risk or lets an entry through; a level says nothing of the minute in which it
was said; an alert is raised once, until a person arms it anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import assert_never

from ytc_tui.engine.decide.alarms import alert
from ytc_tui.engine.risk.answers import plain
from ytc_tui.engine.schedule import local_day_end_ns
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command
from ytc_tui.model.market import Bar
from ytc_tui.model.money import decimal_from_float
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.own import (
    MAX_LEVELS,
    MAX_LEVELS_TAKEN,
    MAX_NOTES,
    AddLevel,
    ArmLevel,
    LevelAlert,
    OwnBias,
    OwnLevel,
    OwnNote,
    SetBias,
    WriteNote,
    level_id,
    unknown_code,
)
from ytc_tui.model.structure import ZoneRole

_CODES = {LevelAlert.TOUCH: "level_touched", LevelAlert.CLOSE: "level_passed"}


def own_refusal(sit: Situation, command: Command) -> str:
    """Why a command about levels, bias or notes cannot be carried out now; empty when it can."""
    state = sit.state
    match command.level or command.arm_level or command.bias or command.note:
        case AddLevel() as level:
            return _symbol_refusal(sit, command.target) or _level_refusal(sit, command.target, level)
        case ArmLevel() | None:
            if command.target in {level.level_id for level in state.standing_levels(sit.at_ns)}:
                return ""
            known = ", ".join(level.level_id for level in state.standing_levels(sit.at_ns)) or "none"
            return f"no level {command.target!r}; levels: {known}"
        case SetBias(bias):
            refused = _symbol_refusal(sit, command.target)
            held = state.standing_bias(command.target, sit.at_ns)
            if not refused and held is None and bias.value == "none":
                return f"no bias stands on {command.target}"
            return refused
        case WriteNote() as note:
            return _note_refusal(sit, command.target, note)


def _symbol_refusal(sit: Situation, symbol: str) -> str:
    if symbol in sit.market.symbols:
        return ""
    return f"symbol {symbol!r} is not traded here: {', '.join(sit.market.symbols)}"


def _level_refusal(sit: Situation, symbol: str, level: AddLevel) -> str:
    state = sit.state
    name, standing = level_id(symbol, level.low, level.high), state.standing_levels(sit.at_ns)
    if any(held.level_id == name for held in standing):
        return f"level {name} is there already: remove it first, or arm its alert"
    if len(standing) >= MAX_LEVELS:
        return f"{len(standing)} levels stand already, at most {MAX_LEVELS}: remove one first"
    if len(state.levels) + len(state.levels_gone) >= MAX_LEVELS_TAKEN:
        return f"this session took {MAX_LEVELS_TAKEN} levels already, which is the most"
    if level.until_ns and level.until_ns <= sit.at_ns:
        return "the level would end before it begins: its last instant is over"
    return ""


def _note_refusal(sit: Situation, trade_id: str, note: WriteNote) -> str:
    state = sit.state
    if trade_id and trade_id not in state.trades:
        return f"no trade {trade_id!r}; trades: {', '.join(state.trades) or 'none yet'}"
    if note.at_ns > sit.at_ns:
        return "a note is about what was: its time is ahead"
    if len(state.notes) >= MAX_NOTES:
        return f"{MAX_NOTES} notes are written already, which is the most"
    return unknown_code(note.mistakes, sit.policy.mistake_codes)


def decide_own(sit: Situation, command: Command) -> Iterator[ev.Event]:
    """The events of a command that `own_refusal` does not refuse."""
    match command.level or command.arm_level or command.bias or command.note:
        case AddLevel() as asked:
            yield ev.LevelAdded(_level(sit, command, asked))
        case ArmLevel(wanted):
            yield ev.LevelArmed(command.target, wanted)
        case SetBias(bias):
            until_ns = local_day_end_ns(max(sit.at_ns, sit.window.open_ns), sit.policy.timezone)
            held = OwnBias(command.target, bias, command.reason, command.actor, until_ns)
            yield ev.BiasSet(held)
            yield from _pull_forbidden(sit, held)
        case WriteNote() as note:
            number = f"N{len(sit.state.notes) + 1:03d}"
            about_ns = 0 if command.target else note.at_ns or sit.at_ns
            yield ev.NoteWritten(
                OwnNote(number, command.target, about_ns, note.text, note.tags, note.mistakes, command.actor)
            )
        case None:
            yield ev.LevelRemoved(command.target, command.actor)


def _level(sit: Situation, command: Command, asked: AddLevel) -> OwnLevel:
    return OwnLevel(
        level_id=level_id(command.target, asked.low, asked.high),
        symbol=command.target,
        low=asked.low,
        high=asked.high,
        role=asked.role,
        label=asked.label,
        actor=command.actor,
        from_ns=sit.at_ns,
        until_ns=asked.until_ns,
        met=side_met(sit, command.target, asked.low, asked.high),
        alert=asked.alert,
        armed_ns=sit.at_ns,
        armings=int(asked.alert is not LevelAlert.NONE),
    )


def side_met(sit: Situation, symbol: str, low: Decimal, high: Decimal) -> ZoneRole | None:
    """What a level is by the side of the last price: resistance above it; None before the first price."""
    mark = sit.market.mark(symbol)
    if mark is None:
        return None
    return ZoneRole.RESISTANCE if (low + high) / 2 > mark else ZoneRole.SUPPORT


def _pull_forbidden(sit: Situation, held: OwnBias) -> Iterator[ev.Event]:
    """Entries against the bias that still work are canceled; stops and open trades stay."""
    for record in sit.state.working_orders(held.symbol, OrderRole.ENTRY):
        if not held.bias.allows(record.request.side) and record.state is not OrderState.CANCELING:
            yield ev.CancelAsked(record.request.client_id, f"bias {held.words}")


# ---- alerts ------------------------------------------------------------------------------------------


def decide_levels(sit: Situation) -> Iterator[ev.Event]:
    """The armed levels that the minute which closed now reached."""
    for level in list(sit.state.levels.values()):
        if not level.armed:
            continue
        bars = sit.market.analysis[level.symbol].recent_ltf(2)
        if not bars or bars[-1].open_ns != sit.market.minute_ns:
            continue
        if bars[-1].open_ns < level.armed_ns or not level.acts(bars[-1].open_ns):
            continue
        price = _reached(level, bars[-1], bars[0].close if len(bars) > 1 else bars[-1].open)
        if price is not None:
            yield ev.LevelReached(level.level_id, level.alert, price)
            what = "reached" if level.alert is LevelAlert.TOUCH else "closed beyond"
            message = f"{level.symbol} {what} {level.words} at {plain(price)}"
            yield alert(f"{level.level_id}#{level.armings}", _CODES[level.alert], message)


def _reached(level: OwnLevel, bar: Bar, before: float) -> Decimal | None:
    """The price that raises the alert, None while nothing does.

    A touch is a high or low that comes to the level, or an opening beyond it after a close before it. A close
    beyond is one on the other side than the close before.
    """
    low, high = float(level.low), float(level.high)
    match level.alert:
        case LevelAlert.TOUCH:
            top, bottom = max(bar.high, before), min(bar.low, before)
            if bottom > high or top < low:
                return None
            return decimal_from_float(bar.high if before < low else bar.low if before > high else before)
        case LevelAlert.CLOSE:
            passed = before <= high < bar.close or before >= low > bar.close
            return decimal_from_float(bar.close) if passed else None
        case LevelAlert.NONE:
            return None
        case _:
            assert_never(level.alert)
