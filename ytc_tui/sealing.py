"""Signing the head of a session's journal, and keeping a second copy of what was signed.

Decides when a head is signed: at a session's end, and on demand. Part of the composition root. Invariants:
an entry is signed once; what is signed on demand was verified first; a head that cannot be signed stops
no session.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ytc_tui.adapters.head_file import HeadFile
from ytc_tui.adapters.paths import Paths
from ytc_tui.adapters.signing import HeadSigner, is_genuine
from ytc_tui.adapters.stores.verify import Witness, witness_of
from ytc_tui.config import Settings
from ytc_tui.model.chain import BarsHead, ChainHead, SignedHead

Keep = Callable[[SignedHead], Awaitable[None]]


@dataclass(slots=True)
class Sealer:
    """Signs heads with the key at `key_path`; `keep` puts a signature beside the head in the store,
    `signed` reads it back; `bars` says where the bar store stands, which is signed with it."""

    key_path: Path
    head_file: HeadFile
    keep: Keep
    signed: Callable[[str], SignedHead | None]
    bars: Callable[[], BarsHead]
    now_ns: Callable[[], int]
    _signer: HeadSigner | None = field(default=None)

    async def seal(self, head: ChainHead) -> SignedHead:
        """Sign `head`, durably in both places; what is signed already stays. Raises YtcError."""
        before = self.signed(head.session)
        if before is not None and (before.seq, before.hash) == (head.seq, head.hash):
            return before
        if self._signer is None:
            self._signer = HeadSigner(self.key_path)
        signed = self._signer.sign(head, self.bars(), self.now_ns())
        # The copy first: a store that knows of a signature is one that the file knows of too.
        self.head_file.append(signed)
        await self.keep(signed)
        return signed


def head_file_of(paths: Paths, settings: Settings) -> HeadFile:
    """The second copy, where the settings want it."""
    given = settings.journal.heads_file
    return HeadFile(Path(given) if given else paths.heads_file, str(settings.mode))


def kept_witnesses(head_file: HeadFile) -> tuple[Mapping[str, Sequence[Witness]], tuple[str, ...]]:
    """What the second copy bears witness to, by session, and what is wrong with the copy itself."""
    kept = head_file.read()
    problems = [f"line {number} is no signed head" for number in kept.bad_lines]
    witnesses: dict[str, list[Witness]] = {}
    for session, heads in kept.by_session.items():
        for head in heads:
            if is_genuine(head):
                witnesses.setdefault(session, []).append(witness_of(head))
            else:
                problems.append(f"the signature over entry {head.seq} of session {session} is not genuine")
    return witnesses, tuple(f"{head_file.path}: {problem}" for problem in problems)
