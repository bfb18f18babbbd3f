"""Differences with the venue from a shell: one row each, and what is to become of one.

Decides how a row is written and which words are a remedy. Imports the door's client and the model. Invariant:
what does not fit a remedy is refused here, with its flag, before anything is sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ytc_tui.adapters.paths import Paths
from ytc_tui.client import EngineClient
from ytc_tui.commands.answer import Answer
from ytc_tui.commands.instants import parse_instant
from ytc_tui.commands.operate import asked
from ytc_tui.commands.places import command_of
from ytc_tui.commands.status_text import text_of
from ytc_tui.errors import UsageInvalid
from ytc_tui.model.commands import Command
from ytc_tui.model.reconciling import Reconcile, Remedy
from ytc_tui.views.journal import utc

_NONE = "our books and the venue's agree"


def differences(paths: Paths, wanted: str) -> Answer:
    """Every difference with the venue, and every order whose fate is not known."""
    return asked(paths, wanted, ask_differences)


async def ask_differences(client: EngineClient) -> Answer:
    rows: list[dict[str, Any]] = (await client.status()).get("differences", [])
    lines = [line for row in rows for line in _lines(row)]
    return Answer(text_of(lines or [_NONE]), rows)


def _lines(row: dict[str, Any]) -> Iterator[str]:
    symbol = f" {row['symbol']}" if row["symbol"] else ""
    age = f"since {utc(row['since_ns'])}, {row['age_s']} s"
    yield f"{row['id']}  {row['kind']}{symbol}  {row['state']}  {age}"
    yield f"    ours   {row['ours']}"
    yield f"    venue  {row['theirs']}"
    yield f"    do     {' | '.join(row['remedies'])}"


def reconcile_command(name: str, remedy: str, order: str, until: str, reason: str) -> Command:
    """What is to become of the difference `name`. Raises UsageInvalid where the arguments do not fit."""
    if remedy not in list(Remedy):
        raise UsageInvalid(f"{remedy[:40]!r} is no remedy", where="REMEDY", fix=", ".join(Remedy))
    until_ns = parse_instant(until, "--until") if until else 0
    if (remedy == Remedy.IGNORE) != bool(until_ns):
        raise UsageInvalid(
            "goes with ignore, which needs it", where="--until", fix="--until 2022-11-08T15:00Z"
        )
    if (remedy == Remedy.LINK) != bool(order):
        raise UsageInvalid("goes with link, which needs it", where="ORDER", fix="the client id of our order")
    return command_of("reconcile", reason, name, action=Reconcile(Remedy(remedy), until_ns, order))
