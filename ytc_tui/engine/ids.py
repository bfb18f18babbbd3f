"""Identifiers, as pure functions of what they name.

Decides the client order id (semantics.md 7) and the ids of sessions, tasks and decisions. Imports
nothing of ours. Invariant: the same decision always has the same id, in every run and after every
restart; at most 18 characters go to a venue.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from functools import cache

_NAMESPACE = uuid.UUID("6f0c3a52-6a8e-5d0e-9b60-1f6f0b1c7e11")
_BODY_LENGTH = 14


def run_id(feed_digest: str, config_digest: str, from_ns: int, to_ns: int, seed: int, label: str) -> str:
    """The id of one run over a bars feed: equal inputs, equal id (uuid5)."""
    return str(uuid.uuid5(_NAMESPACE, f"{feed_digest}|{config_digest}|{from_ns}|{to_ns}|{seed}|{label}"))


def session_id(run: str, date: str) -> str:
    """The id of the session of `run` on the local calendar date `date` (uuid5)."""
    return str(uuid.uuid5(_NAMESPACE, f"{run}|{date}"))


def task_id(session: str, number: int) -> str:
    """The id of the `number`-th task of a session, in the form of a uuid, as spec 000 asks: the session's
    part, a uuid5, then the number in hexadecimal."""
    return f"{_tasks_of(session)}{number:012x}"


@cache
def _tasks_of(session: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{session}|tasks"))[:-12]


def decision_id(number: int) -> str:
    return f"D{number:04d}"


def proposal_id(number: int) -> str:
    return f"P{number:04d}"


def client_order_id(install: str, account: str, session: str, decision: str, leg: str) -> str:
    """`y`, 14 base32 characters of sha256 over the arguments, and one check character."""
    digest = hashlib.sha256(f"{install}|{account}|{session}|{decision}|{leg}".encode()).digest()
    body = base64.b32encode(digest)[:_BODY_LENGTH].decode().lower()
    return f"y{body}{check_character(body)}"


def check_character(body: str) -> str:
    """The base32 character that closes an id: the weighted sum of `body`'s characters."""
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    total = sum((place + 1) * alphabet.index(letter) for place, letter in enumerate(body))
    return alphabet[total % len(alphabet)]
