"""Where text that is not ours comes in over a socket: to an engine, from one, and from a paper host."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from tests.commands.scripted_engine import document
from tests.hostile.shown import Entry, Shown, answered, utf8
from ytc_tui.adapters.error_documents import error_from
from ytc_tui.adapters.process_guard import discreet
from ytc_tui.adapters.transports.frames import frame_from
from ytc_tui.adapters.transports.wire import command_from, pin_from, query_from, seq_from
from ytc_tui.adapters.venues.host import wire as host_wire
from ytc_tui.commands import status_text
from ytc_tui.errors import YtcError
from ytc_tui.views.journal_query import ConditionKind, check


def commands_at_the_door(text: str, folder: Path) -> Shown:
    """Bodies that a client sends to an engine."""
    good = {"command_id": "c-1", "verb": "pause", "actor": "ada"}
    fields: list[Mapping[str, object]] = [{name: text} for name in good]
    fields += [{name: text} for name in ("reason", "target", "content_hash", "note", "level")]
    fields += [{text: 1}, {"verb": "note", "note": {"text": text, "tags": [text], "mistakes": [text]}}]
    fields += [{"verb": "level", "target": "BTCUSDT", "level": {"low": text, "high": "1", "label": text}}]
    for field in fields:
        body = json.dumps({**good, **field}).encode()
        try:
            command = command_from(body, "door")
        except YtcError as error:
            yield "command", discreet(str(error))
        else:
            yield "command", "".join((command.command_id, command.actor))
    raw = text.encode(errors="replace")
    yield from answered(lambda: command_from(raw, "door"))
    yield from answered(lambda: pin_from(json.dumps({"command_id": text, "pin": text}).encode(), "door"))


def queries_at_the_door(text: str, folder: Path) -> Shown:
    """What a client asks of the journal."""
    for kind in ConditionKind:
        asked = {"conditions": [{"kind": kind.value, "value": utf8(text)}], "rows": 7}
        yield from answered(lambda asked=asked: check(query_from(json.dumps(asked), "door")))  # type: ignore[misc]
    for field in (
        {"rows": text},
        {text: 1},
        {"conditions": text},
        {"conditions": [{"kind": text, "value": "x"}]},
    ):
        yield from answered(lambda field=field: query_from(json.dumps(field), "door"))  # type: ignore[misc]
    yield from answered(lambda: query_from(text, "door"))
    yield from answered(lambda: seq_from(text, "door"))


def answers_of_an_engine(text: str, folder: Path) -> Shown:
    """Documents and errors that an engine answers, and frames."""
    yield "error", discreet(str(error_from({"error": text, "what": text, "where": text, "fix": text})))
    shown = _poisoned(document(), text)
    yield "status", status_text.text_of(status_text.status_lines(shown))
    for frame in (text, json.dumps({"number": 1, "at_ns": 1, "views": {text: text}}), f'{{"a":"{text}"}}'):
        yield from answered(partial(frame_from, frame))


def _poisoned(value: Any, text: str) -> Any:
    """JSON data with the free texts in it swapped."""
    if isinstance(value, dict):
        free = ("message", "reason", "detail", "decided_by", "acknowledged_by", "end_reason")
        return {name: text if name in free else _poisoned(item, text) for name, item in value.items()}
    return [_poisoned(item, text) for item in value] if isinstance(value, list) else value


def lines_of_a_host(text: str, folder: Path) -> Shown:
    """Lines between an engine and a paper host."""
    for line in (text, json.dumps({"call": text, "body": text}), json.dumps([text])):
        try:
            host_wire.object_of(line.encode(errors="replace"))
        except (ValueError, RecursionError) as error:
            yield "line", discreet(str(error))


SOCKETS: tuple[Entry, ...] = (
    commands_at_the_door,
    queries_at_the_door,
    answers_of_an_engine,
    lines_of_a_host,
)
