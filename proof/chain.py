"""Check the audit chain of a store with nothing but Python: `python chain.py STORE [HEADS_FILE]`.

Every entry's hash is computed again from its stored fields, each must continue the one before it, and every
entry that a signed head names must be there with that hash. The first bad entry of each session is named.
Exit 0: whole; 1: changed; 2: shorter than a head says; 3: unreadable. What it cannot check, for want of
Ed25519 in the standard library, is the signature itself: `ytc verify` does.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

WHOLE, CHANGED, CUT, UNREADABLE = range(4)
FIELDS = "seq, at, session, type, v, correlation, causation, body, prev_hash, hash"
LINK, SIGNED = "previous_session, previous_seq, previous_hash", "session, signed_seq, signed_hash"
Said = tuple[str, int, str]
Heads = dict[str, dict[int, set[str]]]  # session -> entry -> every hash that it is said to have


def heads_of(connection: sqlite3.Connection, heads_file: str) -> Heads:
    """Every entry that the table heads or the second copy says was there."""
    said = kept_heads(heads_file) if heads_file else []
    for columns in ("session, head_seq, head_hash", LINK, SIGNED):
        said += connection.execute(f"SELECT {columns} FROM heads")
    heads: Heads = {}
    for name, number, text in said:
        if number:
            heads.setdefault(name, {}).setdefault(number, set()).add(text)
    return heads


def kept_heads(heads_file: str) -> list[Said]:
    """What the second copy says. ValueError names the first line that says nothing."""
    found: list[Said] = []
    with open(heads_file, "rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                head = json.loads(line)
                found.append((head["session"], head["seq"] + 0, head["hash"]))
            except (ValueError, LookupError, TypeError, RecursionError) as error:
                text = f"{heads_file}, line {number} is no head; `ytc sign` takes out what a crash cut short"
                raise ValueError(text) from error
    return found


def problem(connection: sqlite3.Connection, session: str, heads: dict[int, set[str]]) -> tuple[int, str]:
    """The verdict on one session, and what is wrong."""
    seq, before = 0, "0" * 64
    rows = connection.execute(f"SELECT {FIELDS} FROM journal WHERE session = ? ORDER BY seq", (session,))
    for *fields, prev_hash, digest in rows:
        number, body = fields[0], "\n".join(map(str, fields))
        if number != seq + 1:
            return CHANGED, f"entry {seq + 1} is missing"
        if prev_hash != before:
            return CHANGED, f"entry {number} does not continue the one before it"
        if digest != hashlib.sha256(f"{before}\n{body}".encode()).hexdigest():
            return CHANGED, f"entry {number} does not match its hash"
        if heads.get(number, {digest}) != {digest}:
            return CHANGED, f"entry {number} is not the one that was anchored"
        seq, before = number, digest
    if heads and min(heads) < 1:
        return CHANGED, f"a head names entry {min(heads)}"
    if heads and max(heads) > seq:
        return CUT, f"ends at entry {seq}, a head names entry {max(heads)}"
    return WHOLE, f"{seq} entries, head {before}"


def verdicts(store: str, heads_file: str) -> Iterator[int]:
    """The verdict on each session, printed as it is found."""
    connection = sqlite3.connect(f"{Path(store).absolute().as_uri()}?mode=ro", uri=True)
    heads = heads_of(connection, heads_file)
    known = [row[0] for row in connection.execute("SELECT DISTINCT session FROM journal")]
    for session in (*known, *(name for name in heads if name not in known)):
        verdict, text = problem(connection, session, heads.get(session, {}))
        print(f"{session}: {('ok', 'CHANGED', 'CUT')[verdict]}, {text}")
        yield verdict


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return UNREADABLE
    try:
        found = list(verdicts(arguments[0], arguments[1] if arguments[1:] else ""))
    except (sqlite3.Error, OSError, ValueError, KeyError, TypeError) as error:
        print(f"unreadable: {error}", file=sys.stderr)
        return UNREADABLE
    return CHANGED if CHANGED in found else max(found, default=WHOLE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
