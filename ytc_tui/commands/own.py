"""`ytc levels`, `ytc bias`, `ytc note`: the operator's own view, in a running session or beside the record.

Decides where it goes: to the engine that runs, where there is one, so that it is journalled and confirmed;
else into the operator's file, for later sessions (levels, bias) or for one that is over (notes). Imports the
door's client, the operator's file and the report. Invariants: the chain of an ended session is never
touched; what was only kept is never said to be in force.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ytc_tui.adapters.instruments import load_instruments
from ytc_tui.adapters.paths import Paths
from ytc_tui.adapters.stores.operator import FILE, NEXT, OperatorFile
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.adapters.transports.sockets import find_engines
from ytc_tui.commands.answer import Answer
from ytc_tui.commands.instants import parse_instant, parse_moment
from ytc_tui.commands.operate import asked, carry_out
from ytc_tui.commands.places import command_of, user
from ytc_tui.commands.report import read_report
from ytc_tui.config import load_settings
from ytc_tui.errors import EngineUnreachable, UsageInvalid
from ytc_tui.model.codec import from_json, to_json
from ytc_tui.model.commands import Argument
from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.own import (
    MAX_LEVELS,
    AddLevel,
    ArmLevel,
    Bias,
    LevelAlert,
    OwnBias,
    OwnLevel,
    OwnNote,
    SetBias,
    WriteNote,
    level_id,
)
from ytc_tui.views.report import SessionReport

_LABEL = 40
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the operator speaks: the paths, the engine's name (empty = the only one), and whether what is
    said is for later sessions only."""

    paths: Paths
    session: str = ""
    later: bool = False

    @property
    def file(self) -> OperatorFile:
        return operator_file(self.paths)


def operator_file(paths: Paths) -> OperatorFile:
    return OperatorFile(paths.state_dir / FILE)


# ---- levels ------------------------------------------------------------------------------------------


def list_levels(place: Place) -> Answer:
    """The levels of the running session, or those that are kept for later ones."""
    document = _running(place)
    if document is None:
        kept = place.file.levels()
        data = {"in": "kept", "levels": to_json(kept)}
        return Answer(_lines(map(_level_text, kept), "no level is kept for later sessions"), data)
    levels = [from_json(OwnLevel, row) for row in document["own"]["levels"]]
    data = {"in": document["session_id"], "levels": document["own"]["levels"]}
    return Answer(_lines(map(_level_text, levels), "no level of yours in this session"), data)


def add_level(place: Place, symbol: str, level: AddLevel, reason: str) -> Answer:
    name, level = _symbol(symbol), replace(level, label=safe_line(level.label, _LABEL))
    if _running(place) is not None:
        return _sent(place, "level", name, reason, level)
    held = OwnLevel(
        level_id=level_id(_tradable(name), level.low, level.high),
        symbol=name,
        low=level.low,
        high=level.high,
        role=level.role,
        label=level.label,
        actor=user(),
        until_ns=level.until_ns,
        alert=level.alert,
        armings=int(level.alert is not LevelAlert.NONE),
    )
    kept = place.file.levels()
    if any(each.level_id == held.level_id for each in kept):
        raise UsageInvalid(
            f"level {held.level_id} is kept already", where="SYMBOL PRICE", fix="remove it first"
        )
    if len(kept) >= MAX_LEVELS:
        raise UsageInvalid(f"{len(kept)} levels are kept already", fix=f"at most {MAX_LEVELS}: remove one")
    place.file.put_level(held)
    return _kept(f"level {held.words}", {"level": to_json(held)})


def remove_level(place: Place, name: str, reason: str) -> Answer:
    wanted = _level_name(name)
    if _is_told(place, wanted):
        return _sent(place, "drop-level", wanted, reason)
    held = _kept_level(place, wanted)
    place.file.drop_level(held.level_id)
    return _kept(f"level {held.words} removed", {"removed": held.level_id})


def arm_level(place: Place, name: str, alert: LevelAlert, reason: str) -> Answer:
    wanted = _level_name(name)
    if _is_told(place, wanted):
        return _sent(place, "arm-level", wanted, reason, ArmLevel(alert))
    held = _kept_level(place, wanted)
    armed = replace(held, alert=alert, armings=held.armings + 1, reached_ns=0)
    place.file.put_level(armed)
    return _kept(f"level {armed.words}: alert on {alert}", {"level": to_json(armed)})


def _is_told(place: Place, wanted: str) -> bool:
    """Whether the session that runs is to be told; not where it does not have the level, and one is kept."""
    document = _running(place)
    if document is None:
        return False
    if any(row["level_id"] == wanted for row in document["own"]["levels"]):
        return True
    return all(held.level_id != wanted for held in place.file.levels())


def _kept_level(place: Place, wanted: str) -> OwnLevel:
    kept = place.file.levels()
    for held in kept:
        if held.level_id == wanted:
            return held
    known = ", ".join(held.level_id for held in kept) or "none"
    raise UsageInvalid(f"no level {wanted!r} is kept", where="LEVEL", fix=f"levels: {known}")


def _level_name(name: str) -> str:
    symbol, at, prices = name.strip().partition("@")
    if not at:
        raise UsageInvalid(
            f"{name[:80]!r} names no level",
            where="LEVEL",
            fix="write it like BTCUSDT@20150, as `ytc levels` does",
        )
    return f"{symbol.upper()}@{prices}"


def _level_text(level: OwnLevel) -> str:
    role = level.role or "by side"
    alert = "no alert"
    if level.alert is not LevelAlert.NONE:
        state = f"raised {_clock(level.reached_ns)}" if level.reached_ns else "armed"
        alert = f"alert on {level.alert}: {state}"
    until = f"until {_clock(level.until_ns)}" if level.until_ns else "until removed"
    return f"{level.level_id:<28} {role:<10} {alert:<32} {until:<22} {level.label}".rstrip()


# ---- bias --------------------------------------------------------------------------------------------


def list_biases(place: Place) -> Answer:
    """The biases of the running session, or those that are kept."""
    document = _running(place)
    if document is None:
        kept = place.file.biases()
        data = {"in": "kept", "biases": [{"day": day or "next", **to_json(held)} for day, held in kept]}
        lines = (f"{held.symbol:<12} {held.words}  ({day or 'next session'})" for day, held in kept)
        return Answer(_lines(lines, "no bias is kept for later sessions"), data)
    biases = [from_json(OwnBias, row) for row in document["own"]["biases"]]
    lines = (f"{held.symbol:<12} {held.words}  (until {_clock(held.until_ns)})" for held in biases)
    data = {"in": document["session_id"], "biases": document["own"]["biases"]}
    return Answer(_lines(lines, "no bias stands"), data)


def set_bias(place: Place, symbol: str, bias: Bias, reason: str) -> Answer:
    name = _symbol(symbol)
    if _running(place) is not None:
        return _sent(place, "bias", name, reason, SetBias(bias))
    held = OwnBias(name, bias, safe_line(reason), user(), 0)
    if bias is Bias.NONE:
        days = [day for day, each in place.file.biases() if each.symbol == name]
        if not days:
            raise UsageInvalid(f"no bias is kept for {name}", where="SYMBOL")
        for day in days:
            place.file.lift_bias(name, day)
        return _kept(f"bias on {name} lifted", {"lifted": name})
    _tradable(name)
    place.file.put_bias(NEXT, held)
    return _kept(f"bias {name} {held.words}", {"bias": to_json(held)})


# ---- notes -------------------------------------------------------------------------------------------


def write_note(place: Place, trade: str, at: str, note: WriteNote) -> Answer:
    """Into the running session, or beside the record of one that no engine runs (by default the newest).

    `at` is a time of the session, empty = now, or its end.
    """
    about, note = trade.strip().upper(), replace(note, text=safe_line(note.text))
    document = _running(place, of_record=True)
    if document is not None:
        begun_ns = parse_instant(str(document["start_time"]), "--at")
        at_ns = parse_moment(at, begun_ns, "--at") if at else 0
        return _sent(place, "note", about, "", replace(note, at_ns=at_ns))
    built = read_report(place.paths.database, place.session or None, safe=safe_line)
    known = [row.trade_id for row in built.trades]
    if about and about not in known:
        trades = ", ".join(known) or "none"
        raise UsageInvalid(f"no trade {about!r}", where="--trade", fix=f"trades of this session: {trades}")
    written = place.file.add_note(
        built.header.session,
        OwnNote("", about, _moment_of(built, about, at), note.text, note.tags, note.mistakes, user()),
    )
    session, subject = built.header.session, about or _clock(written.about_ns)
    data = {"kept": True, "session_id": session, "note": to_json(written)}
    return Answer(f"note: {written.note_id} on {subject} kept beside session {session}", data)


def _moment_of(built: SessionReport, trade: str, at: str) -> int:
    """The moment that a note on an ended session is about: the one given, else its end; 0 on a trade."""
    header = built.header
    if trade:
        return 0
    at_ns = parse_moment(at, header.init_ns, "--at") if at else header.until_ns
    if not header.init_ns <= at_ns <= header.until_ns:
        hours = f"{_clock(header.init_ns)} to {_clock(header.until_ns)}"
        raise UsageInvalid("this moment is not of the session", where="--at", fix=f"it went from {hours}")
    return at_ns


# ---- where it goes -----------------------------------------------------------------------------------


def _running(place: Place, *, of_record: bool = False) -> Document | None:
    """The document of the session that runs and is meant; None when none does.

    A session that is named and does not run is an error, unless it may be one `of_record`.
    """
    if place.later or (not place.session and not find_engines(place.paths.socket_dir)):
        return None
    try:
        document = asked(place.paths, place.session, lambda client: client.status())
    except EngineUnreachable:
        if of_record and place.session:
            return None
        raise
    return document if document.get("running") and not document.get("ended") else None


def _sent(place: Place, verb: str, target: str, reason: str, said: Argument | None = None) -> Answer:
    command = command_of(verb, reason, target, action=said)
    return asked(place.paths, place.session, lambda client: carry_out(client, command))


def _kept(what: str, data: Document) -> Answer:
    return Answer(f"{what}: kept for later sessions", {"kept": True, **data})


def _symbol(text: str) -> str:
    return text.strip().upper()


def _tradable(symbol: str) -> str:
    """`symbol`; UsageInvalid when no session could trade it, for there is no instrument of this name."""
    own = load_settings().settings.feed.instruments_path
    table = load_instruments(None) | (load_instruments(Path(own)) if own else {})
    if symbol not in table:
        raise UsageInvalid(
            f"unknown symbol {symbol[:40]!r}", where="SYMBOL", fix=f"known are {', '.join(sorted(table))}"
        )
    return symbol


def _clock(at_ns: int) -> str:
    return datetime.fromtimestamp(at_ns // NS_PER_S, UTC).strftime("%Y-%m-%d %H:%M")


def _lines(lines: Iterable[str], empty: str) -> str:
    return "\n".join(safe_line(line) for line in lines) or empty
