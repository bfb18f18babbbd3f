"""Signing the head of a session's journal, and keeping a second copy of what was signed.

Decides when a head is signed: at a session's end, and on demand. Part of the composition root. Invariants:
an entry is signed once; what is signed on demand was verified first; a head that cannot be signed stops
no session.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from ytc_tui.adapters.head_file import HeadFile
from ytc_tui.adapters.paths import Paths
from ytc_tui.adapters.signing import HeadSigner, is_genuine
from ytc_tui.adapters.stores.beside import Finding
from ytc_tui.adapters.stores.verify import Witness, witness_of
from ytc_tui.config import Settings
from ytc_tui.errors import JournalUnavailable
from ytc_tui.model.chain import BarsHead, ChainHead, SignedHead

_LINE_TORN = "was cut short, as a crash does: `ytc sign` blanks it out"
_LINE_ODD = "is no signed head: it was edited, or a newer program wrote it"
# What a copy that lacks a line may mean, and what is to be done.
_COPY_GONE = (
    "it was cut, edited or moved (journal.heads_file names its place); bring it back,"
    " or let `ytc sign` copy what the store holds"
)

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

    def copy_again(self, signed: Sequence[SignedHead]) -> list[SignedHead]:
        """Write the lines of these heads that the second copy lacks; which they are. Raises YtcError."""
        kept = self.head_file.read().by_session
        missing = [one for one in signed if one not in kept.get(one.session, ())]
        for one in missing:
            self.head_file.append(one)
        return missing


def head_file_of(paths: Paths, settings: Settings) -> HeadFile:
    """The second copy, where the settings want it."""
    given = settings.journal.heads_file
    return HeadFile(Path(given) if given else paths.heads_file, str(settings.mode))


class CopyFindings(NamedTuple):
    """What is wrong with the second copy: what cannot be read of it, and what it holds wrongly or not."""

    unread: tuple[str, ...] = ()
    wrong: tuple[Finding, ...] = ()


def kept_witnesses(head_file: HeadFile) -> Mapping[str, Sequence[Witness]]:
    """What the second copy bears witness to, by session. Raises JournalUnavailable if it cannot be read."""
    witnesses: dict[str, list[Witness]] = {}
    for head in chain.from_iterable(head_file.read().by_session.values()):
        if is_genuine(head):
            witnesses.setdefault(head.session, []).append(witness_of(head))
    return witnesses


def copy_findings(head_file: HeadFile, signed: Sequence[SignedHead]) -> CopyFindings:
    """The second copy held against the heads that the store says were `signed`, read from it before.

    A signature goes to the copy first, so every one in the store has its line there.
    """
    try:
        kept = head_file.read()
    except JournalUnavailable as error:
        return CopyFindings((str(error),))
    path, heads = head_file.path, kept.by_session
    unread = [
        f"{path}: line {number} {_LINE_TORN if number in kept.torn_lines else _LINE_ODD}"
        for number in kept.bad_lines
    ]
    wrong = [
        Finding(one.session, 0, f"{path}: the signature over entry {one.seq} is not genuine")
        for one in chain.from_iterable(heads.values())
        if not is_genuine(one)
    ]
    if signed and not path.exists():
        text = f"{path} is not there, though {len(signed)} heads were signed: {_COPY_GONE}"
        return CopyFindings(tuple(unread), (*wrong, Finding("", 0, text)))
    wrong += [
        Finding(one.session, 0, f"{path} has no line of the signature over entry {one.seq}: {_COPY_GONE}")
        for one in signed
        if one not in heads.get(one.session, ())
    ]
    return CopyFindings(tuple(unread), tuple(wrong))
