"""`ytc sign`: sign the head of each journal now, and keep a second copy of it.

Decides what may be signed: a chain whose every hash was computed again. Imports the store and the sealing.
Invariant: nothing is signed unless the whole file is as it should be.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from ytc_tui.adapters.clock import WallClock
from ytc_tui.adapters.head_file import HeadFile
from ytc_tui.adapters.signing import known_keys
from ytc_tui.adapters.stores.loop import LoopJournal
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.stores.verify import Verdict, verify
from ytc_tui.commands.answer import Answer
from ytc_tui.commands.sessions import find_session
from ytc_tui.errors import JournalCorrupt, UsageInvalid
from ytc_tui.model.chain import ChainHead, SignedHead, fingerprint
from ytc_tui.sealing import Sealer, kept_witnesses
from ytc_tui.views.journal import utc
from ytc_tui.views.sanitised import Sanitiser, sanitised


def sign(
    db_path: Path,
    session: str | None,
    *,
    key_path: Path,
    head_file: HeadFile,
    safe: Sanitiser,
) -> Answer:
    """Sign the heads of the store at `db_path`, or the head of one session; a running one as it stands.

    The second copy is mended: a line that a crash cut short is blanked out, one that it lacks is written.
    Raises JournalCorrupt when the file is not as it should be, UsageInvalid for an unknown session or
    a store that holds none, ConfigInvalid for an unusable key, JournalUnavailable for a failed write.
    """
    found = verify(db_path, witnesses=kept_witnesses(head_file), keys=known_keys(key_path))
    if found.verdict is not Verdict.OK:
        raise JournalCorrupt("not signed, for it is not whole", where=str(db_path), fix="run `ytc verify`")
    heads = {one.session: ChainHead(one.session, one.head_seq, one.head_hash) for one in found.sessions}
    if not heads:
        raise UsageInvalid("there is no session yet", where=str(db_path), fix="`ytc run` starts one")
    names = list(heads) if session is None else [find_session(list(heads), session, str(db_path))]
    blanked = head_file.blank_torn_lines()
    signed, copied = asyncio.run(_seal(db_path, {name: heads[name] for name in names}, key_path, head_file))
    lines = [
        f"session {one.session}: entry {one.seq} {one.hash}, signed {utc(one.signed_ns)} with key {one.key},"
        f" fingerprint {fingerprint(one.key)}"
        for one in signed
    ]
    lines.append(f"kept in {head_file.path}")
    lines += [f"  line {number} was cut short, and is blanked out" for number in blanked]
    lines += [f"  entry {one.seq} of session {one.session} was missing, and is there now" for one in copied]
    data: dict[str, Any] = {
        "signed": [one._asdict() for one in signed],
        "heads_file": str(head_file.path),
        "blanked_lines": blanked,
        "copied": [one._asdict() for one in copied],
    }
    return Answer("\n".join(map(safe, lines)), sanitised(data, safe))


async def _seal(
    db_path: Path, heads: Mapping[str, ChainHead], key_path: Path, head_file: HeadFile
) -> tuple[list[SignedHead], list[SignedHead]]:
    """The heads signed, and those of them whose line the second copy lacked."""
    journal = LoopJournal(db_path)
    try:
        with closing(SqliteReader(db_path)) as reader:
            now_ns = WallClock().now_ns
            sealer = Sealer(
                key_path, head_file, journal.keep_signed, reader.signed_head, reader.bars_head, now_ns
            )
            signed = []
            for head in heads.values():
                await journal.anchor(head.session, now_ns())
                signed.append(await sealer.seal(head))
            return signed, sealer.copy_again(signed)
    finally:
        await journal.close()
