"""A printed report is an anchor: what is cut off, or written anew, does not agree with it."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.views.journals import ESCAPE, SESSION, Journal, finished, opened, stored, traded
from ytc_tui.adapters.signing import HeadSigner
from ytc_tui.adapters.stores.loop import LoopJournal
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.commands.anchor import Anchor, anchor_of
from ytc_tui.commands.report import ReportForm, report
from ytc_tui.commands.verify import verify
from ytc_tui.errors import UsageInvalid
from ytc_tui.model.chain import BarsHead, ChainHead, fingerprint
from ytc_tui.model.events import SessionStarted

OTHER = "b7d2a1f0-0000-5000-8000-000000000002"


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    return await stored(tmp_path / "ytc.db", finished())


def text_of(path: Path, form: str, session: str | None = None) -> str:
    if form == "json":
        return json.dumps(report(path, session, safe=safe_line).data, sort_keys=True, default=str)
    return report(path, session, safe=safe_line, form=ReportForm(form)).text


def header(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = report(path, None, safe=safe_line).data["header"]
    return data


def kept(path: Path) -> Anchor:
    seq, _, digest = header(path)["anchor"].partition(":")
    return Anchor(SESSION, int(seq), digest)


async def signed_by(path: Path, key: Path) -> str:
    """Sign the head as it stands; the key."""
    signer = HeadSigner(key)
    journal = LoopJournal(path)
    head = journal.reader().head(SESSION)
    await journal.keep_signed(signer.sign(head, BarsHead(), 1_700_000_000_000_000_000))
    await journal.close()
    return signer.public_key


@pytest.mark.parametrize("form", ["terminal", "markdown", "html", "json"])
async def test_every_format_states_the_head_and_can_be_read_back(
    path: Path, tmp_path: Path, form: str
) -> None:
    entries = finished().entries
    text = text_of(path, form)
    assert f"{entries[-1].seq}:{entries[-1].hash}" in text
    printed = tmp_path / "report"
    printed.write_text(text)
    anchor = anchor_of(str(printed), None, path)
    assert anchor == (SESSION, entries[-1].seq, entries[-1].hash) == kept(path)
    answer = verify(path, safe=safe_line, anchor=anchor)
    assert answer.exit_code == 0
    assert answer.data["anchor"]["holds"] is True
    assert "is there as it was" in answer.text


async def test_the_report_says_whether_and_by_which_key_the_head_is_signed(
    path: Path, tmp_path: Path
) -> None:
    assert header(path)["signed"] is None
    assert "signed     no" in " ".join(text_of(path, "terminal").splitlines()).replace(
        "signed      no", "signed     no"
    )
    key = await signed_by(path, tmp_path / "key")
    for form in ("terminal", "markdown", "html"):
        text = text_of(path, form)
        assert fingerprint(key) in text
        assert "yes, 2023-11-14" in text
    assert header(path)["signed"]["genuine"] is True
    assert fingerprint(key) in verify(path, safe=safe_line).text


async def test_a_signature_that_is_not_genuine_is_called_so(path: Path, tmp_path: Path) -> None:
    await signed_by(path, tmp_path / "key")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE heads SET signed_ns = signed_ns + 1")
    assert "NOT GENUINE" in text_of(path, "terminal")
    assert header(path)["signed"]["genuine"] is False


async def test_a_signature_of_an_earlier_entry_says_how_far_it_goes(path: Path, tmp_path: Path) -> None:
    signer = HeadSigner(tmp_path / "key")
    entry = finished().entries[4]
    journal = LoopJournal(path)
    await journal.keep_signed(signer.sign(ChainHead(SESSION, entry.seq, entry.hash), BarsHead(), 1))
    await journal.close()
    assert "up to entry 5 alone" in text_of(path, "markdown")


# ---- what no other witness sees -------------------------------------------------------------------------


async def anew(tmp_path: Path, journal: Journal) -> Path:
    """A store that its owner wrote anew, heads and all."""
    folder = tmp_path / "anew"
    folder.mkdir()
    return await stored(folder / "ytc.db", journal)


async def test_a_journal_that_was_cut_is_found(path: Path, tmp_path: Path) -> None:
    anchor = kept(path)
    shorter = traded()
    assert len(shorter.entries) < anchor.seq
    cut = await anew(tmp_path, shorter)
    assert verify(cut, safe=safe_line).exit_code == 0
    answer = verify(cut, safe=safe_line, anchor=anchor)
    assert answer.exit_code == 2
    assert answer.data["anchor"]["holds"] is False
    assert "is NOT there as it was" in answer.text


async def test_a_journal_that_was_written_anew_is_found(path: Path, tmp_path: Path) -> None:
    anchor = kept(path)
    other = Journal()
    for record in finished().records:
        event = record.event
        if isinstance(event, SessionStarted):
            event = replace(event, software="9.9.9")
        other.add(event, (record.entry.at - finished().entries[0].at) / 60e9)
    forged = await anew(tmp_path, other)
    assert verify(forged, safe=safe_line).exit_code == 0
    answer = verify(forged, safe=safe_line, anchor=anchor)
    assert answer.exit_code == 1
    assert "is NOT there as it was" in answer.text


async def test_a_session_that_is_gone_is_found(path: Path, tmp_path: Path) -> None:
    anchor = kept(path)
    without = await anew(tmp_path, opened(OTHER))
    answer = verify(without, safe=safe_line, anchor=anchor)
    assert answer.exit_code == 2
    assert anchor_of(f"{anchor.seq}:{anchor.hash}", SESSION, without) == anchor


async def test_an_entry_in_the_middle_is_an_anchor_too(path: Path) -> None:
    entry = finished().entries[6]
    assert verify(path, safe=safe_line, anchor=Anchor(SESSION, 7, entry.hash)).exit_code == 0
    assert verify(path, safe=safe_line, anchor=Anchor(SESSION, 8, entry.hash)).exit_code == 1


# ---- what an anchor may be ------------------------------------------------------------------------------


async def test_the_session_of_a_bare_anchor(path: Path, tmp_path: Path) -> None:
    digest = "a" * 64
    assert anchor_of(f"3:{digest}", None, path) == (SESSION, 3, digest)
    assert anchor_of(f"3:{digest}", SESSION[:8], path) == (SESSION, 3, digest)
    folder = tmp_path / "two"
    folder.mkdir()
    two = await stored(folder / "ytc.db", opened(), opened(OTHER))
    with pytest.raises(UsageInvalid, match="2 sessions"):
        anchor_of(f"3:{digest}", None, two)
    assert anchor_of(f"3:{digest}", OTHER, two).session == OTHER
    with pytest.raises(UsageInvalid, match="several"):
        anchor_of(f"3:{digest}", SESSION[:8], two)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "{",
        "{}",
        '{"header": {}}',
        f"{SESSION} 3:{'a' * 64} 4:{'a' * 64}",
        f"3:{'a' * 64}",
        ESCAPE,
    ],
)
async def test_a_file_that_states_no_one_head_is_refused(path: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "file").write_text(text)
    with pytest.raises(UsageInvalid, match="no one head"):
        anchor_of(str(tmp_path / "file"), None, path)


@pytest.mark.parametrize("given", ["3:abc", "0:" + "a" * 64, "no/such/file", "x\x00y", "3:" + "A" * 64])
async def test_what_is_neither_anchor_nor_file_is_refused(path: Path, given: str) -> None:
    with pytest.raises(UsageInvalid, match="neither SEQ:HASH nor a report"):
        anchor_of(given, None, path)


async def test_a_report_of_another_session_is_refused(path: Path, tmp_path: Path) -> None:
    (tmp_path / "report").write_text(text_of(path, "markdown"))
    with pytest.raises(UsageInvalid, match=SESSION):
        anchor_of(str(tmp_path / "report"), OTHER, path)
